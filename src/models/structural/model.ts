/**
 * A fitted family of state-space systems with one output: what structural models and ARIMA have in common.
 */
import { flattenSequences, each, type Each, type Sequences } from "../../data/sequence.ts";
import { elementwise } from "../../inference/elementwise.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import type { Kalman } from "../../inference/kalman.ts";
import { LOG_TWO_PI } from "../../inference/matrix-value.ts";
import type { LinearGaussian, Series } from "../../inference/state-space.ts";
import { checkEmOptions, emOptionNames, type EmOptions, type EmReport } from "../../train/em.ts";
import { DataError, OptionError, inRange, knownOptions, seedOption, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { flattenHistory } from "../lds/history.ts";
import { PassReader, type GaussianOutputs } from "../lds/outputs.ts";
import type { LdsSample } from "../lds/sampling.ts";
import { DISPOSE, Lifetime } from "../lifetime.ts";
import { once } from "../once.ts";
import { SingleFit } from "../single-fit.ts";
import type { Estimates, Forecast, WithInputs, ParameterInterval } from "./answers.ts";
import { informationCriteria, type StateSpaceCriteria } from "./criteria.ts";
import { diagnose, standardizedErrors, type Diagnostics } from "./diagnostics.ts";
import { coordinates, errorsOrReason, SEARCH } from "./estimation.ts";
import { forecastAfter, sampleAfter } from "./forecast.ts";
import { errorsThatAre, reasonsByName } from "./information.ts";
import { intervals } from "./intervals.ts";
import type { Family } from "./parametric.ts";
import { scaled } from "./scale.ts";
import { checkLengths, knownIn, seriesWithInputs } from "./series.ts";
import { simulateStates, smoothedDisturbances, type Disturbances } from "./simulation.ts";
import { StateSpaceStream } from "./stream.ts";

/** Base of structural and ARIMA models. */
export class StateSpaceModel {
  /** The kernels and the memory that it works on: float64. */
  readonly engine: InferenceEngine;
  /** The filter, with the parameters of the last fit. */
  protected readonly kalman: Kalman;
  /** What kind of model: its parameters, and its matrices by them. */
  protected readonly family: Family;
  /** Of the model: it holds the memory, and refuses calls after `dispose`. */
  protected readonly life: Lifetime;
  readonly #seed: number;
  #estimates: Estimates | undefined;
  readonly #fits: SingleFit;

  /** Use the factories. */
  constructor(kalman: Kalman, family: Family, seed: number, estimates?: Estimates) {
    this.engine = kalman.engine;
    this.life = new Lifetime(family.who, this);
    this.#fits = new SingleFit(this.life, { keepsMemory: true });
    this.kalman = this.life.own(kalman);
    this.family = family;
    this.#seed = seed;
    this.#estimates = estimates;
  }

  /**
   * Copies of the parameters, by name. Throws OptionError before the first fit, as all methods that need
   * them do.
   */
  get parameters(): Record<string, number> {
    return this.#named(this.estimates("parameters").natural);
  }

  /**
   * Standard errors of the parameters, from the observed information, computed at the first use after a fit;
   * 0 for a variance at 0, NaN where `withoutErrors` says why there is none.
   */
  get standardErrors(): Record<string, number> {
    return this.#named(errorsThatAre(this.estimates("standardErrors").errors()).errors);
  }

  /** The parameters that have no standard error, by name, each with the reason. */
  get withoutErrors(): Record<string, string> {
    return reasonsByName(this.family.parameters, errorsThatAre(this.estimates("withoutErrors").errors()));
  }

  /**
   * Maximum likelihood by quasi-Newton steps; NaN is missing. Of the options, `restarts` must be 1. Default
   * tolerance 1e-8, iterations 200.
   */
  async fit(y: Sequences, options: EmOptions & WithInputs = {}): Promise<EmReport> {
    const who = this.#fits.check("fit");
    knownOptions(who, options, [...emOptionNames, "inputs"]);
    const { inputs, ...em } = options;
    const { iterations, tolerance, restarts, signal, onProgress } = checkEmOptions(who, em, [], SEARCH);
    if (restarts !== 1) throw new OptionError(`${who}: restarts is ${restarts}, want 1`);
    const data = this.data(who, y, { inputs });
    checkLengths(who, data, this.family);
    const before = this.#estimates;
    const maximize = async (): Promise<EmReport> => {
      const { scale, estimation, start } = scaled(this.family, this.kalman, data);
      const shift = scale.logJacobian(data, this.kalman);
      const found = await estimation.maximize(start, {
        iterations,
        tolerance,
        signal,
        onIteration: (iteration, best) => {
          this.life.check("fit");
          const natural = scale.user(this.family.natural(coordinates(best)));
          this.#estimates = { natural, errors: () => `${who}: standardErrors: the model is being trained` };
          onProgress?.({ restart: 0, iteration, objective: best.value - shift });
        },
      });
      this.life.check("fit");
      const theta = coordinates(found.best);
      const natural = scale.user(this.family.natural(theta));
      this.#estimates = {
        natural,
        errors: once(() => errorsOrReason(() => scale.errors(estimation.standardErrors(theta)))),
      };
      const { iterations: done, converged } = found;
      const history = found.history.map((v) => v - shift);
      return { logLikelihood: found.best.value - shift, iterations: done, converged, restart: 0, history };
    };
    return this.#fits.run(maximize, () => {
      this.#estimates = before;
    });
  }

  /**
   * Intervals that hold each parameter with probability `level` (default .95), of series as `fit` takes them,
   * which it maximizes anew: of variances, and of what is at the end of its range, by the profile likelihood,
   * of others ± standard errors; -∞ to ∞ where those are needed and there are none.
   */
  async intervals(
    y: Sequences,
    options: WithInputs & { readonly level?: number } = {},
  ): Promise<Record<string, ParameterInterval>> {
    this.#fits.check("intervals");
    const { who } = this.at("intervals", options, ["level"]);
    const level = inRange(who, "level", options.level ?? 0.95, 1e-6, 1 - 1e-6);
    const data = this.data(who, y, options);
    return this.#fits.run(async () => {
      const found = await intervals(this.family, this.kalman, data, level);
      this.life.check("intervals");
      return Object.fromEntries(this.family.parameters.map(({ name }, i) => [name, found[i]]));
    });
  }

  /** ln p(y), nats; of a differenced series, of its differences. */
  logLikelihood(y: Sequences, options: WithInputs = {}): number {
    const { who, model } = this.at("logLikelihood", options);
    return this.data(who, y, options).reduce(
      (sum, series) =>
        sum +
        this.kalman.run(who, model, series, "likelihood").logLikelihood +
        0.5 * this.family.uncounted * LOG_TWO_PI,
      0,
    );
  }

  /**
   * Information criteria of a series under the fitted parameters.
   */
  criteria(y: Sequences, options: WithInputs = {}): StateSpaceCriteria {
    const { who } = this.at("criteria", options);
    const logLikelihood = this.logLikelihood(y, options);
    const data = this.data(who, y, options);
    const known = data.reduce((sum, series) => sum + knownIn(series), 0);
    return informationCriteria(who, this.kalman.algebra, {
      logLikelihood,
      parameters: this.family.parameters.length,
      observations: known - this.family.uncounted * data.length,
    });
  }

  /** y_t given y_1..y_{t-1}, one step ahead; variance ∞ while the start is diffuse. */
  predict<S extends Sequences>(y: S, options: WithInputs = {}): Each<S, GaussianOutputs> {
    const { who, model } = this.at("predict", options);
    const read = new PassReader(this.kalman, model);
    const answers = this.data(who, y, options).map((series) =>
      read.outputs(this.kalman.run(who, model, series, "filter"), series.u),
    );
    return each(y, answers);
  }

  /**
   * The next `steps` values after `history`, with the interval that holds each with probability `level`
   * (default 0.9).
   */
  forecast(
    steps: number,
    options: WithInputs & { readonly history: Sequences; readonly level?: number },
  ): Forecast {
    const { who, model } = this.at("forecast", options, ["history", "level"]);
    whole(who, "steps", steps, 1);
    const level = inRange(who, "level", options?.level ?? 0.9, 1e-6, 1 - 1e-6);
    if (options?.history === undefined) throw new DataError(`${who}: history is missing, want one sequence`);
    return forecastAfter(who, this.kalman, this.family, model, {
      past: flattenHistory(who, options.history, 1),
      steps,
      level,
      inputs: options.inputs,
    });
  }

  /**
   * A drawn sequence [length] that goes on from `history` (default: from the start, where diffuse states
   * are 0).
   */
  sample(
    length: number,
    options: WithInputs & { readonly history?: Sequences; readonly seed?: number } = {},
  ): LdsSample {
    const { who, model } = this.at("sample", options, ["history", "seed"]);
    return sampleAfter(who, this.kalman, this.family, model, {
      length: whole(who, "length", length, 1),
      seed: seedOption(who, options.seed ?? this.#seed),
      past: options.history === undefined ? undefined : flattenHistory(who, options.history, 1),
      inputs: options.inputs,
    });
  }

  /** One series, a step at a time, with the parameters of this moment. Throws OptionError before a fit. */
  stream(): StateSpaceStream {
    const { model } = this.at("stream", {});
    return new StateSpaceStream(this.engine, this.family, model, this.life);
  }

  /** Tests of the standardized one-step errors of one series. */
  diagnostics(y: Sequences, options: WithInputs = {}): Diagnostics {
    const { who, model } = this.at("diagnostics", options);
    const series = this.one(who, y, options);
    const pass = this.kalman.run(who, model, series, "filter");
    const errors = standardizedErrors(series.y, new PassReader(this.kalman, model).outputs(pass, series.u));
    const fitted = this.family.parameters.filter(({ kind }) => kind === "coefficient").length;
    return diagnose(who, errors, fitted, elementwise(this.engine));
  }

  /** Noises of one series given all of it. */
  disturbances(y: Sequences, options: WithInputs = {}): Disturbances {
    const { who, model } = this.at("disturbances", options);
    return smoothedDisturbances(who, this.kalman, model, this.one(who, y, options));
  }

  /** States [T,n] of one series, drawn given all of it. */
  simulate(y: Sequences, options: WithInputs & { readonly seed?: number } = {}): Float64Array {
    const { who, model } = this.at("simulate", options, ["seed"]);
    const random = new Random(this.engine, seedOption(who, options.seed ?? this.#seed), streams.samples);
    return simulateStates(who, this.kalman, model, this.one(who, y, options), random);
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    this.life.end();
  }

  /** `dispose`, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** The estimates, or an OptionError. */
  protected estimates(method: string): Estimates {
    const who = this.life.check(method);
    if (!this.#estimates)
      throw new OptionError(`${who}: the model is not fitted; call fit first and await it`);
    return this.#estimates;
  }

  /** What was found, if anything was. */
  protected get found(): Estimates | undefined {
    return this.#estimates;
  }

  /** A method's name for errors and the system as fitted; its options are checked. */
  protected at(
    method: string,
    options: object,
    more: readonly string[] = [],
  ): { who: string; model: LinearGaussian } {
    const { natural } = this.estimates(method);
    const who = `${this.family.who}.${method}`;
    knownOptions(who, options, ["inputs", ...more]);
    return { who, model: this.family.system(this.kalman.algebra, natural) };
  }

  /** Series with their inputs, the constant among them. */
  protected data(who: string, y: Sequences, { inputs }: WithInputs): Series[] {
    return seriesWithInputs(who, this.family, flattenSequences(who, y, 1), inputs);
  }

  /** The one series that there must be. */
  protected one(who: string, y: Sequences, options: WithInputs): Series {
    const data = this.data(who, y, options);
    if (data.length !== 1) throw new DataError(`${who}: ${data.length} sequences, want one`);
    return data[0];
  }

  #named(values: Float64Array): Record<string, number> {
    return Object.fromEntries(this.family.parameters.map(({ name }, i) => [name, values[i]]));
  }
}
