/**
 * A series at mean 0 and standard deviation 1, and the way back.
 *
 *   z = (g(y) - mean) / sd,   g(y) = y·scale or ln(y·scale)
 *
 * The scale is a power of two. The logarithm is taken where all
 * values are above 0 and the spread of a piece of the series grows with its level.
 */
import type { Elementwise } from "../inference/elementwise.ts";

/** Exponents are found by halving steps from this. */
const LARGEST_STEP = 512;
/** Steps of a piece whose spread is compared with its level, at least. */
const PIECE = 6;
/** Pieces that tell anything. */
const PIECES = 4;
/** ln spread rises so much with ln level where a logarithm makes the spread even. */
const SLOPE = 0.5;

/** How values are looked at. */
export type TransformName = "none" | "log";

/** z = (g(y) - mean)/sd. */
export interface Transform {
  readonly name: TransformName;
  readonly scale: number;
  readonly mean: number;
  readonly sd: number;
}

/** The power of two that brings the largest size into [1, 2): units change no bit, and all squares fit. */
function exactScale(y: Float64Array): number {
  const max = y.reduce((size, v) => Math.max(size, Math.abs(v) || 0), 0);
  if (max === 0) return 1;
  let scale = 1;
  for (let step = LARGEST_STEP; step >= 1; step /= 2) {
    const factor = 2 ** step;
    if (max * scale >= factor) scale /= factor;
    else if (max * scale * factor < 2) scale *= factor;
  }
  return scale;
}

const meanOf = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
const spreadOf = (x: readonly number[], mean: number): number =>
  Math.sqrt(x.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / x.length);

/** Whether the logarithm makes the spread of the pieces more even. */
function spreadGrows(y: Float64Array, season: number, math: Elementwise): boolean {
  const length = Math.max(PIECE, season);
  const levels: number[] = [];
  const spreads: number[] = [];
  for (let t = 0; t + length <= y.length; t += length) {
    const piece = Array.from(y.subarray(t, t + length)).filter((v) => !Number.isNaN(v));
    if (piece.length < length / 2) continue;
    const level = meanOf(piece);
    const spread = spreadOf(piece, level);
    if (!(spread > 0)) continue;
    levels.push(level);
    spreads.push(spread);
  }
  if (levels.length < PIECES) return false;
  const x = [...math.log(levels)];
  const s = [...math.log(spreads)];
  const mx = meanOf(x);
  const ms = meanOf(s);
  const squares = x.reduce((sum, v) => sum + (v - mx) * (v - mx), 0);
  const products = x.reduce((sum, v, i) => sum + (v - mx) * (s[i] - ms), 0);
  return squares > 0 && products / squares > SLOPE;
}

/** Measures y; `wanted` "auto" decides by itself. A series of one value has sd 1. */
export function measureTransform(
  y: Float64Array,
  season: number,
  wanted: TransformName | "auto",
  math: Elementwise,
): Transform {
  const scale = exactScale(y);
  const scaled = y.map((v) => v * scale);
  const positive = y.every((v) => Number.isNaN(v) || v > 0);
  const grows = wanted === "auto" && positive && spreadGrows(scaled, season, math);
  const name: TransformName = wanted === "log" || grows ? "log" : "none";
  const g = name === "log" ? math.log(scaled) : scaled;
  const known = Array.from(g).filter((v) => !Number.isNaN(v));
  const mean = meanOf(known);
  return { name, scale, mean, sd: spreadOf(known, mean) || 1 };
}

/** z of y. */
export function standardized(y: Float64Array, transform: Transform, math: Elementwise): Float64Array {
  const { name, scale, mean, sd } = transform;
  const scaled = y.map((v) => v * scale);
  const g = name === "log" ? math.log(scaled) : scaled;
  return g.map((v) => (v - mean) / sd);
}

/** y of z: order is kept, so that quantiles stay quantiles. */
export function inUnits(z: ArrayLike<number>, transform: Transform, math: Elementwise): Float64Array {
  const { name, scale, mean, sd } = transform;
  const g = Float64Array.from(z, (v) => mean + sd * v);
  const back = name === "log" ? math.exp(g) : g;
  return back.map((v) => v / scale);
}

/** The mean of y where z is normal: of a logarithm, exp(μ + σ²/2). */
export function meanInUnits(
  { means, variances }: { readonly means: ArrayLike<number>; readonly variances: ArrayLike<number> },
  transform: Transform,
  math: Elementwise,
): Float64Array {
  const lift = transform.name === "log" ? transform.sd / 2 : 0;
  return inUnits(
    Float64Array.from(means, (m, h) => m + lift * variances[h]),
    transform,
    math,
  );
}
