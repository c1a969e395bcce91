/**
 * Weighted first and second moments of vectors whose entries may be missing: what is missing is completed by
 * its regression on what is there, z = G·z_o + N(0, S - G·S_o·) (Little & Rubin 2002, section 11.2).
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import { Arena } from "../../../wasm/memory.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import type { Observed, Workspace } from "./emission.ts";
import { put } from "./entries.ts";
import { tiedMoments } from "./tied-gaussians.ts";
import { gather, patterns, range, type Pattern } from "./missing-entries.ts";
import { pool } from "./parameters.ts";

/** The parameters that complete: means [K,D], covariances [K,D,D]. */
interface Gaussians {
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}

/** Moments of the entries of one pattern: weight [K], first [K,o], second [K,o,o] with lower triangles. */
interface SeenMoments {
  readonly weight: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Σγ [K], Σγ(y - μ) [K,D], Σγ(y - μ)(y - μ)ᵀ [K,D,D]. */
export class CompletedMoments {
  readonly #algebra: Algebra;
  readonly #K: number;
  readonly #D: number;
  readonly #weight: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #tied: boolean;

  /** tied: one covariance for all states, so that each gets but its share of their second moments. */
  constructor(algebra: Algebra, K: number, D: number, { tied }: { readonly tied: boolean }) {
    this.#algebra = algebra;
    this.#K = K;
    this.#D = D;
    this.#tied = tied;
    this.#weight = new Float64Array(K);
    this.#first = new Float64Array(K * D);
    this.#second = new Float64Array(K * D * D);
  }

  clear(): void {
    for (const sums of [this.#weight, this.#first, this.#second]) sums.fill(0);
  }

  /** Copies, states that share an emission added up. */
  pooled(ties: readonly number[]): SeenMoments {
    return {
      weight: pool(this.#weight.slice(), ties),
      first: pool(this.#first.slice(), ties),
      second: pool(this.#second.slice(), ties),
    };
  }

  /** Adds y [T,D] under γ [T,N]. Steps of which all is missing tell nothing. */
  add({ engine, N }: Workspace, { y }: Observed, gamma: Ptr, gaussians: Gaussians): void {
    const arena = new Arena(engine.memory);
    try {
      const T = y.length / this.#D;
      const all = new Float64Array(engine.memory.reals(gamma, T * N));
      for (const pattern of patterns(y, this.#D)) {
        if (pattern.seen.length === 0) continue;
        arena.reset();
        this.#complete(pattern, this.#seen(arena, y, all, pattern, gaussians), gaussians);
      }
    } finally {
      arena.dispose();
    }
  }

  #seen(
    arena: Arena,
    y: Float64Array,
    gamma: Float64Array,
    { seen, steps }: Pattern,
    { means }: Gaussians,
  ): SeenMoments {
    const K = this.#K;
    const D = this.#D;
    const { memory, kernels: k } = this.#algebra.engine;
    const o = seen.length;
    const R = steps.length;
    const T = y.length / D;
    const N = gamma.length / T;
    const data = put(arena, gather(y, D, seen, steps));
    const weights = put(arena, R === T ? gamma : gather(gamma, N, range(N), steps));
    if (this.#tied && o === D)
      return tiedMoments(this.#algebra.engine, arena, { T: R, D, K, N, data, means }, weights);
    const center = put(arena, gather(means, D, seen, range(K)));
    const weight = put(arena, new Float64Array(K));
    const first = put(arena, new Float64Array(K * o));
    const second = put(arena, new Float64Array(K * o * o));
    k.fullMoments(R, o, K, N, data, weights, center, weight, first, second, arena.reals(o));
    const read = (ptr: Ptr, n: number): Float64Array => new Float64Array(memory.reals(ptr, n));
    return { weight: read(weight, K), first: read(first, K * o), second: read(second, K * o * o) };
  }

  /** Adds moments over `seen`, regressed to all entries. */
  #complete({ seen }: Pattern, moments: SeenMoments, { covariances }: Gaussians): void {
    const D = this.#D;
    const o = seen.length;
    for (let k = 0; k < this.#K; ++k) {
      const w = moments.weight[k];
      const z = moments.first.subarray(k * o, (k + 1) * o);
      const low = moments.second.subarray(k * o * o, (k + 1) * o * o);
      const zz = low.map((x, i) => (i % o > Math.floor(i / o) ? low[(i % o) * o + Math.floor(i / o)] : x));
      const S = covariances.subarray(k * D * D, (k + 1) * D * D);
      const full = o < D ? this.#regressed(k, S, seen, { w, z, zz }) : { z, zz };
      this.#weight[k] += w;
      full.z.forEach((x, i) => {
        this.#first[k * D + i] += x;
      });
      for (let i = 0; i < D; ++i)
        for (let j = 0; j < D; ++j)
          this.#second[(k * D + i) * D + j] += 0.5 * (full.zz[i * D + j] + full.zz[j * D + i]);
    }
  }

  /** z [o] and zz [o,o] of weight w carried to all D entries. */
  #regressed(
    k: number,
    S: Float64Array,
    seen: readonly number[],
    { w, z, zz }: { w: number; z: Float64Array; zz: Float64Array },
  ): { z: Float64Array; zz: Float64Array } {
    const D = this.#D;
    const o = seen.length;
    const algebra = this.#algebra;
    const cross = gather(S, D, range(D), seen);
    const own = gather(S, D, seen, seen);
    const solved = algebra.solve(`hmm: covariance of state ${k}`, o, D, own, cross);
    const G = algebra.transpose(o, D, solved);
    const explained = algebra.multiply(D, o, D, G, cross);
    return {
      z: algebra.multiply(D, o, 1, G, z),
      zz: algebra.congruence(D, o, G, zz).map((x, i) => x + w * (S[i] - explained[i])),
    };
  }
}
