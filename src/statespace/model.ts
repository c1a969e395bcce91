/**
 * A linear state-space model whose matrices are functions of named parameters: fitted by maximum likelihood,
 * with standard errors and intervals, and exact filter and smoother. (Durbin & Koopman 2012.)
 */
import { each, type Each, type Sequences } from "../data/sequence.ts";
import { elementwise } from "../inference/elementwise.ts";
import type { InferenceEngine } from "../inference/inference-engine.ts";
import type { Kalman } from "../inference/kalman.ts";
import { sum, type Matrix } from "../inference/matrix-value.ts";
import type { Series } from "../inference/state-space.ts";
import { DISPOSE, Lifetime } from "../models/lifetime.ts";
import type { AfterHistory, Driven, Filtered } from "../models/lds/answers.ts";
import type { GaussianOutputs, GaussianStates } from "../models/lds/outputs.ts";
import type { LdsSample } from "../models/lds/sampling.ts";
import { once } from "../models/once.ts";
import { SingleFit } from "../models/single-fit.ts";
import type { Forecast, ParameterInterval } from "../models/structural/answers.ts";
import { informationCriteria, type StateSpaceCriteria } from "../models/structural/criteria.ts";
import { diagnose, type Diagnostics } from "../models/structural/diagnostics.ts";
import { errorsOrReason, SEARCH } from "../models/structural/estimation.ts";
import { deviationsOf, inBands } from "../models/structural/forecast.ts";
import { errorsThatAre, reasonsByName, type ParameterErrors } from "../models/structural/information.ts";
import type { Disturbances } from "../models/structural/simulation.ts";
import { checkEmOptions, emOptionNames, type EmReport } from "../train/em.ts";
import { quasiNewton } from "../train/quasi-newton.ts";
import { DataError, OptionError, inRange, knownOptions, seedOption, whole } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import { noisesGiven, rowsOf, standardized, type Run, type StateSpaceFitOptions } from "./answers.ts";
import { draw, drawGiven } from "./draws.ts";
import { seriesLikelihood, StateSpaceEstimation } from "./estimation.ts";
import { named } from "./parameters.ts";
import { asMoments, inputsAt, smoothed, walk } from "./passes.ts";
import { seriesAfter, seriesOf } from "./series.ts";
import { systemsOf, type ReadSpec } from "./spec.ts";
import { SystemStream } from "./stream.ts";

/** A linear state-space model with named parameters. */
export class StateSpace {
  /** The kernels and the memory that it works on: float64. */
  readonly engine: InferenceEngine;
  readonly #kalman: Kalman;
  readonly #spec: ReadSpec;
  readonly #life: Lifetime;
  readonly #fits: SingleFit;
  #natural: Float64Array | undefined;
  #errors: () => ParameterErrors | string = () =>
    "stateSpace: standardErrors: the model is not fitted; call fit first";

  /** Use `stateSpace(spec)`. */
  constructor(kalman: Kalman, spec: ReadSpec) {
    this.engine = kalman.engine;
    this.#life = new Lifetime("stateSpace", this);
    this.#fits = new SingleFit(this.#life, { keepsMemory: true });
    this.#kalman = this.#life.own(kalman);
    this.#spec = spec;
    const starts = spec.parameters.map(({ start }) => start);
    if (starts.every((start) => start !== undefined)) this.#natural = Float64Array.from(starts);
  }

  /**
   * Copies of the parameters, by name: the starts before the first fit. Throws OptionError where one has no
   * start and nothing was fitted, as all methods that need them do.
   */
  get parameters(): Record<string, number> {
    return named(this.#spec.parameters, this.#values(this.#life.check("parameters")));
  }

  /**
   * Standard errors of the parameters, by the observed information: differences of the exact gradient, at
   * the first use after a fit. 0 for variances at 0 and fixed ones, NaN where `withoutErrors` says why there
   * is none.
   */
  get standardErrors(): Record<string, number> {
    this.#life.check("standardErrors");
    return named(this.#spec.parameters, errorsThatAre(this.#errors()).errors);
  }

  /** The parameters that have no standard error, by name, each with the reason. */
  get withoutErrors(): Record<string, string> {
    this.#life.check("withoutErrors");
    return reasonsByName(this.#spec.parameters, errorsThatAre(this.#errors()));
  }

  /**
   * Maximum likelihood by quasi-Newton steps from the starts; NaN is missing. The gradient by the matrices is
   * exact, from one pass backward; that of the matrices by the parameters is of central differences, as
   * `system` is any function.
   */
  async fit(y: Sequences, options: StateSpaceFitOptions = {}): Promise<EmReport> {
    const who = this.#fits.check("fit");
    knownOptions(who, options, [...emOptionNames, "inputs"]);
    const { inputs, ...em } = options;
    const { iterations, tolerance, restarts, signal, onProgress } = checkEmOptions(who, em, [], SEARCH);
    if (restarts !== 1) throw new OptionError(`${who}: restarts is ${restarts}, want 1`);
    const estimation = this.#estimation(who, y, inputs);
    const { coordinates } = estimation;
    return this.#fits.run(async () => {
      const { best, history, ...report } = await quasiNewton(estimation.at, coordinates.start, {
        iterations,
        tolerance,
        signal,
        onIteration: (iteration, { value }) => {
          this.#life.check("fit");
          onProgress?.({ restart: 0, iteration, objective: value });
        },
      });
      this.#life.check("fit");
      this.#errors = once(() => errorsOrReason(() => estimation.standardErrors(best.x)));
      this.#natural = coordinates.natural(best.x);
      return { ...report, logLikelihood: best.value, restart: 0, history };
    });
  }

  /**
   * Intervals that hold each parameter with probability `level` (default .95), of series as `fit` takes them,
   * which it maximizes anew: of variances, and of what is at the end of its range, by the profile likelihood,
   * of others ± standard errors; -∞ to ∞ where there are none.
   */
  async intervals(
    y: Sequences,
    options: Driven & { readonly level?: number } = {},
  ): Promise<Record<string, ParameterInterval>> {
    const who = this.#fits.check("intervals");
    knownOptions(who, options, ["inputs", "level"]);
    const level = inRange(who, "level", options.level ?? 0.95, 1e-6, 1 - 1e-6);
    const estimation = this.#estimation(who, y, options.inputs);
    const z = deviationsOf(level, this.engine);
    return this.#fits.run(async () => {
      const found = await estimation.intervals(z);
      this.#life.check("intervals");
      return Object.fromEntries(this.#spec.parameters.map(({ name }, i) => [name, found[i]]));
    });
  }

  /** ln p(y), nats: of a diffuse start its exact limit. */
  logLikelihood(y: Sequences, options: Driven = {}): number {
    const who = this.#asked("logLikelihood", options);
    const natural = this.#values(who);
    return sum(
      seriesOf(who, this.#spec, y, options.inputs).map((series) =>
        seriesLikelihood(who, this.#kalman, this.#spec, { natural, series }),
      ),
    );
  }

  /** Information criteria of series under the parameters; those that are fixed do not count. */
  criteria(y: Sequences, options: Driven = {}): StateSpaceCriteria {
    const who = this.#asked("criteria", options);
    const data = seriesOf(who, this.#spec, y, options.inputs);
    return informationCriteria(who, this.#kalman.algebra, {
      logLikelihood: this.logLikelihood(y, options),
      parameters: this.#spec.parameters.filter(({ fixed }) => !fixed).length,
      observations: data.reduce((count, series) => count + series.y.filter((v) => v === v).length, 0),
    });
  }

  /** x_t given y_1..y_t, of each sequence; directions that nothing observed yet have variance ∞. */
  filter<S extends Sequences>(y: S, options: Driven = {}): Each<S, Filtered> {
    return this.#each("filter", y, options, ({ walk: { filtered, logLikelihoods } }) => ({
      ...rowsOf(filtered.map(asMoments), this.#spec.state),
      logLikelihood: sum(logLikelihoods),
      logLikelihoods,
    }));
  }

  /** x_t given all of y, of each sequence. Throws NumericError where a diffuse start is never observed. */
  smooth<S extends Sequences>(y: S, options: Driven = {}): Each<S, GaussianStates> {
    return this.#each("smooth", y, options, (run) =>
      rowsOf(smoothed(run.who, run.systems, run.walk), this.#spec.state),
    );
  }

  /** y_t given y_1..y_{t-1}: one step ahead, of each sequence. */
  predict<S extends Sequences>(y: S, options: Driven = {}): Each<S, GaussianOutputs> {
    return this.#each("predict", y, options, ({ walk: { outputs } }) => rowsOf(outputs, this.#spec.output));
  }

  /**
   * The next `steps` outputs after `history` (default: from the start), with the interval that holds each
   * value with probability `level` (default 0.9). Inputs are those of history and future, in one sequence.
   */
  forecast(steps: number, options: AfterHistory & { readonly level?: number } = {}): Forecast {
    const who = this.#asked("forecast", options, ["history", "level"]);
    const p = this.#spec.output;
    whole(who, "steps", steps, 1);
    const level = inRange(who, "level", options.level ?? 0.9, 1e-6, 1 - 1e-6);
    const { series, from } = seriesAfter(who, this.#spec, steps, options);
    const { outputs } = this.#run(who, series).walk;
    const z = deviationsOf(level, this.engine);
    return inBands(rowsOf(outputs.slice(from), p), p, z);
  }

  /** A drawn sequence [length,p] and its states, which go on from `history` (default: from the start). */
  sample(length: number, options: AfterHistory & { readonly seed?: number } = {}): LdsSample {
    const who = this.#asked("sample", options, ["history", "seed"]);
    whole(who, "length", length, 1);
    const { series, from } = seriesAfter(who, this.#spec, length, options);
    const run = this.#run(who, series);
    const random = new Random(this.engine, this.#seed(who, options.seed), streams.samples);
    const { sequence, states } = draw(who, run.systems, random, {
      start: run.walk.predicted[from],
      from,
      to: from + length,
      inputs: (t) => inputsAt(series, t, this.#spec.input),
    });
    return { sequence, states: this.#flat(states) };
  }

  /** States [T,n] of one series, drawn given all of it. */
  simulate(y: Sequences, options: Driven & { readonly seed?: number } = {}): Float64Array {
    const who = this.#asked("simulate", options, ["seed"]);
    const { series, systems, walk: path } = this.#one(who, y, options);
    const random = new Random(this.engine, this.#seed(who, options.seed), streams.samples);
    const { input, output } = this.#spec;
    const plan = {
      start: path.predicted[0],
      from: 0,
      to: series.y.length / output,
      inputs: (t: number) => inputsAt(series, t, input),
    };
    return this.#flat(drawGiven(who, systems, random, { series, input, plan }));
  }

  /** Noises of one series given all of it. */
  disturbances(y: Sequences, options: Driven = {}): Disturbances {
    const who = this.#asked("disturbances", options);
    return noisesGiven(this.#one(who, y, options), this.#spec);
  }

  /** One series, a step at a time, with the parameters of this moment. */
  stream(): SystemStream {
    const natural = this.#values(this.#life.check("stream"));
    return new SystemStream({ spec: this.#spec, natural, algebra: this.#kalman.algebra }, this.#life);
  }

  /** [p] Tests of the standardized one-step errors of one series, for each output. */
  diagnostics(y: Sequences, options: Driven = {}): Diagnostics[] {
    const who = this.#asked("diagnostics", options);
    const { parameters, output } = this.#spec;
    const fitted = parameters.filter(({ kind, fixed }) => kind === "real" && !fixed).length;
    const errors = standardized(this.#one(who, y, options), output);
    return errors.map((own) => diagnose(who, own, fitted, elementwise(this.engine)));
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    this.#life.end();
  }

  /** `dispose`, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #values(who: string): Float64Array {
    if (this.#natural) return this.#natural;
    throw new OptionError(`${who}: the model is not fitted; call fit first, or give each parameter a start`);
  }

  #asked(method: string, options: object, more: readonly string[] = []): string {
    const who = this.#life.check(method);
    knownOptions(who, options, ["inputs", ...more]);
    return who;
  }

  #seed(who: string, seed: number | undefined): number {
    return seedOption(who, seed ?? this.#spec.seed);
  }

  #flat(states: readonly Matrix[]): Float64Array {
    const n = this.#spec.state;
    return Float64Array.from(states.flatMap(({ data }) => [...data.subarray(0, n)]));
  }

  #estimation(who: string, y: Sequences, inputs: Sequences | undefined): StateSpaceEstimation {
    return new StateSpaceEstimation(who, this.#kalman, this.#spec, seriesOf(who, this.#spec, y, inputs));
  }

  #run(who: string, series: Series): Run {
    const systems = systemsOf(who, this.#kalman.algebra, this.#spec, { natural: this.#values(who), series });
    return { who, series, systems, walk: walk(who, systems, series, this.#spec.input) };
  }

  #one(who: string, y: Sequences, { inputs }: Driven): Run {
    const data = seriesOf(who, this.#spec, y, inputs);
    if (data.length !== 1) throw new DataError(`${who}: ${data.length} sequences, want one`);
    return this.#run(who, data[0]);
  }

  #each<S extends Sequences, T>(method: string, y: S, options: Driven, answer: (run: Run) => T): Each<S, T> {
    const who = this.#asked(method, options);
    const data = seriesOf(who, this.#spec, y, options.inputs);
    return each(
      y,
      data.map((series, i) => answer(this.#run(`${who}: sequence ${i}`, series))),
    );
  }
}
