/**
 * EM of a driven hidden Markov model: expected states, then Newton steps for the transitions and least
 * squares for the emissions (Bengio & Frasconi 1996).
 */
import { inRange } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import { Algebra } from "../inference/matrix.ts";
import type { EmModel, EmOptions } from "../train/em.ts";
import { CovarianceFloor } from "../models/hmm/emissions/covariances.ts";
import { normalize } from "../models/hmm/emissions/distribution.ts";
import { realMoments } from "../models/hmm/emissions/reals.ts";
import { forward, smooth, type Chain } from "./passes.ts";
import type { Driven, DrivenEmission, EmissionSums } from "./emission.ts";
import { ridgeLogPrior } from "./logits.ts";
import { checkPrior, placedPrior, type DrivenPrior, type IohmmPrior } from "./prior.ts";
import { copied, drawTransitions, type IohmmParameters, type IohmmStart } from "./spec.ts";
import { maximizeTransitions, transitionsAt } from "./transitions.ts";
import { designOf, intoUnits, measureUnits, outOfUnits, type InputUnits } from "./units.ts";

/** How to fit. */
export interface IohmmFitOptions extends EmOptions {
  /**
   * s of the prior -½·s·|w|² of the log-odds of transitions, inputs at deviation 1: where an input tells
   * states apart without fault they would grow without end. Default 0.01.
   */
  readonly ridge?: number;
  /** Smallest variance in any direction, relative to the data's variances. Default 1e-6. */
  readonly floor?: number;
  /** Priors of what states emit. */
  readonly prior?: IohmmPrior;
}

/** Options beside those of EM. */
export const ownOptions = ["ridge", "floor", "prior", "inputs"];

/** Sequences y [T,D] with inputs [T,m]. */
export interface Observations {
  readonly y: readonly Float64Array[];
  readonly u: readonly Float64Array[];
}

/** What a training learns from. */
export interface IohmmTask extends Observations {
  readonly ridge: number;
  readonly floor: number;
  readonly prior: IohmmPrior;
  /** The parameters were never fitted, so those not given are drawn for the data. */
  readonly fresh: boolean;
}

/** Checks the options of a fit. Throws OptionError. */
export function readFitOptions(
  who: string,
  { ridge = 0.01, floor = 1e-6, prior = {} }: IohmmFitOptions,
  emission: DrivenEmission,
): Pick<IohmmTask, "ridge" | "floor" | "prior"> {
  return {
    ridge: inRange(who, "ridge", ridge, 0),
    floor: inRange(who, "floor", floor, 0),
    prior: checkPrior(who, prior, emission),
  };
}

/** The chain of one sequence. */
export function chainOf(
  algebra: Algebra,
  { sizes, emission }: Pick<IohmmStart, "sizes" | "emission">,
  parameters: IohmmParameters,
  data: Driven,
): Chain {
  const { K } = sizes;
  return {
    K,
    T: data.T,
    startprob: parameters.startprob,
    A: transitionsAt(algebra, K, parameters.transitions, data.X),
    logb: emission.densities(algebra, sizes, parameters, data),
  };
}

/** Where a training shows what it has. */
export interface IohmmWatcher {
  /** Throws where the model was disposed. */
  check(): void;
  /** Parameters better than any shown before. */
  improved(parameters: IohmmParameters): void;
}

/** A training with parameters and memory of its own, of inputs in units. */
export class IohmmTraining implements EmModel<IohmmParameters> {
  readonly #who: string;
  readonly #model: IohmmStart;
  readonly #task: IohmmTask;
  readonly #watcher: IohmmWatcher;
  readonly #algebra: Algebra;
  readonly #units: InputUnits;
  readonly #data: readonly Driven[];
  readonly #floor: CovarianceFloor;
  readonly #sums: EmissionSums;
  /** [N,R], [N,K,K] of all steps that have one before them. */
  readonly #X: Float64Array;
  readonly #pairs: Float64Array;
  readonly #starts: Float64Array;
  readonly #variance: Float64Array;
  readonly #prior: DrivenPrior;
  /** [R] of the transitions. */
  readonly #ridge: Float64Array;
  #now: IohmmParameters;
  #logLikelihood = 0;
  #best = -Infinity;

  constructor(who: string, model: IohmmStart, task: IohmmTask, watcher: IohmmWatcher) {
    const { sizes, spec, engine, emission } = model;
    const { K, D, R } = sizes;
    this.#who = who;
    this.#model = model;
    this.#task = task;
    this.#watcher = watcher;
    const moments = realMoments(who, task.y, D);
    this.#variance = moments.variance;
    this.#prior = placedPrior(who, task.prior, moments);
    this.#ridge = new Float64Array(R).fill(task.ridge);
    this.#units = measureUnits(task.u, spec.input);
    this.#data = task.y.map((y, i) => ({
      T: y.length / D,
      y,
      X: designOf(task.u[i], spec.input, this.#units),
    }));
    this.#X = Float64Array.from(this.#data.flatMap(({ X }) => [...X.subarray(R)]));
    this.#pairs = new Float64Array((this.#X.length / R) * K * K);
    this.#starts = new Float64Array(K);
    this.#sums = emission.sums(sizes);
    this.#algebra = new Algebra(engine);
    this.#floor = new CovarianceFloor(this.#algebra, D);
    this.#now = intoUnits(copied(model.parameters), this.#units);
  }

  initialize(restart: number): void {
    const { sizes, given, spec, emission } = this.#model;
    const { y, fresh, floor } = this.#task;
    if (restart > 0 || fresh) {
      const random = new Random(
        this.#algebra.engine,
        spec.seed,
        restart === 0 ? streams.initial : streams.restarts + restart,
      );
      const stays = new Set([...given, ...spec.fixed]);
      const { K, D, C, R } = sizes;
      const transitions = drawTransitions(sizes, random);
      const constants = emission.constants(this.#algebra, sizes, y, random);
      const drawn = {
        startprob: new Float64Array(K).fill(1 / K),
        transitions,
        coefficients: Float64Array.from({ length: K * C * R }, (_, at) =>
          at % R > 0 ? 0 : constants[at / R],
        ),
        covariances: Float64Array.from({ length: this.#now.covariances.length }, (_, at) => {
          const entry = at % (D * D);
          return entry % (D + 1) === 0 ? this.#variance[entry % D] : 0;
        }),
      };
      const kept = Object.entries(this.#now).filter(([name]) => stays.has(name));
      this.#now = { ...drawn, ...Object.fromEntries(kept) };
    }
    this.#floor.set(this.#variance, floor, this.#now.covariances);
  }

  expect(): number {
    this.#watcher.check();
    const { sizes, emission } = this.#model;
    const { K } = sizes;
    this.#starts.fill(0);
    this.#sums.clear();
    let sum = 0;
    let step = 0;
    this.#data.forEach((data, i) => {
      const chain = chainOf(this.#algebra, this.#model, this.#now, data);
      const pass = forward(`${this.#who}: sequence ${i}`, this.#algebra, chain);
      const { gamma, pairs } = smooth(chain, pass);
      this.#pairs.set(pairs, step * K * K);
      step += data.T - 1;
      for (let k = 0; k < K; ++k) this.#starts[k] += gamma[k];
      this.#sums.add(this.#algebra, this.#now, data, gamma);
      sum += pass.logLikelihood;
    });
    this.#logLikelihood = sum;
    const objective =
      sum +
      ridgeLogPrior(this.#now.transitions, this.#ridge) +
      emission.logPrior(this.#algebra, sizes, this.#now, this.#prior);
    if (objective > this.#best) {
      this.#best = objective;
      this.#watcher.improved(this.snapshot());
    }
    return objective;
  }

  maximize(): void {
    const { sizes, spec } = this.#model;
    const { K, R } = sizes;
    const fixed = new Set<string>(spec.fixed);
    const columns = (part: "transitions" | "emissions"): number => (spec.drives.includes(part) ? R : 1);
    const { startprob, transitions } = this.#now;
    if (!fixed.has("startprob")) normalize(startprob, this.#starts, 1);
    if (!fixed.has("transitions"))
      maximizeTransitions(this.#algebra, transitions, {
        K,
        X: this.#X,
        pairs: this.#pairs,
        free: columns("transitions"),
        ridge: this.#ridge,
      });
    const free = fixed.has("coefficients") ? 0 : columns("emissions");
    const floor = fixed.has("covariances") ? undefined : this.#floor;
    this.#sums.maximize(this.#algebra, this.#now, { free, floor, prior: this.#prior });
  }

  /** Of the last `expect`, or of restored parameters. */
  logLikelihood(): number {
    this.expect();
    return this.#logLikelihood;
  }

  snapshot(): IohmmParameters {
    return copied(outOfUnits(this.#now, this.#units));
  }

  restore(parameters: IohmmParameters): void {
    this.#now = copied(intoUnits(parameters, this.#units));
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#algebra.dispose();
  }
}
