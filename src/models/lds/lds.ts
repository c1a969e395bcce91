/**
 * Linear dynamical systems: a real hidden state with linear dynamics and Gaussian noise, driven by inputs,
 * seen through linear outputs. Filter and smoother are exact; learning is EM or any optimizer on the
 * likelihood. (Kalman 1960; Rauch, Tung & Striebel 1965; Ghahramani & Hinton 1996; Durbin & Koopman 2012.)
 */
import { DataError, OptionError, knownOptions, inRange, oneOf, whole } from "../../wasm/errors.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { Random } from "../../wasm/random.ts";
import { markInfinite } from "../../inference/diffuse.ts";
import { inferenceEngine, type InferenceEngine } from "../../inference/inference-engine.ts";
import {
  Kalman,
  type Depth,
  type InitialState,
  type LinearGaussian,
  type Pass,
} from "../../inference/kalman.ts";
import { each, flattenInputs, flattenSequences, type Each, type Sequences } from "../../data/sequence.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { checkEmOptions, expectationMaximization, type EmOptions, type EmReport } from "../../train/em.ts";
import { climb } from "../../train/likelihood.ts";
import { LdsTraining, type LdsData } from "./fit.ts";
import { ldsNames, names, readSpec, type LdsName, type LdsSpec, type LdsStart } from "./parameters.ts";
import { LdsStream } from "./stream.ts";
import { Lifetime } from "../lifetime.ts";
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";

/** Driving inputs beside the sequences, for models that have them. */
export interface Driven {
  readonly inputs?: Sequences;
}

/** How to fit. */
export interface LdsFitOptions extends EmOptions, Driven {
  /** Parameters to leave alone. Default: those of the spec. */
  readonly fixed?: readonly LdsName[];
  /**
   * Climbs the gradient with this optimizer in place of EM; `tolerance` then bounds the length of the
   * gradient.
   */
  readonly optimizer?: Optimizer;
  /**
   * Least variance of observation noise in any direction, relative to the outputs' variance. Default 1e-10.
   */
  readonly floor?: number;
}

/** Which constants a log-likelihood counts. */
export interface LikelihoodOptions extends Driven {
  /**
   * "full" (default): ln p(y), or its exact diffuse limit. "concentrated": all covariances known up to a
   * common factor, which is estimated, and constants left out: -(N-d)/2·ln σ̂² - ½·Σ ln F (Durbin & Koopman
   * 2012, 2.10.2); diffuse starts only.
   */
  readonly convention?: "full" | "concentrated";
  /** Terms ln p(y_t | y_<t) left out at the start of each sequence. Default 0. */
  readonly skip?: number;
}

/** Gaussian states of one sequence: rows of n, and of n×n. */
export interface GaussianStates {
  readonly means: Float64Array;
  readonly covariances: Float64Array;
}
/** x_t given y_1..y_t; diffuse directions have variance ∞. */
export interface Filtered extends GaussianStates {
  readonly logLikelihood: number;
  /** ln p(y_t | y_<t) [T] */ readonly logLikelihoods: Float64Array;
}
/** x_t given all of y, and cov(x_{t+1}, x_t) [T-1,n,n]. */
export interface Smoothed extends GaussianStates {
  readonly lagCovariances: Float64Array;
  readonly logLikelihood: number;
}
/** Outputs: rows of p, and of p×p. */
export type GaussianOutputs = GaussianStates;

/** A linear dynamical system. */
export class Lds {
  readonly engine: InferenceEngine;
  readonly #kalman: Kalman;
  readonly #start: LdsStart;
  readonly #life = new Lifetime("lds");
  #model: LinearGaussian;
  #fitted: boolean;

  /** Use `lds(spec)`. */
  constructor(kalman: Kalman, start: LdsStart, fitted: boolean) {
    this.engine = kalman.engine;
    this.#kalman = kalman;
    this.#start = start;
    this.#model = start.model;
    this.#fitted = fitted;
  }

  /** Copies of the parameters, row-major. */
  get parameters(): {
    A: Float64Array;
    B: Float64Array;
    C: Float64Array;
    D: Float64Array;
    Q: Float64Array;
    R: Float64Array;
    initial: InitialState;
  } {
    this.#life.check("parameters");
    const { A, B, C, D, Q, R, initial } = this.#model;
    return {
      A: A.slice(),
      B: B.slice(),
      C: C.slice(),
      D: D.slice(),
      Q: Q.slice(),
      R: R.slice(),
      initial:
        initial === "diffuse"
          ? initial
          : { mean: initial.mean.slice(), covariance: initial.covariance.slice() },
    };
  }

  /** Maximum likelihood by EM, or by `optimizer`. NaN is missing. */
  async fit(sequences: Sequences, options: LdsFitOptions = {}): Promise<EmReport> {
    const who = this.#life.check("fit");
    const own = ["inputs", "fixed", "optimizer", "floor"];
    checkEmOptions(who, options, own);
    const { inputs, fixed, optimizer, floor, ...em } = options;
    const data = this.#data(who, sequences, { inputs });
    const free = fixed === undefined ? this.#start.fixed : names(who, "fixed", fixed, ldsNames);
    const training = new LdsTraining(
      who,
      this.#kalman,
      this.#model,
      this.#start,
      data,
      free,
      !this.#fitted,
      inRange(who, "floor", floor ?? 1e-10, 0),
    );
    let report: EmReport;
    if (optimizer !== undefined) {
      if (em.restarts !== undefined && em.restarts !== 1)
        throw new OptionError(`${who}: restarts is ${em.restarts}, want 1 with an optimizer`);
      training.begin(0);
      report = await climb(who, training, optimizer, em, own);
    } else report = await expectationMaximization(who, training, em, own);
    this.#life.check("fit");
    this.#model = training.model;
    this.#fitted = true;
    return report;
  }

  /** ln p(sequences), nats. */
  logLikelihood(sequences: Sequences, options: LikelihoodOptions = {}): number {
    const who = this.#life.check("logLikelihood");
    knownOptions(who, options, ["inputs", "convention", "skip"]);
    const { y, u } = this.#data(who, sequences, options);
    const convention = oneOf(who, "convention", options.convention ?? "full", ["full", "concentrated"]);
    const skip = whole(who, "skip", options.skip ?? 0, 0);
    const total = (model: LinearGaussian): number =>
      y.reduce((sum, values, i) => {
        const pass = this.#kalman.run(who, model, values, u?.[i], "likelihood");
        const early = this.engine.memory.reals(pass.ll, Math.min(skip, pass.steps)) as Float64Array;
        return sum + pass.logLikelihood - early.reduce((a, b) => a + b, 0);
      }, 0);
    if (convention === "full") return total(this.#model);
    if (this.#model.initial !== "diffuse" || skip > 0)
      throw new OptionError(
        `${who}: the concentrated log-likelihood is defined for a diffuse start without skip; build ` +
          `the model with initial: "diffuse"`,
      );
    // ln p with all covariances times s is ln p₁ - (N-d)/2·ln s - (1/s - 1)·S/2: two values of s give S = Σ
    // v²/F
    const N = y.reduce((sum, values) => sum + values.reduce((n, x) => n + (x === x ? 1 : 0), 0), 0);
    const free = N - this.#model.state * y.length;
    if (free < 1)
      throw new DataError(`${who}: ${N} observations leave no freedom beside the diffuse start, want more`);
    const [two, twoPi] = this.#kalman.algebra.log([2, 2 * 3.141592653589793]);
    const double = (S: Float64Array): Float64Array => S.map((x) => 2 * x);
    const one = total(this.#model);
    const S =
      4 *
      (0.5 * free * two -
        one +
        total({ ...this.#model, Q: double(this.#model.Q), R: double(this.#model.R) }));
    return one + 0.5 * (N * twoPi + S - free * this.#kalman.algebra.log([S / free])[0]);
  }

  /**
   * The gradient of ln p(sequences) in free coordinates: A, B, C, D, then Q, R and the start as log-Cholesky
   * factors.
   */
  gradient(
    sequences: Sequences,
    options: Driven & { fixed?: readonly LdsName[] } = {},
  ): { logLikelihood: number; coordinates: Float64Array; gradient: Float64Array } {
    const who = this.#life.check("gradient");
    knownOptions(who, options, ["inputs", "fixed"]);
    const free =
      options.fixed === undefined ? this.#start.fixed : names(who, "fixed", options.fixed, ldsNames);
    const training = new LdsTraining(
      who,
      this.#kalman,
      this.#model,
      this.#start,
      this.#data(who, sequences, options),
      free,
      false,
      0,
    );
    return { ...training.gradient(), coordinates: training.coordinates() };
  }

  /** x_t given y_1..y_t. */
  filter<S extends Sequences>(sequences: S, options: Driven = {}): Each<S, Filtered> {
    return this.#passes("filter", sequences, options, "filter", (pass) => {
      const n = this.#model.state;
      const states = this.#states(pass.steps, pass.filteredMean, pass.filteredCovariance);
      pass.start.forEach(({ filtered: { W, rank } }, t) =>
        markInfinite(n, rank, W, states.covariances.subarray(t * n * n, (t + 1) * n * n)),
      );
      return {
        ...states,
        logLikelihood: pass.logLikelihood,
        logLikelihoods: this.#copy(pass.ll, pass.steps),
      };
    });
  }

  /** x_t given all of y. */
  smooth<S extends Sequences>(sequences: S, options: Driven = {}): Each<S, Smoothed> {
    return this.#passes("smooth", sequences, options, "smooth", (pass) => ({
      ...this.#states(pass.steps, pass.smoothedMean, pass.smoothedCovariance),
      lagCovariances: this.#copy(pass.lag, (pass.steps - 1) * this.#model.state * this.#model.state),
      logLikelihood: pass.logLikelihood,
    }));
  }

  /** y_t given y_1..y_{t-1}: one step ahead. */
  predict<S extends Sequences>(sequences: S, options: Driven = {}): Each<S, GaussianOutputs> {
    return this.#passes("predict", sequences, options, "filter", (pass, u) =>
      this.#outputs(pass, u, 0, pass.steps),
    );
  }

  /**
   * The next `steps` outputs after `history` (default: from the start). Driven models need inputs for history
   * and future, in one sequence.
   */
  forecast(steps: number, options: Driven & { history?: Sequences } = {}): GaussianOutputs {
    const who = this.#life.check("forecast");
    const p = this.#model.output;
    knownOptions(who, options, ["history", "inputs"]);
    whole(who, "steps", steps, 1);
    const past =
      options.history === undefined
        ? new Float64Array(0)
        : flattenSequences(`${who}: history`, options.history, p);
    if (Array.isArray(past) && past.length !== 1)
      throw new DataError(`${who}: history has ${past.length} sequences, want one`);
    const y = past instanceof Float64Array ? past : past[0];
    const all = new Float64Array(y.length + steps * p).fill(NaN);
    const T = all.length / p;
    all.set(y);
    const u = flattenInputs(who, options.inputs, this.#model.input, [T])?.[0];
    return this.#outputs(this.#kalman.run(who, this.#model, all, u, "filter"), u, T - steps, T);
  }

  /** A drawn sequence [length,p] and its states [length,n]. A diffuse start begins at 0. */
  sample(
    length: number,
    options: Driven & { seed?: number } = {},
  ): { sequence: Float64Array; states: Float64Array } {
    const who = this.#life.check("sample");
    const { state: n, output: p, input: m, A, B, C, D, Q, R, initial } = this.#model;
    const { algebra } = this.#kalman;
    knownOptions(who, options, ["inputs", "seed"]);
    whole(who, "length", length, 1);
    const random = new Random(
      this.engine,
      whole(who, "seed", options.seed ?? this.#start.seed, 0, Number.MAX_SAFE_INTEGER),
    );
    const u = flattenInputs(who, options.inputs, m, [length])?.[0];
    const root = (S: Float64Array, k: number): Float64Array =>
      algebra.cholesky(`${who}: covariance`, k, S, { semidefinite: true });
    const rootQ = root(Q, n);
    const rootR = root(R, p);
    const noise = (L: Float64Array, k: number): Float64Array => {
      const e = Float64Array.from({ length: k }, () => random.normal());
      return Float64Array.from({ length: k }, (_, i) => {
        let sum = 0;
        for (let j = 0; j <= i; ++j) sum += L[i * k + j] * e[j];
        return sum;
      });
    };
    const linear = (
      M: Float64Array,
      N: Float64Array,
      x: Float64Array,
      t: number,
      w: Float64Array,
    ): Float64Array =>
      w.map((start, i) => {
        let sum = start;
        for (let j = 0; j < n; ++j) sum += M[i * n + j] * x[j];
        for (let j = 0; j < m; ++j) sum += N[i * m + j] * u![t * m + j];
        return sum;
      });
    const sequence = new Float64Array(length * p);
    const states = new Float64Array(length * n);
    const first = noise(initial === "diffuse" ? new Float64Array(n * n) : root(initial.covariance, n), n);
    let x = initial === "diffuse" ? first : first.map((v, i) => v + initial.mean[i]);
    for (let t = 0; t < length; ++t) {
      states.set(x, t * n);
      sequence.set(linear(C, D, x, t, noise(rootR, p)), t * p);
      x = linear(A, B, x, t, noise(rootQ, n));
    }
    return { sequence, states };
  }

  /** One observation at a time, in constant memory. */
  stream(): LdsStream {
    this.#life.check("stream");
    return new LdsStream(this.engine, this.#model, () => this.#life.check("stream"));
  }

  /** safetensors: parameters and spec. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    const { state, output, input, A, B, C, D, Q, R, initial } = this.#model;
    const { fixed, diagonal, seed, given } = this.#start;
    const tensor = (name: string, data: Float64Array, ...shape: number[]) => ({ name, shape, data });
    return writeTensors(
      {
        model: "lds",
        spec: { state, output, input, fixed, diagonal, seed },
        initial: initial === "diffuse" ? initial : "gaussian",
        given: [...given],
        fitted: this.#fitted,
      },
      [
        tensor("A", A, state, state),
        tensor("B", B, state, input),
        tensor("C", C, output, state),
        tensor("D", D, output, input),
        tensor("Q", Q, state, state),
        tensor("R", R, output, output),
        ...(initial === "diffuse"
          ? []
          : [
              tensor("initial.mean", initial.mean, state),
              tensor("initial.covariance", initial.covariance, state, state),
            ]),
      ],
    );
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    if (this.#life.end()) this.#kalman.dispose();
  }

  #data(who: string, sequences: Sequences, { inputs }: Driven): LdsData {
    const p = this.#model.output;
    const y = flattenSequences(who, sequences, p);
    return {
      y,
      u: flattenInputs(
        who,
        inputs,
        this.#model.input,
        y.map((s) => s.length / p),
      ),
    };
  }

  #passes<S extends Sequences, T>(
    method: string,
    sequences: S,
    options: Driven,
    depth: Depth,
    read: (pass: Pass, u: Float64Array | undefined) => T,
  ): Each<S, T> {
    const who = this.#life.check(method);
    knownOptions(who, options, ["inputs"]);
    const { y, u } = this.#data(who, sequences, options);
    return each(
      sequences,
      y.map((values, i) =>
        read(this.#kalman.run(`${who}: sequence ${i}`, this.#model, values, u?.[i], depth), u?.[i]),
      ),
    );
  }

  #copy(ptr: Ptr, n: number): Float64Array {
    return this.engine.memory.reals(ptr, n).slice() as Float64Array;
  }

  #states(T: number, means: Ptr, covariances: Ptr): GaussianStates {
    const n = this.#model.state;
    return { means: this.#copy(means, T * n), covariances: this.#copy(covariances, T * n * n) };
  }

  /** C·x + D·u and C·P·Cᵀ + R of the predicted states of steps from..to-1. */
  #outputs(pass: Pass, u: Float64Array | undefined, from: number, to: number): GaussianOutputs {
    const { state: n, output: p, input: m, C, D, R } = this.#model;
    const { memory } = this.engine;
    const { algebra } = this.#kalman;
    const T = to - from;
    const x = this.#copy(memory.at(pass.predictedMean, from * n), T * n);
    const P = this.#copy(memory.at(pass.predictedCovariance, from * n * n), T * n * n);
    const means = algebra.multiply(T, n, p, x, algebra.transpose(p, n, C));
    const PC = algebra.multiply(T * n, n, p, P, algebra.transpose(p, n, C));
    const covariances = new Float64Array(T * p * p);
    if (u)
      algebra.multiply(T, m, p, u.subarray(from * m, to * m), algebra.transpose(p, m, D)).forEach((x, i) => {
        means[i] += x;
      });
    for (let t = 0; t < T; ++t) {
      const S = algebra.multiply(p, n, p, C, PC.subarray(t * n * p, (t + 1) * n * p));
      const start = pass.start[from + t]?.predicted;
      for (let i = 0; i < p * p; ++i) covariances[t * p * p + i] = S[i] + R[i];
      if (start)
        markInfinite(
          p,
          start.rank,
          algebra.multiply(p, n, start.rank, C, start.W),
          covariances.subarray(t * p * p, (t + 1) * p * p),
        );
    }
    return { means, covariances };
  }
}

async function create(spec: LdsSpec): Promise<Lds> {
  const kalman = new Kalman(await inferenceEngine());
  try {
    return new Lds(kalman, readSpec("lds", spec, kalman.algebra), false);
  } catch (error) {
    kalman.dispose();
    throw error;
  }
}

/** A model from the bytes of `save`. Throws DataError on others. */
async function load(bytes: Uint8Array | ArrayBuffer): Promise<Lds> {
  const { header, tensor } = readModel(bytes, "lds");
  const spec = header.spec as LdsSpec;
  const n = spec.state;
  const p = spec.output;
  const m = spec.input ?? 0;
  const initial =
    header.initial === "diffuse"
      ? ("diffuse" as const)
      : { mean: tensor("initial.mean", n), covariance: tensor("initial.covariance", n * n) };
  const saved = {
    A: tensor("A", n * n),
    C: tensor("C", p * n),
    Q: tensor("Q", n * n),
    R: tensor("R", p * p),
    initial,
    ...(m > 0 ? { B: tensor("B", n * m), D: tensor("D", p * m) } : {}),
  };
  const kalman = new Kalman(await inferenceEngine());
  try {
    const start = readSpec("lds.load", { ...spec, ...saved }, kalman.algebra);
    return new Lds(
      kalman,
      { ...start, given: new Set(names("lds.load", "given", header.given as LdsName[], ldsNames)) },
      header.fitted === true,
    );
  } catch (error) {
    kalman.dispose();
    throw error;
  }
}

/** Builds a linear dynamical system: `const k = await lds({ state: 2, output: 1 })`. */
export const lds: ((spec: LdsSpec) => Promise<Lds>) & {
  load(bytes: Uint8Array | ArrayBuffer): Promise<Lds>;
} = Object.assign(create, { load });

/**
 * The local level model: a random walk seen in noise. Variances left out are learned, from a start that the
 * first fit scales to the data.
 */
export async function localLevel(
  spec: { level?: number; observation?: number; initial?: LdsSpec["initial"] } = {},
): Promise<Lds> {
  knownOptions("localLevel", spec, ["level", "observation", "initial"]);
  const { level, observation, initial = "diffuse" } = spec;
  for (const [name, value] of Object.entries({ level, observation }))
    if (value !== undefined) inRange("localLevel", name, value, 0);
  return create({
    state: 1,
    output: 1,
    A: 1,
    C: 1,
    initial,
    fixed: ["A", "C"],
    ...(level === undefined ? {} : { Q: level }),
    ...(observation === undefined ? {} : { R: observation }),
  });
}
