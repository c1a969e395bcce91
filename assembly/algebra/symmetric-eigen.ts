/**
 * Eigenvalues and eigenvectors of symmetric matrices in f64, row-major: cyclic Jacobi rotations (Golub & Van
 * Loan, Matrix Computations, 8.5).
 */
import { at64, get64, put64 } from "./small";

@inline const EPSILON: f64 = 2.220446049250313e-16; // 2^-52
const SWEEPS: i32 = 60; // Jacobi converges quadratically: 6 to 10 sweeps in practice

/** Rows x, y [n] := c·x - s·y, s·x + c·y. */
function rotateRows(n: i32, x: usize, y: usize, c: f64, s: f64): void {
  for (let i = 0; i < n; ++i) {
    const a = get64(x, i);
    const b = get64(y, i);
    put64(x, i, c * a - s * b);
    put64(y, i, s * a + c * b);
  }
}

/**
 * A = Σ λᵢ·vᵢ·vᵢᵀ for symmetric A [n,n], which is overwritten. values [n] ascending; vectors [n,n], row i is
 * vᵢ, of length 1. Returns 0, or 1 if the rotations did not converge (A is not finite).
 */
export function symmetricEigen(n: i32, A: usize, values: usize, vectors: usize): i32 {
  for (let i = 0; i < n * n; ++i) put64(vectors, i, 0);
  for (let i = 0; i < n; ++i) put64(vectors, i * n + i, 1);
  let sweep = 0;
  let rotated = true;
  for (; rotated; ++sweep) {
    if (sweep == SWEEPS) return 1;
    rotated = false;
    for (let p = 0; p < n; ++p) {
      for (let q = p + 1; q < n; ++q) {
        const apq = get64(A, p * n + q);
        const app = get64(A, p * n + p);
        const aqq = get64(A, q * n + q);
        if (abs(apq) <= 0.5 * EPSILON * sqrt(abs(app)) * sqrt(abs(aqq)) || abs(apq) < 1e-300) continue;
        rotated = true;
        const theta = (aqq - app) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (abs(theta) + sqrt(theta * theta + 1));
        const c = 1 / sqrt(t * t + 1);
        const s = t * c;
        rotateRows(n, at64(A, p * n), at64(A, q * n), c, s);
        for (let i = 0; i < n; ++i) {
          const a = get64(A, i * n + p);
          const b = get64(A, i * n + q);
          put64(A, i * n + p, c * a - s * b);
          put64(A, i * n + q, s * a + c * b);
        }
        put64(A, p * n + q, 0);
        put64(A, q * n + p, 0);
        rotateRows(n, at64(vectors, p * n), at64(vectors, q * n), c, s);
      }
    }
  }
  for (let i = 0; i < n; ++i) put64(values, i, get64(A, i * n + i));
  for (let i = 0; i < n; ++i) {
    let smallest = i;
    for (let j = i + 1; j < n; ++j) if (get64(values, j) < get64(values, smallest)) smallest = j;
    if (smallest == i) continue;
    const value = get64(values, i);
    put64(values, i, get64(values, smallest));
    put64(values, smallest, value);
    rotateRows(n, at64(vectors, i * n), at64(vectors, smallest * n), 0, -1); // a swap with one sign
  }
  return 0;
}
