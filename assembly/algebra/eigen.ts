/**
 * Eigenvalues of general real matrices in f64, row-major: the implicit double-shift QR iteration on the
 * Hessenberg form of the balanced matrix (Golub & Van Loan, Matrix Computations, 7.5; shifts of LAPACK's
 * dlahqr).
 */
import { balance, hessenberg } from "./hessenberg";
import { at64, get64, put64 } from "./small";

@inline const EPSILON: f64 = 2.220446049250313e-16; // 2^-52
const ITERATIONS: i32 = 300; // for one eigenvalue; 2 to 4 in practice
const EXCEPTIONAL: i32 = 10; // every tenth iteration takes another shift, which breaks cycles

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

/** Rows r0, r1 [n] -= p·(x, y) with p = r0 + q·r1. */
@inline
function reflectPair(n: i32, r0: usize, r1: usize, q: f64, x: f64, y: f64): void {
  for (let j = 0; j < n; ++j) {
    const a = get64(r0, j);
    const b = get64(r1, j);
    const t = a + q * b;
    put64(r0, j, a - t * x);
    put64(r1, j, b - t * y);
  }
}

/** The first two or `three` elements of a row -= t·(1, q, r) with t = their product with (x, y, z). */
@inline
function reflectRow(row: usize, three: bool, q: f64, r: f64, x: f64, y: f64, z: f64): void {
  let t = x * load<f64>(row) + y * load<f64>(row, 8);
  if (three) {
    t = t + z * load<f64>(row, 16);
    store<f64>(row, load<f64>(row, 16) - t * r, 16);
  }
  store<f64>(row, load<f64>(row, 8) - t * q, 8);
  store<f64>(row, load<f64>(row) - t);
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
    else reflectPair(columns, at64(H, k * n + k), at64(H, (k + 1) * n + k), q, x, y);
    const last = min(high, k + 3);
    for (let i = low; i <= last; ++i) reflectRow(at64(H, i * n + k), three, q, r, x, y, z);
  }
}

/** The first row of the block that ends at row `high`: what is left of it is below rounding, or it is 0. */
function blockStart(n: i32, A: usize, high: i32, norm: f64): i32 {
  let low = high;
  for (; low > 0; --low) {
    const near = abs(get64(A, (low - 1) * n + low - 1)) + abs(get64(A, low * n + low));
    if (abs(get64(A, low * n + low - 1)) <= EPSILON * (near == 0 ? norm : near)) break;
  }
  return low;
}

/** Eigenvalues high - 1 and high: those of a block of two rows with diagonal y, x and w off it. */
function ofTwo(high: i32, x: f64, y: f64, w: f64, re: usize, im: usize): void {
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
}

/**
 * The row m at which a sweep over low..high may start; first [3] is the first column (p, q, r) of the square
 * of the matrix there, shifted by x, y, w.
 */
function startOfSweep(n: i32, A: usize, low: i32, high: i32, x: f64, y: f64, w: f64, first: usize): i32 {
  let m = high - 1;
  let found = false;
  while (!found) {
    --m;
    const z = get64(A, m * n + m);
    const dx = x - z;
    const dy = y - z;
    let p = (dx * dy - w) / get64(A, (m + 1) * n + m) + get64(A, m * n + m + 1);
    let q = get64(A, (m + 1) * n + m + 1) - z - dx - dy;
    let r = get64(A, (m + 2) * n + m + 1);
    const scale = abs(p) + abs(q) + abs(r);
    p /= scale;
    q /= scale;
    r /= scale;
    put64(first, 0, p);
    put64(first, 1, q);
    put64(first, 2, r);
    if (m == low) break;
    const u = abs(get64(A, m * n + m - 1)) * (abs(q) + abs(r));
    const v = abs(p) * (abs(get64(A, (m - 1) * n + m - 1)) + abs(z) + abs(get64(A, (m + 1) * n + m + 1)));
    found = u <= EPSILON * v;
  }
  return m;
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
    const low = blockStart(n, A, high, norm);
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
      ofTwo(high, x, y, w, re, im);
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
    const m = startOfSweep(n, A, low, high, x, y, w, work);
    for (let i = m + 2; i <= high; ++i) {
      put64(A, i * n + i - 2, 0);
      if (i > m + 2) put64(A, i * n + i - 3, 0);
    }
    sweep(n, A, low, high, m, get64(work, 0), get64(work, 1), get64(work, 2));
  }
  return 0;
}
