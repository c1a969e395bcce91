/**
 * Forward-backward and Viterbi over one sequence: padding and the choice between the scaled and the log-space
 * recursion here, the passes in assembly/inference/markov.ts and markov-log.ts.
 */
import { DataError, NumericError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./inference-engine.ts";

/** ln p(y_t | state) as rows of N: logb [count,N], and which row each step takes (i32 [T]; NULL: row t). */
export interface EmissionRows {
  readonly logb: Ptr;
  readonly count: number;
  readonly rows: Ptr;
}

/** One pass: buffers good until the next. */
export interface ForwardPass {
  /** ln p(y), nats. -∞ where a step is impossible. */
  readonly logLikelihood: number;
  /** [T]: ln p(y_t | y_<t). */
  readonly ll: Ptr;
  /** [T,N]: p(state | y_1..y_t). */
  readonly alpha: Ptr;
  /** [T,N]: p(state | y). */
  readonly gamma: Ptr;
}

/**
 * A transition below this counts as none: a state that loses its mass to underflow may not get it back in one
 * step.
 */
const FAIR = 1e-100;

/** Passes of one hidden Markov model, in one workspace. */
export class ForwardBackward {
  readonly engine: InferenceEngine;
  /** States. */
  readonly K: number;
  /** K rounded up to a multiple of 4: the stride of every row. */
  readonly N: number;
  /** Emission rows and what goes with them live here; `begin` empties it. */
  readonly arena: Arena;
  readonly #fixed: Arena;
  readonly #pi: Ptr;
  readonly #A: Ptr;
  readonly #At: Ptr;
  readonly #logPi: Ptr;
  readonly #logA: Ptr;
  readonly #logAt: Ptr;
  readonly #counts: Ptr;
  readonly #logCounts: Ptr;
  #careful = false;

  constructor(engine: InferenceEngine, K: number) {
    const N = 4 * Math.ceil(K / 4);
    const fixed = new Arena(engine.memory);
    this.engine = engine;
    this.K = K;
    this.N = N;
    this.arena = new Arena(engine.memory);
    this.#fixed = fixed;
    this.#pi = fixed.reals(N);
    this.#logPi = fixed.reals(N);
    [this.#A, this.#At, this.#logA, this.#logAt, this.#counts, this.#logCounts] = Array.from(
      { length: 6 },
      () => fixed.reals(N * N),
    ) as [Ptr, Ptr, Ptr, Ptr, Ptr, Ptr];
  }

  /** Takes start [K] and transition [K,K] probabilities, and forgets the counts. */
  load(startprob: Float64Array, transmat: Float64Array): void {
    const {
      engine: { memory, kernels: k },
      K,
      N,
    } = this;
    const pi = memory.reals(this.#pi, N).fill(0);
    const A = memory.reals(this.#A, N * N).fill(0);
    pi.set(startprob);
    for (let i = 0; i < K; ++i) A.set(transmat.subarray(i * K, (i + 1) * K), i * N);
    this.#careful = transmat.some((a) => a < FAIR);
    k.transpose(N, N, this.#A, this.#At);
    k.mapLog(N, this.#pi, this.#logPi);
    k.mapLog(N * N, this.#A, this.#logA);
    k.mapLog(N * N, this.#At, this.#logAt);
    k.fill(N * N, 0, this.#counts);
    k.fill(N * N, 0, this.#logCounts);
  }

  /** Empties `arena` for the next sequence. */
  begin(): void {
    this.arena.reset();
  }

  /**
   * The forward pass, and with `backward` γ too; `count` adds expected transitions. Impossible data:
   * DataError, or -∞ without `backward`.
   */
  run(
    who: string,
    T: number,
    { logb, count, rows }: EmissionRows,
    { backward = true, counting = false } = {},
  ): ForwardPass {
    const {
      engine: { memory, kernels: k },
      N,
      arena,
    } = this;
    const b = arena.reals(count * N);
    const shift = arena.reals(count);
    const alpha = arena.reals(T * N);
    const gamma = backward ? arena.reals(T * N) : NULL;
    const c = arena.reals(T);
    const ll = arena.reals(T);
    const scratch = arena.reals(k.hmmScratch(N));
    k.emissionRows(count, N, logb, b, shift);
    let status = k.hmmForward(
      T,
      N,
      this.#pi,
      this.#A,
      b,
      shift,
      rows,
      this.#careful ? logb : NULL,
      alpha,
      c,
      ll,
      scratch,
    );
    if (status === 0) {
      if (backward)
        k.hmmBackward(T, N, this.#At, b, rows, alpha, c, gamma, counting ? this.#counts : NULL, scratch);
    } else {
      // impossible steps too: the log-space recursion names them
      status = k.hmmLogForward(T, N, this.#logPi, this.#logA, logb, rows, alpha, ll, scratch);
      if (status > 0 && backward)
        throw new DataError(`${who}: step ${status - 1} is impossible in every state that can be reached`);
      if (status > 0) return { logLikelihood: -Infinity, ll, alpha, gamma };
      if (backward)
        k.hmmLogBackward(
          T,
          N,
          this.#logA,
          this.#logAt,
          logb,
          rows,
          alpha,
          ll,
          gamma,
          counting ? this.#logCounts : NULL,
          scratch,
        );
      k.mapExp(T * N, alpha, alpha);
    }
    const each = memory.reals(ll, T);
    let logLikelihood = 0;
    for (let t = 0; t < T; ++t) logLikelihood += each[t];
    if (!Number.isFinite(logLikelihood))
      throw new NumericError(
        `${who}: the log-likelihood is ${logLikelihood}; data or parameters are too large`,
      );
    return { logLikelihood, ll, alpha, gamma };
  }

  /** Expected transitions [K,K] since `load`. */
  counts(): Float64Array {
    const {
      engine: { memory },
      K,
      N,
    } = this;
    const A = memory.reals(this.#A, N * N);
    const scaled = memory.reals(this.#counts, N * N);
    const logged = memory.reals(this.#logCounts, N * N);
    return Float64Array.from({ length: K * K }, (_, i) => {
      const at = Math.floor(i / K) * N + (i % K);
      return A[at] === 0 ? 0 : A[at] * scaled[at] + logged[at];
    });
  }

  /** The most probable path and ln p(path, y). Throws DataError where every path is impossible. */
  viterbi(
    who: string,
    T: number,
    { logb, rows }: EmissionRows,
  ): { states: Int32Array; logProbability: number } {
    const {
      engine: { memory, kernels: k },
      N,
      arena,
    } = this;
    const delta = arena.reals(T * N);
    const path = arena.ints(T);
    const logProbability = k.viterbi(T, N, this.#logPi, this.#logA, logb, rows, delta, path);
    if (!(logProbability > -Infinity)) throw new DataError(`${who}: every path is impossible`);
    return { states: memory.ints(path, T).slice(), logProbability };
  }

  /** p(state_t | y_<t) [T,K] from α [T,N], and after the last step one more row. */
  predicted(T: number, alpha: Ptr): Float64Array {
    const {
      engine: { kernels: k },
      N,
      arena,
    } = this;
    const next = arena.reals((T + 1) * N);
    k.copyRows(1, N, this.#pi, N, next, N);
    k.product(T, N, N, alpha, N, this.#A, N, this.engine.memory.at(next, N), N);
    return this.take(next, T + 1);
  }

  /** Rows of N in kernel memory as rows of K. */
  take(ptr: Ptr, T: number): Float64Array {
    const { K, N } = this;
    const from = this.engine.memory.reals(ptr, T * N);
    const to = new Float64Array(T * K);
    for (let t = 0; t < T; ++t) for (let k = 0; k < K; ++k) to[t * K + k] = from[t * N + k]!;
    return to;
  }

  /** Gives all memory back. */
  dispose(): void {
    this.arena.dispose();
    this.#fixed.dispose();
  }
}
