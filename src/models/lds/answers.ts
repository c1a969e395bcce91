/** What the methods of a linear dynamical system take and give. */
import type { Sequences } from "../../data/sequence.ts";
import type { GaussianStates } from "./outputs.ts";

/** Driving inputs beside the sequences, for models that have them. */
export interface Driven {
  /** u [T,m] for each sequence. Required where the model's `input` is above 0. */
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
  /** ln p(y), nats: the sum of `logLikelihoods`. */
  readonly logLikelihood: number;
  /** ln p(y_t | y_<t) [T] */
  readonly logLikelihoods: Float64Array;
}

/** x_t given all of y. */
export interface Smoothed extends GaussianStates {
  /** cov(x_{t+1}, x_t) [T-1,n,n] */
  readonly lagCovariances: Float64Array;
  /** ln p(y), nats. */
  readonly logLikelihood: number;
}

/** ln p and its gradient in free coordinates: A, B, C, D, then log-Cholesky factors of Q, R and the start. */
export interface LdsGradient {
  /** ln p(sequences), nats. */
  logLikelihood: number;
  /** [F] where the model is. */
  coordinates: Float64Array;
  /** [F] the derivatives of `logLikelihood`. */
  gradient: Float64Array;
}

/** Parameters, row-major. */
export interface LdsParameters {
  /** [n,n] x_{t+1} by x_t. */
  readonly A: Float64Array;
  /** [n,m] x_{t+1} by u_t. */
  readonly B: Float64Array;
  /** [p,n] y_t by x_t. */
  readonly C: Float64Array;
  /** [p,m] y_t by u_t. */
  readonly D: Float64Array;
  /** [n,n] covariance of the noise of the states. */
  readonly Q: Float64Array;
  /** [p,p] covariance of the noise of the outputs. */
  readonly R: Float64Array;
  /** The first state; "diffuse": nothing is known of it. */
  readonly initial:
    | "diffuse"
    | {
        /** [n] */
        readonly mean: Float64Array;
        /** [n,n] */
        readonly covariance: Float64Array;
      };
}

/** What comes before a forecast or a sample. */
export interface AfterHistory extends Driven {
  /** One sequence. Default: none, the start of a sequence. */
  readonly history?: Sequences;
}
