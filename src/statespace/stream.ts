/** A state-space model one step at a time: the filter's steps as observations arrive, in constant memory. */
import { checkStep, observed } from "../data/sequence.ts";
import type { Algebra } from "../inference/matrix.ts";
import { diffuseStart, type Diffuse } from "../inference/state-space.ts";
import type { StreamStep } from "../models/lds/stream.ts";
import type { Lifetime } from "../models/lifetime.ts";
import { ModelStream } from "../models/model-stream.ts";
import { rowsOf } from "./answers.ts";
import { named } from "./parameters.ts";
import { asMoments, walkStep, type Given } from "./passes.ts";
import type { ReadSpec } from "./spec.ts";
import { readSystem, type ReadSystem, type SystemMatrices } from "./system.ts";

/** A step that was taken, whose noise the step after it may still have to tell. */
interface Taken {
  readonly matrices: SystemMatrices;
  readonly before: Diffuse;
  readonly given: Given;
}

/** What a stream is of. */
export interface StreamOf {
  readonly spec: ReadSpec;
  /** The values of all parameters. */
  readonly natural: Float64Array;
  readonly algebra: Algebra;
}

/** One series in progress, with the parameters that the model had when the stream was made. */
export class SystemStream extends ModelStream {
  readonly #spec: ReadSpec;
  readonly #algebra: Algebra;
  readonly #parameters: Readonly<Record<string, number>>;
  #fixed: ReadSystem | undefined;
  #state: Diffuse | undefined;
  #last: Taken | undefined;
  #t = 0;

  /** Use `model.stream()`. parent: the model's. */
  constructor({ spec, natural, algebra }: StreamOf, parent: Lifetime) {
    super("stateSpace.stream", parent);
    this.#spec = spec;
    this.#algebra = algebra;
    this.#parameters = Object.freeze(named(spec.parameters, natural));
  }

  /**
   * Takes y_t [p] (a number where p = 1; NaN is missing) and, for driven models, the inputs [m] of the step.
   * Throws DataError, ShapeError or NumericError, and then changes nothing; DisposedError.
   */
  step(y: ArrayLike<number> | number, inputs: ArrayLike<number> | number = []): StreamStep {
    const who = this.check("step");
    const { output, input, state: n, varying, system } = this.#spec;
    const values = Float64Array.from(checkStep(who, "y", y, output, observed));
    const u = Float64Array.from(input === 0 ? [] : checkStep(who, "inputs", inputs, input));
    const place = `${who}: step ${this.#t}`;
    const matrices =
      this.#fixed && !varying ? undefined : system(this.#parameters, { t: this.#t, input: u.slice() });
    const read = matrices ? this.#read(place, matrices) : this.#fixed!;
    const before = (matrices && this.#told(matrices)) ?? this.#state ?? diffuseStart(read.model);
    const given = { y: values, input: u };
    const { predicted, filtered, logLikelihood } = walkStep(place, read, before, given);
    this.#fixed = read;
    this.#state = predicted;
    // noise that outputs and states share is of the size that the next step's R says
    this.#last = varying && matrices?.S !== undefined ? { matrices, before, given } : undefined;
    ++this.#t;
    const { means, covariances } = rowsOf([asMoments(filtered)], n);
    return { mean: means, covariance: covariances, logLikelihood };
  }

  /** Back to the start of a series. */
  reset(): this {
    this.check("reset");
    this.#fixed = undefined;
    this.#state = undefined;
    this.#last = undefined;
    this.#t = 0;
    return this;
  }

  #read(who: string, given: SystemMatrices, next?: SystemMatrices, t = this.#t): ReadSystem {
    return readSystem(who, this.#algebra, this.#spec, { given, next, isFirst: t === 0 });
  }

  /** The state before this step, now that its matrices are known; undefined where that changes nothing. */
  #told(next: SystemMatrices): Diffuse | undefined {
    if (!this.#last) return undefined;
    const { matrices, before, given } = this.#last;
    const t = this.#t - 1;
    const who = `stateSpace.stream.step: step ${t}`;
    return walkStep(who, this.#read(who, matrices, next, t), before, given).predicted;
  }
}
