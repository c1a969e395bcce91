/**
 * Conjugate priors of regressions y = B·x + N(0, S): each column i of B may be pulled to a place m as by s
 * steps at x = e_i, y = m, and S to variances v as by steps about the mean.
 *
 *   -½·s·(B_i - m)ᵀ·S⁻¹·(B_i - m)   -½·s·(ln|S| + tr(diag v·S⁻¹))
 *
 * Means are the regression on x = 1.
 */
import type { Algebra } from "../../../inference/matrix.ts";
import type { Belief } from "./beliefs.ts";

/** A column of B, how many steps its place is worth, and how far it is from there [D]. */
export interface Pull {
  readonly strength: number;
  readonly gap: Float64Array;
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
export interface RegressionSums {
  readonly xx: Float64Array;
  readonly xe: Float64Array;
  readonly ee: Float64Array;
}

/** Adds the steps that pulls of columns are worth to a state's sums: at x = e_i the error is -gap. */
export function addPulls({ xx, xe, ee }: RegressionSums, pulls: ReadonlyMap<number, Pull>): void {
  const D = Math.sqrt(ee.length);
  const R = Math.sqrt(xx.length);
  for (const [i, { strength, gap }] of pulls) {
    xx[i * (R + 1)] += strength;
    for (let d = 0; d < D; ++d) {
      xe[i * D + d] -= strength * gap[d];
      for (let c = 0; c < D; ++c) ee[d * D + c] += strength * gap[d] * gap[c];
    }
  }
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
