/** A hidden Markov model one step at a time: what it filters and predicts as observations arrive. */
import { DisposedError } from "../../wasm/errors.ts";
import type { Lifetime } from "../lifetime.ts";
import { ModelStream } from "../model-stream.ts";
import { Arena } from "../../wasm/memory.ts";
import { MarkovChain } from "../../inference/markov-chain.ts";
import type { Algebra } from "../../inference/matrix.ts";
import { OnlineFilter, lastRow } from "../../inference/online-filter.ts";
import type { Emission, Outputs } from "./emissions/emission.ts";
import type { HmmState } from "./spec.ts";

/** States and outputs that are expected. */
export interface HmmPrediction extends Outputs {
  /** [T,K] p(state_t | y_<t). */
  readonly states: Float64Array;
}

/** What one observation tells. */
export interface HmmStep {
  /** [K] p(state_t | y_≤t). */
  readonly states: Float64Array;
  /** ln p(y_t | y_<t), nats. */
  readonly logLikelihood: number;
  /** The next step, given all so far: one row of what `predict` gives. */
  readonly next: HmmPrediction;
}

/** Where a stream gets its parameters and its memory. */
export interface StreamSource {
  /** In the words of errors: "hmm.stream". */
  readonly who: string;
  readonly algebra: Algebra;
  /** The model's parameters now. */
  state(): HmmState;
  /** An emission of the model's kind. */
  makeEmission(): Emission;
  /** Throws where the model was disposed. */
  check(): void;
}

/** One sequence in progress. */
export class HmmStream extends ModelStream {
  readonly #source: StreamSource;
  readonly #chain: MarkovChain;
  readonly #filter: OnlineFilter;
  readonly #emission: Emission;
  readonly #arena: Arena;
  /** [lags,D] the steps before, NaN where there were none. */
  #past = new Float64Array(0);

  /** Use `model.stream()`. parent: the model's. */
  constructor(source: StreamSource, parent: Lifetime) {
    const { engine } = source.algebra;
    const { emission, startprob } = source.state();
    super(source.who, parent);
    this.#source = source;
    this.#chain = this.own(new MarkovChain(engine, startprob.length));
    this.#filter = this.own(new OnlineFilter(this.#chain));
    this.#emission = this.own(source.makeEmission());
    this.#arena = this.own(new Arena(engine.memory));
    this.#emission.restore(emission.snapshot());
    this.reset();
  }

  /**
   * Takes y_t [D], or a number where D = 1; NaN is missing. Gives the numbers of `filter` and `predict`, bit
   * by bit. Throws DataError, with nothing changed, where y_t is not data or is impossible.
   */
  step(y: ArrayLike<number> | number): HmmStep {
    this.#check("step");
    const who = `${this.#source.who}: step`;
    const given = typeof y === "number" ? [y] : y;
    const [row] = this.#emission.flatten(who, [given]);
    this.#arena.reset();
    const { K, N, engine } = this.#chain;
    const space = { engine, arena: this.#arena, K, N };
    const past = this.#past;
    const window = Float64Array.of(...past, ...row);
    const logb = lastRow(
      this.#emission.rows(space, window),
      window.length / this.#emission.width,
      this.#chain,
    );
    const logLikelihood = this.#filter.step(who, logb);
    const states = this.#filter.predicted();
    if (past.length > 0) this.#past = window.slice(row.length);
    return {
      states: this.#filter.filtered(),
      logLikelihood,
      next: { states, ...this.#emission.outputs(1, states, this.#past) },
    };
  }

  /** Back to the start of a sequence, with the parameters that the model has now. */
  reset(): this {
    this.#check("reset");
    const { emission, startprob, transmat } = this.#source.state();
    this.#emission.restore(emission.snapshot());
    this.#chain.load(startprob, transmat);
    this.#filter.reset();
    this.#past = new Float64Array((emission.lags ?? 0) * emission.width).fill(NaN);
    return this;
  }

  #check(method: string): void {
    this.#source.check();
    if (!this.over) return;
    const { who } = this.#source;
    throw new DisposedError(`${who}: ${method}: the stream was disposed; take another from stream()`);
  }
}
