/**
 * Means and covariances of what a switching autoregression does next, exact at any distance: with the lags
 * x_t = (y_t, …, y_{t-p+1}) [n = p·D], x_t = F_k·x_{t-1} + c_k + N(0, Q_k) in state k, and
 *
 *   π(k) = p(s_t = k),  m(k) = E[x_t; s_t = k],  M(k) = E[x_t·x_tᵀ; s_t = k],
 *   x̃ = Σ_i A_ik·x(i) of the step before:
 *   π(k) = π̃,  m(k) = F_k·m̃ + c_k·π̃,
 *   M(k) = F_k·M̃·F_kᵀ + F_k·m̃·c_kᵀ + c_k·m̃ᵀ·F_kᵀ + (c_k·c_kᵀ + Q_k)·π̃
 *
 * since the next state depends on the state alone. (Costa, Fragoso & Marques 2005, chapter 3.)
 */

/** One state's autoregression of D values a step with p lags, about the center. */
export interface Regime {
  /** [D,p·D] of the step before first. */
  readonly coefficients: Float64Array;
  /** [D] */
  readonly intercept: Float64Array;
  /** [D,D] */
  readonly noise: Float64Array;
}

/** Where a chain goes on. */
export interface SwitchingStart {
  /** [K] p(state of the next step). */
  readonly next: Float64Array;
  /** [K,K] */
  readonly transmat: Float64Array;
  /** [n] the lags of the next step, the last step first; NaN where missing. */
  readonly lags: Float64Array;
}

/** Moments of one step: π [K], m [K,n], M [K,n,n]. */
interface Moments {
  readonly p: Float64Array;
  readonly m: Float64Array;
  readonly M: Float64Array;
}

/** x̃_k = Σ_i A_ik·x(i) of rows of `width`. */
function mixed(K: number, A: Float64Array, x: Float64Array, width: number): Float64Array {
  const out = new Float64Array(K * width);
  for (let i = 0; i < K; ++i)
    for (let k = 0; k < K; ++k) {
      const a = A[i * K + k];
      if (a === 0) continue;
      for (let j = 0; j < width; ++j) out[k * width + j] += a * x[i * width + j];
    }
  return out;
}

/** F·x of columns: the first D rows are the coefficients, the others move the lags on. x [n,columns] */
function moved(coefficients: Float64Array, D: number, x: Float64Array, columns: number): Float64Array {
  const n = x.length / columns;
  const out = new Float64Array(x.length);
  out.set(x.subarray(0, (n - D) * columns), D * columns);
  for (let d = 0; d < D; ++d)
    for (let j = 0; j < n; ++j)
      for (let c = 0; c < columns; ++c) out[d * columns + c] += coefficients[d * n + j] * x[j * columns + c];
  return out;
}

const transposed = (n: number, x: Float64Array): Float64Array =>
  x.map((_, at) => x[(at % n) * n + Math.floor(at / n)]);

/** One step of a regime, from the mixed moments of the step before: m [n] and M [n,n] in place. */
function advance({ coefficients, intercept, noise }: Regime, p: number, m: Float64Array, M: Float64Array) {
  const n = m.length;
  const D = intercept.length;
  const Fm = moved(coefficients, D, m, 1);
  const FM = moved(coefficients, D, M, n);
  M.set(transposed(n, moved(coefficients, D, transposed(n, FM), n)));
  const c = (i: number): number => (i < D ? intercept[i] : 0);
  for (let i = 0; i < n; ++i)
    for (let j = 0; j < n; ++j) {
      const own = i < D && j < D ? noise[i * D + j] : 0;
      M[i * n + j] += Fm[i] * c(j) + c(i) * Fm[j] + (c(i) * c(j) + own) * p;
    }
  for (let i = 0; i < n; ++i) m[i] = Fm[i] + c(i) * p;
}

/** Means and variances [steps,D] of the next steps. `regimeOf`: the regime of each state of the chain. */
export function switchingFuture(
  steps: number,
  D: number,
  { next, transmat, lags }: SwitchingStart,
  regimeOf: (k: number) => Regime,
): { means: Float64Array; variances: Float64Array } {
  const K = next.length;
  const n = lags.length;
  const means = new Float64Array(steps * D);
  const variances = new Float64Array(steps * D);
  const square = Float64Array.from({ length: n * n }, (_, at) => lags[Math.floor(at / n)] * lags[at % n]);
  const rows = (x: Float64Array): Float64Array =>
    Float64Array.from(
      { length: K * x.length },
      (_, at) => next[Math.floor(at / x.length)] * x[at % x.length],
    );
  let now: Moments = { p: next.slice(), m: rows(lags), M: rows(square) };
  for (let t = 0; t < steps; ++t) {
    if (t > 0) {
      const { p, m, M } = now;
      now = { p: mixed(K, transmat, p, 1), m: mixed(K, transmat, m, n), M: mixed(K, transmat, M, n * n) };
    }
    for (let k = 0; k < K; ++k)
      advance(
        regimeOf(k),
        now.p[k],
        now.m.subarray(k * n, (k + 1) * n),
        now.M.subarray(k * n * n, (k + 1) * n * n),
      );
    for (let d = 0; d < D; ++d) {
      let [mean, second] = [0, 0];
      for (let k = 0; k < K; ++k) {
        mean += now.m[k * n + d];
        second += now.M[k * n * n + d * n + d];
      }
      means[t * D + d] = mean;
      variances[t * D + d] = Math.max(second - mean * mean, 0);
    }
  }
  return { means, variances };
}
