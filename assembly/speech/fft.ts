/**
 * Discrete Fourier transforms of complex doubles whose length has the prime factors 2, 3 and 5, and of reals
 * of twice that length, by Stockham's self-sorting algorithm (Van Loan 1992, section 1.7).
 *
 *   X_k = Σ_t x_t·W_n^{tk}      W_n = e^{-2πi/n}
 *
 * A complex number is one vector: real part in lane 0, imaginary part in lane 1.
 */
import { cos, sin } from "../elementary/trigonometric";

/** Bytes of a complex number. */
@inline const COMPLEX: usize = 16;

/** Address of complex number i. */
@inline
function place(p: usize, i: i32): usize {
  return p + <usize>i * COMPLEX;
}

/** a·b. */
@inline
function times(a: v128, b: v128): v128 {
  const re = v128.shuffle<f64>(b, b, 0, 0);
  const im = v128.shuffle<f64>(b, b, 1, 1);
  const turned = f64x2.mul(v128.shuffle<f64>(a, a, 1, 0), f64x2(-1, 1));
  return f64x2.add(f64x2.mul(a, re), f64x2.mul(turned, im));
}

/** The complex conjugate. */
@inline
function conjugate(a: v128): v128 {
  return f64x2.mul(a, f64x2(1, -1));
}

/** roots [n] complex: W_n^t, exact at the quarter turns. */
export function rootsOfUnity(n: i32, roots: usize): void {
  for (let t = 0; t < n; ++t) {
    // the eighth of the circle nearest to 0, so that equal angles have equal bits
    const eighths = <i64>8 * t;
    const octant = <i32>(eighths / n);
    const within = <f64>(octant & 1 ? <i64>(octant + 1) * n - eighths : eighths - <i64>octant * n);
    const angle = f64x2.splat((within / <f64>n) * 0.7853981633974483);
    const c = f64x2.extract_lane(cos<f64>(angle), 0);
    const s = f64x2.extract_lane(sin<f64>(angle), 0);
    v128.store(place(roots, t), turned(octant, c, s));
  }
}

/**
 * e^{-i·φ} of an angle φ in the given octant, by cosine and sine of its distance to the nearest quarter turn.
 */
function turned(octant: i32, c: f64, s: f64): v128 {
  switch (octant) {
    case 0:
      return f64x2(c, -s);
    case 1:
      return f64x2(s, -c);
    case 2:
      return f64x2(-s, -c);
    case 3:
      return f64x2(-c, -s);
    case 4:
      return f64x2(-c, s);
    case 5:
      return f64x2(-s, c);
    case 6:
      return f64x2(s, c);
    default:
      return f64x2(c, s);
  }
}

/** The least of 2, 3 and 5 that divides n, or 0. */
@inline
function factor(n: i32): i32 {
  if (n % 2 == 0) return 2;
  if (n % 3 == 0) return 3;
  return n % 5 == 0 ? 5 : 0;
}

/** One pass of radix 2: n = 2m points left in each of s interleaved transforms. */
function pass2(m: i32, s: i32, stride: i32, roots: usize, x: usize, y: usize): void {
  for (let p = 0; p < m; ++p) {
    const w = v128.load(place(roots, p * s * stride));
    for (let q = 0; q < s; ++q) {
      const a = v128.load(place(x, q + s * p));
      const b = v128.load(place(x, q + s * (p + m)));
      v128.store(place(y, q + s * 2 * p), f64x2.add(a, b));
      v128.store(place(y, q + s * (2 * p + 1)), times(f64x2.sub(a, b), w));
    }
  }
}

/** One pass of radix r, by r² products with the r-th roots of unity. */
function passOdd(r: i32, m: i32, s: i32, stride: i32, roots: usize, x: usize, y: usize): void {
  const turn = m * s; // W_r = W_n^{n/r}
  for (let p = 0; p < m; ++p) {
    for (let k = 0; k < r; ++k) {
      const w = v128.load(place(roots, p * k * s * stride));
      for (let q = 0; q < s; ++q) {
        let sum = v128.load(place(x, q + s * p));
        for (let j = 1; j < r; ++j) {
          const root = v128.load(place(roots, ((j * k) % r) * turn * stride));
          sum = f64x2.add(sum, times(v128.load(place(x, q + s * (p + j * m))), root));
        }
        v128.store(place(y, q + s * (r * p + k)), times(sum, w));
      }
    }
  }
}

/**
 * The transform of x [n] complex. roots [n·stride] of rootsOfUnity(n·stride); x and work [n] are overwritten.
 * Returns where the result stands: x or work.
 */
export function fft(n: i32, stride: i32, roots: usize, x: usize, work: usize): usize {
  let from = x;
  let to = work;
  let s = 1;
  for (let left = n; left > 1;) {
    const r = factor(left);
    const m = left / r;
    if (r == 2) pass2(m, s, stride, roots, from, to);
    else passOdd(r, m, s, stride, roots, from, to);
    const swap = from;
    from = to;
    to = swap;
    s *= r;
    left = m;
  }
  return from;
}

/**
 * power [n/2+1] = |X_k|² of the real x [n], n even: the even places as real and the odd ones as imaginary
 * parts of n/2 complex numbers. roots [n] of rootsOfUnity(n); x and work [n] are overwritten.
 */
export function powerSpectrum(n: i32, roots: usize, x: usize, work: usize, power: usize): void {
  const half = n >> 1;
  const z = fft(half, 2, roots, x, work);
  for (let k = 0; k <= half; ++k) {
    const a = v128.load(place(z, k == half ? 0 : k));
    const b = conjugate(v128.load(place(z, k == 0 ? 0 : half - k)));
    const even = f64x2.add(a, b);
    const odd = times(f64x2.sub(a, b), turnedBack(roots, n, k));
    const twice = f64x2.add(even, odd);
    const square = f64x2.mul(twice, twice);
    const sum = f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1);
    store<f64>(power + ((<usize>k) << 3), 0.25 * sum);
  }
}

/** -i·W_n^k. */
@inline
function turnedBack(roots: usize, n: i32, k: i32): v128 {
  const w = v128.load(place(roots, k));
  return f64x2.mul(v128.shuffle<f64>(w, w, 1, 0), f64x2(1, -1));
}
