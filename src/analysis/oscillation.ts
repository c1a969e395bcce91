/** How a unit oscillates: amplitude and period. */

export interface Oscillation {
  /** Largest |x|. */
  readonly amplitude: number;
  /**
   * Mean steps between two rises through the mean, found by straight lines between samples; NaN with fewer
   * than two rises.
   */
  readonly period: number;
  /**
   * T divided by the rises counted: a whole number of them, so too long by up to one part in their number.
   */
  readonly countedPeriod: number;
}

/** The oscillation of a series of T values. */
export function oscillation(x: ArrayLike<number>): Oscillation {
  const T = x.length;
  let mean = 0;
  let amplitude = 0;
  let first = NaN;
  let last = NaN;
  let rises = 0;
  for (let t = 0; t < T; ++t) {
    mean += x[t] / T;
    amplitude = Math.max(amplitude, Math.abs(x[t]));
  }
  for (let t = 1; t < T; ++t) {
    const a = x[t - 1] - mean;
    const b = x[t] - mean;
    if (!(a < 0 && b >= 0)) continue;
    last = t - 1 + a / (a - b);
    if (++rises === 1) first = last;
  }
  return { amplitude, period: rises > 1 ? (last - first) / (rises - 1) : NaN, countedPeriod: T / rises };
}
