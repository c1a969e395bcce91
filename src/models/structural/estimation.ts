/**
 * Maximum likelihood of a family of systems by quasi-Newton steps, and the standard errors of what it finds
 * from the observed information. (Durbin & Koopman 2012, chapter 7.)
 *
 * Standard deviations are free coordinates, so that a variance that goes to 0 gets there by Newton's steps.
 */
import type { Kalman } from "../../inference/kalman.ts";
import { LOG_TWO_PI, Matrix } from "../../inference/matrix-value.ts";
import { scalarPass, varianceScore } from "../../inference/scalar-likelihood.ts";
import type { LinearGaussian, Series } from "../../inference/state-space.ts";
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
  #effects: readonly LinearGaussian[] | undefined;

  constructor(family: Family, kalman: Kalman, data: readonly Series[]) {
    this.#family = family;
    this.#kalman = kalman;
    this.#data = data;
  }

  /** ln p(data) at free coordinates, nats. Throws NumericError where there is none. */
  logLikelihood(theta: Float64Array): number {
    const { who, natural, system, uncounted } = this.#family;
    const model = system(this.#kalman.algebra, natural(theta));
    return this.#data.reduce((sum, series) => {
      const pass = series.u ? undefined : scalarPass(model, series.y);
      const { logLikelihood } = pass ?? this.#kalman.run(who, model, series, "likelihood");
      return sum + logLikelihood + 0.5 * uncounted * LOG_TWO_PI;
    }, 0);
  }

  /**
   * ln p(data) and its gradient [P] in free coordinates: exact where all parameters are variances, else by
   * central differences. Throws NumericError where there is none.
   */
  gradient(theta: Float64Array): { readonly value: number; readonly gradient: Float64Array } {
    const { varianceOnly } = this.#family;
    const exact = varianceOnly ? this.#score(theta) : undefined;
    if (exact) return exact;
    const value = (x: Float64Array): number => this.logLikelihood(x);
    return { value: value(theta), gradient: centralDifferences(value, theta, STEP) };
  }

  /** [P] the system in which one variance is 1 and the others are 0: what a variance adds to Q and R. */
  #systemsOfOne(P: number): LinearGaussian[] {
    return Array.from({ length: P }, (_, i) =>
      this.#family.system(
        this.#kalman.algebra,
        Float64Array.from({ length: P }, (__, j) => Number(j === i)),
      ),
    );
  }

  /** The score; undefined where a pass has no answer. */
  #score(theta: Float64Array): { value: number; gradient: Float64Array } | undefined {
    const { natural, system, uncounted } = this.#family;
    const model = system(this.#kalman.algebra, natural(theta));
    const effects = (this.#effects ??= this.#systemsOfOne(theta.length));
    const gradient = new Float64Array(theta.length);
    let value = 0;
    for (const { y } of this.#data) {
      const pass = scalarPass(model, y);
      if (!pass) return undefined;
      value += pass.logLikelihood + 0.5 * uncounted * LOG_TWO_PI;
      const { states, output } = varianceScore(model, y, pass);
      effects.forEach(({ Q, R }, i) => {
        const slope = states.reduce((sum, s, k) => sum + s * Q.at(k, k), output * R.at(0, 0));
        gradient[i] += 2 * theta[i] * slope;
      });
    }
    return { value, gradient };
  }

  /** Maximizes, starting from `theta`. */
  maximize(theta: Float64Array, options: QuasiNewtonOptions): Promise<Maximum> {
    return quasiNewton(
      { value: (x) => this.logLikelihood(x), gradient: (x) => this.gradient(x) },
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
