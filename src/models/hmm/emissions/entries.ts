/**
 * What emissions of real rows share: placing numbers and rows of densities in a workspace, moments entry by
 * entry, and the moments of a mixture.
 */
import { NULL, type Ptr } from "../../../wasm/kernels.ts";
import { Arena } from "../../../wasm/memory.ts";
import type { InferenceEngine } from "../../../inference/inference-engine.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import type { Observed, Outputs, Workspace } from "./emission.ts";
import { pool } from "./parameters.ts";

/** Below this a sum of weights says nothing: rounding of probabilities that are all but 0. */
export const NO_WEIGHT = 1e-290;

/** Numbers in an arena. */
export function put(arena: Arena, x: ArrayLike<number>): Ptr {
  const ptr = arena.reals(x.length);
  arena.memory.reals(ptr, x.length).set(x);
  return ptr;
}

/** One row of log-densities a step: `fill` writes the first K columns. */
export function rowsOf(
  { engine: { kernels: k }, arena, N }: Workspace,
  y: Float64Array,
  D: number,
  fill: (T: number, data: Ptr, out: Ptr) => void,
): Observed {
  const T = y.length / D;
  const logb = arena.reals(T * N);
  const data = put(arena, y);
  k.fill(T * N, -Infinity, logb);
  fill(T, data, logb);
  return { logb, count: T, rows: NULL, y, data };
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
  add({ arena, N }: Workspace, { y, data }: Observed, gamma: Ptr, centers: Float64Array): void {
    const { memory, kernels: k } = this.#engine;
    const D = this.#D;
    const size = this.#K * D;
    const weight = this.#sums;
    const first = memory.at(weight, size);
    const second = memory.at(weight, 2 * size);
    k.diagonalMoments(y.length / D, D, this.#K, N, data, gamma, put(arena, centers), weight, first, second);
  }

  /** The sums [K,D], states that share an emission added up. */
  pooled(ties: readonly number[]): { weight: Float64Array; first: Float64Array; second: Float64Array } {
    const size = this.#K * this.#D;
    const { memory } = this.#engine;
    const sums = (i: number): Float64Array =>
      pool(new Float64Array(memory.reals(memory.at(this.#sums, i * size), size)), ties);
    return { weight: sums(0), first: sums(1), second: sums(2) };
  }

  dispose(): void {
    this.#arena.dispose();
  }
}

/** Mean and variance [T,D] of mixtures with weights [T,K] of components with means and variances [K,D]. */
export function mixtureMoments(
  algebra: Algebra,
  K: number,
  weights: Float64Array,
  components: { readonly means: Float64Array; readonly variances: Float64Array },
): Outputs {
  const { means, variances } = components;
  const T = weights.length / K;
  const D = means.length / K;
  const mean = algebra.multiply(T, K, D, weights, means);
  const out = new Float64Array(T * D);
  for (let t = 0; t < T; ++t)
    for (let k = 0; k < K; ++k)
      for (let d = 0; d < D && weights[t * K + k] > 0; ++d) {
        const gap = means[k * D + d] - mean[t * D + d];
        out[t * D + d] += weights[t * K + k] * (variances[k * D + d] + gap * gap);
      }
  return { means: mean, variances: out };
}
