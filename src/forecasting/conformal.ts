/**
 * Intervals as wide as past errors ask for: a model's standard deviations times a factor that held the wanted
 * share of its own backtest errors. (Split conformal prediction with normalized scores: Lei et al. 2018.)
 * A distribution that is not normal is taken at the normal scores ± factor (Chernozhukov et al. 2021).
 *
 *   factor(c) = the ⌈(n+1)·c⌉-th smallest |y - mean|/sd of n errors, the largest where none is so large
 *
 * but at least the normal score: backtests overlap, and the models were chosen by them, so that their errors
 * may widen a band and not make it narrower than the model's own.
 */
import { normalQuantile } from "../inference/special-functions.ts";
import type { Elementwise } from "../inference/elementwise.ts";

/** How many standard deviations hold the middle share c of what comes. */
export type Widths = (share: number) => number;

/** Of scores |y - mean|/sd; without any, those of a normal distribution. */
export function conformalWidths(scores: readonly number[], math: Elementwise): Widths {
  const sorted = scores.filter((s) => !Number.isNaN(s)).sort((a, b) => a - b);
  const n = sorted.length;
  return (share) => {
    if (share <= 0) return 0;
    const normal = normalQuantile((1 + share) / 2, math);
    if (n === 0) return normal;
    return Math.max(sorted[Math.min(Math.ceil((n + 1) * share), n) - 1], normal);
  };
}

/** The normal score at which the quantile p is taken. */
export function scoreOf(p: number, widths: Widths): number {
  return p < 0.5 ? -widths(1 - 2 * p) : widths(2 * p - 1);
}
