/**
 * The most probable path of a hidden Markov model in f64 (Viterbi 1967). Only the maxima are kept on the way:
 * the argument is found again along the path alone.
 */
import { at64, get64 } from "../algebra/small";
import { row } from "./row";

/**
 * The most probable path. delta [T,N] is overwritten; path [T] i32; ties go to the lower state. Returns ln
 * p(path, y), or -∞ when every path is impossible.
 */
export function viterbi(
  T: i32,
  N: i32,
  logPi: usize,
  logA: usize,
  logb: usize,
  rows: usize,
  delta: usize,
  path: usize,
): f64 {
  const bytes = (<usize>N) << 3;
  addRows(N, logPi, at64(logb, row(0, rows) * N), delta);
  let out = delta + bytes;
  for (let t = 1; t < T; ++t) {
    maxThrough(N, out - bytes, logA, at64(logb, row(t, rows) * N), out);
    out += bytes;
  }
  let state = best(N, out - bytes, 0, 0);
  const total = get64(out - bytes, state);
  store<i32>(path + ((<usize>(T - 1)) << 2), state);
  for (let t = T - 2; t >= 0; --t) {
    state = best(N, at64(delta, t * N), at64(logA, state), N);
    store<i32>(path + ((<usize>t) << 2), state);
  }
  return total;
}

/** out [N] = x + y. */
function addRows(N: i32, x: usize, y: usize, out: usize): void {
  for (let j = 0; j < N; j += 2)
    v128.store(at64(out, j), f64x2.add(v128.load(at64(x, j)), v128.load(at64(y, j))));
}

/** The larger of m and v + A at `a`. */
@inline
function larger(m: v128, v: v128, a: usize): v128 {
  return f64x2.pmax(m, f64x2.add(v, v128.load(a)));
}

/** Adds the emission and stores. */
@inline
function put(out: usize, emission: usize, m: v128): void {
  v128.store(out, f64x2.add(m, v128.load(emission)));
}

/**
 * out [N] = max_i (before_i + A_ij) + emission_j for A [N,N], sixteen columns at a time in registers; two
 * blocks a round, as in `hmmAdvance` of markov.ts.
 */
function maxThrough(N: i32, before: usize, A: usize, emission: usize, out: usize): void {
  const stride = (<usize>N) << 3;
  const end = at64(before, N);
  const none = f64x2.splat(-Infinity);
  let j = 0;
  for (; j + 16 <= N; j += 16) {
    let a = at64(A, j);
    let p = before;
    let m0 = none;
    let m1 = none;
    let m2 = none;
    let m3 = none;
    let m4 = none;
    let m5 = none;
    let m6 = none;
    let m7 = none;
    for (;;) {
      const v = v128.load64_splat(p);
      m0 = larger(m0, v, a);
      m1 = larger(m1, v, a + 16);
      m2 = larger(m2, v, a + 32);
      m3 = larger(m3, v, a + 48);
      if (p == 0) break;
      m4 = larger(m4, v, a + 64);
      m5 = larger(m5, v, a + 80);
      m6 = larger(m6, v, a + 96);
      m7 = larger(m7, v, a + 112);
      a += stride;
      p += 8;
      if (p == end) break;
    }
    const o = at64(out, j);
    const e = at64(emission, j);
    put(o, e, m0);
    put(o + 16, e + 16, m1);
    put(o + 32, e + 32, m2);
    put(o + 48, e + 48, m3);
    put(o + 64, e + 64, m4);
    put(o + 80, e + 80, m5);
    put(o + 96, e + 96, m6);
    put(o + 112, e + 112, m7);
  }
  maxThroughFour(N, j, before, A, emission, out);
}

/** The columns of `maxThrough` from j on, four at a time. */
function maxThroughFour(N: i32, j: i32, before: usize, A: usize, emission: usize, out: usize): void {
  const stride = (<usize>N) << 3;
  for (; j < N; j += 4) {
    let a = at64(A, j);
    let m0 = f64x2.splat(-Infinity);
    let m1 = m0;
    for (let i = 0; i < N; ++i) {
      const v = v128.load64_splat(at64(before, i));
      m0 = larger(m0, v, a);
      m1 = larger(m1, v, a + 16);
      a += stride;
    }
    put(at64(out, j), at64(emission, j), m0);
    put(at64(out, j) + 16, at64(emission, j) + 16, m1);
  }
}

/** The lowest j with the largest x[j] + y[j·step]. */
function best(N: i32, x: usize, y: usize, step: i32): i32 {
  let at = 0;
  let largest: f64 = -Infinity;
  for (let j = 0; j < N; ++j) {
    const value = get64(x, j) + (y ? get64(y, j * step) : 0);
    if (value > largest) {
      largest = value;
      at = j;
    }
  }
  return at;
}
