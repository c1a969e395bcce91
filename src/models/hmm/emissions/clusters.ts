/**
 * Where emissions of real values start: k-means++ (Arthur & Vassilvitskii 2007) and a few rounds of Lloyd's
 * iteration.
 */
import type { Random } from "../../../wasm/random.ts";

const ROUNDS = 10; // a start, not a result: EM goes on from here

/** Mean and variance of each column over all rows, NaN left out; variance 1 where nothing varies. */
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
  return { mean, variance: variance.map((v, d) => (v > 0 ? v / count[d] : 1)) };
}

/** K centers [K,D] of the complete rows, distances in units of the columns' deviations. */
export function clusterCenters(
  random: Random,
  data: readonly Float64Array[],
  D: number,
  K: number,
): Float64Array {
  const { mean, variance } = columnMoments(data, D);
  const points: Float64Array[] = [];
  for (const y of data)
    for (let at = 0; at < y.length; at += D) {
      const row = y.subarray(at, at + D);
      if (row.every((x) => x === x)) points.push(row);
    }
  const centers = new Float64Array(K * D);
  const distance = (point: Float64Array, k: number): number => {
    let sum = 0;
    for (let d = 0; d < D; ++d) {
      const gap = point[d] - centers[k * D + d];
      sum += (gap * gap) / variance[d];
    }
    return sum;
  };
  if (points.length === 0) {
    for (let i = 0; i < K * D; ++i) centers[i] = mean[i % D] + Math.sqrt(variance[i % D]) * random.normal();
    return centers;
  }
  const nearest = new Float64Array(points.length).fill(Infinity);
  for (let k = 0; k < K; ++k) {
    const chosen =
      k > 0 && nearest.some((x) => x > 0) ? random.choice(nearest) : random.integer(0, points.length - 1);
    centers.set(points[chosen], k * D);
    points.forEach((point, i) => {
      nearest[i] = Math.min(nearest[i], distance(point, k));
    });
  }
  for (let round = 0; round < ROUNDS; ++round) {
    const sums = new Float64Array(K * D);
    const counts = new Float64Array(K);
    for (const point of points) {
      let best = 0;
      let least = Infinity;
      for (let k = 0; k < K; ++k) {
        const far = distance(point, k);
        if (far < least) {
          least = far;
          best = k;
        }
      }
      ++counts[best];
      for (let d = 0; d < D; ++d) sums[best * D + d] += point[d];
    }
    for (let i = 0; i < K * D; ++i)
      if (counts[Math.floor(i / D)] > 0) centers[i] = sums[i] / counts[Math.floor(i / D)];
  }
  return centers;
}
