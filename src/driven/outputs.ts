/** What a driven hidden Markov model expects of steps, and what it draws. */
import type { Algebra } from "../inference/matrix.ts";
import type { Random } from "../wasm/random.ts";
import { drawPoisson } from "../models/hmm/emissions/draws.ts";
import { ratesOf } from "./counts.ts";
import { meansOf } from "./regressions.ts";
import type { IohmmStart } from "./spec.ts";

/** States and outputs that are expected. */
export interface IohmmOutputs {
  /** [T,K] */
  readonly states: Float64Array;
  /** [T,D] */
  readonly means: Float64Array;
  /** [T,D] variance of each output. */
  readonly variances: Float64Array;
}

/** Outputs under state probabilities [T,K], with x [T,R]. */
export function outputsOf(
  algebra: Algebra,
  { sizes, spec, parameters }: IohmmStart,
  states: Float64Array,
  X: Float64Array,
): IohmmOutputs {
  const { K, D } = sizes;
  const counts = spec.emission === "poisson";
  const of = counts ? ratesOf : meansOf;
  const own = Array.from({ length: K }, (_, k) => of(algebra, sizes, parameters, X, k));
  const means = new Float64Array((states.length / K) * D);
  const variances = new Float64Array(means.length);
  for (let at = 0; at < means.length; ++at) {
    const t = Math.floor(at / D);
    own.forEach((mean, k) => {
      means[at] += states[t * K + k] * mean[at];
    });
    own.forEach((mean, k) => {
      const gap = mean[at] - means[at];
      const variance = counts ? mean[at] : parameters.covariances[(k * D + (at % D)) * D + (at % D)];
      variances[at] += states[t * K + k] * (variance + gap * gap);
    });
  }
  return { states, means, variances };
}

/** One output [D] of a state with x [R]. */
export function drawnOutput(
  algebra: Algebra,
  { sizes, spec, parameters }: IohmmStart,
  { state, x, random }: { readonly state: number; readonly x: Float64Array; readonly random: Random },
): Float64Array {
  const { D } = sizes;
  if (spec.emission === "poisson")
    return ratesOf(algebra, sizes, parameters, x, state).map((rate) => drawPoisson(algebra, random, rate));
  const S = parameters.covariances.slice(state * D * D, (state + 1) * D * D);
  const L = algebra.cholesky("iohmm.sample: covariance", D, S);
  const e = Float64Array.from({ length: D }, () => random.normal());
  return meansOf(algebra, sizes, parameters, x, state).map((mean, i) => {
    let sum = mean;
    for (let j = 0; j <= i; ++j) sum += L[i * D + j] * e[j];
    return sum;
  });
}
