/** How well a model predicts the held-out end of a series, one step ahead, in the column's units. */
import { logNormal } from "./closed-form.ts";
import type { FittedSeries, Gaussians } from "./fitted.ts";

/** Half-width of a 95% band in standard deviations. */
export const BAND = 1.96;
/**
 * The smallest variance a model may claim, relative to the series': a millionth of its spread is more digits
 * than a column of text has to say.
 */
const MIN_VARIANCE = 1e-12;
/** Beyond this size squares overflow, or underflow: such columns are scaled by a power of two first. */
const LARGE = 2 ** 500;
const SCALE = 2 ** 600;

export interface Scores {
  /** Root mean square error one step ahead, over the held-out steps. */
  readonly rmse: number;
  /** ln p(y_t | y_<t), nats a held-out step. */
  readonly logLikelihood: number;
  /** Share of the held-out steps within the 95% band one step ahead. */
  readonly inside: number;
}

/** A series at mean 0 and standard deviation 1 over its first `cut` steps: value = mean + sd·z. */
export interface Standardized {
  readonly z: Float64Array;
  readonly mean: number;
  readonly sd: number;
}

/** A power of two that brings values of any size where their squares are finite. */
function exactScale(values: Float64Array): number {
  const max = values.reduce((size, v) => Math.max(size, Math.abs(v) || 0), 0);
  if (max > LARGE) return 1 / SCALE;
  return max > 0 && max < 1 / LARGE ? SCALE : 1;
}

/** Standardizes by the numbers among the first `cut` steps. */
export function standardize(values: Float64Array, cut: number): Standardized {
  const scale = exactScale(values);
  const scaled = values.map((v) => v * scale);
  const seen = scaled.slice(0, cut).filter((v) => !Number.isNaN(v));
  const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
  const sd = Math.sqrt(seen.reduce((a, b) => a + (b - mean) ** 2, 0) / seen.length) || 1;
  return { z: scaled.map((v) => (v - mean) / sd), mean: mean / scale, sd: sd / scale };
}

/** Variances that are not too good to be true. */
export const bounded = ({ means, variances }: Gaussians): Gaussians => ({
  means,
  variances: Array.from(variances, (v) => Math.max(v, MIN_VARIANCE)),
});

/** Scores over held-out steps that are there and that the model speaks of. */
export function score(
  { z, sd }: Standardized,
  cut: number,
  model: Pick<FittedSeries, "oneStep" | "logLikelihoods">,
): Scores {
  const { means, variances } = bounded(model.oneStep(z));
  const own = model.logLikelihoods?.(z);
  let squares = 0;
  let nats = 0;
  let inside = 0;
  let count = 0;
  for (let t = cut; t < z.length; ++t) {
    const gap = z[t] - means[t];
    if (Number.isNaN(gap)) continue;
    ++count;
    squares += gap * gap;
    nats += (own ? own[t] : logNormal(z[t], means[t], variances[t])) - Math.log(sd);
    inside += Number(Math.abs(gap) <= BAND * Math.sqrt(variances[t]));
  }
  return { rmse: sd * Math.sqrt(squares / count), logLikelihood: nats / count, inside: inside / count };
}

/** The error of the value before, for comparison. */
export const lastValueError = (series: Standardized, cut: number): number =>
  score(series, cut, {
    oneStep: (y) => ({ means: y.map((_, t) => (t ? y[t - 1] : NaN)), variances: y.map(() => 1) }),
  }).rmse;
