/** A net in a file: safetensors with the spec, every parameter, and the state of its training. */
import type { Floats } from "../../wasm/memory.ts";
import type { TrainingState } from "../../train/training-state.ts";
import { writeTensors, type Tensor } from "../../formats/safetensors.ts";
import type { FitState } from "./fit-state.ts";
import type { NetworkSpec } from "./spec.ts";

/** What the names of tensors begin with: vectors of the optimizer, states at a cut, the best weights. */
export const prefixes = { training: "training.", carried: "carried.", best: "best." } as const;

/** The bytes of a checkpoint. */
export function writeCheckpoint(
  spec: NetworkSpec,
  parameters: readonly Tensor[],
  training?: TrainingState,
  fit?: FitState,
): Uint8Array<ArrayBuffer> {
  const vector = (name: string, data: Floats): Tensor => ({ name, shape: [data.length], data });
  const { vectors = {}, position, ...state } = training ?? {};
  const { carried = [], ...place } = position ?? {};
  const { bestWeights, ...progress } = fit ?? {};
  const header = {
    model: "network",
    spec,
    training: training && { ...state, ...(position ? { position: place } : {}) },
    fit: fit && encode(progress),
  };
  return writeTensors(header, [
    ...parameters,
    ...Object.entries(vectors).map(([name, data]) => vector(prefixes.training + name, data)),
    ...carried.map((data, i) => vector(prefixes.carried + i, data)),
    ...(bestWeights ?? []).map((data, i) => vector(prefixes.best + parameters[i].name, data)),
  ]);
}

/** JSON has no ∞ and no NaN: they are written as words. */
const encode = (state: object): unknown =>
  JSON.parse(
    JSON.stringify(state, (_, x: unknown) => (typeof x === "number" && !Number.isFinite(x) ? `#${x}` : x)),
  );
