/** What a driven hidden Markov model expects of steps. */
import type { Algebra } from "../inference/matrix.ts";
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
  { sizes, emission, parameters }: IohmmStart,
  states: Float64Array,
  X: Float64Array,
): IohmmOutputs {
  const { K, D } = sizes;
  const own = Array.from({ length: K }, (_, k) => emission.means(algebra, sizes, parameters, X, k));
  const means = new Float64Array((states.length / K) * D);
  const variances = new Float64Array(means.length);
  for (let at = 0; at < means.length; ++at) {
    const t = Math.floor(at / D);
    own.forEach((mean, k) => {
      means[at] += states[t * K + k] * mean[at];
    });
    own.forEach((mean, k) => {
      const gap = mean[at] - means[at];
      const variance = emission.variance(parameters, D, { k, d: at % D }, mean[at]);
      variances[at] += states[t * K + k] * (variance + gap * gap);
    });
  }
  return { states, means, variances };
}
