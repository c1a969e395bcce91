/**
 * Maximum likelihood of a family of systems by quasi-Newton steps, and the standard errors of what it finds
 * from the observed information. (Durbin & Koopman 2012, chapter 7.)
 *
 * Standard deviations are free coordinates, so that a variance that goes to 0 gets there by Newton's steps.
 */
import type { Kalman } from "../../inference/kalman.ts";
import { LOG_TWO_PI, Matrix } from "../../inference/matrix-value.ts";
import type { Series } from "../../inference/state-space.ts";
import { centralDifferences, moved } from "../../train/differences.ts";
import { quasiNewton, type Maximum, type QuasiNewtonOptions } from "../../train/quasi-newton.ts";
import { NumericError } from "../../wasm/errors.ts";
import type { Family } from "./parametric.ts";

/** Step of differences, relative to 1: near the cube root of a unit in the last place. */
const STEP = 1e-5;
/** Step of second differences: near the fourth root. */
const SECOND_STEP = 2e-4;

/** A family beside the data that it is fitted to, in units of about 1. */
export class Estimation {
  readonly #family: Family;
  readonly #kalman: Kalman;
  readonly #data: readonly Series[];

  constructor(family: Family, kalman: Kalman, data: readonly Series[]) {
    this.#family = family;
    this.#kalman = kalman;
    this.#data = data;
  }

  /** ln p(data) at free coordinates, nats. Throws NumericError where there is none. */
  logLikelihood(theta: Float64Array): number {
    const { who, natural, system, uncounted } = this.#family;
    const model = system(this.#kalman.algebra, natural(theta));
    return this.#data.reduce(
      (sum, series) =>
        sum + this.#kalman.run(who, model, series, "likelihood").logLikelihood + 0.5 * uncounted * LOG_TWO_PI,
      0,
    );
  }

  /** Maximizes, starting from `theta`. */
  maximize(theta: Float64Array, options: QuasiNewtonOptions): Promise<Maximum> {
    const value = (x: Float64Array): number => this.logLikelihood(x);
    return quasiNewton(
      { value, gradient: (x) => ({ value: value(x), gradient: centralDifferences(value, x, STEP) }) },
      theta,
      options,
    );
  }

  /**
   * Standard errors of the natural parameters at a maximum: √diag(J·H⁻¹·Jᵀ) for the observed information H
   * in the free coordinates. 0 for a variance at 0. Throws NumericError where the likelihood is flat in
   * some direction.
   */
  standardErrors(theta: Float64Array): Float64Array {
    const { algebra } = this.#kalman;
    const P = theta.length;
    const information = new Matrix(algebra, P, P, this.#information(theta));
    const { natural, who } = this.#family;
    const values = natural(theta);
    const J = new Float64Array(values.length * P);
    for (let j = 0; j < P; ++j) {
      const up = natural(moved(theta, j, STEP));
      const down = natural(moved(theta, j, -STEP));
      values.forEach((_, i) => (J[i * P + j] = (up[i] - down[i]) / (2 * STEP)));
    }
    const jacobian = new Matrix(algebra, values.length, P, J);
    try {
      const covariance = jacobian.times(information.solve(`${who}: information`, jacobian.transposed()));
      return covariance.diagonal().map((x) => Math.sqrt(Math.max(x, 0)));
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      throw new NumericError(
        `${who}: standardErrors: the likelihood is flat at its maximum; want fewer ` +
          "components or a longer series",
      );
    }
  }

  /** -∂² ln p by central differences. */
  #information(theta: Float64Array): Float64Array {
    const P = theta.length;
    const h = SECOND_STEP;
    const at = (i: number, a: number, j: number, b: number): number =>
      this.logLikelihood(moved(moved(theta, i, a), j, b));
    const H = new Float64Array(P * P);
    const here = this.logLikelihood(theta);
    for (let i = 0; i < P; ++i) {
      H[i * P + i] = -(at(i, h, i, 0) - 2 * here + at(i, -h, i, 0)) / (h * h);
      for (let j = 0; j < i; ++j) {
        const mixed = at(i, h, j, h) - at(i, h, j, -h) - at(i, -h, j, h) + at(i, -h, j, -h);
        H[i * P + j] = H[j * P + i] = -mixed / (4 * h * h);
      }
    }
    return H;
  }
}

/** Standard errors, or the words of why there are none. */
export function errorsOrReason(compute: () => Float64Array): Float64Array | string {
  try {
    return compute();
  } catch (error) {
    if (error instanceof NumericError) return error.message;
    throw error;
  }
}
