/**
 * State-space systems with a few parameters that have names: free coordinates for the search, natural
 * values for the reader, and the system that both are of.
 */
import type { Algebra } from "../../inference/matrix.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import type { Lags } from "./lag-polynomials.ts";

/**
 * How a parameter changes with the units of the data: as their square, not at all, or as they do over an
 * input's.
 */
export type ParameterKind = "variance" | "coefficient" | { readonly input: number };

/** A parameter by name. */
export interface NamedParameter {
  readonly name: string;
  readonly kind: ParameterKind;
}

/** A family of systems with one output. */
export interface Family {
  readonly who: string;
  /** Natural parameters, in the order of `natural`. */
  readonly parameters: readonly NamedParameter[];
  /**
   * Whether all parameters are variances, squares of the free coordinates, in which Q and R are linear, and
   * the start and the rest of the system are constant: then the score is exact.
   */
  readonly varianceOnly: boolean;
  /** Driving inputs a step, the constant among them. */
  readonly input: number;
  /** Whether the last input is a constant 1 that the model adds by itself. */
  readonly constant: boolean;
  /**
   * What takes up an amount that is added to all values: the constant, or states that start diffuse;
   * "nothing" where the likelihood changes by it.
   */
  readonly shifted: "constant" | "diffuse" | "nothing";
  /** Lags of what the series is differenced by, and the same parameters as a family of its differences. */
  readonly differences?: { readonly lags: Lags; readonly family: Family };
  /** States that start diffuse. */
  readonly diffuse: number;
  /** Diffuse terms of the likelihood that do not count: those of differencing. */
  readonly uncounted: number;
  /** Free coordinates of a series of variance about 1 to start from. */
  start(): Float64Array;
  /** Natural values of free coordinates, as many: a variance is the square of the coordinate of its place. */
  natural(theta: Float64Array): Float64Array;
  /** The system with natural values. */
  system(algebra: Algebra, natural: Float64Array): LinearGaussian;
}

/**
 * Coefficients of a stationary autoregression from free coordinates: partial autocorrelations x/√(1+x²),
 * then the recursion of Durbin and Levinson. (Monahan 1984.)
 */
export function stationary(x: Float64Array): Float64Array {
  let a = new Float64Array(0);
  for (const value of x) {
    const r = value / Math.sqrt(1 + value * value);
    const next = new Float64Array(a.length + 1);
    a.forEach((coefficient, i) => {
      next[i] = coefficient - r * a[a.length - 1 - i];
    });
    next[a.length] = r;
    a = next;
  }
  return a;
}

/** The gradient of a function of `stationary(x)` by x, given that by its coefficients: its way back. */
export function stationaryGradient(x: Float64Array, byCoefficient: Float64Array): Float64Array {
  const out = new Float64Array(x.length);
  let by = byCoefficient;
  for (let n = x.length - 1; n >= 0; --n) {
    const before = stationary(x.subarray(0, n));
    const size = Math.sqrt(1 + x[n] * x[n]);
    const r = x[n] / size;
    let byR = by[n];
    const next = new Float64Array(n);
    for (let i = 0; i < n; ++i) {
      byR -= by[i] * before[n - 1 - i];
      next[i] = by[i] - r * by[n - 1 - i];
    }
    out[n] = byR / (size * size * size);
    by = next;
  }
  return out;
}
