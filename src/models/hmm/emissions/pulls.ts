/**
 * Conjugate priors of regressions y = B·x + N(0, S): B may be pulled as by s steps at any x to a place m, and
 * S to variances v as by steps about the mean.
 *
 *   -½·s·(B·x - m)ᵀ·S⁻¹·(B·x - m)   -½·s·(ln|S| + tr(diag v·S⁻¹))
 *
 * Means are the regression on x = 1.
 */
import type { Algebra } from "../../../inference/matrix.ts";
import type { Belief } from "./beliefs.ts";

/** How many steps a place is worth, and how far B·x is from it [D]. */
export interface Pull {
  readonly strength: number;
  readonly gap: Float64Array;
}

/** A pull and where it is, x [R]. */
export interface PullAt extends Pull {
  readonly x: Float64Array;
}

/** ln prior of a state up to a constant. S [D,D] */
export function pullLogPrior(
  algebra: Algebra,
  S: Float64Array,
  pulls: readonly Pull[],
  { strength: worth, at: v }: Belief,
): number {
  if (pulls.length === 0 && worth === 0) return 0;
  const D = Math.sqrt(S.length);
  const L = algebra.cholesky("hmm: prior", D, S);
  let sum = 0;
  for (const { strength, gap } of pulls) {
    const z = algebra.solveLower(D, 1, L, gap);
    sum -= 0.5 * strength * z.reduce((total, x) => total + x * x, 0);
  }
  if (worth === 0) return sum;
  const root = Float64Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? Math.sqrt(v[i % D]) : 0));
  const logs = algebra.log(L.filter((_, i) => i % (D + 1) === 0));
  const trace = algebra.solveLower(D, D, L, root).reduce((total, x) => total + x * x, 0);
  return sum - 0.5 * worth * (2 * logs.reduce((total, x) => total + x, 0) + trace);
}

/** Sums of one state about its present B: x·xᵀ [R,R], x·eᵀ [R,D], e·eᵀ [D,D]. */
export interface StateSums {
  readonly xx: Float64Array;
  readonly xe: Float64Array;
  readonly ee: Float64Array;
}

/** Views of each state's part of sums [K,R,R], [K,R,D], [K,D,D]. */
export function statesOf(K: number, [xx, xe, ee]: readonly Float64Array[]): StateSums[] {
  const part = (x: Float64Array, k: number): Float64Array =>
    x.subarray((k * x.length) / K, ((k + 1) * x.length) / K);
  return Array.from({ length: K }, (_, k) => ({ xx: part(xx, k), xe: part(xe, k), ee: part(ee, k) }));
}

/** Adds the steps that pulls are worth to a state's sums: their errors are -gap. */
export function addPulls(sums: StateSums, pulls: readonly PullAt[]): void {
  for (const { strength, x, gap } of pulls) {
    const e = gap.map((v) => -v);
    addStep(sums, strength, x, e);
  }
}

/** Adds one step x [R] with the error e [D], and its weight. */
export function addStep({ xx, xe, ee }: StateSums, w: number, x: Float64Array, e: Float64Array): void {
  const R = x.length;
  const D = e.length;
  for (let i = 0; i < R; ++i) {
    for (let j = 0; j < R; ++j) xx[i * R + j] += w * x[i] * x[j];
    for (let d = 0; d < D; ++d) xe[i * D + d] += w * x[i] * e[d];
  }
  for (let i = 0; i < D; ++i) for (let j = 0; j < D; ++j) ee[i * D + j] += w * e[i] * e[j];
}

/** The covariance [D,D] of a sum of squares of `weight` steps, drawn to the prior. */
export function believedCovariance(
  squares: Float64Array,
  weight: number,
  { strength, at }: Belief,
): Float64Array {
  const D = Math.sqrt(squares.length);
  if (strength === 0) return squares.map((x) => x / weight);
  return squares.map((x, i) => (x + (i % (D + 1) === 0 ? strength * at[i % D] : 0)) / (weight + strength));
}
