/**
 * What conditional least squares makes largest, -½·n·ln(Σe²/n), over free coordinates, with its gradient:
 * that of the multiplied polynomials goes back to their factors, and from these to the coordinates.
 */
import type { Elementwise } from "../../inference/elementwise.ts";
import { spread, type Lags } from "../../models/structural/lag-polynomials.ts";
import { stationary, stationaryGradient } from "../../models/structural/parametric.ts";
import type { SmoothFunction } from "../../train/quasi-newton.ts";
import { NumericError } from "../../wasm/errors.ts";
import { equationOf, residuals, squaresGradient, type SeasonalOrders } from "./conditional.ts";

/** Smallest mean square, so that a straight line has a logarithm. */
const TINY = 1e-20;

/** The free coordinates of two factors, 1 - c_1·L - … and 1 - C_1·Lˢ - … */
interface Factors {
  readonly short: Float64Array;
  readonly long: Float64Array;
  readonly season: number;
}

/** Lags of a product: all i + s·j but 0. */
function lagsOf(short: number, long: number, season: number): number[] {
  const all = Array.from({ length: long + 1 }, (_, j) =>
    Array.from({ length: short + 1 }, (_, i) => i + season * j),
  );
  return [...new Set(all.flat())].filter((k) => k > 0);
}

/** The gradient by the coordinates of both factors, given that by the product's coefficients at `lags`. */
function factorGradient(
  { short, long, season }: Factors,
  lags: readonly number[],
  byLag: readonly number[],
): number[] {
  const at = new Map(lags.map((k, i) => [k, byLag[i]]));
  const [a, A]: Lags[] = [spread(stationary(short), 1, -1), spread(stationary(long), season, -1)];
  const along = (other: Lags, from: number): number =>
    other.reduce((sum, c, k) => (c === 0 ? sum : sum - c * at.get(from + k)!), 0);
  const byShort = short.map((_, i) => along(A, i + 1));
  const byLong = long.map((_, j) => along(a, season * (j + 1)));
  return [...stationaryGradient(short, byShort), ...stationaryGradient(long, byLong)];
}

/** The function of the coordinates of `equationOf`, over the steps of w from `skip` on. */
export function conditionalLoss(
  orders: SeasonalOrders,
  { w, skip, math }: { readonly w: Float64Array; readonly skip: number; readonly math: Elementwise },
): SmoothFunction {
  const { p, q, P, Q, season, mean: hasMean } = orders;
  const count = w.length - skip;
  const lags = { ar: lagsOf(p, P, season), ma: lagsOf(q, Q, season) };
  const cut = p + q;
  return (x) => {
    const equation = equationOf(orders, x);
    const e = residuals(equation, w, skip);
    const mean = e.reduce((sum, v) => sum + v * v, 0) / count + TINY;
    if (!Number.isFinite(mean)) throw new NumericError("arima: the errors leave the range of numbers");
    const gradient = (): Float64Array => {
      const by = squaresGradient(equation, { w, e, skip }, lags);
      const past = { short: x.subarray(0, p), long: x.subarray(cut, cut + P), season };
      const errors = { short: x.subarray(p, cut), long: x.subarray(cut + P, cut + P + Q), season };
      const ar = factorGradient(past, lags.ar, by.ar);
      const ma = factorGradient(errors, lags.ma, by.ma);
      const inOrder = [...ar.slice(0, p), ...ma.slice(0, q), ...ar.slice(p), ...ma.slice(q)];
      const out = Float64Array.from(hasMean ? [...inOrder, by.mean] : inOrder, (g) => (-0.5 * g) / mean);
      if (!out.every(Number.isFinite))
        throw new NumericError("arima: a gradient leaves the range of numbers");
      return out;
    };
    return { x, value: -0.5 * count * math.log([mean])[0], gradient };
  };
}
