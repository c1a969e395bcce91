/**
 * Forward-backward and Viterbi over one sequence: the choice between the scaled and the log-space recursion
 * here, the passes in assembly/inference/markov.ts, markov-log.ts and viterbi.ts.
 */
import { DataError, NumericError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { InferenceEngine } from "./inference-engine.ts";
import { MarkovChain } from "./markov-chain.ts";

/** ln p(y_t | state) as rows of N: logb [count,N], and which row each step takes (i32 [T]; NULL: row t). */
export interface EmissionRows {
  readonly logb: Ptr;
  readonly count: number;
  readonly rows: Ptr;
}

/** The forward pass: buffers good until the workspace begins anew. */
export interface Filtered {
  /** ln p(y), nats. -∞ where a step is impossible. */
  readonly logLikelihood: number;
  /** The first step that is impossible in every state that can be reached, or -1. */
  readonly impossible: number;
  /** [T] ln p(y_t | y_<t). */
  readonly ll: Ptr;
  /** [T,N] p(state_t | y_≤t). */
  readonly alpha: Ptr;
}

/** Both passes: buffers good until the workspace begins anew. */
export interface Smoothed {
  /** ln p(y), nats. */
  readonly logLikelihood: number;
  /** [T,N] p(state_t | y_≤t). */
  readonly alpha: Ptr;
  /** [T,N] p(state_t | y). */
  readonly gamma: Ptr;
}

/** The most probable states and ln p(states, y), nats. */
export interface ViterbiPath {
  /** [T] */
  readonly states: Int32Array;
  /** ln p(states, y), nats. */
  readonly logProbability: number;
}

/** What a forward pass reads and writes. */
interface Buffers {
  readonly b: Ptr;
  readonly shift: Ptr;
  readonly alpha: Ptr;
  readonly c: Ptr;
  readonly ll: Ptr;
  readonly scratch: Ptr;
}

/** Passes of one hidden Markov model, in one workspace. */
export class ForwardBackward {
  readonly engine: InferenceEngine;
  readonly chain: MarkovChain;
  /** States. */
  readonly K: number;
  /** K rounded up to a multiple of 4: the stride of every row. */
  readonly N: number;
  /** Emission rows and what goes with them live here; `begin` empties it. */
  readonly arena: Arena;
  readonly #sums: Arena;
  /** [N,N] expected transitions of the scaled recursion, still to be multiplied by A, and of the other. */
  #counts: Ptr = NULL;
  #logCounts: Ptr = NULL;

  constructor(engine: InferenceEngine, K: number) {
    this.engine = engine;
    this.chain = new MarkovChain(engine, K);
    this.K = K;
    this.N = this.chain.N;
    this.arena = new Arena(engine.memory);
    this.#sums = new Arena(engine.memory);
  }

  /** Takes start [K] and transition [K,K] probabilities, and forgets the counts. */
  load(startprob: Float64Array, transmat: Float64Array): void {
    this.chain.load(startprob, transmat);
    if (this.#counts !== NULL) this.#forget();
  }

  /** Empties `arena` for the next sequence. */
  reset(): void {
    this.arena.reset();
  }

  /**
   * The forward pass alone, the same step after step as `OnlineFilter`: scaled as long as no state is lost to
   * underflow, in logarithms from there on.
   */
  filter(who: string, T: number, emissions: EmissionRows): Filtered {
    const buffers = this.#buffers(T, emissions);
    const { alpha, ll } = buffers;
    const status = this.#forward(T, emissions, buffers);
    let impossible = status > 0 ? status - 1 : -1;
    if (status < 0) impossible = this.#continueInLogs(-status - 1, T, emissions, buffers);
    const logLikelihood = impossible < 0 ? this.#total(who, T, ll) : -Infinity;
    return { logLikelihood, impossible, ll, alpha };
  }

  /**
   * The forward and the backward pass; `counting` adds expected transitions. Throws DataError where a step is
   * impossible.
   */
  smooth(who: string, T: number, emissions: EmissionRows, { counting = false } = {}): Smoothed {
    const { logb, rows } = emissions;
    const { chain, N } = this;
    const { kernels: k } = this.engine;
    const buffers = this.#buffers(T, emissions);
    const { b, alpha, c, ll, scratch } = buffers;
    const gamma = this.arena.reals(T * N);
    if (counting) this.#count();
    if (this.#forward(T, emissions, buffers) === 0) {
      const counts = counting ? this.#counts : NULL;
      k.hmmBackward(T, N, chain.At, b, rows, alpha, c, gamma, counts, scratch);
    } else {
      const status = k.hmmLogForward(T, N, chain.logStart, chain.logA, logb, rows, alpha, ll, scratch);
      if (status > 0) throw impossibleStep(who, status - 1);
      const counts = counting ? this.#logCounts : NULL;
      k.hmmLogBackward(T, N, chain.logA, chain.logAt, logb, rows, alpha, ll, gamma, counts, scratch);
      k.mapExp(T * N, alpha, alpha);
    }
    return { logLikelihood: this.#total(who, T, ll), alpha, gamma };
  }

  /**
   * ln p(state_t | y_≤t) [T,K], exact where the probabilities underflow. Throws DataError on impossible
   * steps.
   */
  logFilter(who: string, T: number, { logb, rows }: EmissionRows): Float64Array {
    const { chain, N, arena } = this;
    const { kernels: k } = this.engine;
    const alpha = arena.reals(T * N);
    const ll = arena.reals(T);
    const scratch = arena.reals(k.hmmScratch(N));
    const status = k.hmmLogForward(T, N, chain.logStart, chain.logA, logb, rows, alpha, ll, scratch);
    if (status > 0) throw impossibleStep(who, status - 1);
    return chain.take(alpha, T);
  }

  /** Expected transitions [K,K] counted since `load`. */
  counts(): Float64Array {
    this.#count();
    const { K, N } = this;
    const { memory } = this.engine;
    const A = memory.reals(this.chain.A, N * N);
    const scaled = memory.reals(this.#counts, N * N);
    const logged = memory.reals(this.#logCounts, N * N);
    return Float64Array.from({ length: K * K }, (_, i) => {
      const at = Math.floor(i / K) * N + (i % K);
      return A[at] === 0 ? 0 : A[at] * scaled[at] + logged[at];
    });
  }

  /** The most probable path and ln p(path, y). Throws DataError where every path is impossible. */
  viterbi(who: string, T: number, { logb, rows }: EmissionRows): ViterbiPath {
    const { N, arena, chain } = this;
    const { memory, kernels: k } = this.engine;
    const delta = arena.reals(T * N);
    const path = arena.ints(T);
    const logProbability = k.viterbi(T, N, chain.logStart, chain.logA, logb, rows, delta, path);
    if (!(logProbability > -Infinity)) throw new DataError(`${who}: every path is impossible`);
    return { states: new Int32Array(memory.ints(path, T)), logProbability };
  }

  /** p(state_t | y_<t) [T,K] from α [T,N], and after the last step one more row. */
  predicted(T: number, alpha: Ptr): Float64Array {
    const { N, arena, chain } = this;
    const { kernels: k, memory } = this.engine;
    const next = arena.reals((T + 1) * N);
    k.copyRows(1, N, chain.start, N, next, N);
    k.product(T, N, N, alpha, N, chain.A, N, memory.at(next, N), N);
    return chain.take(next, T + 1);
  }

  /** Gives all memory back. */
  dispose(): void {
    this.arena.dispose();
    this.#sums.dispose();
    this.chain.dispose();
  }

  /** Makes buffers for counts where there is none yet. */
  #count(): void {
    if (this.#counts !== NULL) return;
    this.#counts = this.#sums.reals(this.N * this.N);
    this.#logCounts = this.#sums.reals(this.N * this.N);
    this.#forget();
  }

  #forget(): void {
    const { N } = this;
    this.engine.kernels.fill(N * N, 0, this.#counts);
    this.engine.kernels.fill(N * N, 0, this.#logCounts);
  }

  #buffers(T: number, { logb, count }: EmissionRows): Buffers {
    const { N, arena } = this;
    const { kernels: k } = this.engine;
    const b = arena.reals(count * N);
    const shift = arena.reals(count);
    k.emissionRows(count, N, logb, b, shift);
    return {
      b,
      shift,
      alpha: arena.reals(T * N),
      c: arena.reals(T),
      ll: arena.reals(T),
      scratch: arena.reals(k.hmmScratch(N)),
    };
  }

  #forward(T: number, { logb, rows }: EmissionRows, { b, shift, alpha, c, ll, scratch }: Buffers): number {
    const { start, A, careful } = this.chain;
    const watched = careful ? logb : NULL;
    return this.engine.kernels.hmmForward(
      T,
      this.N,
      start,
      A,
      b,
      shift,
      rows,
      watched,
      alpha,
      c,
      ll,
      scratch,
    );
  }

  /** Steps `from`..T-1 in logarithms, after scaled ones. Returns the impossible step, or -1. */
  #continueInLogs(from: number, T: number, { logb, rows }: EmissionRows, buffers: Buffers): number {
    const { chain, N, arena } = this;
    const { memory, kernels: k } = this.engine;
    const { alpha, ll, scratch } = buffers;
    let prior = chain.logStart;
    if (from > 0) {
      const before = arena.reals(N);
      prior = arena.reals(N);
      k.mapLog(N, memory.at(alpha, (from - 1) * N), before);
      k.hmmLogAdvance(N, before, chain.logA, prior, scratch);
    }
    const rest = memory.at(alpha, from * N);
    const status = k.hmmLogForward(
      T - from,
      N,
      prior,
      chain.logA,
      rows === NULL ? memory.at(logb, from * N) : logb,
      rows === NULL ? NULL : ((rows + 4 * from) as Ptr),
      rest,
      memory.at(ll, from),
      scratch,
    );
    if (status > 0) return from + status - 1;
    k.mapExp((T - from) * N, rest, rest);
    return -1;
  }

  #total(who: string, T: number, ll: Ptr): number {
    const each = this.engine.memory.reals(ll, T);
    let sum = 0;
    for (let t = 0; t < T; ++t) sum += each[t];
    if (!Number.isFinite(sum))
      throw new NumericError(`${who}: the log-likelihood is ${sum}; data or parameters are too large`);
    return sum;
  }
}

/** The error of a step that no state which can be reached emits. */
export const impossibleStep = (who: string, step: number): DataError =>
  new DataError(`${who}: step ${step} is impossible in every state that can be reached`);
