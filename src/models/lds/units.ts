/**
 * Units in which data and parameters have numbers of about 1, as powers of two: changing to them rounds
 * nothing, so a fit gives the same answer whatever the data are measured in, column by column.
 */
import { powerOfTwo } from "../../inference/lds-regression.ts";
import { type Matrix } from "../../inference/matrix-value.ts";
import type { LinearGaussian, Series } from "../../inference/state-space.ts";
import { NumericError } from "../../wasm/errors.ts";

/** One unit of each output [p], state [n] and input [m]. */
export interface UnitSizes {
  readonly outputs: Float64Array;
  readonly states: Float64Array;
  readonly inputs: Float64Array;
}

/** A change of units, there and back. */
export class Units {
  readonly #sizes: UnitSizes;

  constructor(sizes: UnitSizes) {
    this.#sizes = sizes;
  }

  /** The series in these units. */
  series({ y, u }: Series): Series {
    const { outputs, inputs } = this.#sizes;
    return { y: divided(y, outputs), u: u && divided(u, inputs) };
  }

  /** The system in these units. */
  enter(model: LinearGaussian): LinearGaussian {
    return changed(model, this.#sizes);
  }

  /** The system in the units of the user. Throws NumericError where its numbers are not finite there. */
  leave(who: string, model: LinearGaussian): LinearGaussian {
    const inverse = (x: Float64Array): Float64Array => x.map((v) => 1 / v);
    const { outputs, states, inputs } = this.#sizes;
    const own = changed(model, {
      outputs: inverse(outputs),
      states: inverse(states),
      inputs: inverse(inputs),
    });
    const { A, B, C, D, Q, R, initial } = own;
    const start = initial === "diffuse" ? [] : [initial.mean, initial.covariance];
    for (const { data } of [A, B, C, D, Q, R, ...start])
      if (!data.every(Number.isFinite))
        throw new NumericError(`${who}: a parameter is not finite; the data are too large`);
    return own;
  }

  /**
   * ln p in these units less ln p in those of the user: Σ ln unit over the values that are there, less
   * those of states that start diffuse, whose measure changes with theirs.
   */
  logJacobian(data: readonly Series[], { initial }: LinearGaussian, log: Log): number {
    const { outputs, states } = this.#sizes;
    const logs = log(outputs);
    const start = initial === "diffuse" ? log(states).reduce((a, b) => a + b, 0) : 0;
    let total = -start * data.length;
    for (const { y } of data)
      for (let i = 0; i < y.length; ++i) if (y[i] === y[i]) total += logs[i % outputs.length];
    return total;
  }
}

/** Rows of numbers, each by the unit of its column. */
function divided(x: Float64Array, units: Float64Array): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; ++i) result[i] = x[i] / units[i % units.length];
  return result;
}

type Log = (x: Float64Array) => Float64Array;

function changed(model: LinearGaussian, { outputs, states, inputs }: UnitSizes): LinearGaussian {
  const map = (M: Matrix, to: Float64Array, from: Float64Array): Matrix =>
    M.map((x, i) => (x / to[Math.floor(i / M.columns)]) * from[i % M.columns]);
  const covariance = (S: Matrix, unit: Float64Array): Matrix =>
    S.map((x, i) => x / unit[Math.floor(i / S.columns)] / unit[i % S.columns]);
  const { initial } = model;
  return {
    ...model,
    A: map(model.A, states, states),
    B: map(model.B, states, inputs),
    C: map(model.C, outputs, states),
    D: map(model.D, outputs, inputs),
    Q: covariance(model.Q, states),
    R: covariance(model.R, outputs),
    initial:
      initial === "diffuse"
        ? initial
        : {
            mean: initial.mean.map((x, i) => x / states[i]),
            covariance: covariance(initial.covariance, states),
          },
  };
}

/** What the units are found from. */
export interface UnitSource {
  readonly data: readonly Series[];
  readonly model: LinearGaussian;
  /** Whether the model's C is one that stays, and whether its Q is one. */
  readonly keepsC: boolean;
  readonly keepsQ: boolean;
}

/** Units for a model that is to be fitted to data. */
export function unitsFor({ data, model, keepsC, keepsQ }: UnitSource): Units {
  const { output: p, input: m, state: n, C, Q } = model;
  const powers = (x: Float64Array): Float64Array => x.map(powerOfTwo);
  const outputs = powers(
    deviations(
      data.map(({ y }) => y),
      p,
    ),
  );
  const inputs = powers(
    deviations(
      data.flatMap(({ u }) => (u ? [u] : [])),
      m,
    ),
  );
  let states = new Float64Array(n).fill(1);
  if (keepsC) {
    const inUnits = C.data.map((x, i) => x / outputs[Math.floor(i / n)]);
    const square = inUnits.reduce((sum, x) => sum + x * x, 0);
    states.fill(powerOfTwo(Math.sqrt(p / (square || 1))));
  }
  if (keepsQ) states = Q.diagonal().map((x, i) => (x > 0 ? powerOfTwo(Math.sqrt(x)) : states[i]));
  return new Units({ outputs, states, inputs });
}

/** A spread this far below the values themselves is rounding. */
const CONSTANT = 1e-14;

/**
 * Standard deviation of each of `width` columns over all data; where a column is constant, its size, and 1
 * where it is 0 or nothing is there.
 */
export function deviations(data: readonly Float64Array[], width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, d) => {
    let largest = 0;
    for (const y of data)
      for (let i = d; i < y.length; i += width) if (Math.abs(y[i]) > largest) largest = Math.abs(y[i]);
    if (largest === 0) return 1;
    let count = 0;
    let mean = 0;
    let square = 0;
    for (const y of data)
      for (let i = d; i < y.length; i += width) {
        const x = y[i] / largest;
        if (x !== x) continue;
        const gap = x - mean; // Welford's update
        mean += gap / ++count;
        square += gap * (x - mean);
      }
    const deviation = Math.sqrt(square / count);
    return deviation > CONSTANT ? deviation * largest : largest;
  });
}
