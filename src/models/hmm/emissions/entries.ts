/**
 * What emissions of real rows share: placing rows of densities, moments entry by entry, and the moments of a
 * mixture.
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import { Arena } from "../../../wasm/memory.ts";
import { NULL } from "../../../wasm/kernels.ts";
import type { InferenceEngine } from "../../../inference/inference-engine.ts";
import type { EmissionRows, ForwardBackward } from "../../../inference/forward-backward.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { pool } from "./parameters.ts";
import type { Outputs } from "./emission.ts";

/** One row of log-densities a step: `fill` writes the first K columns. */
export function rowsOf(
  { engine: { memory, kernels: k }, arena, N }: ForwardBackward,
  y: Float64Array,
  D: number,
  fill: (T: number, N: number, y: Ptr, out: Ptr) => void,
): EmissionRows {
  const T = y.length / D;
  const logb = arena.reals(T * N);
  const data = arena.reals(T * D);
  memory.reals(data, T * D).set(y);
  k.fill(T * N, -Infinity, logb);
  fill(T, N, data, logb);
  return { logb, count: T, rows: NULL };
}

/** Σγ, Σγ(y - c), Σγ(y - c)² for each state and entry, over the entries that are there. */
export class EntryMoments {
  readonly #engine: InferenceEngine;
  readonly #arena: Arena;
  readonly #K: number;
  readonly #D: number;
  readonly #sums: Ptr;

  constructor(engine: InferenceEngine, K: number, D: number) {
    this.#engine = engine;
    this.#arena = new Arena(engine.memory);
    this.#K = K;
    this.#D = D;
    this.#sums = this.#arena.reals(3 * K * D);
    this.clear();
  }

  clear(): void {
    this.#engine.kernels.fill(3 * this.#K * this.#D, 0, this.#sums);
  }

  /** Adds y [T,D] under γ [T,N] about centers [K,D]. */
  add({ arena, N }: ForwardBackward, y: Float64Array, gamma: Ptr, centers: Float64Array): void {
    const { memory, kernels: k } = this.#engine;
    const size = this.#K * this.#D;
    const data = arena.reals(y.length);
    const center = arena.reals(size);
    memory.reals(data, y.length).set(y);
    memory.reals(center, size).set(centers);
    k.diagonalMoments(
      y.length / this.#D,
      this.#D,
      this.#K,
      N,
      data,
      gamma,
      center,
      this.#sums,
      memory.at(this.#sums, size),
      memory.at(this.#sums, 2 * size),
    );
  }

  /** The sums, states that share an emission added up. */
  pooled(ties: readonly number[]): { weight: Float64Array; first: Float64Array; second: Float64Array } {
    const size = this.#K * this.#D;
    const all = this.#engine.memory.reals(this.#sums, 3 * size).slice() as Float64Array;
    const [weight, first, second] = [0, 1, 2].map((i) => pool(all.slice(i * size, (i + 1) * size), ties)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    return { weight, first, second };
  }

  dispose(): void {
    this.#arena.dispose();
  }
}

/** Mean and variance [T,D] of mixtures with weights [T,K] of components with means and variances [K,D]. */
export function mixture(
  algebra: Algebra,
  T: number,
  K: number,
  D: number,
  weights: Float64Array,
  means: Float64Array,
  variances: Float64Array,
): Outputs {
  const mean = algebra.multiply(T, K, D, weights, means);
  const out = new Float64Array(T * D);
  for (let t = 0; t < T; ++t)
    for (let k = 0; k < K; ++k)
      for (let d = 0; d < D; ++d) {
        const gap = means[k * D + d] - mean[t * D + d];
        out[t * D + d] += weights[t * K + k] * (variances[k * D + d] + gap * gap);
      }
  return { means: mean, variances: out };
}
