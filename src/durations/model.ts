/**
 * A hidden semi-Markov model: a hidden state out of N that lasts d steps with probability p(d | state), then
 * goes to another one. It is computed as a hidden Markov model of N·D steps (expansion.ts), so inference is
 * exact, and what it says is of the N states.
 */
import { knownOptions } from "../wasm/errors.ts";
import type { InferenceEngine } from "../inference/inference-engine.ts";
import type { ViterbiPath } from "../inference/forward-backward.ts";
import type { Algebra } from "../inference/matrix.ts";
import { mapEach, type Each, type Sequences } from "../data/sequence.ts";
import { emOptionNames, type EmOptions, type EmReport } from "../train/em.ts";
import { emissionPriorNames, type EmissionPrior } from "../models/hmm/emissions/beliefs.ts";
import type { HmmSample } from "../models/hmm/generate.ts";
import { Hmm, type HmmFiltered } from "../models/hmm/model.ts";
import type { HmmPrediction } from "../models/hmm/stream.ts";
import { DISPOSE, Lifetime } from "../models/lifetime.ts";
import { SingleFit } from "../models/single-fit.ts";
import { criteria, freeProbabilities, type Criteria } from "../models/hmm/criteria.ts";
import { statesOf, summed, summedPairs } from "./expansion.ts";
import { saveHsmm } from "./file.ts";
import { HsmmStream, ofStates } from "./stream.ts";
import type { HsmmParameters, HsmmStart } from "./spec.ts";

/** Priors of the emission, as in a hidden Markov model. */
export type HsmmPrior = EmissionPrior;

/** How to fit. */
export interface HsmmFitOptions extends EmOptions {
  /** EM then maximizes the posterior. */
  readonly prior?: HsmmPrior;
  /** Smallest variance of a Gaussian in any direction, relative to the data's variances. Default 1e-6. */
  readonly floor?: number;
}

/** A hidden semi-Markov model. */
export class Hsmm {
  /** Where it computes. */
  readonly engine: InferenceEngine;
  readonly #model: HsmmStart;
  readonly #steps: Hmm;
  readonly #algebra: Algebra;
  readonly #life = new Lifetime("hsmm");
  #fitted: boolean;
  readonly #fits = new SingleFit(this.#life);

  /** Use `hsmm(spec)`. */
  constructor(algebra: Algebra, model: HsmmStart, { fitted }: { readonly fitted: boolean }) {
    this.engine = algebra.engine;
    this.#algebra = algebra;
    this.#model = model;
    this.#steps = new Hmm(algebra, model.steps, { fitted, name: "hsmm" });
    this.#fitted = fitted;
  }

  /** Copies: startprob [N], transmat [N,N], durations [N,D], and the emission's arrays by name. */
  get parameters(): HsmmParameters {
    this.#life.check("parameters");
    const { emission } = this.#steps.parameters;
    const { startprob, transmat, durations } = this.#model.tables;
    return {
      startprob: startprob.slice(),
      transmat: transmat.slice(),
      durations: durations.slice(),
      emission,
    };
  }

  /**
   * EM (Baum-Welch on the steps). NaN is missing; zeros stay zero. While it runs the model has the best
   * parameters so far, and may be read. A fit starts from the tables that the model has; restarts draw the
   * emissions anew. Throws as `hmm.fit` does.
   */
  async fit(sequences: Sequences, options: HsmmFitOptions = {}): Promise<EmReport> {
    knownOptions("hsmm.fit", options, [...emOptionNames, "prior", "floor"]);
    knownOptions("hsmm.fit: prior", options.prior, emissionPriorNames);
    this.#fits.check("fit");
    const { tables } = this.#model;
    return this.#fits.run(
      async () => {
        const report = await this.#steps.fit(sequences, options);
        this.#fitted = true;
        return report;
      },
      () => {
        this.#model.tables = tables;
      },
    );
  }

  /** ln p(sequences), nats; -∞ where something is impossible. The last segment may go on after the data. */
  logLikelihood(sequences: Sequences): number {
    return this.#steps.logLikelihood(sequences);
  }

  /** ln p of each sequence, nats. */
  score<S extends Sequences>(sequences: S): Each<S, number> {
    return this.#steps.score(sequences);
  }

  /** Akaike's and Schwarz's criteria of the data, with the free parameters that they count. */
  criteria(sequences: Sequences): Criteria {
    const who = this.#life.check("criteria");
    const { D, tables, states, steps } = this.#model;
    const data = states.emission.flatten(who, sequences);
    const logLikelihood = this.logLikelihood(sequences);
    const more = steps.fixed.has("durations") ? 0 : freeProbabilities(tables.durations, D);
    return criteria({ ...states, ...tables }, this.#algebra, { data, logLikelihood, more });
  }

  /** p(state_t | y_≤t) [T,N] of each sequence. Throws DataError where a step is impossible. */
  filter<S extends Sequences>(sequences: S): Each<S, HmmFiltered> {
    return mapEach(sequences, this.#steps.filter(sequences), (x) => ofStates(this.#model.D, x));
  }

  /** p(state_t | y) [T,N] of each sequence. */
  posterior<S extends Sequences>(sequences: S): Each<S, Float64Array> {
    return mapEach(sequences, this.#steps.posterior(sequences), (x) => summed(this.#model.D, x));
  }

  /** p(state_t = i, state_{t+1} = j | y) [T-1,N,N] of each sequence; i = j where a segment goes on. */
  pairPosterior<S extends Sequences>(sequences: S): Each<S, Float64Array> {
    const { N, D } = this.#model;
    return mapEach(sequences, this.#steps.pairPosterior(sequences), (x) => summedPairs(N, D, x));
  }

  /** Paths of states [T] drawn from p(states | y), `count` of each sequence. */
  samplePosterior<S extends Sequences>(
    sequences: S,
    options: { count?: number; seed?: number } = {},
  ): Each<S, Int32Array[]> {
    const drawn = this.#steps.samplePosterior(sequences, options);
    return mapEach(sequences, drawn, (paths) => paths.map((path) => statesOf(this.#model.D, path)));
  }

  /**
   * The most probable states of each sequence, and ln p(states, y): as no state follows itself, they are the
   * segments too. Ties go to the lower state.
   */
  viterbi<S extends Sequences>(sequences: S): Each<S, ViterbiPath> {
    return mapEach(sequences, this.#steps.viterbi(sequences), (x) => ({
      ...x,
      states: statesOf(this.#model.D, x.states),
    }));
  }

  /** The `paths` most probable paths of each sequence, best first: no two are the same states. */
  bestPaths<S extends Sequences>(sequences: S, options: { paths: number }): Each<S, ViterbiPath[]> {
    const { D } = this.#model;
    return mapEach(sequences, this.#steps.bestPaths(sequences, options), (paths) =>
      paths.map((x) => ({ ...x, states: statesOf(D, x.states) })),
    );
  }

  /** y_t given y_1..y_{t-1}: one step ahead, for each sequence. */
  predict<S extends Sequences>(sequences: S): Each<S, HmmPrediction> {
    return mapEach(sequences, this.#steps.predict(sequences), (x) => ofStates(this.#model.D, x));
  }

  /** The next `steps` outputs after `history` (default: from the start). */
  forecast(steps: number, options: { history?: Sequences } = {}): HmmPrediction {
    return ofStates(this.#model.D, this.#steps.forecast(steps, options));
  }

  /** A drawn sequence [length,D] and its states, which go on after `history` (default: from the start). */
  sample(length: number, options: { history?: Sequences; seed?: number } = {}): HmmSample {
    const { sequence, states } = this.#steps.sample(length, options);
    return { sequence, states: statesOf(this.#model.D, states) };
  }

  /** One sequence, a step at a time, with the parameters of this moment. */
  stream(): HsmmStream {
    return new HsmmStream(this.#steps.stream(), this.#model.D);
  }

  /** The share of time [N] that the model settles to spend in each state. Throws where it is not unique. */
  stationary(): Float64Array {
    return summed(this.#model.D, this.#steps.stationary());
  }

  /** safetensors: parameters and spec. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    return saveHsmm(this.#model, { fitted: this.#fitted });
  }

  /**
   * Gives all memory back, and ends a fit. Later calls throw DisposedError; a second dispose does nothing.
   */
  dispose(): void {
    if (this.#life.end()) this.#steps.dispose();
  }

  /** `using model = await hsmm(spec)`. */
  [DISPOSE](): void {
    this.dispose();
  }
}
