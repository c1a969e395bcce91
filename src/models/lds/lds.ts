/**
 * Linear dynamical systems: a real hidden state with linear dynamics and Gaussian noise, driven by inputs,
 * seen through linear outputs. Filter and smoother are exact; learning is EM or any optimizer on the
 * likelihood. (Kalman 1960; Rauch, Tung & Striebel 1965; Ghahramani & Hinton 1996; Durbin & Koopman 2012.)
 */
import { each, flattenInputs, flattenSequences, type Each, type Sequences } from "../../data/sequence.ts";
import { inferenceEngine, type InferenceEngine } from "../../inference/inference-engine.ts";
import { Kalman, type Depth, type Pass } from "../../inference/kalman.ts";
import type { Matrix } from "../../inference/matrix-value.ts";
import type { LinearGaussian, Series } from "../../inference/state-space.ts";
import type { EmReport } from "../../train/em.ts";
import { OptionError, inRange, knownOptions, oneOf, seedOption, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { DISPOSE, Lifetime, modelFactory } from "../lifetime.ts";
import { SingleFit } from "../single-fit.ts";
import type {
  AfterHistory,
  Driven,
  Filtered,
  LdsGradient,
  LdsParameters,
  LikelihoodOptions,
  Smoothed,
} from "./answers.ts";
import { LdsCoordinates } from "./coordinates.ts";
import { readLds, saveLds, type SavedLds } from "./file.ts";
import { fitLds, ldsFitOptions, type LdsFitOptions } from "./fit.ts";
import { ldsSizes, readFixed, type Fixed, type FixedSet } from "./fixed.ts";
import { flattenHistory, stateAfter } from "./history.ts";
import { concentratedLogLikelihood, logLikelihood } from "./likelihood.ts";
import { PassReader, type GaussianOutputs } from "./outputs.ts";
import { sampleSystem, type LdsSample } from "./sampling.ts";
import { readSpec, type LdsSpec } from "./spec.ts";
import { LdsStream } from "./stream.ts";
import { expectation, type LdsTask } from "./training.ts";

/** A linear dynamical system. */
export class Lds {
  /** The kernels and the memory that it works on: float64. */
  readonly engine: InferenceEngine;
  readonly #kalman: Kalman;
  readonly #saved: Omit<SavedLds, "fitted">;
  readonly #life: Lifetime;
  #model: LinearGaussian;
  #fitted: boolean;
  readonly #fits: SingleFit;

  /** Use `lds(spec)`. */
  constructor(kalman: Kalman, { start, fitted }: SavedLds) {
    this.engine = kalman.engine;
    this.#life = new Lifetime("lds", this);
    this.#fits = new SingleFit(this.#life, { keepsMemory: true });
    this.#kalman = this.#life.own(kalman);
    this.#saved = { start };
    this.#model = start.model;
    this.#fitted = fitted;
  }

  /** Copies of the parameters. */
  get parameters(): LdsParameters {
    this.#life.check("parameters");
    const { A, B, C, D, Q, R, initial } = this.#model;
    const copy = ({ data }: Matrix): Float64Array => data.slice();
    return {
      A: copy(A),
      B: copy(B),
      C: copy(C),
      D: copy(D),
      Q: copy(Q),
      R: copy(R),
      initial:
        initial === "diffuse" ? initial : { mean: copy(initial.mean), covariance: copy(initial.covariance) },
    };
  }

  /**
   * Maximum likelihood by EM, or by `optimizer`; NaN is missing. Where EM crawls, which is after 50
   * iterations of it, and where entries are held fixed so that it has no closed form, by quasi-Newton steps
   * on the gradient. Reads beside it see the best parameters so far.
   */
  async fit(sequences: Sequences, options: LdsFitOptions = {}): Promise<EmReport> {
    const who = this.#fits.check("fit");
    knownOptions(who, options, ldsFitOptions);
    const before = this.#model;
    const task: LdsTask = {
      who,
      model: before,
      start: this.#saved.start,
      fixed: this.#fixed(who, options.fixed),
      data: this.#data(who, sequences, options),
      fresh: !this.#fitted,
      floor: inRange(who, "floor", options.floor ?? 1e-10, 0),
    };
    const learn = async (): Promise<EmReport> => {
      const report = await fitLds(this.#kalman, task, options, (model) => {
        this.#life.check("fit");
        this.#model = model;
      });
      this.#fitted = true;
      return report;
    };
    return this.#fits.run(learn, () => {
      this.#model = before;
    });
  }

  /** ln p(sequences), nats. */
  logLikelihood(sequences: Sequences, options: LikelihoodOptions = {}): number {
    const who = this.#life.check("logLikelihood");
    knownOptions(who, options, ["inputs", "convention", "skip"]);
    const data = this.#data(who, sequences, options);
    const convention = oneOf(who, "convention", options.convention ?? "full", ["full", "concentrated"]);
    const skip = whole(who, "skip", options.skip ?? 0, 0);
    if (convention === "full") return logLikelihood(who, this.#kalman, this.#model, data, skip);
    if (this.#model.initial !== "diffuse" || skip > 0)
      throw new OptionError(
        `${who}: the concentrated log-likelihood is defined for a diffuse start without skip; build ` +
          `the model with initial: "diffuse"`,
      );
    return concentratedLogLikelihood(who, this.#kalman, this.#model, data);
  }

  /** The gradient of ln p(sequences) in free coordinates. */
  gradient(sequences: Sequences, options: Driven & { readonly fixed?: readonly Fixed[] } = {}): LdsGradient {
    const who = this.#life.check("gradient");
    knownOptions(who, options, ["inputs", "fixed"]);
    const model = this.#model;
    const data = this.#data(who, sequences, options);
    const { diagonal } = this.#saved.start;
    const map = new LdsCoordinates(model, { fixed: this.#fixed(who, options.fixed), diagonal });
    const { logLikelihood, moments } = expectation(this.#kalman, { who, model, data });
    return { logLikelihood, gradient: map.gradient(model, moments), coordinates: map.of(model) };
  }

  /** x_t given y_1..y_t. */
  filter<S extends Sequences>(sequences: S, options: Driven = {}): Each<S, Filtered> {
    return this.#passes("filter", sequences, options, "filter", (read, pass) => ({
      ...read.filtered(pass),
      logLikelihood: pass.logLikelihood,
      logLikelihoods: read.numbers(pass.ll, pass.steps),
    }));
  }

  /** x_t given all of y. */
  smooth<S extends Sequences>(sequences: S, options: Driven = {}): Each<S, Smoothed> {
    const n = this.#model.state;
    return this.#passes("smooth", sequences, options, "smooth", (read, pass) => ({
      ...read.states(pass.steps, pass.smoothedMean, pass.smoothedCovariance),
      lagCovariances: read.numbers(pass.lag, (pass.steps - 1) * n * n),
      logLikelihood: pass.logLikelihood,
    }));
  }

  /** y_t given y_1..y_{t-1}: one step ahead. */
  predict<S extends Sequences>(sequences: S, options: Driven = {}): Each<S, GaussianOutputs> {
    return this.#passes("predict", sequences, options, "filter", (read, pass, u) => read.outputs(pass, u));
  }

  /**
   * The next `steps` outputs after `history` (default: from the start). Driven models need inputs for history
   * and future, in one sequence.
   */
  forecast(steps: number, options: AfterHistory = {}): GaussianOutputs {
    const who = this.#life.check("forecast");
    const p = this.#model.output;
    knownOptions(who, options, ["history", "inputs"]);
    whole(who, "steps", steps, 1);
    const past = this.#history(who, options.history);
    const y = new Float64Array(past.length + steps * p).fill(NaN);
    y.set(past);
    const T = y.length / p;
    const u = flattenInputs(who, options.inputs, this.#model.input, [T])?.[0];
    const pass = this.#kalman.run(who, this.#model, { y, u }, "filter");
    return new PassReader(this.#kalman, this.#model).outputs(pass, u, T - steps);
  }

  /**
   * A drawn sequence [length,p] and its states [length,n], which go on from `history` (default: from the
   * start, where a diffuse one is 0). Driven models need inputs for history and future, in one sequence.
   */
  sample(length: number, options: AfterHistory & { readonly seed?: number } = {}): LdsSample {
    const who = this.#life.check("sample");
    knownOptions(who, options, ["history", "inputs", "seed"]);
    whole(who, "length", length, 1);
    const seed = seedOption(who, options.seed ?? this.#saved.start.seed);
    const { input: m, output: p } = this.#model;
    const past = this.#history(who, options.history);
    const T = past.length / p;
    const u = flattenInputs(who, options.inputs, m, [T + length])?.[0];
    const start = stateAfter(who, this.#kalman, this.#model, { y: past, u: u?.subarray(0, T * m) });
    const random = new Random(this.engine, seed, streams.samples);
    return sampleSystem(who, this.#model, start, random, { length, u: u?.subarray(T * m) });
  }

  /** One observation at a time, in constant memory, with the parameters that the model has now. */
  stream(): LdsStream {
    this.#life.check("stream");
    return new LdsStream(this.engine, this.#model, this.#life);
  }

  /** safetensors: parameters and spec. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    return saveLds({ ...this.#saved, fitted: this.#fitted }, this.#model);
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    this.#life.end();
  }

  /** `dispose`, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #fixed(who: string, fixed: readonly Fixed[] | undefined): FixedSet {
    const { state: n, output: p, input: m } = this.#model;
    return fixed === undefined ? this.#saved.start.fixed : readFixed(who, fixed, ldsSizes(n, p, m));
  }

  #data(who: string, sequences: Sequences, { inputs }: Driven): Series[] {
    const { output: p, input: m } = this.#model;
    const data = flattenSequences(who, sequences, p);
    const lengths = data.map((y) => y.length / p);
    const u = flattenInputs(who, inputs, m, lengths);
    return data.map((y, i) => ({ y, u: u?.[i] }));
  }

  #history(who: string, history: Sequences | undefined): Float64Array {
    return history === undefined ? new Float64Array(0) : flattenHistory(who, history, this.#model.output);
  }

  #passes<S extends Sequences, T>(
    method: string,
    sequences: S,
    options: Driven,
    depth: Depth,
    answer: (read: PassReader, pass: Pass, u: Float64Array | undefined) => T,
  ): Each<S, T> {
    const who = this.#life.check(method);
    knownOptions(who, options, ["inputs"]);
    const read = new PassReader(this.#kalman, this.#model);
    const answers = this.#data(who, sequences, options).map((series, i) => {
      const pass = this.#kalman.run(`${who}: sequence ${i}`, this.#model, series, depth);
      return answer(read, pass, series.u);
    });
    return each(sequences, answers);
  }
}

/** A model in memory of its own, which is given back where `make` throws. */
async function made(make: (kalman: Kalman) => SavedLds): Promise<Lds> {
  const kalman = new Kalman(await inferenceEngine());
  try {
    return new Lds(kalman, make(kalman));
  } catch (error) {
    kalman.dispose();
    throw error;
  }
}

/** Builds a linear dynamical system: `const k = await lds({ state: 2, output: 1 })`. */
export const lds = modelFactory(
  (spec: LdsSpec) => made(({ algebra }) => ({ start: readSpec("lds", spec, algebra), fitted: false })),
  async (bytes) => made(readLds(bytes)),
);
