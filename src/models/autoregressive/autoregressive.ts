/**
 * Autoregression: y_t = c + A_1·y_{t-1} + … + A_p·y_{t-p} + N(0, S), fitted exactly by least squares
 * (Householder QR) on any number of series, scalar or vector, given their first p values. (Lütkepohl 2005,
 * chapters 3 and 4.)
 */
import { each, finite, flattenSequences, type Each, type Sequences } from "../../data/sequence.ts";
import { inferenceEngine, type InferenceEngine } from "../../inference/inference-engine.ts";
import { triangularNormals } from "../../inference/matrix-value.ts";
import { Algebra } from "../../inference/matrix.ts";
import { emOptionNames, type EmOptions } from "../../train/em.ts";
import { DataError, NumericError, OptionError, knownOptions, seedOption, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { LdsSample } from "../lds/sampling.ts";
import { DISPOSE, Lifetime, modelFactory } from "../lifetime.ts";
import { SingleFit } from "../single-fit.ts";
import { readAutoregressive, saveAutoregressive, type SavedAutoregressive } from "./file.ts";
import { forecastCovariances, nextMean } from "./moving-average.ts";
import { chooseOrder, type AutoregressiveReport } from "./order-selection.ts";
import { design, residualLogLikelihood, residuals, type AutoregressiveFit } from "./regression.ts";
import { readAutoregressiveSpec, type AutoregressiveRules, type AutoregressiveSpec } from "./spec.ts";
import { AutoregressiveStream } from "./stream.ts";

/** Rows of D, and of D×D. */
export interface AutoregressiveOutputs {
  /** [T,D] one row a step. */
  readonly means: Float64Array;
  /** [T,D,D] */
  readonly covariances: Float64Array;
}

/** Parameters, row-major. */
export interface AutoregressiveParameters {
  /** p, the number of steps that a step depends on. */
  readonly order: number;
  /** [p,D,D], A_1 first */
  readonly coefficients: Float64Array;
  /** [D] */
  readonly intercept: Float64Array;
  /** [D,D] covariance of the noise. */
  readonly noise: Float64Array;
}

/** An autoregressive model. */
export class Autoregressive {
  /** The kernels and the memory that it works on: float64. */
  readonly engine: InferenceEngine;
  readonly #rules: AutoregressiveRules;
  readonly #algebra: Algebra;
  readonly #life: Lifetime;
  #fit: AutoregressiveFit | undefined;
  readonly #fits: SingleFit;

  /** Use `autoregressive(spec)`. */
  constructor(algebra: Algebra, { rules, fit }: SavedAutoregressive) {
    this.engine = algebra.engine;
    this.#life = new Lifetime("autoregressive", this);
    this.#fits = new SingleFit(this.#life, { keepsMemory: true });
    this.#algebra = this.#life.own(algebra);
    this.#rules = rules;
    this.#fit = fit;
  }

  /** Copies of the parameters. Throws OptionError before the first fit, as all methods that need them do. */
  get parameters(): AutoregressiveParameters {
    const { order, coefficients, intercept, noise } = this.#fitted("parameters").fit;
    return {
      order,
      coefficients: Float64Array.from(coefficients.flatMap(({ data }) => [...data])),
      intercept: intercept.slice(),
      noise: noise.data.slice(),
    };
  }

  /**
   * Least squares over every step whose taps are all there; NaN is missing. Of the options that iterative
   * models take, `signal` stops after the order at hand, with the best so far, and `onProgress` is called
   * after each order; the others are checked and have nothing to do.
   */
  async fit(sequences: Sequences, options: EmOptions = {}): Promise<AutoregressiveReport> {
    const who = this.#fits.check("fit");
    knownOptions(who, options, emOptionNames);
    const data = flattenSequences(who, sequences, this.#rules.output);
    return this.#fits.run(async () => {
      const { fit, report } = await chooseOrder(who, this.#algebra, data, this.#rules, {
        ...options,
        check: () => this.#life.check("fit"),
      });
      this.#life.check("fit");
      this.#fit = fit;
      return report;
    });
  }

  /**
   * ln p(y_t | y_<t) summed over steps from `skip` on (default and at least: the order); steps with a missing
   * value do not count.
   */
  logLikelihood(sequences: Sequences, options: { readonly skip?: number } = {}): number {
    const { who, fit } = this.#fitted("logLikelihood");
    knownOptions(who, options, ["skip"]);
    const skip = whole(who, "skip", options.skip ?? fit.order, fit.order);
    const { output } = this.#rules;
    const data = flattenSequences(who, sequences, output);
    const E = residuals(fit, design(this.#algebra, data, { order: fit.order, skip, output }));
    return residualLogLikelihood(who, E, fit.noise);
  }

  /**
   * y_t given the p values before it, for each sequence; NaN where one of them is missing or before the
   * start.
   */
  predict<S extends Sequences>(sequences: S): Each<S, AutoregressiveOutputs> {
    const { who, fit } = this.#fitted("predict");
    const { output: D } = this.#rules;
    const answers = flattenSequences(who, sequences, D).map((y) => {
      const T = y.length / D;
      const means = new Float64Array(T * D);
      const covariances = new Float64Array(T * D * D);
      for (let t = 0; t < T; ++t) {
        means.set(nextMean(fit, y, t), t * D);
        covariances.set(fit.noise.data, t * D * D);
      }
      return { means, covariances };
    });
    return each(sequences, answers);
  }

  /** The next `steps` values after `history`, free-running, with the covariance that noise adds up to. */
  forecast(steps: number, options: { readonly history: Sequences }): AutoregressiveOutputs {
    const { who, fit } = this.#fitted("forecast");
    knownOptions(who, options, ["history"]);
    whole(who, "steps", steps, 1);
    const past = this.#history(who, options?.history, fit.order);
    return {
      means: this.#continued(who, fit, past, steps),
      covariances: finiteNumbers(who, forecastCovariances(fit, steps)),
    };
  }

  /** A drawn sequence [length,D] that goes on from `history` (default: zeros). */
  sample(
    length: number,
    options: { readonly seed?: number; readonly history?: Sequences } = {},
  ): Pick<LdsSample, "sequence"> {
    const { who, fit } = this.#fitted("sample");
    knownOptions(who, options, ["seed", "history"]);
    whole(who, "length", length, 1);
    const seed = seedOption(who, options.seed ?? this.#rules.seed);
    const random = new Random(this.engine, seed, streams.samples);
    const L = fit.noise.cholesky(`${who}: noise covariance`, { semidefinite: true });
    const past =
      options.history === undefined
        ? new Float64Array(fit.order * this.#rules.output)
        : this.#history(who, options.history, fit.order);
    return { sequence: this.#continued(who, fit, past, length, () => triangularNormals(random, L)) };
  }

  /** One observation at a time, with the parameters that the model has now. */
  stream(): AutoregressiveStream {
    return new AutoregressiveStream(this.#fitted("stream").fit, this.#life);
  }

  /** safetensors: spec and, once fitted, parameters. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    return saveAutoregressive({ rules: this.#rules, fit: this.#fit });
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    this.#life.end();
  }

  /** `dispose`, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #fitted(method: string): { who: string; fit: AutoregressiveFit } {
    const who = this.#life.check(method);
    if (!this.#fit) throw new OptionError(`${who}: the model is not fitted; call fit first and await it`);
    return { who, fit: this.#fit };
  }

  /** `steps` values after `past`, each with noise added. */
  #continued(
    who: string,
    fit: AutoregressiveFit,
    past: Float64Array,
    steps: number,
    noise?: () => Float64Array,
  ): Float64Array {
    const { output: D } = this.#rules;
    const T = past.length / D;
    const y = new Float64Array((T + steps) * D);
    y.set(past);
    for (let t = T; t < T + steps; ++t) {
      const mean = nextMean(fit, y, t);
      const e = noise?.();
      y.set(e ? mean.map((m, i) => m + e[i]) : mean, t * D);
    }
    return finiteNumbers(who, y.slice(T * D));
  }

  #history(who: string, history: Sequences | undefined, order: number): Float64Array {
    if (history === undefined)
      throw new DataError(`${who}: history is missing, want at least ${order} steps`);
    const { output: D } = this.#rules;
    const data = flattenSequences(`${who}: history`, history, D, finite, 1);
    if (data.length !== 1) throw new DataError(`${who}: history has ${data.length} sequences, want one`);
    const [y] = data;
    if (y.length < order * D || y.subarray(y.length - order * D).some((x) => x !== x))
      throw new DataError(`${who}: history lacks some of its last ${order} steps, which are the taps`);
    return y;
  }
}

/** The numbers, unless one of them is not finite. */
function finiteNumbers(who: string, x: Float64Array): Float64Array {
  const at = x.findIndex((v) => !Number.isFinite(v));
  if (at < 0) return x;
  throw new NumericError(
    `${who}: number ${at} is ${x[at]}: the model is not stable and grows beyond what a number holds; ` +
      "want fewer steps or a lower order",
  );
}

/** A model in memory of its own, which is given back where `make` throws. */
async function made(make: (algebra: Algebra) => SavedAutoregressive): Promise<Autoregressive> {
  const algebra = new Algebra(await inferenceEngine());
  try {
    return new Autoregressive(algebra, make(algebra));
  } catch (error) {
    algebra.dispose();
    throw error;
  }
}

/** Builds an autoregressive model: `const ar = await autoregressive({ order: 9 })`. */
export const autoregressive = modelFactory(
  async (spec: AutoregressiveSpec) => {
    const rules = readAutoregressiveSpec("autoregressive", spec);
    return made(() => ({ rules, fit: undefined }));
  },
  async (bytes) => made(readAutoregressive(bytes)),
);
