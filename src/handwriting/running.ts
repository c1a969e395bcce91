/**
 * The pen's movements as they are known while one writes: every step is measured by the ink up to it and by
 * nothing that comes later, so a net that reads forwards never sees a step change. The size of the writing
 * is that of the ink so far,
 *
 *   r = max(root mean square of y - mean y, (largest y - smallest y) / 4, width of this stroke / 16)
 *
 * where the second and third hold for the first points of a line, which have no height of their own yet.
 */
import { POINT } from "./ink.ts";
import type { InkFeatures } from "./input.ts";

/** Reals a step. */
export const RUNNING = 4;
/** Root mean square heights that a pen's difference is divided by: 50 where the height is 60. */
const MOVE = 5 / 6;
/** Differences and heights beyond this are taken as it: the first points have no scale to be measured by. */
const LARGEST = 6;

/** Moments and extent of the ink so far. */
class Extent {
  #n = 0;
  #mean = 0;
  #squares = 0;
  #top = Infinity;
  #bottom = -Infinity;
  #left = Infinity;
  #right = -Infinity;
  #lifted = true;

  /** The next point (Welford's recurrence). */
  add(x: number, y: number, up: number): void {
    ++this.#n;
    const apart = y - this.#mean;
    this.#mean += apart / this.#n;
    this.#squares += apart * (y - this.#mean);
    this.#top = Math.min(this.#top, y);
    this.#bottom = Math.max(this.#bottom, y);
    if (this.#lifted) [this.#left, this.#right] = [x, x];
    this.#left = Math.min(this.#left, x);
    this.#right = Math.max(this.#right, x);
    this.#lifted = up === 1;
  }

  get mean(): number {
    return this.#mean;
  }

  /** r, in units of the ink. */
  get size(): number {
    return Math.max(
      Math.sqrt(this.#squares / this.#n),
      (this.#bottom - this.#top) / 4,
      (this.#right - this.#left) / 16,
    );
  }
}

const bounded = (value: number): number =>
  Number.isNaN(value) ? 0 : Math.min(Math.max(value, -LARGEST), LARGEST);

/**
 * A pen whose places come one by one. A row is dx, dy (in 5/6 r), pen-up, and y - mean y (in r) of a point
 * that is kept: the first, the last of each stroke, and those further than `thin` r from the last one kept.
 */
export class RunningPen {
  readonly #thin: number;
  readonly #extent = new Extent();
  #last: readonly [number, number] | undefined;

  /** `thin`: least distance of two points, in r. */
  constructor(thin: number) {
    this.#thin = thin;
  }

  /** The row of one more place; undefined where the point is not kept. */
  add(x: number, y: number, up: number): [number, number, number, number] | undefined {
    const extent = this.#extent;
    extent.add(x, y, up);
    const r = extent.size;
    const [x0, y0] = this.#last ?? [x, y];
    const dx = x - x0;
    const dy = y - y0;
    const isNear = dx * dx + dy * dy < this.#thin * this.#thin * r * r;
    if (this.#last && up !== 1 && isNear) return undefined;
    this.#last = [x, y];
    return [bounded(dx / (MOVE * r)), bounded(dy / (MOVE * r)), up, bounded((y - extent.mean) / r)];
  }
}

/** The rows of all points. O(n). */
export function runningFeatures(points: Float32Array, thin: number): InkFeatures {
  const kept: number[] = [];
  const rows: number[] = [];
  const pen = new RunningPen(thin);
  for (let i = 0; i < points.length; i += POINT) {
    const row = pen.add(points[i], points[i + 1], points[i + 2]);
    if (!row) continue;
    kept.push(i / POINT);
    rows.push(...row);
  }
  return { width: RUNNING, input: Float32Array.from(rows), sources: Int32Array.from(kept), straight: points };
}

/**
 * Every `count` steps side by side as one that stands for the last of them; a pen that rests, (0, 0, 1, y),
 * fills the last one up.
 */
export function joinSteps(features: InkFeatures, count: number): InkFeatures {
  if (count === 1) return features;
  const { width, input, sources, straight } = features;
  const T = Math.ceil(sources.length / count);
  const joined = new Float32Array(T * count * width);
  joined.set(input);
  for (let at = input.length; at < joined.length; at += width)
    joined.set([0, 0, 1, input[input.length - 1]], at);
  const last = (t: number): number => sources[Math.min((t + 1) * count, sources.length) - 1];
  return {
    width: count * width,
    input: joined,
    sources: Int32Array.from({ length: T }, (_, t) => last(t)),
    straight,
  };
}
