/** What a chain does from a known distribution of its next state: expected outputs, and drawn ones. */
import type { Random } from "../../wasm/random.ts";
import type { Algebra } from "../../inference/matrix.ts";
import type { HmmState } from "./spec.ts";
import type { HmmPrediction } from "./stream.ts";

/** A sequence [length,D] and its states [length]. */
export interface HmmSample {
  readonly sequence: Float64Array;
  readonly states: Int32Array;
}

/** States and outputs of the next `steps` steps, the first with state probabilities `next` [K]. */
export function expected(
  algebra: Algebra,
  { transmat, emission }: HmmState,
  steps: number,
  next: Float64Array,
): HmmPrediction {
  const K = next.length;
  const states = new Float64Array(steps * K);
  let state = next;
  for (let t = 0; t < steps; ++t) {
    states.set(state, t * K);
    state = algebra.multiply(1, K, K, state, transmat);
  }
  return { states, ...emission.outputs(steps, states) };
}

/** `length` drawn steps, the first with state probabilities `next` [K]. */
export function drawn(
  random: Random,
  { transmat, emission }: HmmState,
  length: number,
  next: Float64Array,
): HmmSample {
  const K = next.length;
  const D = emission.width;
  const sequence = new Float64Array(length * D);
  const states = new Int32Array(length);
  let p = next;
  for (let t = 0; t < length; ++t) {
    const state = random.choice(p);
    states[t] = state;
    sequence.set(emission.sample(state, random), t * D);
    p = transmat.subarray(state * K, (state + 1) * K);
  }
  return { sequence, states };
}
