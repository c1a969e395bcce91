/**
 * Hidden Markov models in f64, a whole sequence a call: scaled forward-backward and expected counts (Rabiner
 * 1989). Viterbi stands in viterbi.ts, the recursions in log space in markov-log.ts.
 *
 * N is the number of states rounded up to a multiple of 4; the states added have probability 0 everywhere. An
 * emission row holds b_t(j) = p(y_t | j)/max_j p(y_t | j) and a shift the log of that maximum; `rows` [T]
 * says which row each step takes (0: row t), so symbols share a table.
 */
import { exp, log } from "../elementary/elementary";
import { addOuter } from "../algebra/product";
import { at64, get64, plus, put64 } from "../algebra/small";
import { row } from "./row";

// steps whose α and w stay in the first-level cache until their outer products are summed
const BLOCK: i32 = 64;
/** A probability this far below the largest may have been, or soon be, rounded to nothing. */
@inline const LOST: f64 = 1e-250;

/**
 * One step of the chain: out [N] = x·A for x [N] and transitions A [N,N], sixteen columns at a time in
 * registers. Each round is two blocks, ended by an exit that is never taken: a compiler that gathers the
 * loads of a block at its top (V8 does) would otherwise spill the sums, at half the speed.
 */
export function hmmAdvance(N: i32, x: usize, A: usize, out: usize): void {
  const stride = (<usize>N) << 3;
  const end = at64(x, N);
  let j = 0;
  for (; j + 16 <= N; j += 16) {
    let a = at64(A, j);
    let p = x;
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let s4 = s0;
    let s5 = s0;
    let s6 = s0;
    let s7 = s0;
    for (;;) {
      const v = v128.load64_splat(p);
      s0 = plus(s0, v, v128.load(a));
      s1 = plus(s1, v, v128.load(a, 16));
      s2 = plus(s2, v, v128.load(a, 32));
      s3 = plus(s3, v, v128.load(a, 48));
      if (p == 0) break;
      s4 = plus(s4, v, v128.load(a, 64));
      s5 = plus(s5, v, v128.load(a, 80));
      s6 = plus(s6, v, v128.load(a, 96));
      s7 = plus(s7, v, v128.load(a, 112));
      a += stride;
      p += 8;
      if (p == end) break;
    }
    const o = at64(out, j);
    v128.store(o, s0);
    v128.store(o, s1, 16);
    v128.store(o, s2, 32);
    v128.store(o, s3, 48);
    v128.store(o, s4, 64);
    v128.store(o, s5, 80);
    v128.store(o, s6, 96);
    v128.store(o, s7, 112);
  }
  for (; j < N; j += 4) {
    let a = at64(A, j);
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let i = 0; i < N; i += 2) {
      const v = v128.load64_splat(at64(x, i));
      const w = v128.load64_splat(at64(x, i + 1));
      s0 = plus(s0, v, v128.load(a));
      s1 = plus(s1, v, v128.load(a, 16));
      a += stride;
      s2 = plus(s2, w, v128.load(a));
      s3 = plus(s3, w, v128.load(a, 16));
      a += stride;
    }
    v128.store(at64(out, j), f64x2.add(s0, s2));
    v128.store(at64(out, j), f64x2.add(s1, s3), 16);
  }
}

/** y [N] *= x; returns the sum. */
function weigh(N: i32, x: usize, y: usize): f64 {
  let sum = f64x2.splat(0);
  for (let j = 0; j < N; j += 2) {
    const v = f64x2.mul(v128.load(at64(x, j)), v128.load(at64(y, j)));
    v128.store(at64(y, j), v);
    sum = f64x2.add(sum, v);
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** y [N] *= a. */
function scaleRow(N: i32, a: f64, y: usize): void {
  const v = f64x2.splat(a);
  for (let j = 0; j < N; j += 2) v128.store(at64(y, j), f64x2.mul(v128.load(at64(y, j)), v));
}

/**
 * Whether a state that `before` [N] reaches and that can emit (log emission above -∞) has less than LOST in
 * `after` [N].
 */
function lost(N: i32, before: usize, after: usize, logb: usize): bool {
  for (let j = 0; j < N; ++j) {
    if (get64(after, j) < LOST && get64(before, j) > 0 && get64(logb, j) > -Infinity) return true;
  }
  return false;
}

/**
 * Emission rows from their logarithms: b [R,N] = exp(logb - shift), shift [R] = max_j logb; a row of -∞ gives
 * zeros and -∞.
 */
export function emissionRows(R: i32, N: i32, logb: usize, b: usize, shift: usize): void {
  for (let r = 0; r < R; ++r) {
    const from = at64(logb, r * N);
    const to = at64(b, r * N);
    let largest = v128.load(from);
    for (let j = 2; j < N; j += 2) largest = f64x2.pmax(largest, v128.load(at64(from, j)));
    const top = max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
    const base = f64x2.splat(top > -Infinity ? top : 0);
    for (let j = 0; j < N; j += 2)
      v128.store(at64(to, j), exp<f64>(f64x2.sub(v128.load(at64(from, j)), base)));
    put64(shift, r, top);
  }
}

/**
 * α_t(j) = p(state j | y_1..y_t) and ln p(y_t | y_<t).
 *
 * pi [N], A [N,N], b [·,N], shift [·], rows [T] i32 or 0
 * logb [·,N] with it, reports states lost to underflow; 0: does not look (safe where every transition has a
 * fair probability)
 * alpha  [T,N]  overwritten
 * c      [T]    Σ_j of the unscaled α_t; overwritten
 * ll     [T]    ln p(y_t | y_<t), nats; overwritten
 * Returns 0; t + 1 where y_t is impossible in every state; -(t + 1) where the log-space recursion must decide
 * from step t on. α, c and ll of the steps before are there in any case.
 */
export function hmmForward(
  T: i32,
  N: i32,
  pi: usize,
  A: usize,
  b: usize,
  shift: usize,
  rows: usize,
  logb: usize,
  alpha: usize,
  c: usize,
  ll: usize,
  scratch: usize,
): i32 {
  const bytes = (<usize>N) << 3;
  let out = alpha;
  let status = 0;
  let t = 0;
  for (; t < T; ++t) {
    const r = row(t, rows);
    if (t == 0) memory.copy(out, pi, bytes);
    else hmmAdvance(N, out - bytes, A, out);
    if (logb) memory.copy(scratch, out, bytes);
    const sum = weigh(N, at64(b, r * N), out);
    if (!(sum >= LOST)) {
      status = get64(shift, r) > -Infinity ? -1 - t : t + 1;
      break;
    }
    scaleRow(N, 1 / sum, out);
    if (logb && lost(N, scratch, out, at64(logb, r * N))) {
      status = -1 - t;
      break;
    }
    put64(c, t, sum);
    out += bytes;
  }
  logTotals(t, c, shift, rows, ll);
  return status;
}

/** ll [T] = ln c + shift of each step's row, two steps at a time. */
function logTotals(T: i32, c: usize, shift: usize, rows: usize, ll: usize): void {
  for (let t = 0; t < T; t += 2) {
    const odd = t + 1 < T;
    const pair = f64x2.replace_lane(f64x2.splat(get64(c, t)), 1, odd ? get64(c, t + 1) : 1);
    const logs = log<f64>(pair);
    put64(ll, t, f64x2.extract_lane(logs, 0) + get64(shift, row(t, rows)));
    if (odd) put64(ll, t + 1, f64x2.extract_lane(logs, 1) + get64(shift, row(t + 1, rows)));
  }
}

/** f64 elements of scratch for hmmBackward. */
export function hmmScratch(N: i32): i32 {
  return (BLOCK + 4) * N;
}

/**
 * γ_t(j) = p(state j | y) and the sum for expected transitions.
 *
 * At     [N,N]  Aᵀ
 * alpha, c      from hmmForward
 * gamma  [T,N]  overwritten
 * counts [N,N] += Σ_t α_t(i)·w_{t+1}(j), w = b ⊙ β/c; times A_ij it is the expected number of i → j; may be 0
 */
export function hmmBackward(
  T: i32,
  N: i32,
  At: usize,
  b: usize,
  rows: usize,
  alpha: usize,
  c: usize,
  gamma: usize,
  counts: usize,
  scratch: usize,
): void {
  const bytes = (<usize>N) << 3;
  const beta = at64(scratch, BLOCK * N);
  for (let j = 0; j < N; ++j) put64(beta, j, 1);
  memory.copy(at64(gamma, (T - 1) * N), at64(alpha, (T - 1) * N), bytes);
  let last = T - 1; // steps first..last-1 of α meet w of first+1..last
  while (last > 0) {
    const first = max(0, last - BLOCK);
    for (let t = last - 1; t >= first; --t) {
      const w = at64(scratch, (t - first) * N);
      const s = 1 / get64(c, t + 1);
      const emission = at64(b, row(t + 1, rows) * N);
      const v = f64x2.splat(s);
      // what no path reaches might explain the future so well that β overflows
      const reached = at64(alpha, (t + 1) * N);
      for (let j = 0; j < N; j += 2) {
        const x = f64x2.mul(v, f64x2.mul(v128.load(at64(emission, j)), v128.load(at64(beta, j))));
        v128.store(at64(w, j), v128.and(x, f64x2.gt(v128.load(at64(reached, j)), f64x2.splat(0))));
      }
      hmmAdvance(N, w, At, beta);
      const a = at64(alpha, t * N);
      const g = at64(gamma, t * N);
      for (let j = 0; j < N; j += 2)
        v128.store(at64(g, j), f64x2.mul(v128.load(at64(a, j)), v128.load(at64(beta, j))));
    }
    if (counts) addOuter(N, N, last - first, at64(alpha, first * N), N, scratch, N, counts, N);
    last = first;
  }
}
