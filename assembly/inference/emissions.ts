/**
 * Gaussian emission log-densities of hidden Markov models and the weighted moments that re-estimate them,
 * f64. NaN is a missing value.
 *
 * y [T,D] observations; out [T,N] with N ≥ K states: only the first K columns are written. Weights are γ
 * [T,N].
 */
import { at64, get64, put64, dot64 } from "../algebra/small";

/** ln 2π. */
@inline const LOG_TWO_PI: f64 = 1.8378770664093453;

/**
 * out[t,k] = ln N(y_t; μ_k, L_k·L_kᵀ) = base_k - ½·‖W_k·(y_t - μ_k)‖². mean [K,D], W [K,D,D] = L⁻¹ lower
 * triangular, base [K];
 * scratch [D]. Rows must be complete.
 */
export function gaussianLogDensity(
  T: i32,
  D: i32,
  K: i32,
  N: i32,
  y: usize,
  mean: usize,
  W: usize,
  base: usize,
  out: usize,
  scratch: usize,
): void {
  for (let t = 0; t < T; ++t) {
    const row = at64(y, t * D);
    for (let k = 0; k < K; ++k) {
      const mu = at64(mean, k * D);
      const w = at64(W, k * D * D);
      for (let i = 0; i < D; ++i) put64(scratch, i, get64(row, i) - get64(mu, i));
      let sum: f64 = 0;
      for (let i = 0; i < D; ++i) {
        const z = dot64(i + 1, at64(w, i * D), scratch);
        sum = sum + z * z;
      }
      put64(out, t * N + k, get64(base, k) - 0.5 * sum);
    }
  }
}

/**
 * out[t,k] = Σ_i ln N(y_ti; μ_ki, 1/precision_ki) over the entries that are there. mean, precision [K,D],
 * logPrecision [K,D].
 */
export function diagonalLogDensity(
  T: i32,
  D: i32,
  K: i32,
  N: i32,
  y: usize,
  mean: usize,
  precision: usize,
  logPrecision: usize,
  out: usize,
): void {
  for (let t = 0; t < T; ++t) {
    const row = at64(y, t * D);
    for (let k = 0; k < K; ++k) {
      let sum: f64 = 0;
      for (let i = 0; i < D; ++i) {
        const value = get64(row, i);
        const z = value - get64(mean, k * D + i);
        if (value == value)
          sum = sum + (get64(logPrecision, k * D + i) - LOG_TWO_PI - z * z * get64(precision, k * D + i));
      }
      put64(out, t * N + k, 0.5 * sum);
    }
  }
}

/**
 * First and second moments about centers [K,D], entry by entry: weight [K,D] += Σ_t γ_tk, first [K,D] += Σ
 * γ·(y - center),
 * second [K,D] += Σ γ·(y - center)², over the entries that are there.
 */
export function diagonalMoments(
  T: i32,
  D: i32,
  K: i32,
  N: i32,
  y: usize,
  gamma: usize,
  center: usize,
  weight: usize,
  first: usize,
  second: usize,
): void {
  for (let t = 0; t < T; ++t) {
    for (let k = 0; k < K; ++k) {
      const g = get64(gamma, t * N + k);
      for (let i = 0; i < D; ++i) {
        const value = get64(y, t * D + i);
        const at = k * D + i;
        const z = value - get64(center, at);
        if (value != value) continue;
        put64(weight, at, get64(weight, at) + g);
        put64(first, at, get64(first, at) + g * z);
        put64(second, at, get64(second, at) + g * z * z);
      }
    }
  }
}

/**
 * The same for full covariances of complete rows: weight [K], first [K,D], second [K,D,D], lower triangle
 * only.
 */
export function fullMoments(
  T: i32,
  D: i32,
  K: i32,
  N: i32,
  y: usize,
  gamma: usize,
  center: usize,
  weight: usize,
  first: usize,
  second: usize,
  scratch: usize,
): void {
  for (let t = 0; t < T; ++t) {
    for (let k = 0; k < K; ++k) {
      const g = get64(gamma, t * N + k);
      const mu = at64(center, k * D);
      put64(weight, k, get64(weight, k) + g);
      for (let i = 0; i < D; ++i) {
        const z = get64(y, t * D + i) - get64(mu, i);
        const gz = g * z;
        put64(scratch, i, z);
        put64(first, k * D + i, get64(first, k * D + i) + gz);
        const to = at64(second, (k * D + i) * D);
        for (let j = 0; j <= i; ++j) put64(to, j, get64(to, j) + gz * get64(scratch, j));
      }
    }
  }
}
