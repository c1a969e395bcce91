/**
 * Units in which a series and its inputs have deviation 1: the search for the maximum takes the same way from
 * any unit. Powers of two would round nothing, and leave a factor of up to 2 that sends it elsewhere where a
 * likelihood is flat.
 */
import type { Kalman } from "../../inference/kalman.ts";
import type { Series } from "../../inference/state-space.ts";
import { deviations } from "../lds/units.ts";
import { Estimation } from "./estimation.ts";
import type { ParameterErrors } from "./information.ts";
import type { Family } from "./parametric.ts";
import { knownIn } from "./series.ts";

/** Units of the series and of its inputs. */
class Scale {
  readonly #family: Family;
  readonly #unit: number;
  readonly #inputs: Float64Array;

  constructor(family: Family, data: readonly Series[]) {
    const unit = deviations(
      data.map(({ y }) => y),
      1,
    )[0];
    this.#family = family;
    this.#unit = unit;
    this.#inputs = deviations(
      data.flatMap(({ u }) => (u ? [u] : [])),
      family.input,
    );
  }

  series({ y, u }: Series): Series {
    return {
      y: y.map((x) => x / this.#unit),
      u: u?.map((x, i) => x / this.#inputs[i % this.#inputs.length]),
    };
  }

  /** Natural parameters in the units of the user. */
  user(natural: Float64Array): Float64Array {
    return natural.map((x, i) => {
      const { kind } = this.#family.parameters[i];
      if (kind === "coefficient") return x;
      if (kind === "variance") return x * this.#unit * this.#unit;
      return (x * this.#unit) / this.#inputs[kind.input];
    });
  }

  /** Standard errors of natural parameters in the units of the user. */
  errors({ errors, reasons }: ParameterErrors): ParameterErrors {
    return { errors: this.user(errors), reasons };
  }

  /** The mean of all values, in these units. */
  mean(data: readonly Series[]): number {
    let count = 0;
    let mean = 0;
    for (const { y } of data) for (const x of y) if (x === x) mean += (x / this.#unit - mean) / ++count;
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

/** What a search for the maximum needs, of series in the units of the user. */
export function scaled(family: Family, kalman: Kalman, data: readonly Series[]): Scaled {
  const scale = new Scale(family, data);
  const start = family.start();
  if (family.constant) start[start.length - 1] = scale.mean(data);
  const series = data.map((one) => scale.series(one));
  return { scale, estimation: new Estimation(family, kalman, series), start };
}
