/**
 * A hidden Markov model: a hidden state out of K, moving by a transition matrix, emitting symbols, counts or
 * vectors. Inference is exact: scaled forward-backward, in log space where scaling would lose a state, and
 * Viterbi; learning is Baum-Welch (Rabiner 1989).
 */
import { DataError, knownOptions, whole, seedOption } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import {
  ForwardBackward,
  impossibleStep,
  type EmissionRows,
  type Filtered,
  type ViterbiPath,
} from "../../inference/forward-backward.ts";
import type { Algebra } from "../../inference/matrix.ts";
import { each, type Each, type Sequences } from "../../data/sequence.ts";
import type { EmReport } from "../../train/em.ts";
import { DISPOSE, Lifetime } from "../lifetime.ts";
import { SingleFit } from "../single-fit.ts";
import { criteria, type Criteria } from "./criteria.ts";
import { saveHmm } from "./file.ts";
import { drawn, expected, type HmmSample, type Onward } from "./generate.ts";
import { runFit, type HmmFitOptions } from "./run-fit.ts";
import { drawPaths, likeliestPaths, pairPosteriors } from "./paths.ts";
import type { HmmSnapshot } from "./fit.ts";
import type { HmmOrigin, HmmStart } from "./spec.ts";
import { stationary } from "./stationary.ts";
import { HmmStream, type HmmPrediction } from "./stream.ts";

/** p(state_t | y_≤t) and what it says of the data. */
export interface HmmFiltered {
  /** [T,K] p(state_t | y_≤t). */
  readonly states: Float64Array;
  /** ln p(y), nats. */
  readonly logLikelihood: number;
  /** [T] ln p(y_t | y_<t), nats. */
  readonly logLikelihoods: Float64Array;
}

/** One sequence in the workspace: who speaks, its steps, and its densities. */
interface Run {
  readonly who: string;
  readonly T: number;
  readonly y: Float64Array;
  readonly rows: EmissionRows;
}

/** A hidden Markov model. */
export class Hmm {
  /** Where it computes. */
  readonly engine: InferenceEngine;
  readonly #model: HmmStart;
  readonly #space: ForwardBackward;
  readonly #algebra: Algebra;
  readonly #life: Lifetime;
  #fitted: boolean;
  readonly #fits: SingleFit;

  /** Use `hmm(spec)`. name: in the words of errors. */
  constructor(algebra: Algebra, model: HmmStart, { fitted, name = "hmm" }: HmmOrigin) {
    this.#life = new Lifetime(name);
    this.#fits = new SingleFit(this.#life);
    this.engine = algebra.engine;
    this.#algebra = algebra;
    this.#model = model;
    this.#space = new ForwardBackward(algebra.engine, model.K);
    this.#fitted = fitted;
  }

  /** Copies: startprob [K], transmat [K,K], and the emission's arrays by name. */
  get parameters(): HmmSnapshot {
    this.#life.check("parameters");
    const { startprob, transmat, emission } = this.#model;
    return { startprob: startprob.slice(), transmat: transmat.slice(), emission: emission.snapshot() };
  }

  /**
   * Baum-Welch. NaN is missing; zeros stay zero. While it runs the model has the best parameters so far, and
   * may be read. Throws OptionError, DataError, ShapeError; NumericError where no start comes through;
   * DisposedError where the model was disposed meanwhile.
   */
  async fit(sequences: Sequences, options: HmmFitOptions = {}): Promise<EmReport> {
    const who = this.#fits.check("fit");
    return this.#fits.run(async () => {
      const report = await runFit(who, this.#model, { sequences, fresh: !this.#fitted }, options, () => {
        this.#life.check("fit");
      });
      this.#fitted = true;
      return report;
    });
  }

  /** ln p(sequences), nats; -∞ where something is impossible. */
  logLikelihood(sequences: Sequences): number {
    return this.#scores("logLikelihood", sequences).reduce((sum, x) => sum + x, 0);
  }

  /** ln p of each sequence, nats. */
  score<S extends Sequences>(sequences: S): Each<S, number> {
    return each(sequences, this.#scores("score", sequences));
  }

  /** Akaike's and Schwarz's criteria of the data, with the free parameters that they count. */
  criteria(sequences: Sequences): Criteria {
    const who = this.#life.check("criteria");
    const data = this.#model.emission.flatten(who, sequences);
    return criteria(this.#model, this.#algebra, { data, logLikelihood: this.logLikelihood(sequences) });
  }

  /** p(state_t | y_≤t) of each sequence. Throws DataError where a step is impossible. */
  filter<S extends Sequences>(sequences: S): Each<S, HmmFiltered> {
    const answers = this.#each("filter", sequences, (run) => {
      const { alpha, ll, logLikelihood } = this.#filtered(run);
      const { memory } = this.engine;
      return {
        states: this.#space.chain.take(alpha, run.T),
        logLikelihood,
        logLikelihoods: new Float64Array(memory.reals(ll, run.T)),
      };
    });
    return each(sequences, answers);
  }

  /** p(state_t | y) [T,K] of each sequence. */
  posterior<S extends Sequences>(sequences: S): Each<S, Float64Array> {
    return each(
      sequences,
      this.#each("posterior", sequences, (run) => this.#gamma(run)),
    );
  }

  /** p(state_t = i, state_{t+1} = j | y) [T-1,K,K] of each sequence. */
  pairPosterior<S extends Sequences>(sequences: S): Each<S, Float64Array> {
    const { K } = this.#model;
    const answers = this.#each("pairPosterior", sequences, (run) =>
      pairPosteriors(this.#algebra, this.#gamma(run), K, this.#logs(run)),
    );
    return each(sequences, answers);
  }

  /** Paths of states [T] drawn from p(states | y), `count` of each sequence. */
  samplePosterior<S extends Sequences>(
    sequences: S,
    options: { count?: number; seed?: number } = {},
  ): Each<S, Int32Array[]> {
    const who = this.#life.check("samplePosterior");
    knownOptions(who, options, ["count", "seed"]);
    const { K } = this.#model;
    const count = whole(who, "count", options.count ?? 1, 1);
    const random = this.#random(who, options.seed);
    const answers = this.#each("samplePosterior", sequences, (run) =>
      drawPaths(this.#algebra, random, { K, T: run.T, count }, this.#logs(run)),
    );
    return each(sequences, answers);
  }

  /** The most probable path of each sequence; ties go to the lower state. */
  viterbi<S extends Sequences>(sequences: S): Each<S, ViterbiPath> {
    const answers = this.#each("viterbi", sequences, ({ who, T, rows }) => this.#space.viterbi(who, T, rows));
    return each(sequences, answers);
  }

  /** The `paths` most probable paths of each sequence, best first. */
  bestPaths<S extends Sequences>(sequences: S, options: { paths: number }): Each<S, ViterbiPath[]> {
    const method = this.#life.check("bestPaths");
    knownOptions(method, options, ["paths"]);
    const count = whole(method, "paths", options?.paths, 1);
    const answers = this.#each("bestPaths", sequences, ({ who, T, rows }) => {
      const { K, startprob, transmat } = this.#model;
      const logb = this.#space.chain.takeRows(rows.logb, rows.rows, T);
      const logStart = this.#algebra.log(startprob);
      const logA = this.#algebra.log(transmat);
      return likeliestPaths(who, count, { K, T, logStart, logA, logb });
    });
    return each(sequences, answers);
  }

  /** y_t given y_1..y_{t-1}: one step ahead, for each sequence. */
  predict<S extends Sequences>(sequences: S): Each<S, HmmPrediction> {
    const answers = this.#each("predict", sequences, (run) => {
      const { T, y } = run;
      const states = this.#space.predicted(T, this.#filtered(run).alpha).slice(0, T * this.#model.K);
      const { emission } = this.#model;
      return { states, ...emission.outputs(T, states, y.subarray(0, (T - 1) * emission.width)) };
    });
    return each(sequences, answers);
  }

  /** The next `steps` outputs after `history` (default: from the start). */
  forecast(steps: number, options: { history?: Sequences } = {}): HmmPrediction {
    const who = this.#life.check("forecast");
    knownOptions(who, options, ["history"]);
    whole(who, "steps", steps, 1);
    return expected(this.#algebra, this.#model, steps, this.#next("forecast", options.history));
  }

  /** A drawn sequence [length,D] and its states, which go on after `history` (default: from the start). */
  sample(length: number, options: { history?: Sequences; seed?: number } = {}): HmmSample {
    const who = this.#life.check("sample");
    knownOptions(who, options, ["history", "seed"]);
    whole(who, "length", length, 1);
    const random = this.#random(who, options.seed);
    return drawn(random, this.#model, length, this.#next("sample", options.history));
  }

  /** One sequence, a step at a time, with the parameters of this moment. */
  stream(): HmmStream {
    const { emissions } = this.#model;
    const source = {
      who: this.#life.check("stream"),
      algebra: this.#algebra,
      state: () => this.#model,
      makeEmission: () => emissions.make(this.#algebra),
      check: () => this.#life.check("stream"),
    };
    return new HmmStream(source, this.#life);
  }

  /** The distribution [K] that the chain settles to. Throws NumericError where it is not unique. */
  stationary(): Float64Array {
    const who = this.#life.check("stationary");
    return stationary(who, this.#model.K, this.#model.transmat);
  }

  /** safetensors: parameters and spec. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    return saveHmm(this.#model, { fitted: this.#fitted });
  }

  /**
   * Gives all memory back, and ends a fit. Later calls throw DisposedError; a second dispose does nothing.
   */
  dispose(): void {
    if (!this.#life.end()) return;
    this.#space.dispose();
    this.#algebra.dispose();
    this.#model.emission.dispose();
  }

  /** `using model = await hmm(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }

  #random(who: string, seed = this.#model.seed): Random {
    return new Random(this.engine, seedOption(who, seed), streams.samples);
  }

  #each<T>(method: string, sequences: Sequences, use: (run: Run) => T): T[] {
    const who = this.#life.check(method);
    const { emission, startprob, transmat } = this.#model;
    const data = emission.flatten(who, sequences);
    return data.map((y, i) => {
      this.#space.load(startprob, transmat);
      this.#space.reset();
      const rows = emission.rows(this.#space, y);
      return use({ who: `${who}: sequence ${i}`, T: y.length / emission.width, y, rows });
    });
  }

  #scores(method: string, sequences: Sequences): number[] {
    return this.#each(
      method,
      sequences,
      ({ who, T, rows }) => this.#space.filter(who, T, rows).logLikelihood,
    );
  }

  #filtered({ who, T, rows }: Run): Filtered {
    const pass = this.#space.filter(who, T, rows);
    if (pass.impossible >= 0) throw impossibleStep(who, pass.impossible);
    return pass;
  }

  #gamma({ who, T, rows }: Run): Float64Array {
    return this.#space.chain.take(this.#space.smooth(who, T, rows).gamma, T);
  }

  #logs({ who, T, rows }: Run): { logAlpha: Float64Array; logA: Float64Array } {
    const logAlpha = this.#space.logFilter(who, T, rows);
    return { logAlpha, logA: this.#algebra.log(this.#model.transmat) };
  }

  /** p(state of the next step | history) [K], and the history. */
  #next(method: string, history: Sequences | undefined): Onward {
    if (history === undefined) return { next: this.#model.startprob.slice(), past: new Float64Array(0) };
    const { K } = this.#model;
    const all = this.#each(method, history, (run) => ({
      next: this.#space.predicted(run.T, this.#filtered(run).alpha).slice(run.T * K),
      past: run.y,
    }));
    if (all.length === 1) return all[0];
    throw new DataError(`${this.#life.check(method)}: history has ${all.length} sequences, want one`);
  }
}
