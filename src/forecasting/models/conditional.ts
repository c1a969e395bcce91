/**
 * Seasonal ARIMA by conditional least squares: errors before the start are 0, so that a pass over the series
 * is a difference equation and takes microseconds. (Box & Jenkins 1976, section 7.1.)
 *
 *   φ(L)·Φ(Lˢ)·((1-L)ᵈ·(1-Lˢ)ᴰ·y_t - μ) = θ(L)·Θ(Lˢ)·e_t
 */
import { differences, spread, times } from "../../models/structural/lag-polynomials.ts";
import { stationary } from "../../models/structural/parametric.ts";

/** Orders. */
export interface SeasonalOrders {
  readonly p: number;
  readonly d: number;
  readonly q: number;
  readonly P: number;
  readonly D: number;
  readonly Q: number;
  /** Steps a season, 1 for none. */
  readonly season: number;
  /** Whether there is a μ. */
  readonly mean: boolean;
}

/** How many numbers are estimated, the variance not among them. */
export const coefficientCount = ({ p, q, P, Q, mean }: SeasonalOrders): number =>
  p + q + P + Q + Number(mean);

/** Polynomials multiplied out, and μ. */
export interface Equation {
  /** 1 - …, without differences. */
  readonly ar: readonly number[];
  /** 1 + … */
  readonly ma: readonly number[];
  readonly difference: readonly number[];
  readonly mean: number;
}

/** The equation of free coordinates: both sides have their roots outside the circle. */
export function equationOf(orders: SeasonalOrders, x: Float64Array): Equation {
  const { p, d, q, P, D, Q, season, mean } = orders;
  const cuts = [0, p, p + q, p + q + P, p + q + P + Q];
  const part = (i: number): Float64Array => stationary(x.subarray(cuts[i], cuts[i + 1]));
  return {
    ar: times(spread(part(0), 1, -1), spread(part(2), season, -1)),
    ma: times(spread(part(1), 1, -1), spread(part(3), season, -1)),
    difference: differences(d, D, season),
    mean: mean ? x[cuts[4]] : 0,
  };
}

/** Σ c_i·x_{t-i} from lag `from` on; what lies before the start counts as 0. */
function lagged(c: readonly number[], x: ArrayLike<number>, t: number, from: number): number {
  let sum = 0;
  const end = Math.min(c.length - 1, t);
  for (let i = from; i <= end; ++i) sum += c[i] * x[t - i];
  return sum;
}

/** w_t = difference(L)·y_t for t from its order on. */
export const differencedBy = (difference: readonly number[], y: Float64Array): Float64Array =>
  Float64Array.from({ length: Math.max(0, y.length - difference.length + 1) }, (_, t) =>
    lagged(difference, y, t + difference.length - 1, 0),
  );

/** Lags from 1 on whose coefficients are not 0: few of a product over a season. */
interface Taps {
  readonly lags: Int32Array;
  readonly c: Float64Array;
}

function tapsOf(c: readonly number[]): Taps {
  const lags = Int32Array.from(c.keys()).filter((k) => k > 0 && c[k] !== 0);
  return { lags, c: Float64Array.from(lags, (k) => c[k]) };
}

/** Σ c_i·x_{t-i} over the taps within the series. */
function tapped({ lags, c }: Taps, x: Float64Array, t: number): number {
  let sum = 0;
  for (let i = 0; i < lags.length && lags[i] <= t; ++i) sum += c[i] * x[t - lags[i]];
  return sum;
}

/** Errors e [T] of a differenced series w [T]; 0 in the first `skip` steps. */
export function residuals({ ar, ma, mean }: Equation, w: Float64Array, skip: number): Float64Array {
  const centered = mean === 0 ? w : w.map((v) => v - mean);
  const e = new Float64Array(w.length);
  const [past, errors] = [tapsOf(ar), tapsOf(ma)];
  for (let t = skip; t < w.length; ++t) e[t] = centered[t] + tapped(past, centered, t) - tapped(errors, e, t);
  return e;
}

/**
 * The derivatives of Σ e_t² by the coefficients, given the errors: one pass backwards,
 *
 *   λ_t = 2·e_t - Σ ma_j·λ_{t+j},   ∂/∂ar_i = Σ λ_t·w_{t-i},   ∂/∂ma_j = -Σ λ_t·e_{t-j}
 *
 * `lags`: those asked for. ∂/∂mean is that of a mean taken from w.
 */
export function squaresGradient(
  { ar, ma, mean }: Equation,
  { w, e, skip }: { readonly w: Float64Array; readonly e: Float64Array; readonly skip: number },
  lags: { readonly ar: readonly number[]; readonly ma: readonly number[] },
): { ar: number[]; ma: number[]; mean: number } {
  const T = w.length;
  const { lags: back, c } = tapsOf(ma);
  const adjoint = new Float64Array(T);
  for (let t = T - 1; t >= skip; --t) {
    let sum = 2 * e[t];
    for (let i = 0; i < back.length && t + back[i] < T; ++i) sum -= c[i] * adjoint[t + back[i]];
    adjoint[t] = sum;
  }
  const centered = mean === 0 ? w : w.map((v) => v - mean);
  const product = (x: Float64Array, k: number): number => {
    let sum = 0;
    for (let t = Math.max(skip, k); t < T; ++t) sum += adjoint[t] * x[t - k];
    return sum;
  };
  const ones = new Float64Array(T).fill(1);
  return {
    ar: lags.ar.map((k) => product(centered, k)),
    ma: lags.ma.map((k) => -product(e, k)),
    mean: -ar.reduce((sum, coefficient, k) => (coefficient ? sum + coefficient * product(ones, k) : sum), 0),
  };
}

/**
 * Whether an error of the start weighs no more `steps` later than it did: one that grows, as where two
 * roots of θ·Θ lie near the circle, makes of the 0 before the start a forecast of its own.
 */
export function forgetsStart({ ma }: Pick<Equation, "ma">, steps: number): boolean {
  const error = Float64Array.from({ length: steps + ma.length }, (_, t) => Number(t === 0));
  const left = residuals({ ar: [1], ma, difference: [1], mean: 0 }, error, 0);
  return left.subarray(steps).every((v) => Math.abs(v) <= 1);
}

/** Weights ψ of the errors in y: (ar·difference)·ψ = ma. [steps] */
function errorWeights({ ar, ma, difference }: Equation, steps: number): Float64Array {
  const whole = times(ar, difference);
  const psi = new Float64Array(steps);
  for (let h = 0; h < steps; ++h) psi[h] = (ma[h] ?? 0) - lagged(whole, psi, h, 1);
  return psi;
}

/** Means and variances of what comes after y; e² has the mean `variance`, 0 in the first `skip` steps. */
export function continued(
  equation: Equation,
  y: Float64Array,
  { steps, variance, skip }: { steps: number; variance: number; skip: number },
): { means: Float64Array; variances: Float64Array } {
  const { ar, ma, difference, mean } = equation;
  const past = differencedBy(difference, y);
  const T = past.length;
  const w = new Float64Array(T + steps);
  w.set(past.map((v) => v - mean));
  const e = new Float64Array(T + steps);
  e.set(residuals(equation, past, skip));
  const all = new Float64Array(y.length + steps);
  all.set(y);
  for (let h = 0; h < steps; ++h) {
    w[T + h] = lagged(ma, e, T + h, 1) - lagged(ar, w, T + h, 1);
    all[y.length + h] = w[T + h] + mean - lagged(difference, all, y.length + h, 1);
  }
  let sum = 0;
  const variances = errorWeights(equation, steps).map((psi) => (sum += psi * psi) * variance);
  return { means: all.slice(y.length), variances };
}
