/** Start and transition probabilities of a hidden Markov model: given ones checked, others drawn. */
import { OptionError } from "../../wasm/errors.ts";
import type { Random } from "../../wasm/random.ts";

/** "left-right": starts in state 0 and never goes to a lower one. */
export type Topology = "ergodic" | "left-right";

/** Uniform over the states, or the first. */
export const drawStart = (K: number, topology: Topology): Float64Array =>
  Float64Array.from({ length: K }, (_, i) => (topology === "ergodic" ? 1 / K : Number(i === 0)));

/** Random transitions that favor staying. */
export function drawTransitions(K: number, topology: Topology, random: Random): Float64Array {
  const A = new Float64Array(K * K);
  for (let i = 0; i < K; ++i) {
    let sum = 0;
    for (let j = topology === "ergodic" ? 0 : i; j < K; ++j)
      sum += A[i * K + j] = (0.5 + random.uniform()) * (i === j ? K : 1);
    for (let j = 0; j < K; ++j) A[i * K + j] /= sum;
  }
  return A;
}

/** A path goes on one state at a time more often than it leaps, by this much. */
const LEAP = 0.1;

/** Transitions of a path that spends `steps` in each state before it goes on, and seldom leaps. */
export function timedTransitions(K: number, topology: Topology, steps: number): Float64Array {
  const A = new Float64Array(K * K);
  for (let i = 0; i < K; ++i) {
    let sum = 0;
    for (let j = topology === "ergodic" ? 0 : i; j < K; ++j) {
      const away = j === (i + 1) % K ? 1 : LEAP / K;
      sum += A[i * K + j] = i === j ? Math.max(steps - 1, 1) : away;
    }
    for (let j = 0; j < K; ++j) A[i * K + j] /= sum;
  }
  return A;
}

/** Throws where a given chain does not go from left to right. */
export function checkLeftRight(
  who: string,
  K: number,
  { startprob, transmat }: { readonly startprob: Float64Array; readonly transmat: Float64Array },
): void {
  const remedy = "want 0 in a left-right chain; leave topology out, or number the states in their order";
  startprob.forEach((p, i) => {
    if (i > 0 && p > 0) throw new OptionError(`${who}: startprob: entry ${i} is ${p}, ${remedy}`);
  });
  transmat.forEach((p, at) => {
    const i = Math.floor(at / K);
    if (at % K < i && p > 0)
      throw new OptionError(`${who}: transmat: row ${i}, entry ${at % K} is ${p}, ${remedy}`);
  });
}
