/**
 * Units in which a series and its inputs have numbers of about 1, as powers of two: changing to them rounds
 * nothing.
 */
import type { Kalman } from "../../inference/kalman.ts";
import { powerOfTwo } from "../../inference/lds-regression.ts";
import type { Series } from "../../inference/state-space.ts";
import { deviations } from "../lds/units.ts";
import type { Family } from "./parametric.ts";

/** Units of the series and of its inputs, powers of two. */
export class Scale {
  readonly #family: Family;
  readonly #unit: number;
  readonly #inputs: Float64Array;

  constructor(family: Family, data: readonly Series[]) {
    const unit = deviations(
      data.map(({ y }) => y),
      1,
    )[0];
    this.#family = family;
    this.#unit = powerOfTwo(unit);
    this.#inputs = deviations(
      data.flatMap(({ u }) => (u ? [u] : [])),
      family.input,
    ).map(powerOfTwo);
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
    const known = data.reduce((sum, { y }) => sum + y.filter((x) => x === x).length, 0);
    return (known - this.#family.diffuse * data.length) * log;
  }
}
