/**
 * Plain matrices as arrays of rows: triple loops, and elimination with pivots. Written to be read, never to
 * be fast.
 */
export type Matrix = number[][];

export const zeros = (m: number, n: number): Matrix =>
  Array.from({ length: m }, () => new Array<number>(n).fill(0));
export const identity = (n: number): Matrix =>
  zeros(n, n).map((row, i) => row.map((_, j) => (i === j ? 1 : 0)));
export const transpose = (A: Matrix): Matrix => A[0].map((_, j) => A.map((row) => row[j]));
export const multiply = (A: Matrix, B: Matrix): Matrix =>
  A.map((row) => B[0].map((_, j) => row.reduce((sum, a, k) => sum + a * B[k][j], 0)));
export const add = (A: Matrix, B: Matrix, scale = 1): Matrix =>
  A.map((row, i) => row.map((a, j) => a + scale * B[i][j]));
export const column = (x: readonly number[]): Matrix => x.map((v) => [v]);
/** Row-major numbers as rows of n. */
export const rows = (x: ArrayLike<number>, n: number): Matrix =>
  Array.from({ length: x.length / n }, (_, i) => Array.from({ length: n }, (_, j) => x[i * n + j]));
/** The chosen rows and columns. */
export const part = (A: Matrix, r: readonly number[], c: readonly number[]): Matrix =>
  r.map((i) => c.map((j) => A[i][j]));

/** A⁻¹·B and ln |det A| by Gaussian elimination with row pivots. */
export function solve(A: Matrix, B: Matrix): { X: Matrix; logDet: number } {
  const n = A.length;
  const M = A.map((row, i) => [...row, ...B[i]]);
  let logDet = 0;
  for (let k = 0; k < n; ++k) {
    let p = k;
    for (let i = k + 1; i < n; ++i) if (Math.abs(M[i][k]) > Math.abs(M[p][k])) p = i;
    [M[k], M[p]] = [M[p], M[k]];
    logDet += Math.log(Math.abs(M[k][k]));
    for (let i = 0; i < n; ++i) {
      if (i === k) continue;
      const f = M[i][k] / M[k][k];
      for (let j = k; j < M[i].length; ++j) M[i][j] -= f * M[k][j];
    }
  }
  return { X: M.map((row, i) => row.slice(n).map((x) => x / M[i][i])), logDet };
}
