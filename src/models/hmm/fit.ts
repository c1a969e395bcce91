/**
 * Baum-Welch (Baum et al. 1970): EM of a hidden Markov model on many sequences, with Dirichlet priors,
 * structural zeros, parameters held fixed, and states known at some steps.
 */
import { inRange, knownOptions } from "../../wasm/errors.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { ForwardBackward } from "../../inference/forward-backward.ts";
import { Algebra } from "../../inference/matrix.ts";
import type { EmModel } from "../../train/em.ts";
import { checkEmissionPrior, emissionPriorNames, type EmissionPrior } from "./emissions/beliefs.ts";
import { dirichlet, normalize, normalizeRows } from "./emissions/distribution.ts";
import type { Emission, EmissionRules } from "./emissions/emission.ts";
import type { NamedArrays } from "./emissions/parameters.ts";
import { masked } from "./known-states.ts";
import type { HmmStart } from "./spec.ts";
import { CUTS, initialize, type Start } from "./start.ts";

/**
 * Dirichlet priors of probabilities: 1 is flat, more pulls to uniform; below 1 the maximum could lie at
 * negative probabilities. Priors of means (gaussian, diagonal, mixtures, student-t: its locations,
 * von-mises: its directions, gamma, autoregressive: what follows steps at the data's mean), of covariances
 * (gaussian, diagonal, mixtures, autoregressive, student-t: the squares of its scales) and of rates (poisson,
 * negative-binomial: its means).
 */
export interface HmmPrior extends EmissionPrior {
  /** Of the probabilities of the first state. Default 1. */
  readonly startprob?: number;
  /** Of each row of the transition matrix. Default 1. */
  readonly transmat?: number;
}

/** A checked prior: Dirichlet numbers at least 1. */
export interface CheckedPrior extends Required<Pick<HmmPrior, "startprob" | "transmat">> {
  readonly emission: EmissionPrior;
}

/** Checks a prior of what `takes` says of an emission. Throws OptionError. */
export function readPrior(
  who: string,
  prior: HmmPrior | undefined,
  takes: Pick<Emission, "believes" | "parts">,
): CheckedPrior {
  knownOptions(`${who}: prior`, prior, ["startprob", "transmat", ...emissionPriorNames]);
  const { startprob = 1, transmat = 1, ...emission } = prior ?? {};
  for (const [name, value] of Object.entries({ startprob, transmat }))
    inRange(who, `prior.${name}`, value, 1);
  checkEmissionPrior(who, "prior", emission, takes);
  return { startprob, transmat, emission };
}

/** What a training learns from, checked. */
export interface HmmTask {
  readonly data: readonly Float64Array[];
  /** [T] known states of each sequence, NaN where unknown. */
  readonly known: readonly Float64Array[] | undefined;
  readonly prior: CheckedPrior;
  readonly floor: number;
  readonly start: Start;
  /** The parameters were never fitted, so those not given are drawn for the data. */
  readonly fresh: boolean;
}

/** Copies of all parameters. */
export interface HmmSnapshot {
  /** [S] probabilities of the first state. */
  readonly startprob: Float64Array;
  /** [S,S] row-major: row the state before, column the state after. */
  readonly transmat: Float64Array;
  /** The parameters of the emission, by name. */
  readonly emission: NamedArrays;
}

/** Where a training shows what it has. */
export interface HmmWatcher {
  /** Throws where the model was disposed. */
  check(): void;
  /** Parameters better than any shown before. */
  improved(parameters: HmmSnapshot): void;
}

/** A training with parameters and memory of its own. */
export class HmmTraining implements EmModel<HmmSnapshot> {
  readonly #who: string;
  readonly #model: HmmStart;
  readonly #task: HmmTask;
  readonly #watcher: HmmWatcher;
  readonly #algebra: Algebra;
  readonly #space: ForwardBackward;
  readonly #emission: Emission;
  readonly #rules: EmissionRules;
  readonly #starts: Float64Array;
  #startprob: Float64Array;
  #transmat: Float64Array;
  #logLikelihood = 0;
  #best = -Infinity;

  constructor(who: string, model: HmmStart, task: HmmTask, watcher: HmmWatcher) {
    const { engine } = model;
    this.#who = who;
    this.#model = model;
    this.#task = task;
    this.#watcher = watcher;
    this.#algebra = new Algebra(engine);
    this.#space = new ForwardBackward(engine, model.K);
    this.#emission = model.emissions.make(this.#algebra);
    this.#emission.restore(model.emission.snapshot());
    this.#startprob = model.startprob.slice();
    this.#transmat = model.transmat.slice();
    const { emission: prior = 1, columns, ...beliefs } = task.prior.emission;
    this.#rules = { prior, beliefs, columns, floor: task.floor, ties: model.ties, fixed: model.fixed };
    this.#starts = new Float64Array(model.K);
  }

  trials(restart: number): number {
    const { fresh, start } = this.#task;
    return start === "time" && (fresh || restart > 0) ? CUTS : 1;
  }

  initialize(restart: number, trial: number): void {
    const { data, fresh, start } = this.#task;
    const emission = this.#emission;
    if (restart === 0 && !fresh) return emission.prepare(this.#who, data, this.#rules);
    const parameters = { startprob: this.#startprob, transmat: this.#transmat, emission };
    const drawn = initialize(this.#space, this.#model, parameters, {
      who: this.#who,
      data,
      rules: this.#rules,
      start,
      restart,
      trial,
    });
    this.#startprob = drawn.startprob;
    this.#transmat = drawn.transmat;
    emission.prepare(this.#who, data, this.#rules);
  }

  expect(): number {
    this.#watcher.check();
    const { data, known, prior } = this.#task;
    this.#starts.fill(0);
    this.#space.load(this.#startprob, this.#transmat);
    this.#emission.clear();
    let sum = 0;
    data.forEach((y, i) => {
      sum += this.#expectOne(`${this.#who}: sequence ${i}`, y, known?.[i]);
    });
    this.#logLikelihood = sum;
    const objective =
      sum +
      dirichlet(this.#algebra, this.#startprob, prior.startprob) +
      dirichlet(this.#algebra, this.#transmat, prior.transmat) +
      this.#emission.logPrior(this.#rules);
    if (objective > this.#best) {
      this.#best = objective;
      this.#watcher.improved(this.snapshot());
    }
    return objective;
  }

  maximize(): void {
    const { prior } = this.#task;
    const { K, fixed, maximizeChain } = this.#model;
    const startprob = this.#startprob;
    const transmat = this.#transmat;
    const starts = this.#starts;
    if (maximizeChain) maximizeChain({ startprob, transmat }, { starts, transitions: this.#space.counts() });
    else {
      if (!fixed.has("startprob")) normalize(startprob, starts, prior.startprob);
      if (!fixed.has("transmat")) normalizeRows(transmat, this.#space.counts(), K, prior.transmat);
    }
    this.#emission.maximize(this.#rules);
  }

  /** Of the last `expect`, or of restored parameters. */
  logLikelihood(): number {
    this.expect();
    return this.#logLikelihood;
  }

  snapshot(): HmmSnapshot {
    return {
      startprob: this.#startprob.slice(),
      transmat: this.#transmat.slice(),
      emission: this.#emission.snapshot(),
    };
  }

  restore({ startprob, transmat, emission }: HmmSnapshot): void {
    this.#startprob = startprob.slice();
    this.#transmat = transmat.slice();
    this.#emission.restore(emission);
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#space.dispose();
    this.#emission.dispose();
    this.#algebra.dispose();
  }

  /** Adds the moments of one sequence; returns its ln p. */
  #expectOne(who: string, y: Float64Array, known: Float64Array | undefined): number {
    const space = this.#space;
    space.reset();
    const T = y.length / this.#emission.width;
    const observed = this.#emission.rows(space, y);
    const emissions = known ? masked(space, observed, known) : observed;
    const { logLikelihood, gamma } = space.smooth(who, T, emissions, { counting: true });
    this.#emission.add(space, observed, gamma);
    this.#addStart(gamma);
    return logLikelihood;
  }

  #addStart(gamma: Ptr): void {
    this.#space.chain.take(gamma, 1).forEach((x, k) => {
      this.#starts[k] += x;
    });
  }
}
