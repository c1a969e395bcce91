/**
 * Autoregression: y_t = c + A_1·y_{t-1} + … + A_p·y_{t-p} + N(0, S), fitted exactly by least squares
 * (Householder QR) on any number of series, scalar or vector, given their first p values. (Lütkepohl 2005,
 * chapters 3 and 4.)
 */
import { DataError, NumericError, OptionError, knownOptions, oneOf, whole } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { inferenceEngine, type InferenceEngine } from "../inference/inference-engine.ts";
import { Algebra } from "../inference/matrix.ts";
import { each, flattenSequences, type Each, type Sequences } from "../data/sequence.ts";
import { checkEmOptions, type EmOptions } from "../train/em.ts";
import { Pace } from "../train/pace.ts";
import { Lifetime } from "./lifetime.ts";
import { matrixOption } from "../data/matrix.ts";
import { readModel } from "../formats/model-file.ts";
import { writeTensors } from "../formats/safetensors.ts";

/** Give `order`, or `maxOrder` to have it chosen. */
export interface AutoregressiveSpec {
  /** p ≥ 0, the number of taps. */
  readonly order?: number;
  /** Orders 0..maxOrder are compared on the same steps. */
  readonly maxOrder?: number;
  /** aic: -2·ln L + 2·parameters; bic (default): -2·ln L + ln(steps)·parameters. */
  readonly criterion?: "aic" | "bic";
  /** D, values a step. Default 1. */
  readonly dimension?: number;
  /** Whether there is a constant c. Default true. */
  readonly intercept?: boolean;
  /** Of samples. Default 1. */
  readonly seed?: number;
}

/** What a fit came to. */
export interface AutoregressiveReport {
  readonly order: number;
  /** ln p(the steps used | those before), nats. */
  readonly logLikelihood: number;
  /** Steps used. */
  readonly steps: number;
  /** The criterion of orders 0, 1, …, where one was chosen. */
  readonly criteria?: readonly number[];
}

/** Rows of D, and of D×D. */
export interface AutoregressiveOutputs {
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}

interface Fit {
  readonly order: number;
  readonly weights: Float64Array;
  readonly noise: Float64Array;
  readonly steps: number;
  readonly exact: boolean;
}
interface Checked extends Required<Omit<AutoregressiveSpec, "order" | "maxOrder">> {
  readonly order?: number;
  readonly maxOrder?: number;
}

/** Residual variance this far below the data's is rounding: the series is predicted exactly. */
const EXACT = 1e-24;
const LOG_TWO_PI = 1.8378770664093453; // ln 2π

/** An autoregressive model. */
export class Autoregressive {
  readonly engine: InferenceEngine;
  readonly #spec: Checked;
  readonly #algebra: Algebra;
  readonly #life = new Lifetime("autoregressive");
  #fit: Fit | undefined;

  /** Use `autoregressive(spec)`. */
  constructor(algebra: Algebra, spec: Checked, fit?: Fit) {
    this.engine = algebra.engine;
    this.#algebra = algebra;
    this.#spec = spec;
    this.#fit = fit;
  }

  /** p, coefficients [p,D,D] (A_1 first), intercept [D], noise covariance [D,D]. */
  get parameters(): {
    order: number;
    coefficients: Float64Array;
    intercept: Float64Array;
    noise: Float64Array;
  } {
    const { order, weights, noise } = this.#fitted("parameters");
    const { dimension: D, intercept } = this.#spec;
    const c = intercept ? 1 : 0;
    const coefficients = Float64Array.from(
      { length: order * D * D },
      (_, i) => weights[(c + Math.floor(i / (D * D)) * D + (i % D)) * D + (Math.floor(i / D) % D)],
    );
    return {
      order,
      coefficients,
      intercept: intercept ? weights.slice(0, D) : new Float64Array(D),
      noise: noise.slice(),
    };
  }

  /**
   * Least squares over every step whose taps are all there. Of the options that iterative models take,
   * `signal` stops after the order at hand, with the best so far, and `onProgress` is called after each
   * order; the others are checked and have nothing to do.
   */
  async fit(sequences: Sequences, options: EmOptions = {}): Promise<AutoregressiveReport> {
    const who = this.#life.check("fit");
    const { order, maxOrder, criterion, dimension: D } = this.#spec;
    const { signal, onProgress } = checkEmOptions(who, options);
    const data = flattenSequences(who, sequences, D);
    const pace = new Pace();
    const scored = (fit: Fit, iteration: number): number => {
      const objective = fit.exact ? Infinity : this.#scoreOf(fit);
      onProgress?.({ restart: 0, iteration, objective });
      return objective;
    };
    if (order !== undefined) {
      const fit = this.#leastSquares(who, data, order, order);
      scored(fit, 1);
      return this.#report(fit);
    }
    const criteria: number[] = [];
    let best = 0;
    for (let p = 0; p <= maxOrder! && (p === 0 || !signal?.aborted); ++p) {
      const fit = this.#leastSquares(who, data, p, maxOrder!);
      const parameters = fit.weights.length + (D * (D + 1)) / 2;
      const penalty = criterion === "aic" ? 2 : this.#algebra.log([fit.steps])[0];
      criteria.push(-2 * scored(fit, p + 1) + penalty * parameters);
      if (criteria[p] < criteria[best]) best = p;
      if (fit.exact) break;
      await pace.breathe();
      this.#life.check("fit");
    }
    return { ...this.#report(this.#leastSquares(who, data, best, best)), criteria };
  }

  /**
   * ln p(y_t | y_<t) summed over steps from `skip` on (default and at least: the order); steps with a missing
   * value do not count.
   */
  logLikelihood(sequences: Sequences, options: { skip?: number } = {}): number {
    const fit = this.#fitted("logLikelihood");
    const who = "autoregressive.logLikelihood";
    const { dimension: D } = this.#spec;
    knownOptions(who, options, ["skip"]);
    const skip = whole(who, "skip", options.skip ?? fit.order, fit.order);
    const data = flattenSequences(who, sequences, D);
    const { X, Y, rows } = this.#design(data, fit.order, skip);
    const predicted = this.#algebra.multiply(rows, X.length / rows || 0, D, X, fit.weights);
    if (rows === 0) return 0;
    const L = this.#algebra.cholesky(`${who}: noise covariance`, D, fit.noise);
    const E = this.#algebra.transpose(
      rows,
      D,
      Y.map((y, i) => y - predicted[i]),
    );
    const squares = this.#algebra.solveLower(D, rows, L, E).reduce((sum, z) => sum + z * z, 0);
    return -0.5 * (rows * (D * LOG_TWO_PI + this.#algebra.logDeterminant(who, D, fit.noise)) + squares);
  }

  /**
   * y_t given the p values before it, for each sequence; NaN where one of them is missing or before the
   * start.
   */
  predict<S extends Sequences>(sequences: S): Each<S, AutoregressiveOutputs> {
    const fit = this.#fitted("predict");
    const { dimension: D } = this.#spec;
    return each(
      sequences,
      flattenSequences("autoregressive.predict", sequences, D).map((y) => {
        const T = y.length / D;
        const means = new Float64Array(T * D);
        const covariances = new Float64Array(T * D * D);
        for (let t = 0; t < T; ++t) {
          means.set(this.#next(fit, y, t), t * D);
          covariances.set(fit.noise, t * D * D);
        }
        return { means, covariances };
      }),
    );
  }

  /** The next `steps` values after `history`, free-running, with the covariance that noise adds up to. */
  forecast(steps: number, options: { history: Sequences }): AutoregressiveOutputs {
    const fit = this.#fitted("forecast");
    const who = "autoregressive.forecast";
    const { dimension: D } = this.#spec;
    const { order: p } = fit;
    const { coefficients } = this.parameters;
    knownOptions(who, options, ["history"]);
    whole(who, "steps", steps, 1);
    const past = this.#history(who, options?.history, p);
    const T = past.length / D;
    const y = new Float64Array((T + steps) * D);
    const covariances = new Float64Array(steps * D * D);
    y.set(past);
    const psi: Float64Array[] = [Float64Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 1 : 0))];
    const sum = new Float64Array(D * D); // y = Σ Ψ_j·e_{t-j}
    for (let h = 0; h < steps; ++h) {
      y.set(this.#next(fit, y, T + h), (T + h) * D);
      this.#algebra.congruence(D, D, psi[h], fit.noise).forEach((x, i) => {
        sum[i] += x;
      });
      covariances.set(sum, h * D * D);
      const next = new Float64Array(D * D);
      for (let i = 1; i <= Math.min(p, h + 1); ++i)
        this.#algebra
          .multiply(D, D, D, coefficients.subarray((i - 1) * D * D, i * D * D), psi[h + 1 - i])
          .forEach((x, j) => {
            next[j] += x;
          });
      psi.push(next);
    }
    return { means: y.slice(T * D), covariances };
  }

  /** A drawn sequence [length,D] that goes on from `history` (default: zeros). */
  sample(length: number, options: { seed?: number; history?: Sequences } = {}): { sequence: Float64Array } {
    const fit = this.#fitted("sample");
    const who = "autoregressive.sample";
    const { dimension: D, seed } = this.#spec;
    knownOptions(who, options, ["seed", "history"]);
    whole(who, "length", length, 1);
    const random = new Random(
      this.engine,
      whole(who, "seed", options.seed ?? seed, 0, Number.MAX_SAFE_INTEGER),
    );
    const L = this.#algebra.cholesky(`${who}: noise covariance`, D, fit.noise, { semidefinite: true });
    const past =
      options.history === undefined
        ? new Float64Array(fit.order * D)
        : this.#history(who, options.history, fit.order);
    const T = past.length / D;
    const y = new Float64Array((T + length) * D);
    y.set(past);
    for (let t = T; t < T + length; ++t) {
      const e = Float64Array.from({ length: D }, () => random.normal());
      y.set(
        this.#next(fit, y, t).map((m, i) => {
          let x = m;
          for (let j = 0; j <= i; ++j) x += L[i * D + j] * e[j];
          return x;
        }),
        t * D,
      );
    }
    return { sequence: y.slice(T * D) };
  }

  /** safetensors: spec and, once fitted, parameters. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    const fit = this.#fit;
    const { dimension: D } = this.#spec;
    return writeTensors(
      {
        model: "autoregressive",
        spec: this.#spec,
        fit: fit && { order: fit.order, steps: fit.steps, exact: fit.exact },
      },
      fit
        ? [
            { name: "weights", shape: [fit.weights.length / D, D], data: fit.weights },
            { name: "noise", shape: [D, D], data: fit.noise },
          ]
        : [],
    );
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    if (this.#life.end()) this.#algebra.dispose();
  }

  #fitted(method: string): Fit {
    const who = this.#life.check(method);
    if (!this.#fit) throw new OptionError(`${who}: the model is not fitted; call fit first`);
    return this.#fit;
  }

  #report(fit: Fit): AutoregressiveReport {
    this.#fit = fit;
    return { order: fit.order, steps: fit.steps, logLikelihood: fit.exact ? Infinity : this.#scoreOf(fit) };
  }

  /** ln p of the steps that were fitted: their residuals have the noise covariance exactly. */
  #scoreOf({ steps, noise }: Fit): number {
    const { dimension: D } = this.#spec;
    return (
      -0.5 *
      steps *
      (D * (LOG_TWO_PI + 1) + this.#algebra.logDeterminant("autoregressive: noise covariance", D, noise))
    );
  }

  #leastSquares(who: string, data: readonly Float64Array[], order: number, skip: number): Fit {
    const { dimension: D } = this.#spec;
    const { X, Y, rows } = this.#design(data, order, skip);
    const columns = order * D + (this.#spec.intercept ? 1 : 0);
    if (rows < columns + D)
      throw new DataError(
        `${who}: ${rows} steps with all of their ${skip} taps, want at least ${columns + D} ` +
          `for ${columns * D} coefficients; lower the order or give longer series`,
      );
    const { solution, residual } = this.#algebra.leastSquares(who, rows, columns, D, X, Y);
    const noise = residual.map((x) => x / rows);
    if (![...solution, ...noise].every(Number.isFinite))
      throw new NumericError(`${who}: a coefficient or variance is not finite; the data are too large`);
    let exact = false;
    for (let d = 0; d < D; ++d) {
      let size = 0;
      for (let r = 0; r < rows; ++r) size += Y[r * D + d] * Y[r * D + d];
      exact ||= noise[d * D + d] <= (EXACT * size) / rows;
    }
    return { order, weights: solution, noise, steps: rows, exact };
  }

  /**
   * Regressors [rows, 1 + p·D] (constant, y_{t-1}, y_{t-2}, …) and targets [rows, D] of the complete steps t
   * ≥ skip.
   */
  #design(
    data: readonly Float64Array[],
    order: number,
    skip: number,
  ): { X: Float64Array; Y: Float64Array; rows: number } {
    const { dimension: D, intercept } = this.#spec;
    const X: number[] = [];
    const Y: number[] = [];
    for (const y of data) {
      for (let t = skip; t < y.length / D; ++t) {
        const span = y.subarray((t - order) * D, (t + 1) * D);
        if (span.some((x) => x !== x)) continue;
        if (intercept) X.push(1);
        for (let i = 1; i <= order; ++i) for (let d = 0; d < D; ++d) X.push(y[(t - i) * D + d]);
        for (let d = 0; d < D; ++d) Y.push(y[t * D + d]);
      }
    }
    return { X: Float64Array.from(X), Y: Float64Array.from(Y), rows: Y.length / D };
  }

  /** The mean of step t given y before it. */
  #next({ order, weights }: Fit, y: Float64Array, t: number): Float64Array {
    const { dimension: D, intercept } = this.#spec;
    const mean = intercept ? weights.slice(0, D) : new Float64Array(D);
    const base = intercept ? 1 : 0;
    if (t < order) return mean.fill(NaN);
    for (let i = 0; i < order; ++i)
      for (let d = 0; d < D; ++d)
        for (let o = 0; o < D; ++o) mean[o] += weights[(base + i * D + d) * D + o] * y[(t - 1 - i) * D + d];
    return mean;
  }

  #history(who: string, history: Sequences | undefined, order: number): Float64Array {
    if (history === undefined)
      throw new DataError(`${who}: history is missing, want at least ${order} steps`);
    const { dimension: D } = this.#spec;
    const data = flattenSequences(`${who}: history`, history, D);
    const [y] = data;
    if (data.length !== 1) throw new DataError(`${who}: history has ${data.length} sequences, want one`);
    if (y.length < order * D || y.subarray(y.length - order * D).some((x) => x !== x))
      throw new DataError(`${who}: history lacks some of its last ${order} steps, which are the taps`);
    return y;
  }
}

function check(spec: AutoregressiveSpec): Checked {
  const who = "autoregressive";
  knownOptions(who, spec, ["order", "maxOrder", "criterion", "dimension", "intercept", "seed"]);
  const { order, maxOrder, criterion = "bic", dimension = 1, intercept = true, seed = 1 } = spec ?? {};
  if ((order === undefined) === (maxOrder === undefined))
    throw new OptionError(
      `${who}: order and maxOrder are ${order === undefined ? "both missing" : "both given"}, want ` +
        "one of them",
    );
  whole(who, order === undefined ? "maxOrder" : "order", order ?? maxOrder, 0, 10_000);
  oneOf(who, "criterion", criterion, ["aic", "bic"]);
  if (typeof intercept !== "boolean")
    throw new OptionError(`${who}: intercept is ${String(intercept)}, want true or false`);
  return {
    order,
    maxOrder,
    criterion,
    dimension: whole(who, "dimension", dimension, 1, 1000),
    intercept,
    seed: whole(who, "seed", seed, 0, Number.MAX_SAFE_INTEGER),
  };
}

async function create(spec: AutoregressiveSpec): Promise<Autoregressive> {
  return new Autoregressive(new Algebra(await inferenceEngine()), check(spec));
}

/** A model from the bytes of `save`. Throws DataError on others. */
async function load(bytes: Uint8Array | ArrayBuffer): Promise<Autoregressive> {
  const { header, tensor } = readModel(bytes, "autoregressive");
  const spec = check(header.spec as AutoregressiveSpec);
  const fit = header.fit as Pick<Fit, "order" | "steps" | "exact"> | undefined;
  const D = spec.dimension;
  const weights =
    fit &&
    matrixOption(
      "autoregressive.load",
      "weights",
      tensor("weights"),
      fit.order * D + (spec.intercept ? 1 : 0),
      D,
    );
  return new Autoregressive(
    new Algebra(await inferenceEngine()),
    spec,
    fit && { ...fit, weights: weights!, noise: tensor("noise", D * D) },
  );
}

/** Builds an autoregressive model: `const ar = await autoregressive({ order: 9 })`. */
export const autoregressive: ((spec: AutoregressiveSpec) => Promise<Autoregressive>) & {
  load(bytes: Uint8Array | ArrayBuffer): Promise<Autoregressive>;
} = Object.assign(create, { load });
