/** A structural or ARIMA model one step at a time: the filter's steps as observations arrive. */
import { checkStep } from "../../data/sequence.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import { LdsStream, type StreamStep } from "../lds/stream.ts";
import type { Lifetime } from "../lifetime.ts";
import { ModelStream } from "../model-stream.ts";
import type { Family } from "./parametric.ts";

/** One series in progress, with the parameters that the model had when the stream was made. */
export class StateSpaceStream extends ModelStream {
  readonly #filter: LdsStream;
  readonly #family: Family;

  /** Use `model.stream()`. */
  constructor(engine: InferenceEngine, family: Family, model: LinearGaussian, parent: Lifetime) {
    super(`${family.who}.stream`, parent);
    this.#filter = this.own(new LdsStream(engine, model, parent));
    this.#family = family;
  }

  /**
   * Takes y_t (NaN is missing) and, for models with inputs, those of the step. Throws ShapeError, DataError
   * or DisposedError.
   */
  step(y: ArrayLike<number> | number, inputs: ArrayLike<number> | number = []): StreamStep {
    const who = this.check("step");
    const { input, constant } = this.#family;
    if (input === 0) return this.#filter.step(y);
    const given = checkStep(who, "inputs", inputs, constant ? input - 1 : input);
    return this.#filter.step(y, constant ? Float64Array.of(...Array.from(given), 1) : given);
  }

  /** Back to the start of a series. */
  reset(): this {
    this.check("reset");
    this.#filter.reset();
    return this;
  }
}
