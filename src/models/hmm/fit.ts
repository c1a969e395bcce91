/**
 * Baum-Welch (Baum et al. 1970): EM of a hidden Markov model on many sequences, with Dirichlet priors and
 * structural zeros.
 */
import { inRange, knownOptions } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import type { ForwardBackward } from "../../inference/forward-backward.ts";
import type { Algebra } from "../../inference/matrix.ts";
import type { EmModel } from "../../train/em.ts";
import { dirichlet, normalize } from "./emissions/categorical.ts";
import type { EmissionRules } from "./emissions/emission.ts";
import { drawStart, drawTransitions, type HmmStart } from "./parameters.ts";

/**
 * Dirichlet priors: 1 is flat, more pulls to uniform. Below 1 the maximum could lie at negative
 * probabilities.
 */
export interface HmmPrior {
  readonly startprob?: number;
  readonly transmat?: number;
  readonly emission?: number;
}

/** A checked prior, each at least 1. */
export function readPrior(who: string, prior: HmmPrior | undefined): Required<HmmPrior> {
  knownOptions(`${who}: prior`, prior, ["startprob", "transmat", "emission"]);
  const { startprob = 1, transmat = 1, emission = 1 } = prior ?? {};
  for (const [name, value] of Object.entries({ startprob, transmat, emission }))
    inRange(who, `prior.${name}`, value, 1);
  return { startprob, transmat, emission };
}

interface Snapshot {
  readonly startprob: Float64Array;
  readonly transmat: Float64Array;
  readonly emission: Record<string, Float64Array>;
}

/** A model in training; its parameters move in place. */
export class HmmTraining implements EmModel<Snapshot> {
  readonly #who: string;
  readonly #space: ForwardBackward;
  readonly #algebra: Algebra;
  readonly #model: HmmStart;
  readonly #data: readonly Float64Array[];
  readonly #prior: Required<HmmPrior>;
  readonly #rules: EmissionRules;
  readonly #fresh: boolean;
  readonly #starts: Float64Array;
  #logLikelihood = 0;

  /** fresh: the parameters were never fitted, so those not given are drawn for the data. */
  constructor(
    who: string,
    space: ForwardBackward,
    algebra: Algebra,
    model: HmmStart,
    data: readonly Float64Array[],
    prior: Required<HmmPrior>,
    floor: number,
    fresh: boolean,
  ) {
    this.#who = who;
    this.#space = space;
    this.#algebra = algebra;
    this.#model = model;
    this.#data = data;
    this.#prior = prior;
    this.#rules = { prior: prior.emission, floor, ties: model.ties };
    this.#fresh = fresh;
    this.#starts = new Float64Array(model.K);
  }

  begin(restart: number): void {
    const {
      K,
      spec: { topology = "ergodic" },
      given,
      emission,
      ties,
      seed,
    } = this.#model;
    const random = new Random(this.#space.engine, seed, restart);
    if (restart > 0 || this.#fresh) {
      if (!given.start) this.#model.startprob = drawStart(K, topology);
      if (!given.transitions) this.#model.transmat = drawTransitions(K, topology, random);
      if (!given.emission) emission.draw(random, this.#data);
      emission.tie(ties);
    }
    emission.prepare(this.#data, this.#rules);
  }

  expect(): number {
    const { startprob, transmat, emission } = this.#model;
    const space = this.#space;
    const starts = this.#starts.fill(0);
    space.load(startprob, transmat);
    emission.clear();
    let sum = 0;
    this.#data.forEach((y, i) => {
      space.begin();
      const T = y.length / emission.width;
      const { logLikelihood, gamma } = space.run(`${this.#who}: sequence ${i}`, T, emission.rows(space, y), {
        counting: true,
      });
      emission.add(space, y, gamma);
      space.take(gamma, 1).forEach((x, k) => {
        starts[k] += x;
      });
      sum += logLikelihood;
    });
    this.#logLikelihood = sum;
    const prior = this.#prior;
    return (
      sum +
      dirichlet(this.#algebra, startprob, prior.startprob) +
      dirichlet(this.#algebra, transmat, prior.transmat) +
      emission.logPrior(this.#rules)
    );
  }

  maximize(): void {
    const { K, startprob, transmat, emission } = this.#model;
    const counts = this.#space.counts();
    normalize(startprob, this.#starts, this.#prior.startprob);
    for (let i = 0; i < K; ++i)
      normalize(
        transmat.subarray(i * K, (i + 1) * K),
        counts.subarray(i * K, (i + 1) * K),
        this.#prior.transmat,
      );
    emission.maximize(this.#rules);
  }

  /** Of the last `expect`, or of restored parameters. */
  logLikelihood(): number {
    this.expect();
    return this.#logLikelihood;
  }

  snapshot(): Snapshot {
    const { startprob, transmat, emission } = this.#model;
    return { startprob: startprob.slice(), transmat: transmat.slice(), emission: emission.snapshot() };
  }

  restore({ startprob, transmat, emission }: Snapshot): void {
    this.#model.startprob = startprob.slice();
    this.#model.transmat = transmat.slice();
    this.#model.emission.restore(emission);
  }
}
