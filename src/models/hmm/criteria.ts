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
export function freeProbabilities(p: Float64Array, width: number): number {
  return p.filter((x) => x > 0).length - p.length / width;
}

/** What a model says of data. */
export interface Judged {
  readonly data: readonly Float64Array[];
  /** ln p(data), nats. */
  readonly logLikelihood: number;
  /** Free parameters beside start, transitions and emission. Default 0. */
  readonly more?: number;
}

/** The criteria of a model. */
export function criteria(
  model: Pick<HmmStart, "K" | "startprob" | "transmat" | "emission" | "ties" | "fixed">,
  algebra: Algebra,
  { data, logLikelihood, more = 0 }: Judged,
): Criteria {
  const { K, startprob, transmat, emission, ties, fixed } = model;
  let parameters = emission.free(ties, fixed) + more;
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
