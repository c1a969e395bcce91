/** How a recognizer by hidden Markov models learns, checked. */
import { knownOptions, whole } from "../../wasm/errors.ts";
import type { HybridFitOptions } from "./spec.ts";

/** Options of `fit`, checked. */
export function readFitOptions(who: string, options: HybridFitOptions) {
  const names = ["epochs", "batch", "augment", "copies", "join", "signal", "onProgress"] as const;
  knownOptions(who, options, [...names, "iterations", "rounds"]);
  const { iterations = 8, rounds = 3, epochs = 18, batch = 32, ...rest } = options;
  return {
    iterations: whole(who, "iterations", iterations, 1, 1000),
    rounds: whole(who, "rounds", rounds, 1, 100),
    epochs: whole(who, "epochs", epochs, 1, 100_000),
    batch: whole(who, "batch", batch, 1),
    rest,
  };
}
