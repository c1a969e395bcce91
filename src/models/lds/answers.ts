/** What the methods of a linear dynamical system take and give. */
import type { Sequences } from "../../data/sequence.ts";
import type { GaussianStates } from "./outputs.ts";

/** Driving inputs beside the sequences, for models that have them. */
export interface Driven {
  readonly inputs?: Sequences;
}

/** Which constants a log-likelihood counts. */
export interface LikelihoodOptions extends Driven {
  /**
   * "full" (default): ln p(y), or its exact diffuse limit. "concentrated": all covariances known up to a
   * common factor, which is estimated, and constants left out: -(N-d)/2·ln σ̂² - ½·Σ ln F (Durbin & Koopman
   * 2012, 2.10.2); diffuse starts only.
   */
  readonly convention?: "full" | "concentrated";
  /** Terms ln p(y_t | y_<t) left out at the start of each sequence. Default 0. */
  readonly skip?: number;
}

/** x_t given y_1..y_t; diffuse directions have variance ∞. */
export interface Filtered extends GaussianStates {
  readonly logLikelihood: number;
  /** ln p(y_t | y_<t) [T] */
  readonly logLikelihoods: Float64Array;
}

/** x_t given all of y. */
export interface Smoothed extends GaussianStates {
  /** cov(x_{t+1}, x_t) [T-1,n,n] */
  readonly lagCovariances: Float64Array;
  readonly logLikelihood: number;
}

/** Parameters, row-major. */
export interface LdsParameters {
  readonly A: Float64Array;
  readonly B: Float64Array;
  readonly C: Float64Array;
  readonly D: Float64Array;
  readonly Q: Float64Array;
  readonly R: Float64Array;
  readonly initial: "diffuse" | { readonly mean: Float64Array; readonly covariance: Float64Array };
}

/** What comes before a forecast or a sample. */
export interface AfterHistory extends Driven {
  /** One sequence. Default: none, the start of a sequence. */
  readonly history?: Sequences;
}
