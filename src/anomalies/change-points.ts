/**
 * Where a series changes for good: the cuts of smallest cost, found exactly by pruned dynamic programming
 * (PELT: Killick, Fearnhead & Eckley 2012).
 *
 *   Σ over pieces of C(piece) + penalty a cut
 *
 * C is Σ(y - mean)²/σ² for changes of the mean, with σ² of differences of means. For changes of mean
 * and variance it is n·ln(Σ(y - mean)²/n), and a variance is held above a floor f:
 * n·ln f + Σ(y - mean)²/f.
 */
import { elementwise, type Elementwise } from "../inference/elementwise.ts";
import { inferenceEngine } from "../inference/inference-engine.ts";
import { checkValues } from "../data/sequence.ts";
import { DataError, inRange, knownOptions, oneOf, show, whole } from "../wasm/errors.ts";

/** What may change. */
export type ChangeOf = "mean" | "meanAndVariance";

/** How change points are found. */
export interface ChangePointOptions {
  /** What changes. Default "mean". */
  readonly of?: ChangeOf;
  /** The cost of a cut. Default 2·ln T, or 3·ln T with the variance: Schwarz's criterion. */
  readonly penalty?: number;
  /** Steps a season, whose pattern is taken out first. Default 1: none. */
  readonly season?: number;
  /** Steps of a piece, at least. Default 5. */
  readonly shortest?: number;
}

const SHORTEST = 5;
/** Median of |x| over the deviation, of normal differences: 0.6745·√2. */
const MEDIAN_OF_DIFFERENCES = 0.9539;
/** Variance of a piece at least, relative to the whole: a constant piece is not infinitely likely. */
const FLOOR = 1e-9;

/** y less what each place in a season has more than the mean of all. */
function withoutSeason(y: Float64Array, m: number): Float64Array {
  if (m === 1) return y;
  const sums = new Float64Array(m);
  const counts = new Float64Array(m);
  const mean = y.reduce((sum, v) => sum + v / y.length, 0);
  y.forEach((v, t) => {
    sums[t % m] += v - mean;
    counts[t % m] += 1;
  });
  return y.map((v, t) => v - sums[t % m] / counts[t % m]);
}

/** Sums up to each step, about the mean of all. */
interface Sums {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

function sumsOf(y: Float64Array): Sums {
  const mean = y.reduce((sum, v) => sum + v / y.length, 0);
  const first = new Float64Array(y.length + 1);
  const second = new Float64Array(y.length + 1);
  y.forEach((v, t) => {
    first[t + 1] = first[t] + (v - mean);
    second[t + 1] = second[t] + (v - mean) * (v - mean);
  });
  return { first, second };
}

/** Σ(y - mean)² of the steps from..to-1. */
function squares({ first, second }: Sums, from: number, to: number): number {
  const sum = first[to] - first[from];
  return Math.max(0, second[to] - second[from] - (sum * sum) / (to - from));
}

/**
 * σ² of steps that change seldom, as it shows in means over `length` steps, which neighbors that are alike
 * make larger: by the median of the differences of these means, else by their mean square.
 */
function noiseOf(y: Float64Array, length: number): number {
  const count = Math.floor(y.length / length);
  const means = Float64Array.from({ length: count }, (_, i) =>
    y.subarray(i * length, (i + 1) * length).reduce((sum, v) => sum + v / length, 0),
  );
  const gaps = Float64Array.from({ length: count - 1 }, (_, i) => Math.abs(means[i + 1] - means[i])).sort();
  const byMedian = gaps[gaps.length >> 1] / MEDIAN_OF_DIFFERENCES;
  if (byMedian > 0) return length * byMedian * byMedian;
  return length * gaps.reduce((sum, v) => sum + (v * v) / (2 * gaps.length), 0) || 1;
}

/** C of the pieces from each of `starts` to `to`. */
type Cost = (starts: readonly number[], to: number) => Float64Array;

function costOf(y: Float64Array, of: ChangeOf, shortest: number, { log }: Elementwise): Cost {
  const sums = sumsOf(y);
  if (of === "mean") {
    const noise = Math.max(noiseOf(y, 1), noiseOf(y, shortest));
    return (starts, to) => Float64Array.from(starts, (from) => squares(sums, from, to) / noise);
  }
  const floor = (FLOOR * squares(sums, 0, y.length)) / y.length || 1;
  return (starts, to) => {
    const variances = starts.map((from) => squares(sums, from, to) / (to - from));
    const held = variances.map((v) => Math.max(v, floor));
    return log(held).map((value, i) => (to - starts[i]) * (value + variances[i] / held[i]));
  };
}

/** The first steps of the pieces of smallest cost, but for the first piece. */
function pelt(T: number, cost: Cost, penalty: number, shortest: number): number[] {
  const best = new Float64Array(T + 1).fill(Infinity);
  const before = new Int32Array(T + 1);
  best[0] = -penalty;
  /** The first step at which a start is of no use any more. */
  const useless = new Int32Array(T + 1).fill(T + 1);
  let starts: number[] = [];
  for (let t = shortest; t <= T; ++t) {
    if (best[t - shortest] < Infinity) starts.push(t - shortest);
    starts = starts.filter((from) => useless[from] > t);
    const costs = cost(starts, t);
    costs.forEach((c, i) => {
      const total = best[starts[i]] + c + penalty;
      if (total < best[t]) {
        best[t] = total;
        before[t] = starts[i];
      }
    });
    // a start that is worse now than a cut here is worse as soon as a piece from here is long enough
    starts.forEach((from, i) => {
      if (best[from] + costs[i] > best[t]) useless[from] = Math.min(useless[from], t + shortest);
    });
  }
  const cuts: number[] = [];
  for (let t = before[T]; t > 0; t = before[t]) cuts.unshift(t);
  return cuts;
}

/**
 * The steps at which a series [T] of finite numbers changes for good: the first step of every piece but the
 * first. Throws OptionError or DataError.
 */
export async function changePoints(
  series: ArrayLike<number>,
  options: ChangePointOptions = {},
): Promise<number[]> {
  const who = "changePoints";
  knownOptions(who, options, ["of", "penalty", "season", "shortest"]);
  if (series === null || typeof series !== "object" || !(series.length >= 0))
    throw new DataError(`${who}: the series is ${show(series)}, want an array of numbers`);
  if (series.length === 0)
    throw new DataError(`${who}: the series has no steps, want numbers: at least one, and a cut needs more`);
  checkValues(who, series, { test: Number.isFinite, want: "a finite number" }, (t) => `step ${t}`);
  const of = oneOf(who, "of", options.of ?? "mean", ["mean", "meanAndVariance"] as const);
  const shortest = whole(who, "shortest", options.shortest ?? SHORTEST, 2);
  const season = whole(who, "season", options.season ?? 1, 1, series.length);
  const y = withoutSeason(Float64Array.from(series), season);
  const math = elementwise(await inferenceEngine());
  const usual = (of === "mean" ? 2 : 3) * math.log([y.length])[0];
  const penalty = inRange(who, "penalty", options.penalty ?? usual, 0);
  return y.length < 2 * shortest ? [] : pelt(y.length, costOf(y, of, shortest, math), penalty, shortest);
}
