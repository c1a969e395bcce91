/**
 * Time cut into the pieces that differ most: the partition of relative time, the same for all sequences, of
 * which the values within each piece are closest to the piece's mean (least squares by dynamic programming,
 * Fisher 1958).
 */
import { columnMoments } from "./emissions/clusters.ts";

/** Cells of relative time: where pieces may end. */
const CELLS = 100;

/** Sums over the cells before each cell [G+1,D]: values there, their standardized sum, and its squares. */
interface Prefix {
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly square: Float64Array;
}

function prefixSums(data: readonly Float64Array[], D: number, G: number): Prefix {
  const size = (G + 1) * D;
  const prefix = {
    count: new Float64Array(size),
    sum: new Float64Array(size),
    square: new Float64Array(size),
  };
  const { mean, variance } = columnMoments(data, D);
  for (const y of data) {
    const T = y.length / D;
    for (let i = 0; i < y.length; ++i) {
      const d = i % D;
      const at = (Math.floor((G * Math.floor(i / D)) / T) + 1) * D + d;
      if (y[i] !== y[i] || !(variance[d] > 0)) continue;
      const z = (y[i] - mean[d]) / Math.sqrt(variance[d]);
      ++prefix.count[at];
      prefix.sum[at] += z;
      prefix.square[at] += z * z;
    }
  }
  for (const x of [prefix.count, prefix.sum, prefix.square])
    for (let at = D; at < size; ++at) x[at] += x[at - D];
  return prefix;
}

/** Σ (z - mean)² of the cells [from, to). */
function spread({ count, sum, square }: Prefix, D: number, from: number, to: number): number {
  let total = 0;
  for (let d = 0; d < D; ++d) {
    const a = from * D + d;
    const b = to * D + d;
    const n = count[b] - count[a];
    const s = sum[b] - sum[a];
    if (n > 0) total += square[b] - square[a] - (s * s) / n;
  }
  return total;
}

/** The spreads of all runs of cells: [G+1,G+1], of the cells from row to column. */
function spreads(prefix: Prefix, D: number, G: number): Float64Array {
  const table = new Float64Array((G + 1) * (G + 1));
  for (let from = 0; from < G; ++from)
    for (let to = from + 1; to <= G; ++to) table[from * (G + 1) + to] = spread(prefix, D, from, to);
  return table;
}

/**
 * Where K pieces end, as shares of a sequence, ascending [K-1]; equal pieces where K is above the cells.
 * data: [T,D] each.
 */
export function bestCuts(data: readonly Float64Array[], D: number, K: number): number[] {
  if (K > CELLS) return equalCuts(K);
  const longest = data.reduce((T, y) => Math.max(T, y.length / D), 0);
  const G = Math.max(Math.min(CELLS, longest), K);
  const cost = spreads(prefixSums(data, D, G), D, G);
  let before = cost.subarray(0, G + 1);
  const ends: Int32Array[] = [];
  for (let k = 1; k < K; ++k) {
    const from = new Int32Array(G + 1);
    const now = new Float64Array(G + 1).fill(Infinity);
    for (let to = k + 1; to <= G; ++to)
      for (let cut = k; cut < to; ++cut) {
        const value = before[cut] + cost[cut * (G + 1) + to];
        if (value >= now[to]) continue;
        now[to] = value;
        from[to] = cut;
      }
    ends.push(from);
    before = now;
  }
  const cuts = new Array<number>(K - 1);
  for (let k = K - 2, end = G; k >= 0; --k) {
    end = ends[k][end];
    cuts[k] = end / G;
  }
  return cuts;
}

/** Ends of K equal pieces. */
export const equalCuts = (K: number): number[] => Array.from({ length: K - 1 }, (_, k) => (k + 1) / K);
