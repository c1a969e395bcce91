/**
 * One of M symbols a step: B_km = p(symbol m | state k). A symbol that a state never emits (B_km = 0) stays
 * impossible.
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import { Arena } from "../../../wasm/memory.ts";
import type { Random } from "../../../wasm/random.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { flattenSequences, type Sequences } from "../../../data/sequence.ts";
import { dirichletTied, normalizeRows } from "./distribution.ts";
import type { Emission, EmissionRules, Observed, Outputs, Workspace } from "./emission.ts";
import { Parameters, pool } from "./parameters.ts";

/** Symbols. */
export class Categorical extends Parameters implements Emission {
  readonly width = 1;
  /** M, symbols. */
  readonly M: number;
  readonly #algebra: Algebra;
  readonly #arena: Arena;
  /** [M+1,N] expected symbols, the last row for what is missing. */
  readonly #counts: Ptr;
  readonly #N: number;

  constructor(algebra: Algebra, K: number, M: number) {
    super(K, { probabilities: { shape: [M], kind: "distribution" } });
    this.M = M;
    this.#N = 4 * Math.ceil(K / 4);
    this.#algebra = algebra;
    this.#arena = new Arena(algebra.engine.memory);
    this.#counts = this.#arena.reals((M + 1) * this.#N);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    const { M } = this;
    return flattenSequences(who, sequences, 1, {
      test: (x) => Number.isInteger(x) && x >= 0 && x < M,
      want: `a symbol, a whole number from 0 to ${M - 1}`,
    });
  }

  /** A row for each symbol, and one of zeros for what is missing. */
  rows({ engine, arena, K, N }: Workspace, y: Float64Array): Observed {
    const { memory, kernels: k } = engine;
    const { M } = this;
    const B = this.parameters.probabilities;
    const T = y.length;
    const logb = arena.reals((M + 1) * N);
    const ids = arena.ints(T);
    const table = memory.reals(logb, (M + 1) * N).fill(0);
    for (let m = 0; m < M; ++m) for (let s = 0; s < K; ++s) table[m * N + s] = B[s * M + m]!;
    for (let s = 0; s < K; ++s) table[M * N + s] = 1;
    k.mapLog((M + 1) * N, logb, logb);
    const to = memory.ints(ids, T);
    for (let t = 0; t < T; ++t) to[t] = y[t] === y[t] ? y[t] : M;
    return { logb, count: M + 1, rows: ids, y, data: ids };
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const { K, M } = this;
    const B = this.parameters.probabilities;
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
    this.#algebra.engine.kernels.fill((this.M + 1) * this.#N, 0, this.#counts);
  }

  add({ engine: { kernels: k }, N }: Workspace, { y, rows }: Observed, gamma: Ptr): void {
    k.symbolCounts(y.length, N, rows, gamma, this.#counts);
  }

  maximize({ prior, ties, fixed }: EmissionRules): void {
    if (fixed.has("probabilities")) return;
    const { K, M } = this;
    const N = this.#N;
    const from = this.#algebra.engine.memory.reals(this.#counts, M * N);
    const counts = pool(
      Float64Array.from({ length: K * M }, (_, i) => from[(i % M) * N + Math.floor(i / M)]),
      ties,
    );
    normalizeRows(this.parameters.probabilities, counts, M, prior);
  }

  logPrior({ prior, ties }: EmissionRules): number {
    return dirichletTied(this.#algebra, this.parameters.probabilities, ties, prior);
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
