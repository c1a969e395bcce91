/**
 * What comes before the QR iteration, in f64, row-major: balancing and Hessenberg form by Householder
 * reflections (Golub & Van Loan, Matrix Computations, 7.4, 7.5).
 */
import { at64, axpy64, dot64, get64, put64 } from "./small";

/**
 * Scales rows and columns of A [n,n] by powers of two until their norms are within a factor of two: D⁻¹·A·D.
 */
export function balance(n: i32, A: usize): void {
  for (let again = true; again;) {
    again = false;
    for (let i = 0; i < n; ++i) {
      let column: f64 = 0;
      let row: f64 = 0;
      for (let j = 0; j < n; ++j) {
        if (j == i) continue;
        column = column + abs(get64(A, j * n + i));
        row = row + abs(get64(A, i * n + j));
      }
      if (column == 0 || row == 0 || !(column + row < Infinity)) continue;
      const sum = column + row;
      let scale: f64 = 1;
      while (column < row / 2) {
        scale *= 2;
        column *= 4;
      }
      while (column > row * 2) {
        scale /= 2;
        column /= 4;
      }
      if ((column + row) / scale >= 0.95 * sum) continue;
      again = true;
      for (let j = 0; j < n; ++j) put64(A, i * n + j, get64(A, i * n + j) / scale);
      for (let j = 0; j < n; ++j) put64(A, j * n + i, get64(A, j * n + i) * scale);
    }
  }
}

/** A [n,n] := QᵀAQ, zero below the first subdiagonal; work [2n]. */
export function hessenberg(n: i32, A: usize, work: usize): void {
  const v = work;
  const w = at64(work, n);
  for (let k = 0; k + 2 < n; ++k) {
    const rows = n - k - 1;
    const columns = n - k;
    let scale: f64 = 0;
    for (let i = 0; i < rows; ++i) {
      put64(v, i, get64(A, (k + 1 + i) * n + k));
      scale = max(scale, abs(get64(v, i)));
    }
    if (scale == 0) continue;
    for (let i = 0; i < rows; ++i) put64(v, i, get64(v, i) / scale);
    const length = sqrt(dot64(rows, v, v));
    const first = load<f64>(v);
    const r = first > 0 ? -length : length;
    store<f64>(v, first - r);
    const beta = 1 / (r * (r - first));
    for (let j = 0; j < columns; ++j) put64(w, j, 0);
    for (let i = 0; i < rows; ++i) axpy64(columns, get64(v, i), at64(A, (k + 1 + i) * n + k), w);
    for (let i = 0; i < rows; ++i) axpy64(columns, -beta * get64(v, i), w, at64(A, (k + 1 + i) * n + k));
    for (let i = 0; i < n; ++i) {
      const row = at64(A, i * n + k + 1);
      axpy64(rows, -beta * dot64(rows, row, v), v, row);
    }
    for (let i = 1; i < rows; ++i) put64(A, (k + 1 + i) * n + k, 0);
  }
}
