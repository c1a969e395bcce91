/** What a driven hidden Markov model expects of steps. */
import type { Algebra } from "../inference/matrix.ts";
import type { IohmmStart } from "./spec.ts";

/** States and outputs that are expected. */
export interface IohmmOutputs {
  /** [T,K] */
  readonly states: Float64Array;
  /** [T,D]; of symbols empty. */
  readonly means: Float64Array;
  /** [T,D] variance of each output; of symbols empty. */
  readonly variances: Float64Array;
  /** [T,M] of each symbol; of numbers empty. */
  readonly probabilities: Float64Array;
}

/** Outputs under state probabilities [T,K], with x [T,R]. */
export function outputsOf(
  algebra: Algebra,
  { sizes, emission, parameters }: IohmmStart,
  states: Float64Array,
  X: Float64Array,
): IohmmOutputs {
  const { K, D, C } = sizes;
  const own = Array.from({ length: K }, (_, k) => emission.means(algebra, sizes, parameters, X, k));
  const means = new Float64Array((states.length / K) * C);
  const stateAt = (at: number, k: number): number => states[Math.floor(at / C) * K + k];
  means.forEach((_, at) => {
    own.forEach((mean, k) => {
      means[at] += stateAt(at, k) * mean[at];
    });
  });
  const none = new Float64Array(0);
  if (!emission.variance) return { states, means: none, variances: none, probabilities: means };
  const variances = new Float64Array(means.length);
  for (let at = 0; at < means.length; ++at)
    own.forEach((mean, k) => {
      const gap = mean[at] - means[at];
      const variance = emission.variance!(parameters, D, { k, d: at % D }, mean[at]);
      variances[at] += stateAt(at, k) * (variance + gap * gap);
    });
  return { states, means, variances, probabilities: none };
}
