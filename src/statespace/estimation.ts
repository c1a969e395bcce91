/** Maximum likelihood of a state-space model by quasi-Newton steps, with what it says of the parameters. */
import type { Kalman } from "../inference/kalman.ts";
import { sum } from "../inference/matrix-value.ts";
import type { Series } from "../inference/state-space.ts";
import { SEARCH } from "../models/structural/estimation.ts";
import type { ParameterInterval } from "../models/structural/answers.ts";
import { intervalsAround } from "../models/structural/intervals.ts";
import {
  aboutMaximum,
  errorsByInformation,
  type AtMaximum,
  type ParameterErrors,
} from "../models/structural/information.ts";
import { centralDifferences } from "../train/differences.ts";
import { quasiNewton, type SmoothPoint } from "../train/quasi-newton.ts";
import { varyingLikelihood } from "./likelihood.ts";
import { Coordinates } from "./parameters.ts";
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
  const T = series.y.length / spec.output;
  const width = spec.input + 1;
  const u = Float64Array.from({ length: T * width }, (_, k) => {
    const [t, j] = [Math.floor(k / width), k % width];
    return j < spec.input ? series.u![t * spec.input + j] : 1;
  });
  return kalman.run(who, systems(0).model, { y: series.y, u }, "likelihood").logLikelihood;
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

  /** ln p(data) with its gradient, by central differences. Throws NumericError where there is none. */
  readonly at = (theta: Float64Array): SmoothPoint => ({
    x: theta,
    value: this.logLikelihood(theta),
    gradient: () => centralDifferences((x) => this.logLikelihood(x), theta),
  });

  /** What is known of the likelihood about a maximum. Throws NumericError. */
  #about(theta: Float64Array): AtMaximum {
    const logLikelihood = (x: Float64Array): number => this.logLikelihood(x);
    return aboutMaximum({ theta, natural: this.coordinates.natural, logLikelihood });
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
