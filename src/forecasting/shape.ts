/**
 * Distributions that need not be normal, by the values at some normal scores s = Φ⁻¹(p): straight lines
 * between them, and on beyond the outer two, so that tails are those of a normal distribution that passes
 * through the last two. A normal distribution is a straight line.
 */
import type { Elementwise } from "../inference/elementwise.ts";
import { normalQuantile } from "../inference/special-functions.ts";
import type { Outlook } from "./models/model.ts";

/** Deviations of at least so much: a share of the series' spread that no model may fall below. */
const SMALLEST_SD = 1e-6;
/** Equal shares of a distribution that its mean and variance are sums over. */
const SHARES = 100;

/** The distributions of some steps. */
export interface Shape {
  /** [K] ascending, at least two. */
  readonly scores: readonly number[];
  /** [steps,K] ascending in every row. */
  readonly values: Float64Array;
}

/** The deviation of a step. */
const sdAt = ({ variances }: Outlook, h: number): number => Math.max(Math.sqrt(variances[h]), SMALLEST_SD);

/** The piece of a row in which `is` holds for its end: 0..K-2. */
function pieceOf(K: number, isBelow: (end: number) => boolean): number {
  let k = 0;
  while (k < K - 2 && !isBelow(k + 1)) ++k;
  return k;
}

/** The value of step h at a normal score. */
export function valueAt(outlook: Outlook, h: number, score: number): number {
  const { shape } = outlook;
  if (!shape) return outlook.means[h] + sdAt(outlook, h) * score;
  const { scores, values } = shape;
  const row = h * scores.length;
  const k = pieceOf(scores.length, (end) => score <= scores[end]);
  const slope = (values[row + k + 1] - values[row + k]) / (scores[k + 1] - scores[k]);
  return values[row + k] + slope * (score - scores[k]);
}

/** The normal score of a value of step h: `valueAt` the other way. */
export function scoreAt(outlook: Outlook, h: number, value: number): number {
  const { shape } = outlook;
  if (!shape) return (value - outlook.means[h]) / sdAt(outlook, h);
  const { scores, values } = shape;
  const row = h * scores.length;
  const k = pieceOf(scores.length, (end) => value <= values[row + end]);
  const slope = (values[row + k + 1] - values[row + k]) / (scores[k + 1] - scores[k]);
  return scores[k] + (value - values[row + k]) / Math.max(slope, SMALLEST_SD);
}

/** Ascending probabilities as normal scores. */
export const scoresOfLevels = (levels: readonly number[], math: Elementwise): number[] =>
  levels.map((p) => normalQuantile(p, math));

/** A shape with its means and variances. */
export function outlookOfShape(shape: Shape, math: Elementwise): Outlook {
  const steps = shape.values.length / shape.scores.length;
  const empty = new Float64Array(steps);
  const shares = scoresOfLevels(
    Array.from({ length: SHARES }, (_, i) => (i + 0.5) / SHARES),
    math,
  );
  const mean = (of: (value: number, h: number) => number): Float64Array =>
    empty.map(
      (_, h) =>
        shares.reduce((sum, s) => sum + of(valueAt({ means: empty, variances: empty, shape }, h, s), h), 0) /
        SHARES,
    );
  const means = mean((v) => v);
  return { means, variances: mean((v, h) => (v - means[h]) * (v - means[h])), shape };
}

/** The weighted mean of some forecasts: of their means and their deviations, so that of every quantile. */
export function averaged(outlooks: readonly Outlook[], weights: readonly number[]): Outlook {
  const all = weights.reduce((a, b) => a + b, 0);
  const steps = outlooks[0].means.length;
  const mean = (of: (outlook: Outlook, h: number) => number, h: number): number =>
    outlooks.reduce((sum, o, i) => sum + weights[i] * of(o, h), 0) / all;
  const over = (of: (outlook: Outlook, h: number) => number): Float64Array =>
    Float64Array.from({ length: steps }, (_, h) => mean(of, h));
  const normal = { means: over((o, h) => o.means[h]), variances: over(sdAt).map((sd) => sd * sd) };
  const known = outlooks.flatMap(({ shape }) => shape?.scores ?? []);
  if (known.length === 0) return normal;
  const scores = [...new Set(known)].sort((a, b) => a - b);
  const K = scores.length;
  const values = Float64Array.from({ length: steps * K }, (_, i) =>
    mean((o, h) => valueAt(o, h, scores[i % K]), Math.floor(i / K)),
  );
  return { ...normal, shape: { scores, values } };
}
