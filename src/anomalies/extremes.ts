/**
 * How rare a score is among those before it: by its rank, and beyond most of them by a generalized Pareto
 * distribution of what exceeds the 95% quantile (peaks over threshold: Pickands 1975; in streams: Siffer et
 * al. 2017).
 *
 *   p(score > q + x) = .05·(1 + ξ·x/β)^(-1/ξ)
 *
 * ξ and β by the moments of the excesses (Hosking & Wallis 1987), ξ held within 0..½: no score is impossible.
 */
import type { Elementwise } from "../inference/elementwise.ts";

/** What is remembered of the scores above the quantile. */
const LEVEL = 0.95;
/** Scores before any is called rare. */
const FEWEST = 40;
const LARGEST_SHAPE = 0.5;
/** A shape below this is an exponential distribution. */
const STRAIGHT = 1e-3;

/** By what rarity is measured: extreme values beyond the 95% quantile, or ranks alone. */
export type TailName = "extremes" | "ranks";

/** A generalized Pareto distribution above the quantile q. */
interface Tail {
  readonly q: number;
  readonly shape: number;
  readonly scale: number;
}

/** The tail of sorted scores. */
function tailOf(sorted: Float64Array): Tail {
  const from = Math.floor(LEVEL * sorted.length);
  const q = sorted[from];
  const count = sorted.length - from;
  let mean = 0;
  let square = 0;
  for (let i = from; i < sorted.length; ++i) {
    mean += (sorted[i] - q) / count;
    square += ((sorted[i] - q) * (sorted[i] - q)) / count;
  }
  const variance = square - mean * mean;
  const free = variance > 0 ? 0.5 * (1 - (mean * mean) / variance) : 0;
  const shape = Math.min(Math.max(free, 0), LARGEST_SHAPE);
  return { q, shape, scale: mean * (1 - shape) };
}

/** -ln p(a score at least this large), the score above q; ∞ where nothing was ever above q. */
function rarityBeyond({ q, shape, scale }: Tail, score: number, { log }: Elementwise): number {
  if (!(scale > 0)) return Infinity;
  const x = (score - q) / scale;
  const [edge, curved] = log([1 / (1 - LEVEL), 1 + shape * x]);
  return edge + (shape < STRAIGHT ? x : curved / shape);
}

/** How many of the sorted numbers are below x. */
function countBelow(sorted: Float64Array, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last scores of a stream, and how rare a new one is among them. */
export class ScoreHistory {
  readonly #math: Elementwise;
  readonly #tail: TailName;
  /** The last scores as they came, a ring; and sorted, the first `count` of the buffer. */
  readonly #ring: Float64Array;
  readonly #sorted: Float64Array;
  #count = 0;
  #at = 0;

  /** Remembers `size` scores. */
  constructor(math: Elementwise, size: number, tail: TailName) {
    this.#math = math;
    this.#tail = tail;
    this.#ring = new Float64Array(size);
    this.#sorted = new Float64Array(size);
  }

  /** -ln p(a score as large, given those before), nats; 0 among the first scores. Remembers the score. */
  step(score: number): number {
    const rarity = this.#rarity(score);
    this.#remember(score);
    return rarity;
  }

  #rarity(score: number): number {
    const n = this.#count;
    if (n < FEWEST) return 0;
    const sorted = this.#sorted.subarray(0, n);
    if (this.#tail === "extremes" && score > sorted[Math.floor(LEVEL * n)]) {
      const beyond = rarityBeyond(tailOf(sorted), score, this.#math);
      if (beyond < Infinity) return beyond;
    }
    return this.#math.log([(n + 1) / (n - countBelow(sorted, score) + 1)])[0];
  }

  #remember(score: number): void {
    const sorted = this.#sorted;
    if (this.#count === sorted.length) {
      const old = countBelow(sorted, this.#ring[this.#at]);
      sorted.copyWithin(old, old + 1);
      --this.#count;
    }
    const place = countBelow(sorted.subarray(0, this.#count), score);
    sorted.copyWithin(place + 1, place, this.#count);
    sorted[place] = score;
    ++this.#count;
    this.#ring[this.#at] = score;
    this.#at = (this.#at + 1) % sorted.length;
  }
}

/** The score that a share `risk` of scores exceed. `scores` without NaN, at least one. */
export function scoreAbove(
  scores: Float64Array,
  risk: number,
  { tail, math }: { readonly tail: TailName; readonly math: Elementwise },
): number {
  const sorted = scores.slice().sort();
  const n = sorted.length;
  const byRank = sorted[Math.min(n - 1, Math.ceil(n * (1 - risk)))];
  if (tail === "ranks" || risk >= 1 - LEVEL || n < FEWEST) return byRank;
  const { q, shape, scale } = tailOf(sorted);
  const [fold] = math.log([(1 - LEVEL) / risk]);
  const excess = shape < STRAIGHT ? fold : (math.exp([shape * fold])[0] - 1) / shape;
  return q + scale * excess;
}
