/** A structural or ARIMA model one step at a time: the filter's steps as observations arrive. */
import { checkStep } from "../../data/sequence.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import { LdsStream, type StreamStep } from "../lds/stream.ts";
import { DISPOSE, Lifetime } from "../lifetime.ts";
import type { Family } from "./parametric.ts";

/** One series in progress, with the parameters that the model had when the stream was made. */
export class StateSpaceStream {
  readonly #life: Lifetime;
  readonly #filter: LdsStream;
  readonly #family: Family;

  /** Use `model.stream()`. */
  constructor(engine: InferenceEngine, family: Family, model: LinearGaussian, parent: Lifetime) {
    this.#life = new Lifetime(`${family.who}.stream`, this, parent);
    this.#filter = this.#life.own(new LdsStream(engine, model, this.#life));
    this.#family = family;
  }

  /**
   * Takes y_t (NaN is missing) and, for models with inputs, those of the step. Throws ShapeError, DataError
   * or DisposedError.
   */
  step(y: ArrayLike<number> | number, inputs: ArrayLike<number> | number = []): StreamStep {
    const who = this.#life.check("step");
    const { input, constant } = this.#family;
    if (input === 0) return this.#filter.step(y);
    const given = checkStep(who, "inputs", inputs, constant ? input - 1 : input);
    return this.#filter.step(y, constant ? Float64Array.of(...Array.from(given), 1) : given);
  }

  /** Back to the start of a series. */
  reset(): this {
    this.#life.check("reset");
    this.#filter.reset();
    return this;
  }

  /** Gives its memory back. A second dispose does nothing. */
  dispose(): void {
    this.#life.end();
  }

  /** `dispose`, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }
}
