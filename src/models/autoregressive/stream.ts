/** An autoregressive model one step at a time: it remembers its taps. */
import { checkStep, observed } from "../../data/sequence.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import type { Lifetime } from "../lifetime.ts";
import { ModelStream } from "../model-stream.ts";
import { nextMean } from "./moving-average.ts";
import { residualLogLikelihood, type AutoregressiveFit } from "./regression.ts";

/** What one observation tells. */
export interface AutoregressiveStep {
  /** ln p(y_t | y_<t), nats; 0 where a tap or a value of y_t is missing, as in `logLikelihood`. */
  readonly logLikelihood: number;
  /** The next value as it is expected. */
  readonly next: {
    /** [D]; NaN until all taps are there. */
    readonly mean: Float64Array;
    /** [D,D] */
    readonly covariance: Float64Array;
  };
}

/** One sequence in progress, with the parameters that the model had when the stream was made. */
export class AutoregressiveStream extends ModelStream {
  readonly #fit: AutoregressiveFit;
  /** The last p values, oldest first; NaN before the start. */
  #taps: Float64Array;

  /** Use `model.stream()`. */
  constructor(fit: AutoregressiveFit, parent: Lifetime) {
    super("autoregressive.stream", parent);
    this.#fit = fit;
    this.#taps = new Float64Array(0);
    this.reset();
  }

  /**
   * Takes y_t [D], or a number where D = 1; NaN is missing. Throws ShapeError, DataError or DisposedError.
   */
  step(y: ArrayLike<number> | number): AutoregressiveStep {
    const who = this.check("step");
    const { noise, order } = this.#fit;
    const D = noise.rows;
    const value = Float64Array.from(checkStep(who, "y", y, D, observed));
    const mean = nextMean(this.#fit, this.#taps, order);
    const e = value.map((x, i) => x - mean[i]);
    const known = e.every((x) => x === x);
    const E = new Matrix(noise.algebra, 1, D, e);
    const logLikelihood = known ? residualLogLikelihood(who, E, noise) : 0;
    if (order > 0) {
      this.#taps.copyWithin(0, D);
      this.#taps.set(value, (order - 1) * D);
    }
    return {
      logLikelihood,
      next: { mean: nextMean(this.#fit, this.#taps, order), covariance: noise.data.slice() },
    };
  }

  /** Back to the start of a sequence. */
  reset(): this {
    this.check("reset");
    const { order, noise } = this.#fit;
    this.#taps = new Float64Array(order * noise.rows).fill(NaN);
    return this;
  }
}
