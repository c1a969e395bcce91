/**
 * The start and transition probabilities of a Markov chain in kernel memory, with all that the recursions
 * want of them: padded rows, the transpose, and logarithms.
 */
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./inference-engine.ts";

/**
 * A transition below this counts as none: a state that loses its mass to underflow may not get it back in one
 * step.
 */
const FAIR = 1e-100;

/** A chain of K states; rows of N, which is K rounded up to a multiple of 4. */
export class MarkovChain {
  /** Where its memory is. */
  readonly engine: InferenceEngine;
  /** States. */
  readonly K: number;
  /** The stride of every row. */
  readonly N: number;
  /** [N] start probabilities and their logarithms. */
  readonly start: Ptr;
  readonly logStart: Ptr;
  /** [N,N] transitions, from rows to columns; the transpose; and the logarithms of both. */
  readonly A: Ptr;
  readonly At: Ptr;
  readonly logA: Ptr;
  readonly logAt: Ptr;
  readonly #arena: Arena;
  #careful = false;

  constructor(engine: InferenceEngine, K: number) {
    const N = 4 * Math.ceil(K / 4);
    const arena = new Arena(engine.memory);
    this.engine = engine;
    this.K = K;
    this.N = N;
    this.#arena = arena;
    this.start = arena.reals(N);
    this.logStart = arena.reals(N);
    this.A = arena.reals(N * N);
    this.At = arena.reals(N * N);
    this.logA = arena.reals(N * N);
    this.logAt = arena.reals(N * N);
  }

  /** Whether a state that underflows might be needed again: some transition is next to impossible. */
  get careful(): boolean {
    return this.#careful;
  }

  /** Takes start [K] and transition [K,K] probabilities. */
  load(startprob: Float64Array, transmat: Float64Array): void {
    const { K, N } = this;
    const { memory, kernels: k } = this.engine;
    memory.reals(this.start, N).fill(0).set(startprob);
    const A = memory.reals(this.A, N * N).fill(0);
    for (let i = 0; i < K; ++i) A.set(transmat.subarray(i * K, (i + 1) * K), i * N);
    this.#careful = transmat.some((a) => a < FAIR);
    k.transpose(N, N, this.A, this.At);
    k.mapLog(N, this.start, this.logStart);
    k.mapLog(N * N, this.A, this.logA);
    k.mapLog(N * N, this.At, this.logAt);
  }

  /** Rows of N in kernel memory as rows of K. */
  take(ptr: Ptr, T: number): Float64Array {
    const { K, N } = this;
    const from = this.engine.memory.reals(ptr, T * N);
    const to = new Float64Array(T * K);
    for (let t = 0; t < T; ++t) for (let k = 0; k < K; ++k) to[t * K + k] = from[t * N + k]!;
    return to;
  }

  /** [T,K] out of a table of rows of N: row `rows` [T] i32 at each step, or row t where `rows` is NULL. */
  takeRows(table: Ptr, rows: Ptr, T: number): Float64Array {
    const { K, N } = this;
    const { memory } = this.engine;
    if (rows === NULL) return this.take(table, T);
    const to = new Float64Array(T * K);
    memory.ints(rows, T).forEach((row, t) => {
      to.set(memory.reals(memory.at(table, row * N), K), t * K);
    });
    return to;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#arena.dispose();
  }
}
