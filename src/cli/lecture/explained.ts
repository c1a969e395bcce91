/** How much of one sequence of vectors another one explains, linearly. */
import { inferenceEngine } from "../../inference/inference-engine.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import { Algebra } from "../../inference/matrix.ts";

/**
 * Share of the variance of `want` [rows,k] that a linear map of `states` [rows,h] and a constant explains,
 * least squares; the first `from` steps are left out.
 */
export async function explained(
  states: readonly ArrayLike<number>[],
  want: readonly ArrayLike<number>[],
  { h, k, from }: { h: number; k: number; from: number },
): Promise<number> {
  const algebra = new Algebra(await inferenceEngine());
  const X: number[] = [];
  const Y: number[] = [];
  states.forEach((s, i) => {
    for (let t = from; t < s.length / h; ++t) {
      X.push(1, ...Array.from({ length: h }, (_, j) => s[t * h + j]));
      Y.push(...Array.from({ length: k }, (_, j) => want[i][t * k + j]));
    }
  });
  const n = h + 1;
  const rows = Y.length / k;
  const regressors = new Matrix(algebra, rows, n, Float64Array.from(X));
  const transposed = regressors.transposed();
  const XX = transposed.times(regressors).plus(Matrix.identity(algebra, n).scaled(1e-8 * rows));
  const XY = transposed.times(new Matrix(algebra, rows, k, Float64Array.from(Y)));
  const fit = regressors.times(XX.solve("7a-7", XY)).data;
  const means = Array.from(
    { length: k },
    (_, j) => Y.reduce((sum, y, i) => sum + (i % k === j ? y : 0), 0) / rows,
  );
  algebra.dispose();
  const off = Y.reduce((sum, y, i) => sum + (y - fit[i]) ** 2, 0);
  const all = Y.reduce((sum, y, i) => sum + (y - means[i % k]) ** 2, 0);
  return 1 - off / all;
}
