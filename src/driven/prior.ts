/**
 * Priors of emissions that inputs drive, inputs at mean 0 and deviation 1, each worth a number of steps:
 *
 *   means        -½·s·(b_0 - m)ᵀ·S⁻¹·(b_0 - m)         b_0, the output at the inputs' means, as s steps at m
 *   covariances  -½·s·(ln|S| + tr(diag v·S⁻¹))         as s steps of variances v about the mean
 *   rates        s·(r·b_0 - exp b_0)                   as s steps of r events at the inputs' means
 *   emission     (a - 1)·Σ_c ln p_c                    Dirichlet, of the symbols at the inputs' means
 *   slopes       -½·s·|b_j|²                           of each input; of numbers by S⁻¹, as s steps at 0
 */
import {
  beliefNames,
  checkEmissionPrior,
  placed,
  type Belief,
  type Beliefs,
} from "../models/hmm/emissions/beliefs.ts";
import { OptionError, inRange, knownOptions } from "../wasm/errors.ts";
import type { DrivenEmission } from "./emission.ts";

/** Priors of what states emit, in the form of those of `hmm`. */
export interface IohmmPrior extends Beliefs {
  /** Dirichlet, of symbols where the inputs have their means: 1 (default) is flat. */
  readonly emission?: number;
  /** Of what inputs do, at deviation 1 of each: steps without any. Default 0. */
  readonly slopes?: number;
}

/** Priors in their places. */
export interface DrivenPrior {
  readonly means: Belief;
  readonly covariances: Belief;
  readonly rates: Belief;
  readonly emission: number;
  readonly slopes: number;
}

/** Throws OptionError where it is no prior of the emission. */
export function checkPrior(
  who: string,
  prior: IohmmPrior,
  { believes, classes }: DrivenEmission,
): IohmmPrior {
  knownOptions(`${who}: prior`, prior, ["emission", "slopes", ...beliefNames]);
  const { emission, slopes, ...beliefs } = prior;
  if (emission !== undefined && classes === undefined)
    throw new OptionError(`${who}: prior.emission was given, but only categorical takes one; leave it out`);
  inRange(who, "prior.slopes", slopes ?? 0, 0);
  checkEmissionPrior(who, "prior", emission === undefined ? beliefs : { ...beliefs, emission }, { believes });
  return prior;
}

/** A checked prior at the data's own means and variances [D] where it has no place. */
export function placedPrior(
  who: string,
  { emission = 1, slopes = 0, ...beliefs }: IohmmPrior,
  { mean, variance }: { readonly mean: Float64Array; readonly variance: Float64Array },
): DrivenPrior {
  return {
    means: placed(who, "means", beliefs, { own: mean, low: -Infinity }),
    covariances: placed(who, "covariances", beliefs, { own: variance, low: 0 }),
    rates: placed(who, "rates", beliefs, { own: mean, low: 0 }),
    emission,
    slopes,
  };
}

/** [R] the ridge of coefficients whose constant has none. */
export const slopeRidge = ({ slopes }: DrivenPrior, R: number): Float64Array =>
  new Float64Array(R).fill(slopes, 1);
