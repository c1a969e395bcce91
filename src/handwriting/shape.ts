/**
 * The geometry of ink: straightening, thinning, and random distortions. Points are [n,3] x, y (downwards),
 * pen-up; every function makes new points and leaves the given ones alone.
 */
import { POINT } from "./ink.ts";
import type { Random } from "../wasm/random.ts";

/** Straight lines and moments of a piece of ink. */
interface Moments {
  readonly x: number;
  readonly y: number;
  readonly slope: number;
  readonly height: number;
}

/** Mean place, least-squares slope dy/dx, and root mean square distance in y from that line. */
function moments(points: Float32Array): Moments {
  const n = points.length / POINT;
  let x = 0;
  let y = 0;
  for (let i = 0; i < points.length; i += POINT) {
    x += points[i] / n;
    y += points[i + 1] / n;
  }
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < points.length; i += POINT) {
    const u = points[i] - x;
    const v = points[i + 1] - y;
    xx += u * u;
    xy += u * v;
    yy += v * v;
  }
  const slope = xx > 0 ? xy / xx : 0;
  return { x, y, slope, height: Math.sqrt(Math.max(yy - slope * xy, 0) / n) };
}

/** Points under x' = a·x + b·y + e, y' = c·x + d·y + f. */
export function affine(
  points: Float32Array,
  [a, b, c, d]: readonly [number, number, number, number],
  e = 0,
  f = 0,
): Float32Array {
  const out = points.slice();
  for (let i = 0; i < out.length; i += POINT) {
    out[i] = a * points[i] + b * points[i + 1] + e;
    out[i + 1] = c * points[i] + d * points[i + 1] + f;
  }
  return out;
}

/** How ink is brought to one form. */
export interface NormalizeOptions {
  /** Take the slope of the line away, at most this steep; ink of a few points has none. Default 0.25. */
  readonly level?: number;
  /** Shear upright what leans. Default false. */
  readonly upright?: boolean;
  /** Root mean square height that ink is scaled to; 0 leaves its size. Default 0. */
  readonly size?: number;
}

/**
 * Widths per root mean square height that scaling goes by: a line of writing has some hundreds. A straight
 * stroke has no height of its own, and would be scaled without bound.
 */
const MAX_FLATNESS = 10_000;

/** The leftmost and the rightmost x. */
export function extentOf(points: Float32Array): { left: number; right: number } {
  let left = Infinity;
  let right = -Infinity;
  for (let i = 0; i < points.length; i += POINT) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
  }
  return { left, right };
}

/**
 * Centers ink, levels it (y ← y - slope·x), and, if asked, uprights and scales it. The lean is Σ dx·dy / Σ
 * dy² over the pieces of stroke steeper than 2:1, the least-squares shear of the down- and upstrokes.
 */
export function normalize(
  points: Float32Array,
  { level = 0.25, upright = false, size = 0 }: NormalizeOptions = {},
): Float32Array {
  const { x, y, slope } = moments(points);
  const tilt = Math.min(Math.max(slope, -level), level);
  let out = affine(points, [1, 0, -tilt, 1], -x, tilt * x - y);
  if (upright) {
    let across = 0;
    let down = 0;
    for (let i = POINT; i < out.length; i += POINT) {
      const dx = out[i] - out[i - POINT];
      const dy = out[i + 1] - out[i - POINT + 1];
      if (out[i - 1] === 1 || Math.abs(dy) < 2 * Math.abs(dx)) continue;
      across += dx * dy;
      down += dy * dy;
    }
    if (down > 0) out = affine(out, [1, -across / down, 0, 1]);
  }
  if (!(size > 0)) return out;
  const { left, right } = extentOf(out);
  const height = Math.max(moments(out).height, (right - left) / MAX_FLATNESS);
  const scale = size / height;
  return height > 0 && Number.isFinite(scale) ? affine(out, [scale, 0, 0, scale]) : out;
}

/**
 * Numbers of the points that stay: those nearer than `distance` to the last one kept go, but for those that
 * end a stroke. The first stays.
 */
export function thinnedIndices(points: Float32Array, distance: number): Int32Array {
  const kept: number[] = [];
  const minSquare = distance * distance;
  let x = 0;
  let y = 0;
  for (let i = 0; i < points.length; i += POINT) {
    const dx = points[i] - x;
    const dy = points[i + 1] - y;
    if (i > 0 && points[i + 2] === 0 && dx * dx + dy * dy < minSquare) continue;
    kept.push(i / POINT);
    x = points[i];
    y = points[i + 1];
  }
  return Int32Array.from(kept);
}

/** Ink without the points that `thinnedIndices` drops. */
export function thin(points: Float32Array, distance: number): Float32Array {
  const kept = thinnedIndices(points, distance);
  const out = new Float32Array(kept.length * POINT);
  kept.forEach((i, t) => out.set(points.subarray(i * POINT, (i + 1) * POINT), t * POINT));
  return out;
}

/** Ranges of random distortions; 0 is none. */
export interface DistortOptions {
  /** Width and height times [1-scale, 1+scale], each for itself. Default 0.2. */
  readonly scale?: number;
  /** Shear x ← x + s·y, |s| at most this. Default 0.3. */
  readonly slant?: number;
  /** Tangent of the largest angle. Default 0.07. */
  readonly rotation?: number;
  /** Standard deviation of noise on every point, in units of the ink. Default 2. */
  readonly jitter?: number;
  /**
   * Letters wider, higher and more slanted than their neighbors, by [-warp, warp] of each; lifted by at most
   * half of it in heights. Default 0.
   */
  readonly warp?: number;
}

/** Ink as another hand, or another day, would have written it. */
export function distort(points: Float32Array, random: Random, options: DistortOptions = {}): Float32Array {
  const { scale = 0.2, slant = 0.3, rotation = 0.07, jitter = 2, warp = 0 } = options;
  const range = (r: number): number => (2 * random.uniform() - 1) * r;
  const sx = 1 + range(scale);
  const sy = 1 + range(scale);
  const s = range(slant);
  const t = range(rotation);
  const c = 1 / Math.sqrt(1 + t * t);
  // rotation · shear · scale
  let out = affine(points, [c * sx, c * (s - t) * sy, c * t * sx, c * (1 + t * s) * sy]);
  if (warp > 0) out = warped(out, random, warp);
  if (jitter > 0) for (let i = 0; i < out.length; ++i) if (i % POINT < 2) out[i] += jitter * random.normal();
  return out;
}

/** Root mean square heights between two knots of a warp: about a letter and a half. */
const PITCH = 2;
/** The most knots of one piece of ink, however flat it is. */
const KNOTS = 1000;

/**
 * Ink that changes along the line: width, height, slant and place of the letters are random functions of x,
 * drawn at knots and smooth between them. With u = (x - knot) / pitch and w = 3u² - 2u³, a function is a + (b
 * - a)·w; x' is the integral of the width.
 */
function warped(points: Float32Array, random: Random, amount: number): Float32Array {
  const { x: middle, y, slope, height } = moments(points);
  const { left, right } = extentOf(points);
  const pitch = Math.max(PITCH * height, (right - left) / KNOTS);
  if (!(pitch > 0)) return points;
  const cuts = Math.max(1, Math.ceil((right - left) / pitch));
  const draw = (): Float64Array =>
    Float64Array.from({ length: cuts + 1 }, () => amount * (2 * random.uniform() - 1));
  const width = draw();
  const tall = draw();
  const lean = draw();
  const lift = draw();
  const starts = new Float64Array(cuts + 1);
  for (let k = 0; k < cuts; ++k) starts[k + 1] = starts[k] + pitch * (1 + (width[k] + width[k + 1]) / 2);
  const between = (values: Float64Array, k: number, w: number): number =>
    values[k] + (values[k + 1] - values[k]) * w;
  const out = points.slice();
  for (let i = 0; i < out.length; i += POINT) {
    const along = (points[i] - left) / pitch;
    const k = Math.min(Math.floor(along), cuts - 1);
    const u = along - k;
    const w = u * u * (3 - 2 * u);
    const line = y + slope * (points[i] - middle);
    const up = points[i + 1] - line;
    out[i] =
      left +
      starts[k] +
      pitch * (u * (1 + width[k]) + (width[k + 1] - width[k]) * u * u * u * (1 - u / 2)) +
      between(lean, k, w) * up;
    out[i + 1] = line + (1 + between(tall, k, w)) * up + (between(lift, k, w) * height) / 2;
  }
  return out;
}
