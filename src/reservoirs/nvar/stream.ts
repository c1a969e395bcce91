/** A nonlinear vector autoregression one step at a time. */
import { checkStep } from "../../data/sequence.ts";
import type { Lifetime } from "../../models/lifetime.ts";
import { ModelStream } from "../../models/model-stream.ts";
import type { FeatureWindow } from "./features.ts";
import { answer, type Readout } from "./readout.ts";

/** One sequence in progress. */
export class NvarStream extends ModelStream {
  readonly #window: FeatureWindow;
  readonly #readout: () => Readout;
  readonly #z: Float64Array;

  /**
   * Use `model.stream()`. The readout is asked for at every step: a model that learned anew is heard at once.
   */
  constructor(window: FeatureWindow, readout: () => Readout, parent: Lifetime) {
    super("stream", parent);
    this.#window = window;
    this.#readout = readout;
    this.#z = new Float64Array(window.size);
  }

  /** The output [O] for one more step with input x [I], a number where I = 1. A new array. */
  step(x: ArrayLike<number> | number): Float64Array {
    const who = this.check("step");
    const readout = this.#readout();
    return answer(readout, this.#window, this.#z, checkStep(who, "x", x, readout.spec.input));
  }

  /** Back to the start of a sequence. */
  reset(): this {
    this.check("reset");
    this.#window.reset();
    return this;
  }
}
