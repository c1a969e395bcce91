/**
 * p(state_t | y_≤t) as observations arrive, in constant memory: the steps of `ForwardBackward.filter`, bit by
 * bit, one a call.
 */
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import { impossibleStep, type EmissionRows } from "./forward-backward.ts";
import type { MarkovChain } from "./markov-chain.ts";

/** One sequence in progress on a loaded chain. */
export class OnlineFilter {
  readonly #chain: MarkovChain;
  readonly #arena: Arena;
  /** [N] p(state | y so far), the same in logarithms where scaling had to end, and a buffer for the next. */
  readonly #alpha: Ptr;
  readonly #logAlpha: Ptr;
  readonly #next: Ptr;
  readonly #prior: Ptr;
  readonly #b: Ptr;
  readonly #scratch: Ptr;
  /** shift, c and ll of the step at hand. */
  readonly #scalars: Ptr;
  #steps = 0;
  #logs = false;

  constructor(chain: MarkovChain) {
    const { engine, N } = chain;
    const arena = new Arena(engine.memory);
    this.#chain = chain;
    this.#arena = arena;
    this.#alpha = arena.reals(N);
    this.#logAlpha = arena.reals(N);
    this.#next = arena.reals(N);
    this.#prior = arena.reals(N);
    this.#b = arena.reals(N);
    this.#scratch = arena.reals(engine.kernels.hmmScratch(N));
    this.#scalars = arena.reals(3);
  }

  /** Steps taken since the start. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Takes ln p(y_t | state) [N] and returns ln p(y_t | y_<t), nats. Throws DataError, with nothing changed,
   * where no state that can be reached emits y_t.
   */
  step(who: string, logb: Ptr): number {
    const logs = this.#logs || !this.#scaled(who, logb);
    if (logs) this.#logStep(who, logb);
    const { memory, kernels: k } = this.#chain.engine;
    const { N } = this.#chain;
    k.copyRows(1, N, this.#next, N, logs ? this.#logAlpha : this.#alpha, N);
    if (logs) k.mapExp(N, this.#logAlpha, this.#alpha);
    this.#logs = logs;
    ++this.#steps;
    return memory.reals(this.#scalars, 3)[2];
  }

  /** p(state_t | y_≤t) [K] of the last step. */
  filtered(): Float64Array {
    return this.#chain.take(this.#alpha, 1);
  }

  /** p(state of the next step | y so far) [K]. */
  predicted(): Float64Array {
    const { N, start, A, engine } = this.#chain;
    if (this.#steps === 0) return this.#chain.take(start, 1);
    engine.kernels.product(1, N, N, this.#alpha, N, A, N, this.#next, N);
    return this.#chain.take(this.#next, 1);
  }

  /** Back to the start of a sequence. */
  reset(): void {
    this.#steps = 0;
    this.#logs = false;
  }

  /** Gives its memory back; the chain's stays. */
  dispose(): void {
    this.#arena.dispose();
  }

  /** False where the log-space recursion must decide. */
  #scaled(who: string, logb: Ptr): boolean {
    const { N, start, A, careful, engine } = this.#chain;
    const { memory, kernels: k } = engine;
    const shift = this.#scalars;
    const c = memory.at(shift, 1);
    const ll = memory.at(shift, 2);
    if (this.#steps > 0) k.hmmAdvance(N, this.#alpha, A, this.#prior);
    const prior = this.#steps > 0 ? this.#prior : start;
    const watched = careful ? logb : NULL;
    k.emissionRows(1, N, logb, this.#b, shift);
    const status = k.hmmForward(
      1,
      N,
      prior,
      A,
      this.#b,
      shift,
      NULL,
      watched,
      this.#next,
      c,
      ll,
      this.#scratch,
    );
    if (status > 0) throw impossibleStep(who, this.#steps);
    return status === 0;
  }

  #logStep(who: string, logb: Ptr): void {
    const { N, logStart, logA, engine } = this.#chain;
    const { memory, kernels: k } = engine;
    const ll = memory.at(this.#scalars, 2);
    if (!this.#logs && this.#steps > 0) k.mapLog(N, this.#alpha, this.#logAlpha);
    if (this.#steps > 0) k.hmmLogAdvance(N, this.#logAlpha, logA, this.#prior, this.#scratch);
    const prior = this.#steps > 0 ? this.#prior : logStart;
    const status = k.hmmLogForward(1, N, prior, logA, logb, NULL, this.#next, ll, this.#scratch);
    if (status > 0) throw impossibleStep(who, this.#steps);
  }
}

/** The log-densities [N] of the last of T steps. */
export function lastRow({ logb, rows }: EmissionRows, T: number, { engine, N }: MarkovChain): Ptr {
  const { memory } = engine;
  return memory.at(logb, (rows === NULL ? T - 1 : memory.ints(rows, T)[T - 1]) * N);
}
