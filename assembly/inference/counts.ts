/**
 * Log-densities and sums of whole numbers, f64: Poisson counts and symbols. NaN, or a negative symbol, is a
 * missing value.
 */
import { at64, get64, put64 } from "../algebra/small";
import { logOf, stirlingError } from "./gamma";

/** ½·ln 2π. */
@inline const HALF_LOG_TWO_PI: f64 = 0.9189385332046727;
/** Up to here y! is a product of doubles. */
@inline const SMALL: f64 = 20;

/** ln y! for whole y from 0 to 20. */
function logSmallFactorial(y: f64): f64 {
  let product: f64 = 1;
  for (let i: f64 = 2; i <= y; ++i) product = product * i;
  return logOf(product);
}

/**
 * y·ln(y/λ) + λ - y ≥ 0 for y > 0, without cancellation where λ is near y (Loader 2000, "Fast and accurate
 * computation of binomial probabilities").
 */
function halfDeviance(y: f64, logY: f64, rate: f64, logRate: f64): f64 {
  const gap = y - rate;
  if (abs(gap) >= 0.1 * (y + rate)) return y * (logY - logRate) - gap;
  const v = gap / (y + rate);
  let sum = gap * v;
  let power = 2 * y * v;
  for (let j = 1; j < 40; ++j) {
    power = power * v * v;
    const next = sum + power / (2 * j + 1);
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

/**
 * The part of ln p(y) that depends on the rate: y·ln λ - λ for small counts, minus half the deviance above.
 */
@inline
function ratePart(y: f64, logY: f64, rate: f64, logRate: f64): f64 {
  if (y > SMALL) return -halfDeviance(y, logY, rate, logRate);
  return y > 0 ? y * logRate - rate : -rate; // 0·ln 0 is 0
}

/**
 * out[t,k] = Σ_i y·ln λ - λ - ln y! over the entries that are there. y [T,D]; rate, logRate [K,D]; out [T,N];
 * scratch [D]. Large counts take Loader's saddle-point form: relative error of p below 1e-14 for counts up to
 * 2^53.
 */
export function poissonLogDensity(
  T: i32,
  D: i32,
  K: i32,
  N: i32,
  y: usize,
  rate: usize,
  logRate: usize,
  out: usize,
  scratch: usize,
): void {
  for (let t = 0; t < T; ++t) {
    const row = at64(y, t * D);
    let constant: f64 = 0;
    for (let i = 0; i < D; ++i) {
      const value = get64(row, i);
      if (value != value) continue;
      if (value <= SMALL) {
        constant = constant + logSmallFactorial(value);
        continue;
      }
      const logY = logOf(value);
      put64(scratch, i, logY);
      constant = constant + HALF_LOG_TWO_PI + 0.5 * logY + stirlingError(value);
    }
    for (let k = 0; k < K; ++k) {
      let sum: f64 = 0;
      for (let i = 0; i < D; ++i) {
        const value = get64(row, i);
        const at = k * D + i;
        if (value == value)
          sum = sum + ratePart(value, get64(scratch, i), get64(rate, at), get64(logRate, at));
      }
      put64(out, t * N + k, sum - constant);
    }
  }
}

/** counts [M,N] += γ_t in the row of symbol ids[t]; a negative id is missing. */
export function symbolCounts(T: i32, N: i32, ids: usize, gamma: usize, counts: usize): void {
  for (let t = 0; t < T; ++t) {
    const id = load<i32>(ids + ((<usize>t) << 2));
    if (id < 0) continue;
    const to = at64(counts, id * N);
    const from = at64(gamma, t * N);
    for (let j = 0; j < N; j += 2)
      v128.store(at64(to, j), f64x2.add(v128.load(at64(to, j)), v128.load(at64(from, j))));
  }
}
