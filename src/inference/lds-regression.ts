/**
 * The M-step of a linear dynamical system, a regression at a time, and the gradient that the same moments
 * are. (Ghahramani & Hinton 1996; with entries held fixed, the conditional maxima of Meng & Rubin 1993.)
 */
import { Matrix } from "./matrix-value.ts";
import type { Regression } from "./lds-moments.ts";

/** Whether the weight of row i and column j may move. */
export type FreeWeights = (row: number, column: number) => boolean;

/** How new weights [r,q] differ from the old ones, and the noise [r,r] that is left. */
export interface RegressionStep {
  readonly change: Matrix;
  readonly noise: Matrix;
}

/** New weights and noise of one regression; `noise` [r,r] is the current one. */
export function solveRegression(moments: Regression, free: FreeWeights, noise: Matrix): RegressionStep {
  const { count, ee, ez, zz } = moments;
  const change = changeOfWeights(moments, free, noise);
  const cross = change.timesTransposed(ez);
  const left = ee.minus(cross).minus(cross.transposed()).plus(change.congruence(zz));
  return { change, noise: left.symmetric().scaled(1 / count) };
}

/**
 * One solve where every row has the same free columns; else rows apart, or together where their noises are
 * tied.
 */
function changeOfWeights(moments: Regression, free: FreeWeights, noise: Matrix): Matrix {
  const { ez } = moments;
  const { rows: r, columns: q } = ez;
  const columnsOf = (i: number): number[] => Array.from({ length: q }, (_, j) => j).filter((j) => free(i, j));
  const byRow = Array.from({ length: r }, (_, i) => columnsOf(i));
  const alike = byRow.every((columns) => columns.join() === byRow[0].join());
  if (alike)
    return scattered(ez, solveRows(moments, [...byRow.keys()], byRow[0]), [...byRow.keys()], byRow[0]);
  const apart = noise.data.every((x, i) => x === 0 || i % (r + 1) === 0);
  if (apart)
    return byRow.reduce(
      (change, columns, i) => change.plus(scattered(ez, solveRows(moments, [i], columns), [i], columns)),
      Matrix.zeros(ez.algebra, r, q),
    );
  return solveTogether(moments, byRow, noise);
}

/**
 * X [free,rows] that maximizes the expected log-likelihood of some rows, in units of the regressors' sizes.
 */
function solveRows({ ez, zz }: Regression, rows: readonly number[], columns: readonly number[]): Matrix {
  const units = columns.map((j) => powerOfTwo(Math.sqrt(zz.at(j, j))));
  const S = zz.part(columns, columns).map((x, i) => {
    const [a, b] = [Math.floor(i / columns.length), i % columns.length];
    return x / units[a] / units[b];
  });
  const B = ez.part(rows, columns).transposed();
  const scaled = B.map((x, i) => x / units[Math.floor(i / rows.length)]);
  const X = S.solve("lds: moments of the states", scaled, { semidefinite: true });
  return X.map((x, i) => x / units[Math.floor(i / rows.length)]);
}

/** X [columns,rows] written to its places in a matrix of the shape of `like`. */
function scattered(like: Matrix, X: Matrix, rows: readonly number[], columns: readonly number[]): Matrix {
  const data = new Float64Array(like.data.length);
  columns.forEach((j, b) => rows.forEach((i, a) => (data[i * like.columns + j] = X.at(b, a))));
  return new Matrix(like.algebra, like.rows, like.columns, data);
}

/** All free weights at once, given the noise: Σ_bk N⁻¹_ab·zz_jk·X_bk = (N⁻¹·ez)_aj. */
function solveTogether({ ez, zz }: Regression, byRow: readonly number[][], noise: Matrix): Matrix {
  const { algebra, columns: q } = ez;
  const free = byRow.flatMap((columns, i) => columns.map((j) => [i, j] as const));
  const N = noise.solve("lds: noise", Matrix.identity(algebra, noise.rows));
  const right = N.times(ez);
  const S = new Matrix(
    algebra,
    free.length,
    free.length,
    Float64Array.from(free.flatMap(([a, j]) => free.map(([b, k]) => N.at(a, b) * zz.at(j, k)))),
  );
  const B = Matrix.column(
    algebra,
    Float64Array.from(free, ([a, j]) => right.at(a, j)),
  );
  const X = S.solve("lds: moments of the states", B, { semidefinite: true });
  const data = new Float64Array(ez.data.length);
  free.forEach(([a, j], i) => {
    data[a * q + j] = X.data[i];
  });
  return new Matrix(algebra, ez.rows, q, data);
}

/** A power of two near |x|: dividing by it rounds nothing. 1 for 0. */
export function powerOfTwo(x: number): number {
  if (!(Math.abs(x) > 0 && Math.abs(x) < Infinity)) return 1;
  let size = Math.abs(x);
  let unit = 1;
  for (; size >= 2; size /= 2) unit *= 2;
  for (; size < 1; size *= 2) unit /= 2;
  return unit;
}

/**
 * ∂/∂weights [r,q] = N⁻¹·Σez and ∂/∂N [r,r] = ½·N⁻¹(Σee - count·N)N⁻¹ for noise N [r,r], symmetric positive
 * definite.
 */
export function regressionGradient(
  who: string,
  { count, ee, ez }: Pick<Regression, "count" | "ee" | "ez">,
  noise: Matrix,
): { weights: Matrix; noise: Matrix } {
  const inner = noise.solve(who, ee.minus(noise.scaled(count)));
  return { weights: noise.solve(who, ez), noise: noise.solve(who, inner.transposed()).scaled(0.5) };
}
