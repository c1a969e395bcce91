/**
 * Maximum likelihood of a family of systems by quasi-Newton steps, and the standard errors of what it finds
 * from the observed information. (Durbin & Koopman 2012, chapter 7.)
 *
 * Standard deviations are free coordinates, so that a variance that goes to 0 gets there by Newton's steps.
 * Where all parameters are variances their common scale has a closed form, σ² = the mean of v²/F, and the
 * search is over their ratios alone. (Harvey 1989, section 3.4.2.)
 */
import type { Kalman } from "../../inference/kalman.ts";
import { LOG_TWO_PI } from "../../inference/matrix-value.ts";
import { scalarPass, type ScalarPass } from "../../inference/scalar-likelihood.ts";
import { varianceScore } from "../../inference/scalar-score.ts";
import type { LinearGaussian, Series } from "../../inference/state-space.ts";
import { alongChange, changedTransitions, slopesOf, stepsOf } from "../../inference/system-slopes.ts";
import { centralDifferences, moved, STEP } from "../../train/differences.ts";
import {
  quasiNewton,
  type Maximum,
  type QuasiNewtonOptions,
  type SmoothPoint,
} from "../../train/quasi-newton.ts";
import { NumericError } from "../../wasm/errors.ts";
import { PassReader } from "../lds/outputs.ts";
import {
  aboutMaximum,
  errorsByInformation,
  informationByGradient,
  type AtMaximum,
  type ParameterErrors,
} from "./information.ts";
import type { Family } from "./parametric.ts";

/** How long a search goes on where nothing else is said. */
export const SEARCH = { iterations: 200, tolerance: 1e-8 };
/** A mean of v²/F below this, of series of deviation 1, is rounding: such a series has no scale. */
const PERFECT = 1e-20;

/** Beside inputs the filter's kernels are faster up to so many states: their gain soon stays. */
const FEW_STATES = 24;

/** The free coordinates that a point of the search stands for. */
export const coordinates = ({ x, multiple }: LikelihoodPoint): Float64Array => x.map((v) => v * multiple);

/** What the likelihood of all series is made of, at one point. */
interface Likelihood {
  readonly model: LinearGaussian;
  /** ln p(data), nats. */
  readonly value: number;
  /** Σ v²/F and its number of terms. */
  readonly squares: number;
  readonly count: number;
  /** What the score needs, a series; none where a pass has no answer. */
  readonly passes?: readonly ScalarPass[];
}

/** ln p(data) at the multiple of free coordinates x that is the best, or at x itself. */
export interface LikelihoodPoint extends SmoothPoint {
  /** What x is to be multiplied by. */
  readonly multiple: number;
}

/** The part of one series. */
interface ScalarPart {
  readonly logLikelihood: number;
  readonly squares: number;
  readonly count: number;
  readonly pass?: ScalarPass;
}

/** y - D·u [T]: no input of these families drives a state. */
function lessInputs({ D, input: m }: LinearGaussian, { y, u }: Series): Float64Array {
  if (!u) return y;
  return y.map((v, t) => {
    let less = v;
    for (let j = 0; j < m; ++j) less -= D.data[j] * u[t * m + j];
    return less;
  });
}

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
    return this.#likelihood(theta).value;
  }

  /** The gradient [P] of ln p(data), exact; undefined where it has to be found by differences. */
  score(theta: Float64Array): Float64Array | undefined {
    const found = this.#likelihood(theta);
    return this.#family.varianceOnly ? this.#score(theta, found, 1) : this.#bySystem(theta, found);
  }

  /**
   * ln p(data) as the search sees it: where all parameters are variances, at the best multiple of theta, with
   * the exact gradient of that; else at theta, with central differences, which cost less than an exact
   * gradient of few parameters. Throws NumericError where there is none.
   */
  at(theta: Float64Array): LikelihoodPoint {
    const found = this.#likelihood(theta);
    const scale = this.#bestScale(found);
    const log = scale === 1 ? 0 : this.#kalman.algebra.log([scale])[0];
    return {
      x: theta,
      multiple: Math.sqrt(scale),
      value: found.value + 0.5 * (found.squares - found.squares / scale - found.count * log),
      gradient: () => this.#score(theta, found, scale) ?? centralDifferences((x) => this.at(x).value, theta),
    };
  }

  /** ln p(data) at free coordinates, with its gradient. Throws NumericError where there is none. */
  plain(theta: Float64Array): SmoothPoint {
    const found = this.#likelihood(theta);
    return {
      x: theta,
      value: found.value,
      gradient: () => this.#score(theta, found, 1) ?? centralDifferences((x) => this.logLikelihood(x), theta),
    };
  }

  /** What all variances are to be multiplied by: the mean of v²/F, or 1 where that says nothing. */
  #bestScale({ squares, count }: Likelihood): number {
    if (!this.#family.varianceOnly) return 1;
    const mean = squares / count;
    return mean > PERFECT && mean < 1 / PERFECT ? mean : 1;
  }

  #likelihood(theta: Float64Array): Likelihood {
    const { natural, system } = this.#family;
    const model = system(this.#kalman.algebra, natural(theta));
    const parts = this.#data.map((series) => this.#pass(model, series));
    const total = (of: (part: ScalarPart) => number): number => parts.reduce((sum, x) => sum + of(x), 0);
    const passes = parts.flatMap(({ pass }) => (pass ? [pass] : []));
    return {
      model,
      value: total(({ logLikelihood }) => logLikelihood + 0.5 * this.#family.uncounted * LOG_TWO_PI),
      squares: total(({ squares }) => squares),
      count: total(({ count }) => count),
      passes: passes.length === parts.length ? passes : undefined,
    };
  }

  /** One series: by rank-one updates, or by the Kalman filter where they have no answer. */
  #pass(model: LinearGaussian, series: Series): ScalarPart {
    const { who, varianceOnly } = this.#family;
    const kalman = this.#kalman;
    const whole = series.u !== undefined && model.state <= FEW_STATES;
    const pass = whole ? undefined : scalarPass(model, lessInputs(model, series), kalman.workspace);
    if (pass) return { ...pass, pass };
    if (!varianceOnly) {
      const { logLikelihood } = kalman.run(who, model, series, "likelihood");
      return { logLikelihood, squares: 0, count: 0 };
    }
    const run = kalman.run(who, model, series, "filter");
    const { logLikelihood } = run;
    const { means, covariances } = new PassReader(kalman, model).outputs(run, undefined);
    const terms = means
      .map((mean, t) => ((series.y[t] - mean) * (series.y[t] - mean)) / covariances[t])
      .filter((x, t) => x === x && covariances[t] < Infinity);
    return { logLikelihood, squares: terms.reduce((sum, x) => sum + x, 0), count: terms.length };
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

  /** The score with all variances times `scale`, in coordinates before that; undefined without passes. */
  #score(theta: Float64Array, { model, passes }: Likelihood, scale: number): Float64Array | undefined {
    if (!passes || !this.#family.varianceOnly) return undefined;
    const effects = (this.#effects ??= this.#systemsOfOne(theta.length));
    const gradient = new Float64Array(theta.length);
    const arena = this.#kalman.workspace;
    this.#data.forEach(({ y }, k) => {
      const { states, output } = varianceScore(model, y, passes[k], { scale, arena });
      effects.forEach(({ Q, R }, i) => {
        const slope = states.reduce((sum, s, j) => sum + s * Q.at(j, j), output * R.at(0, 0));
        gradient[i] += 2 * theta[i] * slope;
      });
    });
    return gradient;
  }

  /** The gradient by the matrices, exact, and theirs by the coordinates, of central differences. */
  #bySystem(theta: Float64Array, { model }: Likelihood): Float64Array {
    const { who, natural, system } = this.#family;
    const kalman = this.#kalman;
    const beside = (i: number, by: number): LinearGaussian =>
      system(kalman.algebra, natural(moved(theta, i, by)));
    const changes = Array.from(theta, (_, i) => [beside(i, STEP), beside(i, -STEP)] as const);
    const gradient = new Float64Array(theta.length);
    const wanted = changedTransitions([model, ...changes.flat()]);
    for (const series of this.#data) {
      const steps = stepsOf(kalman, model, kalman.run(who, model, series, "filter"));
      const [slopes] = slopesOf({ model: () => model, steps, u: series.u, varying: false, wanted });
      changes.forEach(([up, down], i) => (gradient[i] += alongChange(slopes, up, down, true) / (2 * STEP)));
    }
    return gradient;
  }

  /** Maximizes, starting from `theta`; the best point is to be multiplied by its `multiple`. */
  maximize(
    theta: Float64Array,
    options: QuasiNewtonOptions<LikelihoodPoint>,
  ): Promise<Maximum<LikelihoodPoint>> {
    return quasiNewton((x) => this.at(x), theta, options);
  }

  /** What is known of the likelihood about a maximum. Throws NumericError. */
  about(theta: Float64Array): AtMaximum {
    const logLikelihood = (x: Float64Array): number => this.logLikelihood(x);
    const found = { theta, natural: this.#family.natural, logLikelihood };
    return aboutMaximum(
      found,
      informationByGradient((x) => this.score(x), theta),
    );
  }

  /** Standard errors of the natural parameters at a maximum; 0 for a variance at 0. Throws NumericError. */
  standardErrors(theta: Float64Array): ParameterErrors {
    return errorsByInformation(this.#family.who, this.#kalman.algebra, this.about(theta));
  }
}

/** Standard errors, or the words of why there are none. */
export function errorsOrReason(compute: () => ParameterErrors): ParameterErrors | string {
  try {
    return compute();
  } catch (error) {
    if (error instanceof NumericError) return error.message;
    throw error;
  }
}
