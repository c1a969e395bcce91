/**
 * One of M symbols a step: B_km = p(symbol m | state k). A symbol that a state never emits (B_km = 0) stays
 * impossible.
 */
import { NULL, type Ptr } from "../../../wasm/kernels.ts";
import { Arena } from "../../../wasm/memory.ts";
import type { Random } from "../../../wasm/random.ts";
import type { EmissionRows, ForwardBackward } from "../../../inference/forward-backward.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { flattenSequences, type Sequences } from "../../../inference/sequences.ts";
import type { Emission, EmissionRules, Outputs } from "./emission.ts";
import { Parameters, pool } from "./parameters.ts";

export class Categorical extends Parameters implements Emission {
  readonly width = 1;
  readonly M: number;
  readonly #algebra: Algebra;
  readonly #arena: Arena;
  #counts = NULL;
  #ids = NULL;
  #N = 0;

  constructor(algebra: Algebra, K: number, M: number) {
    super(K, { probabilities: [M] });
    this.M = M;
    this.#algebra = algebra;
    this.#arena = new Arena(algebra.engine.memory);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    const { M } = this;
    return flattenSequences(who, sequences, 1, {
      test: (x) => Number.isInteger(x) && x >= 0 && x < M,
      want: `a symbol, a whole number from 0 to ${M - 1}`,
    });
  }

  /** A row for each symbol, and one of zeros for what is missing. */
  rows({ engine: { memory, kernels: k }, arena, K, N }: ForwardBackward, y: Float64Array): EmissionRows {
    const {
      M,
      parameters: { probabilities: B },
    } = this;
    const T = y.length;
    const logb = arena.reals((M + 1) * N);
    const ids = arena.ints(T);
    const table = memory.reals(logb, (M + 1) * N).fill(0);
    for (let m = 0; m < M; ++m) for (let s = 0; s < K; ++s) table[m * N + s] = B[s * M + m]!;
    for (let s = 0; s < K; ++s) table[M * N + s] = 1;
    k.mapLog((M + 1) * N, logb, logb);
    const to = memory.ints(ids, T);
    for (let t = 0; t < T; ++t) to[t] = y[t] === y[t] ? y[t] : M;
    this.#ids = ids;
    return { logb, count: M + 1, rows: ids };
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const {
      K,
      M,
      parameters: { probabilities: B },
    } = this;
    const frequency = new Float64Array(M).fill(1);
    for (const y of data) for (const m of y) if (m === m) ++frequency[m];
    for (let k = 0; k < K; ++k) {
      let sum = 0;
      for (let m = 0; m < M; ++m) sum += B[k * M + m] = frequency[m] * (0.5 + random.uniform());
      for (let m = 0; m < M; ++m) B[k * M + m] /= sum;
    }
  }

  prepare(): void {}

  clear(): void {
    if (this.#counts !== NULL) this.#algebra.engine.kernels.fill((this.M + 1) * this.#N, 0, this.#counts);
  }

  add({ engine: { kernels: k }, N }: ForwardBackward, y: Float64Array, gamma: Ptr): void {
    if (this.#counts === NULL) {
      this.#N = N;
      this.#counts = this.#arena.reals((this.M + 1) * N);
      this.clear();
    }
    k.symbolCounts(y.length, N, this.#ids, gamma, this.#counts);
  }

  maximize({ prior, ties }: EmissionRules): void {
    const {
      K,
      M,
      parameters: { probabilities: B },
    } = this;
    const N = this.#N;
    const from = this.#algebra.engine.memory.reals(this.#counts, M * N);
    const counts = pool(
      Float64Array.from({ length: K * M }, (_, i) => from[(i % M) * N + Math.floor(i / M)]),
      ties,
    );
    for (let k = 0; k < K; ++k)
      normalize(B.subarray(k * M, (k + 1) * M), counts.subarray(k * M, (k + 1) * M), prior);
  }

  logPrior({ prior, ties }: EmissionRules): number {
    return dirichlet(
      this.#algebra,
      this.parameters.probabilities.filter((_, i) => ties[Math.floor(i / this.M)] === Math.floor(i / this.M)),
      prior,
    );
  }

  sample(k: number, random: Random): ArrayLike<number> {
    return [random.choice(this.parameters.probabilities.subarray(k * this.M, (k + 1) * this.M))];
  }

  outputs(T: number, weights: Float64Array): Outputs {
    return {
      probabilities: this.#algebra.multiply(T, this.K, this.M, weights, this.parameters.probabilities),
    };
  }

  dispose(): void {
    this.#arena.dispose();
  }
}

/**
 * p = (counts + prior - 1) normalized over the entries that are not 0; p itself where that leaves nothing.
 */
export function normalize(p: Float64Array, counts: Float64Array, prior: number): void {
  let sum = 0;
  for (let i = 0; i < p.length; ++i) if (p[i] > 0) sum += counts[i] + (prior - 1);
  if (!(sum > 1e-290)) return; // never visited: any row is as likely
  for (let i = 0; i < p.length; ++i) p[i] = p[i] > 0 ? (counts[i] + (prior - 1)) / sum : 0;
}

/** (prior - 1)·Σ ln p over the entries that are not 0. */
export function dirichlet(algebra: Algebra, p: Float64Array, prior: number): number {
  return prior === 1 ? 0 : (prior - 1) * algebra.log(p.filter((x) => x > 0)).reduce((sum, x) => sum + x, 0);
}
