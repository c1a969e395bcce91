/**
 * How good forecasts were.
 *
 *   MASE      mean |y - f| over the mean |y_t - y_{t-m}| of what came before  (Hyndman & Koehler 2006);
 *             where that is 0, over what `maseUnit` says
 *   sMAPE     mean 200·|y - f|/(|y| + |f|), per cent                          (Makridakis 1993)
 *   pinball   mean of (p - 1[y < q])·(y - q) over the quantiles, in the units of the series
 *   coverage  share of the values within the interval that should hold 90% of them
 */

/** Figures of a model over backtests. */
export interface ForecastScores {
  /**
   * Mean absolute error beside that of the season before, within the training part. Where that is 0, beside
   * that of the last value, there or in all of the series; of a constant series it is relative to its size.
   */
  readonly mase: number;
  /** Per cent. */
  readonly smape: number;
  /** In the units of the series. */
  readonly pinball: number;
  /** Of intervals that should hold 90%. */
  readonly coverage: number;
}

/** One forecast in units, beside what happened. */
export interface Outcome {
  /** [h], NaN where missing. */
  readonly truth: ArrayLike<number>;
  /** [h] medians. */
  readonly median: ArrayLike<number>;
  /** [h] for each probability. */
  readonly quantiles: readonly { readonly p: number; readonly values: ArrayLike<number> }[];
  /** [h] the interval that should hold 90%. */
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
}

/** Mean |y_t - y_{t-m}| of y; of a shorter series, of its differences. */
function naiveError(y: Float64Array, season: number): number {
  const lag = y.length > season ? season : 1;
  let sum = 0;
  let count = 0;
  for (let t = lag; t < y.length; ++t) {
    const gap = Math.abs(y[t] - y[t - lag]);
    if (Number.isNaN(gap)) continue;
    sum += gap;
    count += 1;
  }
  return count > 0 ? sum / count : 0;
}

/**
 * The unit of MASE: the first of these that is not 0. Of the first `cut` steps the error of the season
 * before, and of the last value; the same of all steps; the mean size of a constant series; 1 where all is 0.
 */
export function maseUnit(y: Float64Array, cut: number, season: number): number {
  const parts = [y.subarray(0, cut), y];
  const errors = parts.flatMap((part) => [naiveError(part, season), naiveError(part, 1)]);
  const known = y.filter((v) => !Number.isNaN(v));
  const size = known.reduce((sum, v) => sum + Math.abs(v) / known.length, 0);
  return [...errors, size].find((unit) => unit > 0) ?? 1;
}

/** a/b, and 0 where nothing is over nothing. */
const over = (a: number, b: number): number => (a === 0 ? 0 : a / b);

const pinballLoss = (y: number, q: number, p: number): number => (y < q ? (1 - p) * (q - y) : p * (y - q));

/** Figures over all known values. `scale`: `maseUnit`. */
export function scoresOf(outcomes: readonly Outcome[], scale: number): ForecastScores {
  let [error, relative, pinball, inside, count] = [0, 0, 0, 0, 0];
  for (const { truth, median, quantiles, lower, upper } of outcomes)
    for (let h = 0; h < truth.length; ++h) {
      const y = truth[h];
      if (Number.isNaN(y)) continue;
      const gap = Math.abs(y - median[h]);
      error += gap;
      relative += over(200 * gap, Math.abs(y) + Math.abs(median[h]));
      pinball += quantiles.reduce((sum, q) => sum + pinballLoss(y, q.values[h], q.p), 0) / quantiles.length;
      inside += Number(y >= lower[h] && y <= upper[h]);
      count += 1;
    }
  return {
    mase: over(error / count, scale),
    smape: relative / count,
    pinball: pinball / count,
    coverage: inside / count,
  };
}

/** Mean of (predicted - observed)² from `from` on. */
export function meanSquare(predicted: ArrayLike<number>, observed: Float64Array, from: number): number {
  let sum = 0;
  for (let t = from; t < observed.length; ++t)
    sum += (predicted[t] - observed[t]) * (predicted[t] - observed[t]);
  return sum / (observed.length - from);
}
