/** A hidden semi-Markov model one step at a time: the stream of its steps, their ages summed. */
import type { HmmPrediction, HmmStep, HmmStream } from "../models/hmm/stream.ts";
import { DISPOSE } from "../models/lifetime.ts";
import { summed } from "./expansion.ts";

/** Answers about steps as answers about states: D ages of each are added up. */
export const ofStates = <A extends { readonly states: Float64Array }>(D: number, answer: A): A => ({
  ...answer,
  states: summed(D, answer.states),
});

/** One sequence in progress. */
export class HsmmStream {
  readonly #steps: HmmStream;
  readonly #D: number;

  /** Use `model.stream()`. */
  constructor(steps: HmmStream, D: number) {
    this.#steps = steps;
    this.#D = D;
  }

  /**
   * Takes y_t [D], or a number where D = 1; NaN is missing. Gives the numbers of `filter` and `predict`, bit
   * by bit. Throws DataError, with nothing changed, where y_t is not data or is impossible.
   */
  step(y: ArrayLike<number> | number): HmmStep {
    const { next, ...now } = this.#steps.step(y);
    return { ...ofStates(this.#D, now), next: ofStates<HmmPrediction>(this.#D, next) };
  }

  /** Back to the start of a sequence, with the parameters that the model has now. */
  reset(): this {
    this.#steps.reset();
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#steps.dispose();
  }

  /** `using stream = model.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }
}
