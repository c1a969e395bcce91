/**
 * Where emissions of real values start: k-means++ (Arthur & Vassilvitskii 2007) and a few rounds of Lloyd's
 * iteration.
 */
import type { Random } from "../../../wasm/random.ts";

const ROUNDS = 10; // a start, not a result: EM goes on from here

/**
 * Mean and variance of each column over all rows, NaN left out. Where nothing varies the variance is the
 * square of the value, or 1 where that is 0.
 */
export function columnMoments(
  data: readonly Float64Array[],
  D: number,
): { mean: Float64Array; variance: Float64Array } {
  const count = new Float64Array(D);
  const mean = new Float64Array(D);
  const variance = new Float64Array(D);
  for (const y of data) {
    for (let i = 0; i < y.length; ++i) {
      const d = i % D;
      const x = y[i];
      if (x !== x) continue;
      const gap = x - mean[d]; // Welford's update
      mean[d] += gap / ++count[d];
      variance[d] += gap * (x - mean[d]);
    }
  }
  return { mean, variance: variance.map((v, d) => (v > 0 ? v / count[d] : mean[d] * mean[d] || 1)) };
}

/** K centers [K,D] of the complete rows, distances in units of the columns' deviations. */
export function clusterCenters(
  random: Random,
  data: readonly Float64Array[],
  D: number,
  K: number,
): Float64Array {
  const { mean, variance } = columnMoments(data, D);
  const points = completeRows(data, D);
  if (points.length === 0)
    return Float64Array.from(
      { length: K * D },
      (_, i) => mean[i % D] + Math.sqrt(variance[i % D]) * random.normal(),
    );
  const clusters = new Clusters(K, D, variance);
  clusters.spread(random, points);
  for (let round = 0; round < ROUNDS; ++round) clusters.improve(points);
  return clusters.centers;
}

/** The rows without a missing entry, as views. */
export function completeRows(data: readonly Float64Array[], D: number): Float64Array[] {
  const points: Float64Array[] = [];
  for (const y of data)
    for (let at = 0; at < y.length; at += D) {
      const row = y.subarray(at, at + D);
      if (row.every((x) => x === x)) points.push(row);
    }
  return points;
}

/** K centers and the distances to them, each column in units of its variance. */
export class Clusters {
  /** [K,D] */
  readonly centers: Float64Array;
  readonly #K: number;
  readonly #D: number;
  readonly #variance: Float64Array;

  constructor(K: number, D: number, variance: Float64Array, centers: Float64Array = new Float64Array(K * D)) {
    this.#K = K;
    this.#D = D;
    this.#variance = variance;
    this.centers = centers;
  }

  /** k-means++: each center a point, drawn by its squared distance to those before it. */
  spread(random: Random, points: readonly Float64Array[]): void {
    const nearest = new Float64Array(points.length).fill(Infinity);
    for (let k = 0; k < this.#K; ++k) {
      const chosen =
        k > 0 && nearest.some((x) => x > 0) ? random.choice(nearest) : random.integer(0, points.length - 1);
      this.centers.set(points[chosen], k * this.#D);
      points.forEach((point, i) => {
        nearest[i] = Math.min(nearest[i], this.#distance(point, k));
      });
    }
  }

  /** One round of Lloyd's iteration; a center without points stays. */
  improve(points: readonly Float64Array[]): void {
    const D = this.#D;
    const sums = new Float64Array(this.#K * D);
    const counts = new Float64Array(this.#K);
    for (const point of points) {
      const k = this.nearest(point);
      ++counts[k];
      for (let d = 0; d < D; ++d) sums[k * D + d] += point[d];
    }
    for (let i = 0; i < sums.length; ++i) {
      const count = counts[Math.floor(i / D)];
      if (count > 0) this.centers[i] = sums[i] / count;
    }
  }

  /** The center nearest to a point; ties go to the lower. */
  nearest(point: Float64Array): number {
    let best = 0;
    let smallest = Infinity;
    for (let k = 0; k < this.#K; ++k) {
      const distance = this.#distance(point, k);
      if (distance < smallest) {
        smallest = distance;
        best = k;
      }
    }
    return best;
  }

  #distance(point: Float64Array, k: number): number {
    let sum = 0;
    for (let d = 0; d < this.#D; ++d) {
      const gap = point[d] - this.centers[k * this.#D + d];
      sum += (gap * gap) / this.#variance[d];
    }
    return sum;
  }
}
