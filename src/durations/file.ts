/** Hidden semi-Markov models in files: the file of a hidden Markov model, with its durations. */
import { DataError, OptionError } from "../wasm/errors.ts";
import type { InferenceEngine } from "../inference/inference-engine.ts";
import type { Algebra } from "../inference/matrix.ts";
import { loadHmm, saveHmm } from "../models/hmm/file.ts";
import { distribution } from "../models/hmm/read-parameters.ts";
import { checkDiagonal, expanded, type HsmmStart } from "./spec.ts";

/** The bytes of a model. */
export function saveHsmm(
  { N, D, tables, states, steps }: HsmmStart,
  { fitted }: { readonly fitted: boolean },
): Uint8Array<ArrayBuffer> {
  const { durations, ...chain } = tables;
  return saveHmm(
    { ...states, ...chain },
    {
      fitted,
      kind: "hsmm",
      header: { keepsDurations: steps.fixed.has("durations") },
      tensors: [{ name: "durations", shape: [N, D], data: durations }],
    },
  );
}

/** A model from the bytes of `saveHsmm`, in memory of its own algebra. Throws DataError on other bytes. */
export function loadHsmm(
  bytes: Uint8Array | ArrayBuffer,
  engine: InferenceEngine,
): { algebra: Algebra; model: HsmmStart; fitted: boolean } {
  const who = "hsmm.load";
  const { algebra, model, fitted, file } = loadHmm(bytes, engine, "hsmm");
  try {
    const N = model.K;
    const durations = file.tensor("durations");
    const D = durations.length / N;
    if (!Number.isInteger(D) || D < 1 || N < 2)
      throw new DataError(`${who}: ${durations.length} durations of ${N} states, want as many of each`);
    distribution(who, "durations", durations.slice(), D);
    checkDiagonal(who, N, model.transmat);
    const keepsDurations = file.header.keepsDurations === true;
    return { algebra, fitted, model: expanded(model, durations, { keepsDurations }) };
  } catch (error) {
    model.emission.dispose();
    algebra.dispose();
    throw error instanceof OptionError ? new DataError(error.message, { cause: error }) : error;
  }
}
