/** A driven hidden Markov model one step at a time. */
import { checkStep } from "../data/sequence.ts";
import type { Algebra } from "../inference/matrix.ts";
import type { Lifetime } from "../models/lifetime.ts";
import { ModelStream } from "../models/model-stream.ts";
import { forward, stepped } from "./passes.ts";
import { copied, type IohmmParameters, type IohmmStart } from "./spec.ts";
import { chainOf } from "./training.ts";
import { designOf, plainUnits } from "./units.ts";

/** What one observation tells. */
export interface IohmmStep {
  /** [K] p(state_t | y_≤t, u_≤t). */
  readonly states: Float64Array;
  /** ln p(y_t | y_<t, u_≤t), nats. */
  readonly logLikelihood: number;
}

/** One sequence in progress. */
export class IohmmStream extends ModelStream {
  readonly #algebra: Algebra;
  readonly #model: IohmmStart;
  #parameters: IohmmParameters;
  /** [K] of the step before; undefined at the start. */
  #filtered: Float64Array | undefined;

  /** Use `model.stream()`. parent: the model's. */
  constructor(algebra: Algebra, model: IohmmStart, parent: Lifetime) {
    super("iohmm.stream", parent);
    this.#algebra = algebra;
    this.#model = model;
    this.#parameters = copied(model.parameters);
  }

  /**
   * Takes y_t [D] (a number where D = 1; NaN is missing) and u_t [m], which drives the way into this step and
   * its emission. Gives the numbers of `filter`. Throws ShapeError, DataError, NumericError or DisposedError.
   */
  step(y: ArrayLike<number> | number, u: ArrayLike<number> | number): IohmmStep {
    const who = this.check("step");
    const { sizes, spec, emission } = this.#model;
    const { K, D } = sizes;
    const row = Float64Array.from(checkStep(who, "y", y, D, emission.entry));
    const inputs = Float64Array.from(checkStep(who, "u", u, spec.input));
    const data = { T: 1, y: row, X: designOf(inputs, spec.input, plainUnits(spec.input)) };
    const chain = chainOf(this.#algebra, this.#model, this.#parameters, data);
    const startprob = this.#filtered ? stepped(K, this.#filtered, chain.A) : chain.startprob;
    const { filtered, logLikelihood } = forward(who, this.#algebra, { ...chain, startprob });
    this.#filtered = filtered;
    return { states: filtered.slice(), logLikelihood };
  }

  /** Back to the start of a sequence, with the parameters that the model has now. */
  reset(): this {
    this.check("reset");
    this.#parameters = copied(this.#model.parameters);
    this.#filtered = undefined;
    return this;
  }
}
