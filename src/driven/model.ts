/**
 * A hidden Markov model that inputs drive (Bengio & Frasconi 1996): u_t says how likely the ways into step t
 * are, a multinomial logit in each row, and moves what step t emits, a regression in each state. Inference is
 * exact; learning is EM with Newton steps for the logits.
 */
import { DataError, knownOptions, seedOption, whole } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import { each, flattenInputs, type Each, type Sequences } from "../data/sequence.ts";
import type { ViterbiPath } from "../inference/forward-backward.ts";
import type { InferenceEngine } from "../inference/inference-engine.ts";
import type { Algebra } from "../inference/matrix.ts";
import { emOptionNames, expectationMaximization, type EmReport } from "../train/em.ts";
import type { HmmFiltered } from "../models/hmm/model.ts";
import type { HmmSample } from "../models/hmm/generate.ts";
import { DISPOSE, Lifetime } from "../models/lifetime.ts";
import { SingleFit } from "../models/single-fit.ts";
import { saveIohmm } from "./file.ts";
import { bestPath, forward, smooth, stepped, type Chain } from "./passes.ts";
import { outputsOf, type IohmmOutputs } from "./outputs.ts";
import type { Driven } from "./emission.ts";
import { copied, type IohmmParameters, type IohmmStart } from "./spec.ts";
import { IohmmStream } from "./stream.ts";
import {
  IohmmTraining,
  chainOf,
  ownOptions,
  readFitOptions,
  type IohmmFitOptions,
  type Observations,
} from "./training.ts";
import { transitionsAt } from "./transitions.ts";
import { designOf, plainUnits } from "./units.ts";

export type { IohmmOutputs };
/** p(state_t | y_≤t, u_≤t) and what it says of the data. */
export type IohmmFiltered = HmmFiltered;

/** The inputs beside data: as many sequences and steps, [T,m] each. */
export interface WithInputs {
  /** u_t drives the way into step t, and its emission. */
  readonly inputs?: Sequences;
}

/** How to forecast. */
export interface IohmmForecastOptions extends WithInputs {
  /** What came before, one sequence; `inputs` are those of history and future. Default: the start. */
  readonly history?: Sequences;
}

/** How to draw. */
export interface IohmmSampleOptions extends IohmmForecastOptions {
  /** Default: that of the spec. */
  readonly seed?: number;
}

/** One sequence in hand. */
interface Run {
  readonly who: string;
  readonly data: Driven;
  readonly chain: Chain;
}

/** Where a chain goes on: p(state of the step before) [K], if there was one, and x [steps,R]. */
interface Onward {
  readonly before: Float64Array | undefined;
  readonly X: Float64Array;
}

/** A hidden Markov model that inputs drive. */
export class Iohmm {
  /** Where it computes. */
  readonly engine: InferenceEngine;
  readonly #algebra: Algebra;
  readonly #model: IohmmStart;
  readonly #life: Lifetime;
  #fitted: boolean;
  readonly #fits: SingleFit;

  /** Use `iohmm(spec)`. */
  constructor(algebra: Algebra, model: IohmmStart, { fitted }: { readonly fitted: boolean }) {
    this.engine = algebra.engine;
    this.#life = new Lifetime("iohmm", this);
    this.#fits = new SingleFit(this.#life);
    this.#algebra = this.#life.own(algebra);
    this.#model = model;
    this.#fitted = fitted;
  }

  /**
   * Copies: startprob [K], transitions [K,K,1+m], coefficients [K,D,1+m] (of symbols [K,M,1+m]), covariances
   * [K,D,D].
   */
  get parameters(): IohmmParameters {
    this.#life.check("parameters");
    return copied(this.#model.parameters);
  }

  /**
   * EM. NaN is missing in y, never in inputs. While it runs the model has the best parameters so far, and may
   * be read. Throws OptionError, DataError, ShapeError; NumericError where no start comes through.
   */
  async fit(sequences: Sequences, options: IohmmFitOptions & WithInputs = {}): Promise<EmReport> {
    const who = this.#fits.check("fit");
    knownOptions(who, options, [...emOptionNames, ...ownOptions]);
    const data = this.#observations(who, sequences, options.inputs);
    const { parameters: before } = this.#model;
    const task = { ...data, ...readFitOptions(who, options, this.#model.emission), fresh: !this.#fitted };
    const show = (found: IohmmParameters): void => {
      this.#model.parameters = found;
    };
    const check = (): void => void this.#life.check("fit");
    const training = new IohmmTraining(who, this.#model, task, { check, improved: show });
    const maximize = async (): Promise<EmReport> => {
      const report = await expectationMaximization(who, training, options, ownOptions);
      check();
      show(training.snapshot());
      this.#fitted = true;
      return report;
    };
    try {
      return await this.#fits.run(maximize, () => show(before));
    } finally {
      training.dispose();
    }
  }

  /** ln p(sequences | inputs), nats. */
  logLikelihood(sequences: Sequences, options: WithInputs = {}): number {
    return this.#passes("logLikelihood", sequences, options).reduce((sum, x) => sum + x.logLikelihood, 0);
  }

  /** ln p of each sequence, nats. */
  score<S extends Sequences>(sequences: S, options: WithInputs = {}): Each<S, number> {
    const scores = this.#passes("score", sequences, options).map(({ logLikelihood }) => logLikelihood);
    return each(sequences, scores);
  }

  /** p(state_t | y_≤t, u_≤t) [T,K] of each sequence. */
  filter<S extends Sequences>(sequences: S, options: WithInputs = {}): Each<S, IohmmFiltered> {
    const answers = this.#passes("filter", sequences, options).map(
      ({ filtered: states, logLikelihood, logLikelihoods }) => ({ states, logLikelihood, logLikelihoods }),
    );
    return each(sequences, answers);
  }

  /** p(state_t | y, u) [T,K] of each sequence. */
  posterior<S extends Sequences>(sequences: S, options: WithInputs = {}): Each<S, Float64Array> {
    const answers = this.#runs("posterior", sequences, options).map(
      ({ who, chain }) => smooth(chain, forward(who, this.#algebra, chain)).gamma,
    );
    return each(sequences, answers);
  }

  /** p(state_t = i, state_{t+1} = j | y, u) [T-1,K,K] of each sequence. */
  pairPosterior<S extends Sequences>(sequences: S, options: WithInputs = {}): Each<S, Float64Array> {
    const answers = this.#runs("pairPosterior", sequences, options).map(
      ({ who, chain }) => smooth(chain, forward(who, this.#algebra, chain)).pairs,
    );
    return each(sequences, answers);
  }

  /** The most probable path of each sequence; ties go to the lower state. */
  viterbi<S extends Sequences>(sequences: S, options: WithInputs = {}): Each<S, ViterbiPath> {
    const answers = this.#runs("viterbi", sequences, options).map(({ chain }) =>
      bestPath(this.#algebra, chain),
    );
    return each(sequences, answers);
  }

  /** y_t given y_1..y_{t-1} and u_1..u_t: one step ahead, for each sequence. */
  predict<S extends Sequences>(sequences: S, options: WithInputs = {}): Each<S, IohmmOutputs> {
    const answers = this.#runs("predict", sequences, options).map(({ who, data, chain }) => {
      const { predicted } = forward(who, this.#algebra, chain);
      return outputsOf(this.#algebra, this.#model, predicted, data.X);
    });
    return each(sequences, answers);
  }

  /** The next `steps` outputs. `inputs`: one sequence of history and future. */
  forecast(steps: number, options: IohmmForecastOptions = {}): IohmmOutputs {
    const who = this.#life.check("forecast");
    knownOptions(who, options, ["history", "inputs"]);
    whole(who, "steps", steps, 1);
    const { sizes, parameters } = this.#model;
    const { K } = sizes;
    const { before, X } = this.#next(who, steps, options);
    const A = transitionsAt(this.#algebra, K, parameters.transitions, X);
    const states = new Float64Array(steps * K);
    let now = before;
    for (let t = 0; t < steps; ++t) {
      now = now ? stepped(K, now, A.subarray(t * K * K, (t + 1) * K * K)) : parameters.startprob;
      states.set(now, t * K);
    }
    return outputsOf(this.#algebra, this.#model, states, X);
  }

  /** A drawn sequence [length,D] and its states. `inputs`: one sequence of history and future. */
  sample(length: number, options: IohmmSampleOptions = {}): HmmSample {
    const who = this.#life.check("sample");
    knownOptions(who, options, ["history", "inputs", "seed"]);
    whole(who, "length", length, 1);
    const { sizes, parameters, spec, emission } = this.#model;
    const { K, D, R } = sizes;
    const seed = seedOption(who, options.seed ?? spec.seed);
    const random = new Random(this.engine, seed, streams.samples);
    const { before, X } = this.#next(who, length, options);
    const A = transitionsAt(this.#algebra, K, parameters.transitions, X);
    const sequence = new Float64Array(length * D);
    const states = new Int32Array(length);
    let p = before ? stepped(K, before, A.subarray(0, K * K)) : parameters.startprob;
    for (let t = 0; t < length; ++t) {
      const state = random.choice(p);
      states[t] = state;
      const x = X.slice(t * R, (t + 1) * R);
      sequence.set(emission.draw(this.#algebra, sizes, parameters, { state, x, random }), t * D);
      const row = ((t + 1) * K + state) * K;
      p = A.subarray(row, row + K);
    }
    return { sequence, states };
  }

  /** One sequence, a step at a time, with the parameters of this moment. */
  stream(): IohmmStream {
    this.#life.check("stream");
    return new IohmmStream(this.#algebra, this.#model, this.#life);
  }

  /** safetensors: parameters and spec. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    return saveIohmm(this.#model, { fitted: this.#fitted });
  }

  /** Gives all memory back, and ends a fit. Later calls throw DisposedError. */
  dispose(): void {
    this.#life.end();
  }

  /** `using model = await iohmm(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #observations(who: string, sequences: Sequences, inputs: Sequences | undefined): Observations {
    const { sizes, spec, emission } = this.#model;
    const y = emission.flatten(who, sequences, sizes.D);
    const lengths = y.map((one) => one.length / sizes.D);
    return { y, u: flattenInputs(who, inputs, spec.input, lengths)! };
  }

  #driven(y: Float64Array, u: Float64Array): Driven {
    const { sizes, spec } = this.#model;
    return { T: y.length / sizes.D, y, X: designOf(u, spec.input, plainUnits(spec.input)) };
  }

  #runs(method: string, sequences: Sequences, options: WithInputs): Run[] {
    const who = this.#life.check(method);
    knownOptions(who, options, ["inputs"]);
    const { y, u } = this.#observations(who, sequences, options.inputs);
    return y.map((one, i) => {
      const data = this.#driven(one, u[i]);
      const chain = chainOf(this.#algebra, this.#model, this.#model.parameters, data);
      return { who: `${who}: sequence ${i}`, data, chain };
    });
  }

  #passes(method: string, sequences: Sequences, options: WithInputs): ReturnType<typeof forward>[] {
    return this.#runs(method, sequences, options).map(({ who, chain }) => forward(who, this.#algebra, chain));
  }

  #next(who: string, steps: number, { history, inputs }: IohmmForecastOptions): Onward {
    const { sizes, spec, emission } = this.#model;
    const { K, D, R } = sizes;
    const past = history === undefined ? [] : emission.flatten(`${who}: history`, history, D);
    if (past.length > 1) throw new DataError(`${who}: history has ${past.length} sequences, want one`);
    const T = (past[0]?.length ?? 0) / D;
    const [u] = flattenInputs(who, inputs, spec.input, [T + steps])!;
    const X = designOf(u, spec.input, plainUnits(spec.input));
    if (T === 0) return { before: undefined, X };
    const data = { T, y: past[0], X: X.slice(0, T * R) };
    const chain = chainOf(this.#algebra, this.#model, this.#model.parameters, data);
    const { filtered } = forward(who, this.#algebra, chain);
    return { before: filtered.slice((T - 1) * K), X: X.slice(T * R) };
  }
}
