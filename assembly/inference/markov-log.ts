/**
 * The forward-backward recursions in log space, f64: for sequences whose scaled recursion would lose a state
 * to underflow that the topology needs later. Same arguments as in markov.ts, probabilities as logarithms, -∞
 * for 0.
 */
import { exp, log } from "../elementary/elementary";
import { at64, get64, put64 } from "../algebra/small";
import { row } from "./row";

/**
 * One step of the chain in logarithms: out [N] = ln Σ_i exp(x_i + A_ij), scratch [N]. -∞ where every term is.
 */
export function hmmLogAdvance(N: i32, x: usize, A: usize, out: usize, scratch: usize): void {
  for (let j = 0; j < N; j += 2) {
    let largest = f64x2.splat(-Infinity);
    for (let i = 0; i < N; ++i)
      largest = f64x2.pmax(largest, f64x2.add(v128.load64_splat(at64(x, i)), v128.load(at64(A, i * N + j))));
    // -∞ as the base would make -∞ - -∞
    v128.store(
      at64(scratch, j),
      v128.bitselect(largest, f64x2.splat(0), f64x2.gt(largest, f64x2.splat(-Infinity))),
    );
  }
  for (let j = 0; j < N; j += 2) {
    const base = v128.load(at64(scratch, j));
    let sum = f64x2.splat(0);
    for (let i = 0; i < N; ++i) {
      const term = f64x2.add(v128.load64_splat(at64(x, i)), v128.load(at64(A, i * N + j)));
      sum = f64x2.add(sum, exp<f64>(f64x2.sub(term, base)));
    }
    v128.store(at64(out, j), f64x2.add(base, log<f64>(sum)));
  }
}

/** ln Σ exp x [N]. */
function logSum(N: i32, x: usize): f64 {
  let largest: f64 = -Infinity;
  for (let j = 0; j < N; ++j) largest = max(largest, get64(x, j));
  if (!(largest > -Infinity)) return largest;
  let sum = f64x2.splat(0);
  for (let j = 0; j < N; j += 2)
    sum = f64x2.add(sum, exp<f64>(f64x2.sub(v128.load(at64(x, j)), f64x2.splat(largest))));
  return (
    largest +
    f64x2.extract_lane(log<f64>(f64x2.splat(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))), 0)
  );
}

/** y [N] -= a. */
function lower(N: i32, a: f64, y: usize): void {
  for (let j = 0; j < N; ++j) put64(y, j, get64(y, j) - a);
}

/**
 * alpha [T,N] = ln p(state | y_1..y_t), ll [T] = ln p(y_t | y_<t); scratch [3N]. Returns 0, or t + 1 where
 * y_t is impossible.
 */
export function hmmLogForward(
  T: i32,
  N: i32,
  logPi: usize,
  logA: usize,
  logb: usize,
  rows: usize,
  alpha: usize,
  ll: usize,
  scratch: usize,
): i32 {
  for (let t = 0; t < T; ++t) {
    const out = at64(alpha, t * N);
    const emission = at64(logb, row(t, rows) * N);
    if (t == 0) memory.copy(out, logPi, (<usize>N) << 3);
    else hmmLogAdvance(N, at64(alpha, (t - 1) * N), logA, out, scratch);
    for (let j = 0; j < N; ++j) put64(out, j, get64(out, j) + get64(emission, j));
    const sum = logSum(N, out);
    if (!(sum > -Infinity)) return t + 1;
    lower(N, sum, out);
    put64(ll, t, sum);
  }
  return 0;
}

/**
 * gamma [T,N] probabilities; counts [N,N] += expected transitions (already times A), or 0; scratch [3N].
 */
export function hmmLogBackward(
  T: i32,
  N: i32,
  logA: usize,
  logAt: usize,
  logb: usize,
  rows: usize,
  alpha: usize,
  ll: usize,
  gamma: usize,
  counts: usize,
  scratch: usize,
): void {
  const beta = scratch;
  const w = at64(scratch, N);
  const spare = at64(scratch, 2 * N);
  for (let j = 0; j < N; ++j) put64(beta, j, 0);
  for (let t = T - 1; t >= 0; --t) {
    const a = at64(alpha, t * N);
    const g = at64(gamma, t * N);
    if (t < T - 1) {
      const emission = at64(logb, row(t + 1, rows) * N);
      const c = get64(ll, t + 1);
      for (let j = 0; j < N; ++j) put64(w, j, get64(emission, j) + get64(beta, j) - c);
      hmmLogAdvance(N, w, logAt, beta, spare);
      if (counts) {
        for (let i = 0; i < N; ++i) {
          const from = v128.load64_splat(at64(a, i));
          for (let j = 0; j < N; j += 2) {
            const term = f64x2.add(f64x2.add(from, v128.load(at64(logA, i * N + j))), v128.load(at64(w, j)));
            const to = at64(counts, i * N + j);
            v128.store(to, f64x2.add(v128.load(to), exp<f64>(term)));
          }
        }
      }
    }
    for (let j = 0; j < N; j += 2)
      v128.store(at64(g, j), exp<f64>(f64x2.add(v128.load(at64(a, j)), v128.load(at64(beta, j)))));
  }
}
