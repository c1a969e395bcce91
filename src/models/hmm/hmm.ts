/**
 * Hidden Markov models: a hidden state out of K, moving by a transition matrix, emitting symbols, counts or
 * vectors. Inference is exact: scaled forward-backward, in log space where scaling would lose a state, and
 * Viterbi; learning is Baum-Welch. (Rabiner 1989.)
 */
import { DataError, inRange, knownOptions, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { inferenceEngine, type InferenceEngine } from "../../inference/inference-engine.ts";
import { ForwardBackward, type ForwardPass } from "../../inference/forward-backward.ts";
import { Algebra } from "../../inference/matrix.ts";
import { each, type Each, type Sequences } from "../../inference/sequences.ts";
import { checkEmOptions, expectationMaximization, type EmOptions, type EmReport } from "../../train/em.ts";
import type { Outputs } from "./emissions/emission.ts";
import { HmmTraining, readPrior, type HmmPrior } from "./fit.ts";
import { readHmmSpec, type EmissionParameters, type HmmSpec, type HmmStart } from "./parameters.ts";
import { Lifetime } from "../lifetime.ts";
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";

/** How to fit. */
export interface HmmFitOptions extends EmOptions {
  /** Dirichlet priors, each at least 1 (default). EM then climbs the posterior. */
  readonly prior?: HmmPrior;
  /** Least variance of a Gaussian in any direction, relative to the data's variances. Default 1e-6. */
  readonly floor?: number;
}

/** What comes next, by states and by outputs. */
export interface HmmPrediction extends Outputs {
  /** [T,K]: p(state_t | y_<t). */
  readonly states: Float64Array;
}

/** The most probable states and ln p(states, y). */
export interface ViterbiPath {
  readonly states: Int32Array;
  readonly logProbability: number;
}

/** A hidden Markov model. */
export class Hmm {
  readonly engine: InferenceEngine;
  readonly #model: HmmStart;
  readonly #space: ForwardBackward;
  readonly #algebra: Algebra;
  readonly #life = new Lifetime("hmm");
  #fitted: boolean;

  /** Use `hmm(spec)`. */
  constructor(algebra: Algebra, model: HmmStart, fitted: boolean) {
    this.engine = algebra.engine;
    this.#algebra = algebra;
    this.#model = model;
    this.#space = new ForwardBackward(algebra.engine, model.K);
    this.#fitted = fitted;
  }

  /** Copies: startprob [K], transmat [K,K], and the emission's arrays by name. */
  get parameters(): {
    startprob: Float64Array;
    transmat: Float64Array;
    emission: Record<string, Float64Array>;
  } {
    this.#life.check("parameters");
    const { startprob, transmat, emission } = this.#model;
    return { startprob: startprob.slice(), transmat: transmat.slice(), emission: emission.snapshot() };
  }

  /** Baum-Welch. NaN is missing; zeros stay zero. */
  async fit(sequences: Sequences, options: HmmFitOptions = {}): Promise<EmReport> {
    const who = this.#life.check("fit");
    const own = ["prior", "floor"];
    checkEmOptions(who, options, own);
    const { prior, floor, ...em } = options;
    const data = this.#model.emission.flatten(who, sequences);
    const training = new HmmTraining(
      who,
      this.#space,
      this.#algebra,
      this.#model,
      data,
      readPrior(who, prior),
      inRange(who, "floor", floor ?? 1e-6, 0),
      !this.#fitted,
    );
    const report = await expectationMaximization(who, training, em, own);
    this.#life.check("fit");
    this.#fitted = true;
    return report;
  }

  /** ln p(sequences), nats; -∞ where something is impossible. */
  logLikelihood(sequences: Sequences): number {
    return this.#scores("logLikelihood", sequences).reduce((sum, x) => sum + x, 0);
  }

  /** ln p of each sequence, nats. */
  score<S extends Sequences>(sequences: S): Each<S, number> {
    return each(sequences, this.#scores("score", sequences));
  }

  /** p(state_t | y) [T,K] of each sequence. */
  posterior<S extends Sequences>(sequences: S): Each<S, Float64Array> {
    return each(
      sequences,
      this.#each("posterior", sequences, (who, T, y) =>
        this.#space.take(this.#space.run(who, T, this.#model.emission.rows(this.#space, y)).gamma, T),
      ),
    );
  }

  /** The most probable path of each sequence; ties go to the lower state. */
  viterbi<S extends Sequences>(sequences: S): Each<S, ViterbiPath> {
    return each(
      sequences,
      this.#each("viterbi", sequences, (who, T, y) =>
        this.#space.viterbi(who, T, this.#model.emission.rows(this.#space, y)),
      ),
    );
  }

  /** y_t given y_1..y_{t-1}: one step ahead, for each sequence. */
  predict<S extends Sequences>(sequences: S): Each<S, HmmPrediction> {
    return each(
      sequences,
      this.#each("predict", sequences, (who, T, y) => {
        const states = this.#space.predicted(T, this.#forward(who, T, y).alpha).slice(0, T * this.#model.K);
        return { states, ...this.#model.emission.outputs(T, states) };
      }),
    );
  }

  /** The next `steps` outputs after `history` (default: from the start). */
  forecast(steps: number, options: { history?: Sequences } = {}): HmmPrediction {
    const who = this.#life.check("forecast");
    const { K, transmat, startprob, emission } = this.#model;
    knownOptions(who, options, ["history"]);
    whole(who, "steps", steps, 1);
    const { history } = options;
    let state: Float64Array = startprob.slice();
    if (history !== undefined) {
      const data = emission.flatten(`${who}: history`, history);
      const T = data[0].length / emission.width;
      if (data.length !== 1) throw new DataError(`${who}: history has ${data.length} sequences, want one`);
      this.#begin();
      state = this.#space.predicted(T, this.#forward(who, T, data[0]).alpha).slice(T * K);
    }
    const states = new Float64Array(steps * K);
    for (let t = 0; t < steps; ++t) {
      states.set(state, t * K);
      state = this.#algebra.multiply(1, K, K, state, transmat);
    }
    return { states, ...emission.outputs(steps, states) };
  }

  /** A drawn sequence [length,D] and its states. */
  sample(length: number, options: { seed?: number } = {}): { sequence: Float64Array; states: Int32Array } {
    const who = this.#life.check("sample");
    const { K, transmat, startprob, emission, seed } = this.#model;
    const D = emission.width;
    knownOptions(who, options, ["seed"]);
    whole(who, "length", length, 1);
    const random = new Random(
      this.engine,
      whole(who, "seed", options.seed ?? seed, 0, Number.MAX_SAFE_INTEGER),
    );
    const sequence = new Float64Array(length * D);
    const states = new Int32Array(length);
    for (let t = 0; t < length; ++t) {
      states[t] = random.choice(
        t === 0 ? startprob : transmat.subarray(states[t - 1] * K, (states[t - 1] + 1) * K),
      );
      sequence.set(emission.sample(states[t], random), t * D);
    }
    return { sequence, states };
  }

  /** safetensors: parameters and spec. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    const {
      spec: { states, emission: name, symbols, dimension, topology, tie },
      K,
      startprob,
      transmat,
      emission,
      seed,
      given,
    } = this.#model;
    return writeTensors(
      {
        model: "hmm",
        spec: { states, emission: name, symbols, dimension, topology, tie, seed },
        given,
        fitted: this.#fitted,
      },
      [
        { name: "startprob", shape: [K], data: startprob },
        { name: "transmat", shape: [K, K], data: transmat },
        ...emission.tensors(),
      ],
    );
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    if (!this.#life.end()) return;
    this.#space.dispose();
    this.#algebra.dispose();
    this.#model.emission.dispose();
  }

  #begin(): void {
    this.#space.load(this.#model.startprob, this.#model.transmat);
    this.#space.begin();
  }

  #each<T>(method: string, sequences: Sequences, use: (who: string, T: number, y: Float64Array) => T): T[] {
    const who = this.#life.check(method);
    const { emission } = this.#model;
    const data = emission.flatten(who, sequences);
    return data.map((y, i) => {
      this.#begin();
      return use(`${who}: sequence ${i}`, y.length / emission.width, y);
    });
  }

  #scores(method: string, sequences: Sequences): number[] {
    return this.#each(
      method,
      sequences,
      (who, T, y) =>
        this.#space.run(who, T, this.#model.emission.rows(this.#space, y), { backward: false }).logLikelihood,
    );
  }

  #forward(who: string, T: number, y: Float64Array): ForwardPass {
    const pass = this.#space.run(who, T, this.#model.emission.rows(this.#space, y), { backward: false });
    if (pass.logLikelihood === -Infinity)
      throw new DataError(`${who}: a step is impossible in every state that can be reached`);
    return pass;
  }
}

async function create(spec: HmmSpec): Promise<Hmm> {
  const algebra = new Algebra(await inferenceEngine());
  try {
    return new Hmm(algebra, readHmmSpec("hmm", spec, algebra), false);
  } catch (error) {
    algebra.dispose();
    throw error;
  }
}

/** A model from the bytes of `save`. Throws DataError on others. */
async function load(bytes: Uint8Array | ArrayBuffer): Promise<Hmm> {
  const { header, tensor, names } = readModel(bytes, "hmm");
  const spec = header.spec as HmmSpec;
  const K = spec.states;
  const algebra = new Algebra(await inferenceEngine());
  try {
    const emissionParameters = Object.fromEntries(
      names
        .filter((name) => name.startsWith("emission."))
        .map((name) => [name.slice("emission.".length), tensor(name)]),
    ) as unknown as EmissionParameters;
    const model = readHmmSpec(
      "hmm.load",
      { ...spec, startprob: tensor("startprob", K), transmat: tensor("transmat", K * K), emissionParameters },
      algebra,
    );
    model.startprob = tensor("startprob", K); // as saved, to the bit
    model.transmat = tensor("transmat", K * K);
    model.emission.restore(emissionParameters as unknown as Record<string, Float64Array>);
    return new Hmm(
      algebra,
      { ...model, spec, given: header.given as HmmStart["given"] },
      header.fitted === true,
    );
  } catch (error) {
    algebra.dispose();
    throw error;
  }
}

/** Builds a hidden Markov model: `const h = await hmm({ states: 3, emission: "poisson" })`. */
export const hmm: ((spec: HmmSpec) => Promise<Hmm>) & {
  load(bytes: Uint8Array | ArrayBuffer): Promise<Hmm>;
} = Object.assign(create, { load });
