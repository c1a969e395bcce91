/**
 * Forward, backward and best paths through a chain whose transitions change with the step (Bengio & Frasconi
 * 1996, section 4), scaled step by step.
 */
import { NumericError } from "../wasm/errors.ts";
import type { Algebra } from "../inference/matrix.ts";
import type { ViterbiPath } from "../inference/forward-backward.ts";

/** One sequence: π [K], A_t [T,K,K] (that into step t; the first is not used), ln b [T,K]. */
export interface Chain {
  readonly K: number;
  readonly T: number;
  readonly startprob: Float64Array;
  readonly A: Float64Array;
  readonly logb: Float64Array;
}

/** What the forward pass says. */
export interface Forward {
  /** [T,K] p(s_t | y_<t, u). */
  readonly predicted: Float64Array;
  /** [T,K] p(s_t | y_≤t, u). */
  readonly filtered: Float64Array;
  /** [T] ln p(y_t | y_<t, u). */
  readonly logLikelihoods: Float64Array;
  readonly logLikelihood: number;
  /** [T,K] densities beside the largest of their step, divided by what the step's sum is. */
  readonly scaled: Float64Array;
}

/** p_t·A of one step: A [K,K]. */
export function stepped(K: number, p: Float64Array, A: Float64Array): Float64Array {
  const next = new Float64Array(K);
  for (let i = 0; i < K; ++i) for (let j = 0; j < K; ++j) next[j] += p[i] * A[i * K + j];
  return next;
}

/** Throws NumericError where a step is out of reach of every state. */
export function forward(who: string, algebra: Algebra, { K, T, startprob, A, logb }: Chain): Forward {
  const tops = Float64Array.from({ length: T }, (_, t) =>
    logb.subarray(t * K, (t + 1) * K).reduce((top, x) => Math.max(top, x), -Infinity),
  );
  const scaled = algebra.exp(logb.map((x, at) => x - tops[Math.floor(at / K)]));
  const predicted = new Float64Array(T * K);
  const filtered = new Float64Array(T * K);
  const sums = new Float64Array(T);
  let next = startprob;
  for (let t = 0; t < T; ++t) {
    if (t > 0)
      next = stepped(K, filtered.subarray((t - 1) * K, t * K), A.subarray(t * K * K, (t + 1) * K * K));
    predicted.set(next, t * K);
    for (let k = 0; k < K; ++k) sums[t] += next[k] * scaled[t * K + k];
    if (!(sums[t] > 0))
      throw new NumericError(`${who}: step ${t} has a density of 0 in every state that can be reached`);
    for (let k = 0; k < K; ++k) {
      scaled[t * K + k] /= sums[t];
      filtered[t * K + k] = next[k] * scaled[t * K + k];
    }
  }
  const logLikelihoods = algebra.log(sums).map((x, t) => x + tops[t]);
  const logLikelihood = logLikelihoods.reduce((sum, x) => sum + x, 0);
  return { predicted, filtered, logLikelihoods, logLikelihood, scaled };
}

/** γ [T,K] and p(s_{t-1} = i, s_t = j | y, u) [T-1,K,K]. */
export function smooth(
  { K, T, A }: Chain,
  { filtered, scaled }: Forward,
): { gamma: Float64Array; pairs: Float64Array } {
  const gamma = filtered.slice();
  const pairs = new Float64Array(Math.max(0, T - 1) * K * K);
  let beta = new Float64Array(K).fill(1);
  for (let t = T - 1; t > 0; --t) {
    const before = new Float64Array(K);
    for (let i = 0; i < K; ++i)
      for (let j = 0; j < K; ++j) {
        const way = A[(t * K + i) * K + j] * scaled[t * K + j] * beta[j];
        before[i] += way;
        pairs[((t - 1) * K + i) * K + j] = filtered[(t - 1) * K + i] * way;
      }
    beta = before;
    for (let i = 0; i < K; ++i) gamma[(t - 1) * K + i] *= beta[i];
  }
  return { gamma, pairs };
}

/** The most probable path, ties to the lower state. */
export function bestPath(algebra: Algebra, { K, T, startprob, A, logb }: Chain): ViterbiPath {
  const logA = algebra.log(A);
  const from = new Int32Array(T * K);
  let score = algebra.log(startprob).map((x, k) => x + logb[k]);
  for (let t = 1; t < T; ++t) {
    const next = new Float64Array(K).fill(-Infinity);
    for (let j = 0; j < K; ++j) {
      for (let i = 0; i < K; ++i) {
        const s = score[i] + logA[(t * K + i) * K + j];
        if (s <= next[j]) continue;
        next[j] = s;
        from[t * K + j] = i;
      }
      next[j] += logb[t * K + j];
    }
    score = next;
  }
  const states = new Int32Array(T);
  states[T - 1] = score.reduce((best, x, k) => (x > score[best] ? k : best), 0);
  for (let t = T - 1; t > 0; --t) states[t - 1] = from[t * K + states[t]];
  return { states, logProbability: score[states[T - 1]] };
}
