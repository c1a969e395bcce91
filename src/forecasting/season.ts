/** Seasons of a series: how long they are, how strong, and how often a series must be differenced. */
import { filled } from "./gaps.ts";

/** Longest season that is looked for. */
const LONGEST = 400;
/** A season shows itself by an autocorrelation above this, and above 2.5 standard errors. */
const CLEAR = 0.35;
const ERRORS = 2.5;
/** A shorter season is taken where its autocorrelation is this share of the largest. */
const NEARLY = 0.9;
/** How far from a peak the season may be, as a share of it. */
const NEAR = 0.1;
/** Seasons back that a lag near a peak is compared over. */
const MULTIPLES = 4;
/** KPSS statistic above which a series has a unit root, at 5% (Kwiatkowski et al. 1992, table 1). */
const KPSS_CRITICAL = 0.463;
/** The normal quantile of 0.95. */
const TWO_SIDED_90 = 1.6448536269514722;
/** Strength above which a series is differenced by its season (Wang, Smith & Hyndman 2006). */
const STRONG = 0.64;

/** A straight line by least squares: mean + slope·(t - center), t = 0..T-1. */
export interface StraightLine {
  readonly mean: number;
  readonly slope: number;
  readonly center: number;
}

/** The line through y [T] without gaps; a single value has slope 0. */
export function straightLine(y: ArrayLike<number>): StraightLine {
  const T = y.length;
  const center = (T - 1) / 2;
  let sum = 0;
  for (let t = 0; t < T; ++t) sum += y[t];
  const mean = sum / T;
  let products = 0;
  let squares = 0;
  for (let t = 0; t < T; ++t) {
    products += (t - center) * (y[t] - mean);
    squares += (t - center) * (t - center);
  }
  return { mean, center, slope: squares > 0 ? products / squares : 0 };
}

/** Residuals of a straight line through the series. */
function detrended(y: Float64Array): Float64Array {
  const { mean, slope, center } = straightLine(y);
  return y.map((v, t) => v - mean - slope * (t - center));
}

/** r_k for k = 0..max. */
function autocorrelations(x: Float64Array, max: number): Float64Array {
  const r = new Float64Array(max + 1);
  for (let k = 0; k <= max; ++k) for (let t = k; t < x.length; ++t) r[k] += x[t] * x[t - k];
  const all = r[0];
  return r.map((sum) => (all > 0 ? sum / all : 0));
}

/**
 * Steps a season: the shortest lag, at least 2, at which the autocorrelation of the series without its trend
 * has a clear peak, and its differences are correlated too, which those of a random walk are not; 1 where
 * there is none. y [T], NaN where missing; `usual`: seasons that dates make likely.
 */
export function findSeason(y: Float64Array, usual: readonly number[] = []): number {
  const whole = filled(y);
  const max = Math.min(LONGEST, Math.floor(whole.length / 3));
  if (max < 3) return 1;
  const r = autocorrelations(detrended(whole), max + 1);
  const steps = autocorrelations(detrended(differenced(whole, 1)), max + 1);
  const chance = ERRORS / Math.sqrt(whole.length);
  const bound = Math.max(CLEAR, chance);
  const peaks: number[] = [];
  for (let k = 2; k <= max; ++k)
    if (r[k] > bound && r[k] > r[k - 1] && r[k] >= r[k + 1] && steps[k] > chance) peaks.push(k);
  const best = peaks.reduce((largest, k) => Math.max(largest, r[k]), 0);
  const found = peaks.find((k) => r[k] >= NEARLY * best);
  return found === undefined ? 1 : refinedSeason(whole, found, usual);
}

/**
 * Whether the autocorrelation of y [T] without gaps at a season is beyond what chance gives in 90 of 100, by
 * Bartlett's standard error from the lags before it. (Assimakopoulos & Nikolopoulos 2000.)
 */
export function isSeasonal(y: Float64Array, season: number): boolean {
  if (season < 2 || y.length <= 2 * season) return false;
  const r = autocorrelations(detrended(y), season);
  const before = r.subarray(1, season).reduce((sum, v) => sum + v * v, 0);
  return Math.abs(r[season]) > TWO_SIDED_90 * Math.sqrt((1 + 2 * before) / y.length);
}

/** Mean of x_t·x_{t-k} over the steps where both are known. */
function meanProduct(x: Float64Array, k: number): number {
  let sum = 0;
  let count = 0;
  for (let t = k; t < x.length; ++t) {
    const product = x[t] * x[t - k];
    if (Number.isNaN(product)) continue;
    sum += product;
    count += 1;
  }
  return count > 0 ? sum / count : -Infinity;
}

/**
 * A season near the one found. What drifts from step to step makes all autocorrelations fall with the lag,
 * and so their peaks come early: without the moving average over the found season, and with the mean of the
 * products in place of their sum, over several seasons, the peak is where the season is. A usual season is
 * taken where it is nearly as good.
 */
function refinedSeason(whole: Float64Array, found: number, usual: readonly number[]): number {
  const trend = movingAverage(whole, found);
  const rest = whole.map((v, t) => v - trend[t]);
  const reach = Math.max(1, Math.floor(NEAR * found));
  const near = Array.from({ length: 2 * reach + 1 }, (_, i) => found - reach + i);
  const lags = near.filter((k) => k >= 2 && 3 * k <= whole.length);
  const count = Math.max(1, Math.min(MULTIPLES, Math.floor(whole.length / (2 * (found + reach)))));
  const multiples = Array.from({ length: count }, (_, i) => i + 1);
  const overMultiples = (k: number): number =>
    multiples.reduce((sum, m) => sum + meanProduct(rest, m * k), 0);
  const products = new Map(lags.map((k) => [k, overMultiples(k)]));
  const productAt = (k: number): number => products.get(k) ?? -Infinity;
  const best = lags.reduce((a, k) => (productAt(k) > productAt(a) ? k : a), found);
  return usual.find((k) => productAt(k) >= NEARLY * productAt(best)) ?? best;
}

/** Centered moving average over one season; NaN at both ends. */
function movingAverage(y: Float64Array, season: number): Float64Array {
  const half = season >> 1;
  const even = season % 2 === 0;
  const out = new Float64Array(y.length).fill(NaN);
  for (let t = half; t + half < y.length; ++t) {
    let sum = 0;
    for (let k = -half; k <= half; ++k) sum += (even && Math.abs(k) === half ? 0.5 : 1) * y[t + k];
    out[t] = sum / season;
  }
  return out;
}

/** A series taken apart: y = trend + season + rest, NaN in trend and rest at both ends. */
export interface Parts {
  readonly trend: Float64Array;
  /** [season] one pattern for all seasons, of mean 0, by step modulo the season. */
  readonly pattern: Float64Array;
  readonly rest: Float64Array;
}

/** The classical decomposition. y without gaps, at least two seasons. */
export function decompose(y: Float64Array, season: number): Parts {
  const trend = movingAverage(y, season);
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  trend.forEach((m, t) => {
    if (Number.isNaN(m)) return;
    sums[t % season] += y[t] - m;
    counts[t % season] += 1;
  });
  const raw = sums.map((sum, i) => (counts[i] > 0 ? sum / counts[i] : 0));
  const mean = raw.reduce((a, b) => a + b, 0) / season;
  const pattern = raw.map((v) => v - mean);
  return { trend, pattern, rest: y.map((v, t) => v - trend[t] - pattern[t % season]) };
}

function variance(x: readonly number[]): number {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  return x.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / x.length;
}

/** 1 - var(rest)/var(season + rest), at least 0: 1 where the seasons say all. (Wang et al. 2006.) */
export function seasonalStrength(y: Float64Array, season: number): number {
  if (season < 2 || y.length < 2 * season + 1) return 0;
  const { pattern, rest } = decompose(y, season);
  const known = Array.from(rest, (v, t) => [v, v + pattern[t % season]]).filter(([v]) => !Number.isNaN(v));
  const both = variance(known.map(([, v]) => v));
  return both > 0 ? Math.max(0, 1 - variance(known.map(([v]) => v)) / both) : 0;
}

/** y_t - y_{t-lag}. */
export const differenced = (y: Float64Array, lag: number): Float64Array =>
  Float64Array.from({ length: Math.max(0, y.length - lag) }, (_, t) => y[t + lag] - y[t]);

/**
 * The statistic of Kwiatkowski, Phillips, Schmidt and Shin (1992) for a level: Σ S_t² / (T²·s²), with S_t the
 * sums of the deviations from the mean and s² their long-run variance by Bartlett's weights.
 */
export function kpss(y: Float64Array): number {
  const T = y.length;
  const mean = y.reduce((a, b) => a + b, 0) / T;
  const e = y.map((v) => v - mean);
  const lags = Math.floor((3 * Math.sqrt(T)) / 13);
  let longRun = 0;
  for (let k = 0; k <= lags; ++k) {
    let sum = 0;
    for (let t = k; t < T; ++t) sum += e[t] * e[t - k];
    longRun += (k === 0 ? 1 : 2 * (1 - k / (lags + 1))) * sum;
  }
  let partial = 0;
  let squares = 0;
  for (const v of e) {
    partial += v;
    squares += partial * partial;
  }
  return longRun > 0 ? squares / (T * longRun) : 0;
}

/** d and D: differences that leave a series without unit roots. y without gaps. */
export function differencesFor(y: Float64Array, season: number): { d: number; D: number } {
  const D = seasonalStrength(y, season) > STRONG ? 1 : 0;
  let left = D === 1 ? differenced(y, season) : y;
  let d = 0;
  while (d + D < 2 && left.length > 8 && kpss(left) > KPSS_CRITICAL) {
    left = differenced(left, 1);
    d += 1;
  }
  return { d, D };
}
