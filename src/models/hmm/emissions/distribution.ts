/** Probabilities under a Dirichlet prior that keep their zeros. */
import type { Algebra } from "../../../inference/matrix.ts";
import { NO_WEIGHT } from "./entries.ts";

/**
 * p = (counts + prior - 1) normalized over the entries that are not 0; p itself where that leaves nothing.
 */
export function normalize(p: Float64Array, counts: Float64Array, prior: number): void {
  let sum = 0;
  for (let i = 0; i < p.length; ++i) if (p[i] > 0) sum += counts[i] + (prior - 1);
  if (!(sum > NO_WEIGHT)) return; // never visited: any row is as likely
  for (let i = 0; i < p.length; ++i) p[i] = p[i] > 0 ? (counts[i] + (prior - 1)) / sum : 0;
}

/** `normalize` on every row of p [·,width]. */
export function normalizeRows(p: Float64Array, counts: Float64Array, width: number, prior: number): void {
  for (let at = 0; at < p.length; at += width)
    normalize(p.subarray(at, at + width), counts.subarray(at, at + width), prior);
}

/** (prior - 1)·Σ ln p over the entries that are not 0. */
export function dirichlet(algebra: Algebra, p: Float64Array, prior: number): number {
  return prior === 1 ? 0 : (prior - 1) * algebra.log(p.filter((x) => x > 0)).reduce((sum, x) => sum + x, 0);
}

/** `dirichlet` of the rows [K,·] of states that share with no earlier one. */
export function dirichletTied(
  algebra: Algebra,
  p: Float64Array,
  ties: readonly number[],
  prior: number,
): number {
  if (prior === 1) return 0;
  const width = p.length / ties.length;
  const own = p.filter((_, i) => {
    const k = Math.floor(i / width);
    return ties[k] === k;
  });
  return dirichlet(algebra, own, prior);
}
