/**
 * Gaussian states of one covariance S = L·Lᵀ, whose rows are complete, in a step for each state and column
 * where states of their own covariances take one for each pair of columns.
 *
 *   ‖L⁻¹(y - μ_k)‖² = Σ_i (z_i - ν_ki)²,   z = L⁻¹(y - c),  ν_k = L⁻¹(μ_k - c),  c the mean of the μ_k
 *
 * With m_t = Σ_k γ_tk·μ_k, r_t = y_t - m_t and G = Σ_t γ_t·γ_tᵀ, the γ_t adding up to 1, nothing cancels in
 *
 *   Σ γ_tk(y_t - μ_k)(y_t - μ_k)ᵀ over t and k = Σ_t r_t·r_tᵀ + Σ_{i<j} G_ij·(μ_i - μ_j)(μ_i - μ_j)ᵀ
 *   Σ_t γ_tk(y_t - μ_k) = Σ_t γ_tk·r_t + Σ_j G_kj·(μ_j - μ_k)
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Arena } from "../../../wasm/memory.ts";
import type { InferenceEngine } from "../../../inference/inference-engine.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { put } from "./entries.ts";

/** Rows [T,D] in memory beside T rows of N ≥ K numbers, and the states. */
export interface TiedRows {
  readonly T: number;
  readonly D: number;
  readonly K: number;
  readonly N: number;
  readonly data: Ptr;
  /** [K,D] */
  readonly means: Float64Array;
}

/** Writes log-densities into the first K columns of out [T,N]. S [D,D]. Throws NumericError, as cholesky. */
export function tiedLogDensity(
  algebra: Algebra,
  arena: Arena,
  { T, D, K, N, data, means }: TiedRows,
  { S, out }: { readonly S: Float64Array; readonly out: Ptr },
): void {
  const { memory, kernels: k } = algebra.engine;
  const L = algebra.cholesky("hmm: covariance of state 0", D, S);
  const identity = Float64Array.from({ length: D * D }, (_, i) => Number(i % (D + 1) === 0));
  const W = algebra.transpose(D, D, algebra.solveLower(D, D, L, identity));
  const center = new Float64Array(D);
  means.forEach((x, i) => (center[i % D] += x / K));
  const logs = algebra.log(L.filter((_, i) => i % (D + 1) === 0));
  const gaps = means.map((x, i) => x - center[i % D]);
  const mean = put(arena, algebra.multiply(K, D, D, gaps, W));
  const precision = put(arena, new Float64Array(K * D).fill(1));
  const logPrecision = put(
    arena,
    Float64Array.from({ length: K * D }, (_, i) => -2 * logs[i % D]),
  );
  const rows = arena.reals(T * D);
  const z = arena.reals(T * D);
  const inverse = put(arena, W);
  const from = memory.reals(data, T * D);
  const to = memory.reals(rows, T * D);
  for (let t = 0, i = 0; t < T; ++t) for (let d = 0; d < D; ++d, ++i) to[i] = from[i] - center[d];
  k.product(T, D, D, rows, D, inverse, D, z, D);
  k.diagonalLogDensity(T, D, K, N, z, mean, precision, logPrecision, out);
}

/**
 * Σγ [K], Σγ(y - μ_k) [K,D], and Σγ(y - μ_k)(y - μ_k)ᵀ [K,D,D] of all states together, of which each gets
 * its share by weight. gamma [T,N], 0 beyond the first K columns.
 */
export function tiedMoments(
  { memory, kernels: k }: InferenceEngine,
  arena: Arena,
  { T, D, K, N, data, means }: TiedRows,
  gamma: Ptr,
): { weight: Float64Array; first: Float64Array; second: Float64Array } {
  const rest = arena.reals(T * D);
  k.product(T, D, K, gamma, N, put(arena, means), D, rest, D);
  const sums = arena.reals(K * K + K * D + D * D);
  k.fill(K * K + K * D + D * D, 0, sums);
  const [first, second] = [memory.at(sums, K * K), memory.at(sums, K * K + K * D)];
  const scratch = arena.reals(Math.max(k.gemmTNScratch(K, T), k.gemmTNScratch(D, T)));
  const r = memory.reals(rest, T * D);
  const y = memory.reals(data, T * D);
  for (let i = 0; i < r.length; ++i) r[i] = y[i] - r[i];
  k.gemmTN(K, K, T, gamma, N, gamma, N, sums, K, scratch);
  k.gemmTN(K, D, T, gamma, N, rest, D, first, D, scratch);
  k.gemmTN(D, D, T, rest, D, rest, D, second, D, scratch);
  const copy = (ptr: Ptr, n: number): Float64Array => new Float64Array(memory.reals(ptr, n));
  return together({ D, K, means }, [copy(sums, K * K), copy(first, K * D), copy(second, D * D)]);
}

/** The moments of G, Σγ·rᵀ and Σr·rᵀ. */
function together(
  { D, K, means }: Pick<TiedRows, "D" | "K" | "means">,
  [G, first, pooled]: readonly [Float64Array, Float64Array, Float64Array],
): { weight: Float64Array; first: Float64Array; second: Float64Array } {
  const weight = new Float64Array(K);
  G.forEach((g, at) => {
    const i = Math.floor(at / K);
    const j = at % K;
    const gaps = Float64Array.from({ length: D }, (_, d) => means[j * D + d] - means[i * D + d]);
    weight[i] += g;
    gaps.forEach((gap, d) => (first[i * D + d] += g * gap));
    if (j > i) pooled.forEach((_, of) => (pooled[of] += g * gaps[Math.floor(of / D)] * gaps[of % D]));
  });
  const total = weight.reduce((sum, w) => sum + w, 0);
  const second = Float64Array.from(
    { length: K * D * D },
    (_, i) => (total > 0 ? weight[Math.floor(i / (D * D))] / total : 0) * pooled[i % (D * D)],
  );
  return { weight, first, second };
}
