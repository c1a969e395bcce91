/** Akaike's (1974) and Schwarz's (1978) criteria: how well a model fits for the parameters that it has. */
import type { Algebra } from "../../inference/matrix.ts";
import type { HmmStart } from "./spec.ts";

/** Smaller is better. */
export interface Criteria {
  /** ln p(data), nats. */
  readonly logLikelihood: number;
  /** Free parameters. */
  readonly parameters: number;
  /** Steps of which anything was observed. */
  readonly steps: number;
  /** 2·parameters - 2·ln p. */
  readonly aic: number;
  /** parameters·ln steps - 2·ln p. */
  readonly bic: number;
}

/** Free numbers in rows of probabilities: one fewer than are not structurally 0. */
function freeProbabilities(p: Float64Array, width: number): number {
  return p.filter((x) => x > 0).length - p.length / width;
}

/** The criteria of a model with a given log-likelihood of the data. */
export function criteria(
  { K, startprob, transmat, emission, ties, fixed }: HmmStart,
  algebra: Algebra,
  data: readonly Float64Array[],
  logLikelihood: number,
): Criteria {
  let parameters = emission.free(ties, fixed);
  if (!fixed.has("startprob")) parameters += freeProbabilities(startprob, K);
  if (!fixed.has("transmat")) parameters += freeProbabilities(transmat, K);
  let steps = 0;
  const D = emission.width;
  for (const y of data)
    for (let at = 0; at < y.length; at += D) if (y.subarray(at, at + D).some((x) => x === x)) ++steps;
  const aic = 2 * parameters - 2 * logLikelihood;
  const bic = parameters * algebra.log([Math.max(steps, 1)])[0] - 2 * logLikelihood;
  return { logLikelihood, parameters, steps, aic, bic };
}
