/**
 * Filters of nonlinear functions: extended, by tangents, and unscented, by points. Their Gaussians are
 * approximations; where the functions are linear both are the Kalman filter.
 */
import { checkStep, each, observed, type Each, type Sequences } from "../data/sequence.ts";
import { inferenceEngine, type InferenceEngine } from "../inference/inference-engine.ts";
import { Algebra } from "../inference/matrix.ts";
import { sum } from "../inference/matrix-value.ts";
import type { Moments } from "../inference/state-space.ts";
import type { AfterHistory, Driven, Filtered } from "../models/lds/answers.ts";
import type { GaussianOutputs, GaussianStates } from "../models/lds/outputs.ts";
import { DISPOSE, Lifetime } from "../models/lifetime.ts";
import { ModelStream } from "../models/model-stream.ts";
import type { Forecast } from "../models/structural/answers.ts";
import { deviationsOf, inBands } from "../models/structural/forecast.ts";
import { inRange, knownOptions, whole } from "../wasm/errors.ts";
import { rowsOf } from "./answers.ts";
import { filterStep, nonlinearSmoothed, nonlinearWalk, type NonlinearStep } from "./nonlinear-passes.ts";
import { readNonlinear, type Nonlinear, type NonlinearSpec } from "./nonlinear-spec.ts";
import { seriesAfter, seriesOf } from "./series.ts";

/** What one observation tells. */
export interface NonlinearFiltered {
  /** [n] x_t given y_1..y_t. */
  readonly mean: Float64Array;
  /** [n,n] */
  readonly covariance: Float64Array;
  /** ln p(y_t | y_<t), nats. */
  readonly logLikelihood: number;
}

/** One series in progress. */
export class NonlinearStream extends ModelStream {
  readonly #model: Nonlinear;
  #state: Moments;
  #t = 0;

  /** Use `filter.stream()`. parent: the filter's. */
  constructor(model: Nonlinear, parent: Lifetime) {
    super("nonlinearFilter.stream", parent);
    this.#model = model;
    this.#state = model.initial;
  }

  /** Takes y_t [p], NaN where missing, and u_t [m]. Where DataError, ShapeError, NumericError: no change. */
  step(y: ArrayLike<number> | number, input: ArrayLike<number> | number = []): NonlinearFiltered {
    const who = this.check("step");
    const { output, input: m } = this.#model;
    const values = Float64Array.from(checkStep(who, "y", y, output, observed));
    const u = Float64Array.from(m === 0 ? [] : checkStep(who, "input", input, m));
    const given = { y: values, step: { t: this.#t, input: u } };
    const { filtered, next, logLikelihood } = filterStep(who, this.#model, this.#state, given);
    this.#state = next;
    ++this.#t;
    return { mean: filtered.mean.data.slice(), covariance: filtered.covariance.data.slice(), logLikelihood };
  }

  /** Back to the first state. */
  reset(): this {
    this.check("reset");
    this.#state = this.#model.initial;
    this.#t = 0;
    return this;
  }
}

/** An extended or unscented filter. */
export class NonlinearFilter {
  /** The kernels and the memory that it works on: float64. */
  readonly engine: InferenceEngine;
  readonly #model: Nonlinear;
  readonly #life: Lifetime;

  /** Use `nonlinearFilter(spec)`. */
  constructor(algebra: Algebra, model: Nonlinear) {
    this.engine = algebra.engine;
    this.#life = new Lifetime("nonlinearFilter", this);
    this.#life.own(algebra);
    this.#model = model;
  }

  /** ln p(y), nats, as the Gaussians of the filter have it. */
  logLikelihood(y: Sequences, options: Driven = {}): number {
    const steps = this.#walks("logLikelihood", y, options).flat();
    return sum(steps.map(({ logLikelihood }) => logLikelihood));
  }

  /** x_t given y_1..y_t, of each sequence; NaN is missing. */
  filter<S extends Sequences>(y: S, options: Driven = {}): Each<S, Filtered> {
    const answers = this.#walks("filter", y, options).map((steps) => {
      const logLikelihoods = Float64Array.from(steps, ({ logLikelihood }) => logLikelihood);
      const states = steps.map(({ filtered }) => filtered);
      return { ...rowsOf(states, this.#model.state), logLikelihood: sum(logLikelihoods), logLikelihoods };
    });
    return each(y, answers);
  }

  /** x_t given all of y, of each sequence. */
  smooth<S extends Sequences>(y: S, options: Driven = {}): Each<S, GaussianStates> {
    const answers = this.#walks("smooth", y, options).map((steps) =>
      rowsOf(nonlinearSmoothed("nonlinearFilter.smooth", steps), this.#model.state),
    );
    return each(y, answers);
  }

  /** y_t given y_1..y_{t-1}: one step ahead, of each sequence. */
  predict<S extends Sequences>(y: S, options: Driven = {}): Each<S, GaussianOutputs> {
    const answers = this.#walks("predict", y, options).map((steps) => this.#outputs(steps));
    return each(y, answers);
  }

  /**
   * The next `steps` outputs after `history` (default: from the start), with the interval that holds each
   * value with probability `level` (default 0.9). Inputs are those of history and future, in one sequence.
   */
  forecast(steps: number, options: AfterHistory & { readonly level?: number } = {}): Forecast {
    const who = this.#life.check("forecast");
    knownOptions(who, options, ["history", "inputs", "level"]);
    whole(who, "steps", steps, 1);
    const level = inRange(who, "level", options.level ?? 0.9, 1e-6, 1 - 1e-6);
    const { series, from } = seriesAfter(who, this.#model, steps, options);
    const z = deviationsOf(level, this.engine);
    return inBands(this.#outputs(nonlinearWalk(who, this.#model, series).slice(from)), this.#model.output, z);
  }

  /** One observation at a time, in constant memory. */
  stream(): NonlinearStream {
    this.#life.check("stream");
    return new NonlinearStream(this.#model, this.#life);
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    this.#life.end();
  }

  /** `dispose`, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #outputs(steps: readonly NonlinearStep[]): GaussianOutputs {
    return rowsOf(
      steps.map(({ output }) => output),
      this.#model.output,
    );
  }

  #walks(method: string, y: Sequences, options: Driven): NonlinearStep[][] {
    const who = this.#life.check(method);
    knownOptions(who, options, ["inputs"]);
    const data = seriesOf(who, this.#model, y, options.inputs);
    return data.map((series, i) => nonlinearWalk(`${who}: sequence ${i}`, this.#model, series));
  }
}

/**
 * Builds a filter of nonlinear functions: `const k = await nonlinearFilter({ state: 2, output: 1, transition,
 * observation, Q, R, initial: { mean, covariance } })`. Throws OptionError, ShapeError, NumericError.
 */
export async function nonlinearFilter(spec: NonlinearSpec): Promise<NonlinearFilter> {
  const algebra = new Algebra(await inferenceEngine());
  try {
    return new NonlinearFilter(algebra, readNonlinear("nonlinearFilter", spec, algebra));
  } catch (error) {
    algebra.dispose();
    throw error;
  }
}
