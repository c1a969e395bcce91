/** Maximum likelihood of a state-space model by quasi-Newton steps, with what it says of the parameters. */
import type { Kalman } from "../inference/kalman.ts";
import { sum } from "../inference/matrix-value.ts";
import type { Series } from "../inference/state-space.ts";
import {
  alongChange,
  slopesOf,
  stepsOf,
  type FilterStep,
  type SystemSlopes,
} from "../inference/system-slopes.ts";
import { SEARCH } from "../models/structural/estimation.ts";
import type { ParameterInterval } from "../models/structural/answers.ts";
import { intervalsAround } from "../models/structural/intervals.ts";
import {
  aboutMaximum,
  errorsByInformation,
  informationByGradient,
  type AtMaximum,
  type ParameterErrors,
} from "../models/structural/information.ts";
import { moved, STEP } from "../train/differences.ts";
import { quasiNewton, type SmoothPoint } from "../train/quasi-newton.ts";
import { varyingLikelihood } from "./likelihood.ts";
import { Coordinates } from "./parameters.ts";
import type { Systems } from "./passes.ts";
import { systemsOf, type ReadSpec } from "./spec.ts";

/** ln p of one series, nats. Throws NumericError where there is none. */
export function seriesLikelihood(
  who: string,
  kalman: Kalman,
  spec: ReadSpec,
  of: { readonly natural: Float64Array; readonly series: Series },
): number {
  const systems = systemsOf(who, kalman.algebra, spec, of);
  const { series } = of;
  if (spec.varying) return varyingLikelihood(who, systems, series, spec.input);
  return kalman.run(who, systems(0).model, withOnes(spec, series), "likelihood").logLikelihood;
}

/** A series with the constant 1 of the intercepts as its last input. */
function withOnes({ input, output }: ReadSpec, { y, u }: Series): Series {
  const width = input + 1;
  const T = y.length / output;
  const driven = new Float64Array(T * width).fill(1);
  if (u) for (let t = 0; t < T; ++t) driven.set(u.subarray(t * input, (t + 1) * input), t * width);
  return { y, u: driven };
}

/** What the filter leaves of the steps of one series. Throws NumericError. */
function filterSteps(who: string, kalman: Kalman, spec: ReadSpec, way: SeriesSystems): FilterStep[] {
  const { systems, series } = way;
  if (spec.varying) {
    const steps: FilterStep[] = [];
    varyingLikelihood(who, systems, series, spec.input, (step) => steps.push(step));
    return steps;
  }
  const { model } = systems(0);
  return stepsOf(kalman, model, kalman.run(who, model, withOnes(spec, series), "filter"));
}

/** A series and its systems. */
interface SeriesSystems {
  readonly systems: Systems;
  readonly series: Series;
}

/** A model beside the data that it is fitted to. */
export class StateSpaceEstimation {
  readonly #who: string;
  readonly #kalman: Kalman;
  readonly #spec: ReadSpec;
  readonly #data: readonly Series[];
  readonly coordinates: Coordinates;

  constructor(who: string, kalman: Kalman, spec: ReadSpec, data: readonly Series[]) {
    this.#who = who;
    this.#kalman = kalman;
    this.#spec = spec;
    this.#data = data;
    this.coordinates = new Coordinates(spec.parameters, variance(data, spec.output));
  }

  /** ln p(data) at free coordinates, nats. Throws NumericError where there is none. */
  logLikelihood(theta: Float64Array): number {
    const natural = this.coordinates.natural(theta);
    return this.#data.reduce(
      (total, series) => total + seriesLikelihood(this.#who, this.#kalman, this.#spec, { natural, series }),
      0,
    );
  }

  /**
   * The gradient [P] of ln p(data) at free coordinates: by the matrices exactly, by one pass backward, and of
   * the matrices, which are the user's functions, by central differences. Throws NumericError where there is
   * none.
   */
  gradient(theta: Float64Array): Float64Array {
    const out = new Float64Array(theta.length);
    for (const series of this.#data) {
      const slopes = this.#slopes(theta, series);
      theta.forEach((_, i) => {
        const beside = (by: number): Systems => this.#systems(moved(theta, i, by), series, true);
        const [up, down] = [beside(STEP), beside(-STEP)];
        slopes.forEach((step, t) => {
          out[i] += alongChange(step, up(t).model, down(t).model, t === 0) / (2 * STEP);
        });
      });
    }
    return out;
  }

  #systems(theta: Float64Array, series: Series, isTrusted = false): Systems {
    const natural = this.coordinates.natural(theta);
    return systemsOf(this.#who, this.#kalman.algebra, this.#spec, { natural, series, isTrusted });
  }

  /** ∂ ln p of one series by its matrices. */
  #slopes(theta: Float64Array, series: Series): SystemSlopes[] {
    const { varying } = this.#spec;
    const systems = this.#systems(theta, series);
    const steps = filterSteps(this.#who, this.#kalman, this.#spec, { systems, series });
    return slopesOf({ model: (t) => systems(t).model, steps, u: withOnes(this.#spec, series).u, varying });
  }

  /** ln p(data) with its gradient. Throws NumericError where there is none. */
  readonly at = (theta: Float64Array): SmoothPoint => ({
    x: theta,
    value: this.logLikelihood(theta),
    gradient: () => this.gradient(theta),
  });

  /** What is known of the likelihood about a maximum. Throws NumericError. */
  #about(theta: Float64Array): AtMaximum {
    const logLikelihood = (x: Float64Array): number => this.logLikelihood(x);
    const found = { theta, natural: this.coordinates.natural, logLikelihood };
    return aboutMaximum(
      found,
      informationByGradient((x) => this.gradient(x), theta),
    );
  }

  /** Standard errors of all parameters; 0 of those that are fixed. Throws NumericError. */
  standardErrors(theta: Float64Array, about = this.#about(theta)): ParameterErrors {
    return errorsByInformation(this.#who, this.#kalman.algebra, about);
  }

  /** The interval of every parameter that reaches z deviations of a normal distribution. */
  async intervals(z: number): Promise<ParameterInterval[]> {
    const { best } = await quasiNewton(this.at, this.coordinates.start, SEARCH);
    const about = this.#about(best.x);
    const { errors } = this.standardErrors(best.x, about);
    return intervalsAround(
      { likelihood: this.at, theta: best.x, z },
      Array.from(this.coordinates.natural(best.x), (value, i) => ({
        value,
        error: errors[i],
        root: this.coordinates.root(i),
      })),
      about,
    );
  }
}

/** The mean over outputs of the variance of what is known of them; 1 where nothing is. */
function variance(data: readonly Series[], p: number): number {
  let total = 0;
  for (let i = 0; i < p; ++i) {
    const values = data.flatMap(({ y }) => [...y].filter((v, k) => k % p === i && v === v));
    const mean = sum(values) / values.length;
    total += sum(values.map((v) => (v - mean) * (v - mean))) / values.length || 0;
  }
  return total / p || 1;
}
