/**
 * Vectors of D entries that are independent given the state, each of one family: parameters [K,D]. An entry
 * that is NaN is missing by itself. Learning keeps the probabilities of states of all steps: T·K numbers.
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import { elementwise, type Elementwise } from "../../../inference/elementwise.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import type { Sequences } from "../../../data/sequence.ts";
import { indifferent, placed, type Belief, type BeliefName } from "./beliefs.ts";
import { clusterCenters, columnMoments } from "./clusters.ts";
import type { Emission, EmissionRules, Observed, Outputs, Workspace } from "./emission.ts";
import { NO_WEIGHT, mixtureMoments, rowsOf } from "./entries.ts";
import type { EntryBelief, Family, FamilyPrior, Weighted } from "./family.ts";
import { Parameters } from "./parameters.ts";
import { realMoments } from "./reals.ts";

/** One sequence and p(state_t | y) [T,K]. */
interface Weighed {
  readonly y: Float64Array;
  readonly gamma: Float64Array;
}

/** Independent entries of one family. */
export class Entrywise extends Parameters implements Emission {
  readonly width: number;
  readonly #family: Family;
  readonly #names: readonly string[];
  readonly #algebra: Algebra;
  readonly #e: Elementwise;
  #data: Weighed[] = [];
  readonly believes: readonly BeliefName[];
  #beliefs = { means: indifferent, covariances: indifferent, rates: indifferent };
  /** [D] the smallest variance. */
  #floors: Float64Array;

  constructor(algebra: Algebra, K: number, D: number, family: Family) {
    const shapes = Object.entries(family.shapes).map(([name, kind]) => [name, { shape: [D], kind }] as const);
    super(K, Object.fromEntries(shapes));
    this.width = D;
    this.#family = family;
    this.#names = Object.keys(family.shapes);
    this.believes = family.believes ?? [];
    this.#algebra = algebra;
    this.#e = elementwise(algebra.engine);
    this.#floors = new Float64Array(D);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return this.#family.flatten(who, sequences, this.width);
  }

  rows(space: Workspace, y: Float64Array): Observed {
    const { K, width: D } = this;
    const T = y.length / D;
    const sums = new Float64Array(T * K);
    for (let d = 0; d < D; ++d) {
      const steps = stepsWith(y, D, d);
      const values = Float64Array.from(steps, (t) => y[t * D + d]);
      for (let k = 0; k < K; ++k) {
        const logs = this.#family.logDensity(this.#e, values, this.#theta(k * D + d));
        steps.forEach((t, i) => {
          sums[t * K + k] += logs[i];
        });
      }
    }
    return rowsOf(space, y, D, (_, __, out) => {
      const { N, engine } = space;
      const rows = engine.memory.reals(out, T * N);
      for (let t = 0; t < T; ++t) rows.set(sums.subarray(t * K, (t + 1) * K), t * N);
    });
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const D = this.width;
    const { mean, variance } = columnMoments(data, D);
    clusterCenters(random, data, D, this.K).forEach((center, at) => {
      const d = at % D;
      this.#set(at, this.#family.start(center, { mean: mean[d], variance: variance[d] }));
    });
  }

  prepare(who: string, data: readonly Float64Array[], { floor, beliefs = {} }: EmissionRules): void {
    const { mean, variance } = realMoments(who, data, this.width);
    this.#floors = variance.map((v) => floor * v);
    const { center } = this.#family;
    const own = center ? mean.map((_, d) => center(knownOf(data, this.width, d))) : mean;
    const positive = Object.values(this.#family.shapes)[0] === "positive";
    const low = positive ? Number.MIN_VALUE : -Infinity;
    this.#beliefs = {
      means: placed(who, "means", beliefs, { own, low }),
      covariances: placed(who, "covariances", beliefs, { own: variance, low: 0 }),
      rates: placed(who, "rates", beliefs, { own: mean, low: 0 }),
    };
  }

  clear(): void {
    this.#data = [];
  }

  add({ engine, N }: Workspace, { y }: Observed, from: Ptr): void {
    const { K } = this;
    const T = y.length / this.width;
    const padded = engine.memory.reals(from, T * N);
    const gamma = Float64Array.from({ length: T * K }, (_, i) => padded[Math.floor(i / K) * N + (i % K)]);
    this.#data.push({ y, gamma });
  }

  maximize({ ties, fixed, prior }: EmissionRules): void {
    const D = this.width;
    const stays = this.#names.map((name) => fixed.has(name));
    if (stays.every((x) => x)) return;
    for (let d = 0; d < D; ++d) {
      const values = distinct(this.#data, D, d);
      ties.forEach((first, k) => {
        if (first !== k) return;
        const data = this.#weighted(values, d, (state) => ties[state] === k);
        if (!(data.total > NO_WEIGHT)) return;
        const rules = { fixed: stays, floor: this.#floors[d], ...this.#priorOf(d, prior) };
        this.#set(k * D + d, this.#family.maximize(this.#e, data, this.#theta(k * D + d), rules));
      });
    }
    this.tie(ties);
  }

  logPrior({ prior, ties }: EmissionRules): number {
    const { logPrior } = this.#family;
    if (!logPrior) return 0;
    let sum = 0;
    for (let at = 0; at < this.K * this.width; ++at) {
      const k = Math.floor(at / this.width);
      if (ties[k] === k) sum += logPrior(this.#e, this.#theta(at), this.#priorOf(at % this.width, prior));
    }
    return sum;
  }

  sample(k: number, random: Random): ArrayLike<number> {
    return Float64Array.from({ length: this.width }, (_, d) =>
      this.#family.sample(this.#algebra, random, this.#theta(k * this.width + d)),
    );
  }

  outputs(T: number, weights: Float64Array): Outputs {
    const { mixed } = this.#family;
    if (mixed) return this.#mixed(T, weights, mixed);
    const size = this.K * this.width;
    const all = Array.from({ length: size }, (__, at) => this.#family.moments(this.#theta(at)));
    return mixtureMoments(this.#algebra, this.K, weights, {
      means: Float64Array.from(all, ({ mean }) => mean),
      variances: Float64Array.from(all, ({ variance }) => variance),
    });
  }

  dispose(): void {}

  #mixed(T: number, weights: Float64Array, mixed: NonNullable<Family["mixed"]>): Outputs {
    const { K, width: D } = this;
    const all = Array.from({ length: T * D }, (_, at) => {
      const t = Math.floor(at / D);
      const thetas = Array.from({ length: K }, (__, k) => this.#theta(k * D + (at % D)));
      return mixed(weights.subarray(t * K, (t + 1) * K), thetas);
    });
    return {
      means: Float64Array.from(all, ({ mean }) => mean),
      variances: Float64Array.from(all, ({ variance }) => variance),
    };
  }

  /** What the priors say of entry d. */
  #priorOf(d: number, prior: number): FamilyPrior {
    const of = ({ strength, at }: Belief): EntryBelief => ({ strength, at: at[d] ?? 0 });
    const { means, covariances, rates } = this.#beliefs;
    return { prior, means: of(means), covariances: of(covariances), rates: of(rates) };
  }

  #theta(at: number): number[] {
    return this.#names.map((name) => this.parameters[name][at]);
  }

  #set(at: number, theta: readonly number[]): void {
    this.#names.forEach((name, i) => {
      this.parameters[name][at] = theta[i];
    });
  }

  /** The distinct values of entry d with the weight that they have in some states. */
  #weighted(values: Map<number, number>, d: number, counts: (state: number) => boolean): Weighted {
    const { K, width: D } = this;
    const w = new Float64Array(values.size);
    const states = Array.from({ length: K }, (_, k) => k).filter(counts);
    let total = 0;
    for (const { y, gamma } of this.#data)
      for (let t = 0; t < y.length / D; ++t) {
        const at = values.get(y[t * D + d]);
        if (at === undefined) continue;
        for (const k of states) {
          w[at] += gamma[t * K + k];
          total += gamma[t * K + k];
        }
      }
    return { y: Float64Array.from(values.keys()), w, total };
  }
}

/** The values of entry d that are there. */
const knownOf = (data: readonly Float64Array[], D: number, d: number): Float64Array =>
  Float64Array.from(data.flatMap((y) => stepsWith(y, D, d).map((t) => y[t * D + d])));

/** The steps at which entry d of y [T,D] is there. */
function stepsWith(y: Float64Array, D: number, d: number): number[] {
  const steps: number[] = [];
  for (let t = 0; t < y.length / D; ++t) if (y[t * D + d] === y[t * D + d]) steps.push(t);
  return steps;
}

/** The different values of entry d, numbered in the order in which they come. */
function distinct(data: readonly Weighed[], D: number, d: number): Map<number, number> {
  const values = new Map<number, number>();
  for (const { y } of data)
    for (let at = d; at < y.length; at += D)
      if (y[at] === y[at] && !values.has(y[at])) values.set(y[at], values.size);
  return values;
}
