/**
 * Cholesky, triangular solves and Householder QR in f64, row-major. (Golub & Van Loan, Matrix Computations,
 * 4.2 and 5.2.)
 */
import { at64, axpy64, dot64, get64, put64, subtractRow } from "./small";

/**
 * A = L·Lᵀ. A [n,n] symmetric, its lower triangle is overwritten with L, the strict upper triangle with 0. A
 * pivot of at most `tolerance` times its diagonal element before elimination makes its column 0 (a
 * generalized factor of a semidefinite matrix); with a negative tolerance it stops there. Returns 0, or 1 +
 * the index of the pivot that stopped it.
 */
export function cholesky(n: i32, A: usize, tolerance: f64): i32 {
  for (let j = 0; j < n; ++j) {
    const row = at64(A, j * n);
    const whole = get64(row, j);
    const pivot = whole - dot64(j, row, row);
    if (!(pivot > max(tolerance, 0) * abs(whole))) {
      if (tolerance < 0 || !(pivot <= max(tolerance, 0) * abs(whole))) return j + 1;
      for (let i = j; i < n; ++i) put64(A, i * n + j, 0);
    } else {
      const d = sqrt(pivot);
      put64(row, j, d);
      for (let i = j + 1; i < n; ++i) {
        const other = at64(A, i * n);
        put64(other, j, (get64(other, j) - dot64(j, row, other)) / d);
      }
    }
    for (let i = 0; i < j; ++i) put64(A, i * n + j, 0);
  }
  return 0;
}

/** B [n,m] = L⁻¹·B for lower triangular L [n,n]; a zero on the diagonal makes its row 0. */
export function solveLower(n: i32, m: i32, L: usize, B: usize): void {
  for (let i = 0; i < n; ++i) {
    const row = at64(B, i * m);
    const d = get64(L, i * n + i);
    const scale = d == 0 ? 0 : 1 / d;
    subtractRow(m, i, at64(L, i * n), 1, B, m, row);
    for (let j = 0; j < m; ++j) put64(row, j, get64(row, j) * scale);
  }
}

/** B [n,m] = L⁻ᵀ·B for lower triangular L [n,n]; a zero on the diagonal makes its row 0. */
export function solveLowerTransposed(n: i32, m: i32, L: usize, B: usize): void {
  for (let i = n - 1; i >= 0; --i) {
    const row = at64(B, i * m);
    const d = get64(L, i * n + i);
    const scale = d == 0 ? 0 : 1 / d;
    subtractRow(m, n - 1 - i, at64(L, (i + 1) * n + i), n, at64(B, (i + 1) * m), m, row);
    for (let j = 0; j < m; ++j) put64(row, j, get64(row, j) * scale);
  }
}

/** ‖x‖₂ of n elements `step` apart, without overflow or underflow. */
function norm(n: i32, x: usize, step: i32): f64 {
  let scale: f64 = 0;
  for (let i = 0; i < n; ++i) scale = max(scale, abs(get64(x, i * step)));
  if (scale == 0 || !(scale < Infinity)) return scale;
  let sum: f64 = 0;
  for (let i = 0; i < n; ++i) {
    const v = get64(x, i * step) / scale;
    sum = sum + v * v;
  }
  return scale * sqrt(sum);
}

/**
 * A = Q·R by Householder reflections H_k = I - β_k·v_k·v_kᵀ with v_k = (1, A[k+1.., k]).
 * A [m,n], m ≥ n: overwritten, R on and above the diagonal, v below; beta [n]; work [n].
 */
export function householderQR(m: i32, n: i32, A: usize, beta: usize, work: usize): void {
  for (let k = 0; k < n; ++k) {
    const head = at64(A, k * n + k);
    const rows = m - k;
    const rest = n - k - 1;
    const x = load<f64>(head);
    const length = norm(rows, head, n);
    if (length == 0 || norm(rows - 1, at64(head, n), n) == 0) {
      put64(beta, k, 0);
      continue;
    }
    const r = x > 0 ? -length : length;
    const top = x - r; // no cancellation
    for (let i = 1; i < rows; ++i) put64(head, i * n, get64(head, i * n) / top);
    put64(beta, k, -top / r);
    store<f64>(head, r);
    reflect(rows, rest, head, n, get64(beta, k), at64(head, 1), n, work);
  }
}

/** B [rows,m] -= β·v·(vᵀ·B), v = (1, column[1..]); work [m]. */
function reflect(
  rows: i32,
  m: i32,
  column: usize,
  ldv: i32,
  beta: f64,
  B: usize,
  ldb: i32,
  work: usize,
): void {
  if (m == 0 || beta == 0) return;
  memory.copy(work, B, (<usize>m) << 3);
  for (let i = 1; i < rows; ++i) axpy64(m, get64(column, i * ldv), at64(B, i * ldb), work);
  for (let i = 0; i < rows; ++i)
    axpy64(m, -beta * (i == 0 ? 1 : get64(column, i * ldv)), work, at64(B, i * ldb));
}

/** B [m,cols] = Qᵀ·B (or Q·B when `forward` is 0) with the reflections of householderQR; work [cols]. */
export function applyReflections(
  m: i32,
  n: i32,
  A: usize,
  beta: usize,
  cols: i32,
  B: usize,
  forward: i32,
  work: usize,
): void {
  for (let k = 0; k < n; ++k) {
    const j = forward ? k : n - 1 - k;
    reflect(m - j, cols, at64(A, j * n + j), n, get64(beta, j), at64(B, j * cols), cols, work);
  }
}

/**
 * B [n,m] (rows m apart) = R⁻¹·B for upper triangular R [n,n] with rows ldr apart; returns 1 + the index of a
 * zero pivot, or 0.
 */
export function solveUpper(n: i32, m: i32, R: usize, ldr: i32, B: usize): i32 {
  for (let i = n - 1; i >= 0; --i) {
    const row = at64(B, i * m);
    const d = get64(R, i * ldr + i);
    if (d == 0) return i + 1;
    subtractRow(m, n - 1 - i, at64(R, i * ldr + i + 1), 1, at64(B, (i + 1) * m), m, row);
    for (let j = 0; j < m; ++j) put64(row, j, get64(row, j) / d);
  }
  return 0;
}
