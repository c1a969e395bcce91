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

/** Where a chain goes on: state probabilities of its next step [K], and the steps before it [·,D]. */
export interface Onward {
  readonly next: Float64Array;
  readonly past: Float64Array;
}

/** States and outputs of the next `steps` steps. */
export function expected(
  algebra: Algebra,
  { transmat, emission }: HmmState,
  steps: number,
  { next, past }: Onward,
): HmmPrediction {
  const K = next.length;
  const states = new Float64Array(steps * K);
  let state = next;
  for (let t = 0; t < steps; ++t) {
    states.set(state, t * K);
    state = algebra.multiply(1, K, K, state, transmat);
  }
  const outputs = emission.future?.(steps, { next, transmat, past });
  return { states, ...(outputs ?? emission.outputs(steps, states, past)) };
}

/** `length` drawn steps. */
export function drawn(
  random: Random,
  { transmat, emission }: HmmState,
  length: number,
  { next, past }: Onward,
): HmmSample {
  const K = next.length;
  const D = emission.width;
  const all = new Float64Array(past.length + length * D);
  const sequence = all.subarray(past.length);
  all.set(past);
  const states = new Int32Array(length);
  let p = next;
  for (let t = 0; t < length; ++t) {
    const state = random.choice(p);
    states[t] = state;
    sequence.set(emission.sample(state, random, all.subarray(0, past.length + t * D)), t * D);
    p = transmat.subarray(state * K, (state + 1) * K);
  }
  return { sequence: sequence.slice(), states };
}
