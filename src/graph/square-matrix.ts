/** Square matrices [n,n] of a few hundred rows in double precision, row by row: products and inverses. */

/** C = A·B, overwritten. */
export function multiply(n: number, A: Float64Array, B: Float64Array, C: Float64Array): void {
  C.fill(0);
  for (let i = 0; i < n; ++i)
    for (let k = 0; k < n; ++k) {
      const a = A[n * i + k];
      for (let j = 0; j < n; ++j) C[n * i + j] += a * B[n * k + j];
    }
}

/** Aᵀ, in memory of its own. */
export function transposed(n: number, A: Float64Array): Float64Array {
  const to = new Float64Array(n * n);
  for (let i = 0; i < n; ++i) for (let j = 0; j < n; ++j) to[n * j + i] = A[n * i + j];
  return to;
}

/** The identity. */
export function identity(n: number): Float64Array {
  const to = new Float64Array(n * n);
  for (let i = 0; i < n; ++i) to[n * i + i] = 1;
  return to;
}

function swapRows(n: number, A: Float64Array, i: number, j: number): void {
  if (i === j) return;
  const row = A.slice(n * i, n * i + n);
  A.copyWithin(n * i, n * j, n * j + n);
  A.set(row, n * j);
}

/** The row at or below `from` with the largest number in a column. */
function pivotRow(n: number, A: Float64Array, from: number): number {
  let best = from;
  for (let i = from + 1; i < n; ++i) if (Math.abs(A[n * i + from]) > Math.abs(A[n * best + from])) best = i;
  return best;
}

/**
 * A⁻¹ and the sign of det A, by Gauss and Jordan with row pivots; undefined where a pivot is below 1e-14
 * of the largest number in A.
 */
export function inverse(n: number, A: Float64Array): { X: Float64Array; sign: number } | undefined {
  const work = A.slice();
  const X = identity(n);
  const least = 1e-14 * A.reduce((max, a) => Math.max(max, Math.abs(a)), 0);
  let sign = 1;
  for (let c = 0; c < n; ++c) {
    const p = pivotRow(n, work, c);
    const pivot = work[n * p + c];
    if (!(Math.abs(pivot) > least)) return undefined;
    if ((p === c) === pivot < 0) sign = -sign;
    for (const M of [work, X]) {
      swapRows(n, M, p, c);
      for (let j = 0; j < n; ++j) M[n * c + j] /= pivot;
    }
    for (let i = 0; i < n; ++i) {
      const factor = work[n * i + c];
      if (i === c || factor === 0) continue;
      for (const M of [work, X]) for (let j = 0; j < n; ++j) M[n * i + j] -= factor * M[n * c + j];
    }
  }
  return { X, sign };
}
