/**
 * Backtests: models are fitted to the series up to the first origin, then forecast from each origin what
 * came next.
 */
import type { Elementwise } from "../inference/elementwise.ts";
import { conformalWidths, scoreOf, type Widths } from "./conformal.ts";
import { scoresOf, type ForecastScores, type Outcome } from "./scores.ts";
import { inUnits, type Transform } from "./transform.ts";
import type { Outlook } from "./models/model.ts";
import { scoreAt, valueAt } from "./shape.ts";

/** Where the interval begins and ends that should hold 90%. */
export const LOWER = 0.05;
export const UPPER = 0.95;
/** Origins within a horizon. */
const STRIDES = 4;
/** How far from the series a forecast may go, in ranges of the series. */
const FARTHEST = 3;

/** Origins in the past of a series of T steps, the first first; at least `first` steps before each. */
export function originsOf(
  T: number,
  { horizon, origins }: { horizon: number; origins: number },
  first: number,
): number[] {
  const last = T - horizon;
  const stride = Math.max(1, Math.floor(horizon / STRIDES));
  const fits = Math.floor((last - first) / stride) + 1;
  const count = Math.max(0, Math.min(origins, fits));
  return Array.from({ length: count }, (_, i) => last - (count - 1 - i) * stride);
}

/** Why a forecast cannot be offered: it leaves the numbers, or the neighborhood of the series. */
export function outlookFault({ means, variances }: Outlook, z: Float64Array): string | undefined {
  const known = Array.from(z).filter((v) => !Number.isNaN(v));
  const low = known.reduce((a, b) => Math.min(a, b), Infinity);
  const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
  const reach = FARTHEST * (high - low);
  for (let h = 0; h < means.length; ++h) {
    if (!Number.isFinite(means[h]) || !(variances[h] >= 0) || variances[h] === Infinity)
      return `its forecast leaves the range of numbers at step ${h + 1}`;
    if (means[h] < low - reach || means[h] > high + reach)
      return `its forecast leaves the series at step ${h + 1}: it is more than ${FARTHEST} ranges away`;
  }
  return undefined;
}

/** A forecast beside what came: in standardized units, NaN where missing. */
export interface Trial {
  readonly truth: Float64Array;
  readonly outlook: Outlook;
}

/** The size of each step's normal score: |y - mean|/sd where the forecast is normal. */
export const deviations = ({ truth, outlook }: Trial): number[] =>
  Array.from(truth, (y, h) => Math.abs(scoreAt(outlook, h, y)));

/** Standardized units and the way back. */
export interface Units {
  readonly transform: Transform;
  readonly math: Elementwise;
}

/** [h] the quantile p of a forecast in the units of the series. */
export function quantileInUnits(
  p: number,
  outlook: Outlook,
  widths: Widths,
  { transform, math }: Units,
): Float64Array {
  const score = scoreOf(p, widths);
  const z = Float64Array.from(outlook.means, (_, h) => valueAt(outlook, h, score));
  return inUnits(z, transform, math);
}

/** What scores are measured by. */
export interface Yardstick extends Units {
  readonly quantiles: readonly number[];
  /** Of MASE. */
  readonly scale: number;
}

/** One trial in units, with intervals as wide as `widths` says. */
function outcomeOf({ truth, outlook }: Trial, widths: Widths, yardstick: Yardstick): Outcome {
  const { transform, math, quantiles } = yardstick;
  const at = (p: number): Float64Array => quantileInUnits(p, outlook, widths, yardstick);
  return {
    truth: inUnits(truth, transform, math),
    median: at(0.5),
    quantiles: quantiles.map((p) => ({ p, values: at(p) })),
    lower: at(LOWER),
    upper: at(UPPER),
  };
}

/** Figures over all origins; the widths at each come from the errors at the others. */
export function scoreTrials(trials: readonly Trial[], yardstick: Yardstick): ForecastScores {
  const errors = trials.map(deviations);
  const outcomes = trials.map((trial, i) => {
    const others = errors.filter((_, j) => j !== i).flat();
    return outcomeOf(trial, conformalWidths(others, yardstick.math), yardstick);
  });
  return scoresOf(outcomes, yardstick.scale);
}
