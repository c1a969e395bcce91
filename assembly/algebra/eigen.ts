/**
 * Eigenvalues in f64, row-major: symmetric matrices by cyclic Jacobi rotations, general real ones by
 * balancing, Hessenberg form and the implicit double-shift QR iteration (Golub & Van Loan, Matrix
 * Computations, 7.4, 7.5, 8.5; shifts of LAPACK's dlahqr).
 */
import { at64, axpy64, dot64, get64, put64 } from "./small";

@inline const EPSILON: f64 = 2.220446049250313e-16; // 2^-52
const SWEEPS: i32 = 60; // Jacobi converges quadratically: 6 to 10 sweeps in practice
const ITERATIONS: i32 = 300; // for one eigenvalue; 2 to 4 in practice
const EXCEPTIONAL: i32 = 10; // every tenth iteration takes another shift, which breaks cycles

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

/**
 * Scales rows and columns of A [n,n] by powers of two until their norms are within a factor of two: D⁻¹·A·D.
 */
function balance(n: i32, A: usize): void {
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
function hessenberg(n: i32, A: usize, work: usize): void {
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

/** Rows r0, r1, r2 [n] -= p·(x, y, z) with p = r0 + q·r1 + r·r2. */
@inline
function reflectRows(n: i32, r0: usize, r1: usize, r2: usize, q: f64, r: f64, x: f64, y: f64, z: f64): void {
  const vq = f64x2.splat(q);
  const vr = f64x2.splat(r);
  const vx = f64x2.splat(x);
  const vy = f64x2.splat(y);
  const vz = f64x2.splat(z);
  let j = 0;
  for (; j + 2 <= n; j += 2) {
    const o = (<usize>j) << 3;
    const a = v128.load(r0 + o);
    const b = v128.load(r1 + o);
    const c = v128.load(r2 + o);
    const p = f64x2.add(f64x2.add(a, f64x2.mul(vq, b)), f64x2.mul(vr, c));
    v128.store(r0 + o, f64x2.sub(a, f64x2.mul(p, vx)));
    v128.store(r1 + o, f64x2.sub(b, f64x2.mul(p, vy)));
    v128.store(r2 + o, f64x2.sub(c, f64x2.mul(p, vz)));
  }
  if (j < n) {
    const a = get64(r0, j);
    const b = get64(r1, j);
    const c = get64(r2, j);
    const p = a + q * b + r * c;
    put64(r0, j, a - p * x);
    put64(r1, j, b - p * y);
    put64(r2, j, c - p * z);
  }
}

/**
 * One double-shift sweep over rows and columns low..high of H, started at row m with the first column (p, q,
 * r) of the shifted square.
 */
function sweep(n: i32, H: usize, low: i32, high: i32, m: i32, p: f64, q: f64, r: f64): void {
  for (let k = m; k < high; ++k) {
    const three = k + 2 <= high;
    if (k > m) {
      p = get64(H, k * n + k - 1);
      q = get64(H, (k + 1) * n + k - 1);
      r = three ? get64(H, (k + 2) * n + k - 1) : 0;
      const scale = abs(p) + abs(q) + abs(r);
      if (scale == 0) continue;
      p /= scale;
      q /= scale;
      r /= scale;
      const s = p < 0 ? -sqrt(p * p + q * q + r * r) : sqrt(p * p + q * q + r * r);
      put64(H, k * n + k - 1, -s * scale);
      put64(H, (k + 1) * n + k - 1, 0);
      if (three) put64(H, (k + 2) * n + k - 1, 0);
    } else if (m > low) {
      put64(H, k * n + k - 1, -get64(H, k * n + k - 1));
    }
    const s = p < 0 ? -sqrt(p * p + q * q + r * r) : sqrt(p * p + q * q + r * r);
    if (s == 0) continue;
    p += s;
    const x = p / s;
    const y = q / s;
    const z = r / s;
    q /= p;
    r /= p;
    const columns = high - k + 1;
    const third = three ? k + 2 : k + 1;
    if (three)
      reflectRows(
        columns,
        at64(H, k * n + k),
        at64(H, (k + 1) * n + k),
        at64(H, third * n + k),
        q,
        r,
        x,
        y,
        z,
      );
    else {
      for (let j = k; j <= high; ++j) {
        const a = get64(H, k * n + j);
        const b = get64(H, (k + 1) * n + j);
        const t = a + q * b;
        put64(H, k * n + j, a - t * x);
        put64(H, (k + 1) * n + j, b - t * y);
      }
    }
    const last = min(high, k + 3);
    for (let i = low; i <= last; ++i) {
      const row = at64(H, i * n + k);
      let t = x * load<f64>(row) + y * load<f64>(row, 8);
      if (three) {
        t = t + z * load<f64>(row, 16);
        store<f64>(row, load<f64>(row, 16) - t * r, 16);
      }
      store<f64>(row, load<f64>(row, 8) - t * q, 8);
      store<f64>(row, load<f64>(row) - t);
    }
  }
}

/**
 * The eigenvalues re[i] + i·im[i] of a real A [n,n], which is overwritten; conjugate pairs adjacent, positive
 * imaginary part first.
 * work [2n]. Returns 0, or the number of eigenvalues that did not converge (A is not finite).
 */
export function eigenvalues(n: i32, A: usize, re: usize, im: usize, work: usize): i32 {
  balance(n, A);
  hessenberg(n, A, work);
  let norm: f64 = 0;
  for (let i = 0; i < n * n; ++i) norm = norm + abs(get64(A, i));
  if (!(norm < Infinity)) return n;
  let high = n - 1;
  let tries = 0;
  while (high >= 0) {
    let low = high;
    for (; low > 0; --low) {
      const near = abs(get64(A, (low - 1) * n + low - 1)) + abs(get64(A, low * n + low));
      if (abs(get64(A, low * n + low - 1)) <= EPSILON * (near == 0 ? norm : near)) break;
    }
    if (low > 0) put64(A, low * n + low - 1, 0);
    let x = get64(A, high * n + high);
    if (low == high) {
      put64(re, high, x);
      put64(im, high, 0);
      --high;
      tries = 0;
      continue;
    }
    let y = get64(A, (high - 1) * n + high - 1);
    let w = get64(A, high * n + high - 1) * get64(A, (high - 1) * n + high);
    if (low == high - 1) {
      const p = 0.5 * (y - x);
      const square = p * p + w;
      const root = sqrt(abs(square));
      if (square >= 0) {
        const z = p < 0 ? p - root : p + root;
        put64(re, high - 1, x + z);
        put64(re, high, z == 0 ? x : x - w / z);
        put64(im, high - 1, 0);
        put64(im, high, 0);
      } else {
        put64(re, high - 1, x + p);
        put64(re, high, x + p);
        put64(im, high - 1, root);
        put64(im, high, -root);
      }
      high -= 2;
      tries = 0;
      continue;
    }
    if (tries == ITERATIONS) return high + 1;
    if (++tries % EXCEPTIONAL == 0) {
      const s = abs(get64(A, high * n + high - 1)) + abs(get64(A, (high - 1) * n + high - 2));
      x = y = get64(A, high * n + high) + 0.75 * s;
      w = -0.4375 * s * s;
    }
    let m = high - 2;
    let p: f64 = 0;
    let q: f64 = 0;
    let r: f64 = 0;
    for (; ; --m) {
      const z = get64(A, m * n + m);
      const dx = x - z;
      const dy = y - z;
      p = (dx * dy - w) / get64(A, (m + 1) * n + m) + get64(A, m * n + m + 1);
      q = get64(A, (m + 1) * n + m + 1) - z - dx - dy;
      r = get64(A, (m + 2) * n + m + 1);
      const scale = abs(p) + abs(q) + abs(r);
      p /= scale;
      q /= scale;
      r /= scale;
      if (m == low) break;
      const u = abs(get64(A, m * n + m - 1)) * (abs(q) + abs(r));
      const v = abs(p) * (abs(get64(A, (m - 1) * n + m - 1)) + abs(z) + abs(get64(A, (m + 1) * n + m + 1)));
      if (u <= EPSILON * v) break;
    }
    for (let i = m + 2; i <= high; ++i) {
      put64(A, i * n + i - 2, 0);
      if (i > m + 2) put64(A, i * n + i - 3, 0);
    }
    sweep(n, A, low, high, m, p, q, r);
  }
  return 0;
}
