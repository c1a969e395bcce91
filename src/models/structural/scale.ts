/**
 * Units in which a series and its inputs have deviation 1, and begins at 0 where the likelihood allows it:
 * the search for the maximum takes the same way from any unit and any height. Powers of two would round
 * nothing, and leave a factor of up to 2 that sends it elsewhere where a likelihood is flat.
 */
import type { Kalman } from "../../inference/kalman.ts";
import type { Series } from "../../inference/state-space.ts";
import { deviations } from "../lds/units.ts";
import { Estimation } from "./estimation.ts";
import type { ParameterErrors } from "./information.ts";
import type { Family } from "./parametric.ts";
import { knownIn } from "./series.ts";

/** The largest size of a value. */
const sizeOf = (data: readonly Float64Array[]): number =>
  data.reduce((most, y) => y.reduce((a, v) => Math.max(a, Math.abs(v) || 0), most), 0);

/**
 * What is taken off each series: its first value; the first of all where one constant is to make up for it.
 * Nothing where a series is constant, or the likelihood would change.
 */
function originsOf({ shifted }: Family, data: readonly Float64Array[]): number[] {
  const firsts = data.map((y) => y.find((v) => v === v) ?? 0);
  if (shifted === "nothing" || deviations(data, 1)[0] === sizeOf(data)) return firsts.map(() => 0);
  return shifted === "constant" ? firsts.map(() => firsts[0]) : firsts;
}

/** Units and origins of the series, and units of their inputs. */
class Scale {
  readonly #family: Family;
  readonly #origins: readonly number[];
  readonly #unit: number;
  readonly #inputs: Float64Array;

  constructor(family: Family, data: readonly Series[]) {
    const values = data.map(({ y }) => y);
    this.#family = family;
    this.#origins = originsOf(family, values);
    this.#unit = deviations(
      values.map((y, i) => y.map((v) => v - this.#origins[i])),
      1,
    )[0];
    this.#inputs = deviations(
      data.flatMap(({ u }) => (u ? [u] : [])),
      family.input,
    );
  }

  /** Series i. */
  series({ y, u }: Series, i: number): Series {
    return {
      y: y.map((x) => (x - this.#origins[i]) / this.#unit),
      u: u?.map((x, i) => x / this.#inputs[i % this.#inputs.length]),
    };
  }

  /** Natural parameters in the units of the user. */
  user(natural: Float64Array): Float64Array {
    const { constant } = this.#family;
    return this.#sizes(natural).map((x, i) =>
      constant && i === natural.length - 1 ? x + this.#origins[0] : x,
    );
  }

  /** Standard errors of natural parameters in the units of the user. */
  errors({ errors, reasons }: ParameterErrors): ParameterErrors {
    return { errors: this.#sizes(errors), reasons };
  }

  #sizes(natural: Float64Array): Float64Array {
    return natural.map((x, i) => {
      const { kind } = this.#family.parameters[i];
      if (kind === "coefficient") return x;
      if (kind === "variance") return x * this.#unit * this.#unit;
      return (x * this.#unit) / this.#inputs[kind.input];
    });
  }

  /** The mean of all values, in these units. */
  mean(data: readonly Series[]): number {
    let count = 0;
    let mean = 0;
    data.forEach((series, i) => {
      for (const x of this.series(series, i).y) if (x === x) mean += (x - mean) / ++count;
    });
    return mean;
  }

  /**
   * ln p in these units less ln p in those of the user: a diffuse state's measure changes as a value's
   * does.
   */
  logJacobian(data: readonly Series[], { algebra }: Kalman): number {
    const log = algebra.log([this.#unit])[0];
    const known = data.reduce((sum, series) => sum + knownIn(series), 0);
    return (known - this.#family.diffuse * data.length) * log;
  }
}

/** A family beside data in units of deviation 1, and the free coordinates to search from. */
export interface Scaled {
  readonly scale: Scale;
  readonly estimation: Estimation;
  readonly start: Float64Array;
}

/**
 * The differences of series without gaps, whose likelihood is the same, of fewer states and none diffuse;
 * undefined where there are gaps, or none are taken.
 */
function differencesOf({ differences, input }: Family, data: readonly Series[]): Series[] | undefined {
  if (!differences) return undefined;
  const { lags } = differences;
  const whole = data.every(({ y }) => y.length >= lags.length && !y.some(Number.isNaN));
  if (!whole) return undefined;
  const of = (x: Float64Array, width: number): Float64Array =>
    Float64Array.from({ length: x.length - width * (lags.length - 1) }, (_, k) =>
      lags.reduce((sum, c, i) => (c === 0 ? sum : sum + c * x[k + width * (lags.length - 1 - i)]), 0),
    );
  return data.map(({ y, u }) => ({ y: of(y, 1), u: u && of(u, input) }));
}

/** What a search for the maximum needs, of series in the units of the user. */
export function scaled(family: Family, kalman: Kalman, data: readonly Series[]): Scaled {
  const scale = new Scale(family, data);
  const start = family.start();
  if (family.constant) start[start.length - 1] = scale.mean(data);
  const series = data.map((one, i) => scale.series(one, i));
  const differenced = differencesOf(family, series);
  const estimation = differenced
    ? new Estimation(family.differences!.family, kalman, differenced)
    : new Estimation(family, kalman, series);
  return { scale, estimation, start };
}
