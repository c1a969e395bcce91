/**
 * A mixture of M Gaussians in every state: weights [K,M], means [K,M,D], and covariances [K,M,D,D] or
 * variances [K,M,D]. The components are K·M states of a Gaussian emission, whose probabilities given their
 * state are found beside those of the states.
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import type { Sequences } from "../../../data/sequence.ts";
import { Clusters, clusterCenters, columnMoments, completeRows } from "./clusters.ts";
import type { Diagonal } from "./diagonal.ts";
import { dirichletTied, normalizeRows } from "./distribution.ts";
import type { Emission, EmissionRules, Observed, Outputs, Workspace } from "./emission.ts";
import { put } from "./entries.ts";
import type { Gaussian } from "./gaussian.ts";
import type { LowRank } from "./low-rank.ts";
import { range } from "./missing-entries.ts";
import { Parameters, pool, type ParameterShape } from "./parameters.ts";

/** Gaussians of any kind. */
type Components = Gaussian | Diagonal | LowRank;

/** Makes the emission of a number of components. */
export type ComponentFactory = (components: number) => Components;

/** What is known of a sequence's components. */
interface MixtureObserved extends Observed {
  /** The components' own densities. */
  readonly components: Observed;
  /** [T,K·M] p(component | state, y_t). */
  readonly shares: Float64Array;
}

/** Mixtures of Gaussians. */
export class GaussianMixture extends Parameters implements Emission {
  readonly width: number;
  readonly believes: readonly string[];
  readonly #M: number;
  readonly #algebra: Algebra;
  readonly #make: ComponentFactory;
  readonly #components: Components;
  readonly #counts: Float64Array;

  constructor(algebra: Algebra, K: number, M: number, make: ComponentFactory) {
    const components = make(K * M);
    const shapes: Record<string, ParameterShape> = { weights: { shape: [M], kind: "distribution" } };
    for (const [name, { shape, ...rest }] of Object.entries(components.shapes))
      shapes[name] = { shape: [M, ...shape], ...rest };
    super(K, shapes, components.parameters);
    this.width = components.width;
    this.believes = "believes" in components ? components.believes : [];
    this.#M = M;
    this.#algebra = algebra;
    this.#make = make;
    this.#components = components;
    this.#counts = new Float64Array(K * M);
    this.parameters.weights.fill(1 / M);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return this.#components.flatten(who, sequences);
  }

  rows(space: Workspace, y: Float64Array): MixtureObserved {
    const { K } = this;
    const { N, arena, engine } = space;
    const M = this.#M;
    const T = y.length / this.width;
    const inner = this.#inner(space);
    const components = this.#components.rows(inner, y);
    const logb = arena.reals(T * N);
    const shares = new Float64Array(T * K * M);
    const from = new Float64Array(engine.memory.reals(components.logb, T * inner.N));
    for (let t = 0; t < T; ++t) shares.set(from.subarray(t * inner.N, t * inner.N + K * M), t * K * M);
    const logs = this.#mixed(shares);
    const to = engine.memory.reals(logb, T * N).fill(-Infinity);
    for (let t = 0; t < T; ++t) to.set(logs.subarray(t * K, (t + 1) * K), t * N);
    return { logb, count: T, rows: components.rows, y, data: components.data, components, shares };
  }

  /** k-means for the states, and again within each state for its components. */
  draw(random: Random, data: readonly Float64Array[]): void {
    const { K, width: D } = this;
    const M = this.#M;
    const { variance } = columnMoments(data, D);
    const states = new Clusters(K, D, variance, clusterCenters(random, data, D, K));
    const groups = Array.from({ length: K }, () => new Array<Float64Array>());
    for (const point of completeRows(data, D)) groups[states.nearest(point)].push(point);
    this.#components.draw(random, data);
    const own = this.#make(M);
    groups.forEach((points, k) => {
      if (points.length < M) return; // keeps components drawn from all data
      own.draw(random, points);
      for (const [name, part] of Object.entries(own.parameters))
        this.#components.parameters[name].set(part, k * part.length);
    });
    own.dispose();
    this.#equalize();
    this.parameters.weights.fill(1 / M);
  }

  prepare(who: string, data: readonly Float64Array[], rules: EmissionRules): void {
    this.#components.prepare(who, data, rules);
  }

  clear(): void {
    this.#components.clear();
    this.#counts.fill(0);
  }

  add(space: Workspace, observed: MixtureObserved, from: Ptr): void {
    const { K } = this;
    const M = this.#M;
    const T = observed.y.length / this.width;
    const inner = this.#inner(space);
    const gamma = new Float64Array(space.engine.memory.reals(from, T * space.N));
    const weights = new Float64Array(T * inner.N);
    for (let t = 0; t < T; ++t) {
      const row = observed.y.subarray(t * this.width, (t + 1) * this.width);
      const there = row.some((x) => x === x);
      for (let at = 0; at < K * M; ++at) {
        const w = gamma[t * space.N + Math.floor(at / M)] * observed.shares[t * K * M + at];
        weights[t * inner.N + at] = w;
        if (there) this.#counts[at] += w;
      }
    }
    this.#components.add(inner, observed.components, put(space.arena, weights));
  }

  maximize(rules: EmissionRules): void {
    this.#components.maximize(this.#ofComponents(rules));
    if (rules.fixed.has("weights")) return;
    normalizeRows(this.parameters.weights, pool(this.#counts.slice(), rules.ties), this.#M, rules.prior);
  }

  logPrior(rules: EmissionRules): number {
    const { prior, ties } = rules;
    return (
      dirichletTied(this.#algebra, this.parameters.weights, ties, prior) +
      this.#components.logPrior(this.#ofComponents(rules))
    );
  }

  /** The rules of the components, each state's in a row. */
  #ofComponents(rules: EmissionRules): EmissionRules {
    const M = this.#M;
    return { ...rules, ties: rules.ties.flatMap((first) => range(M).map((m) => first * M + m)) };
  }

  sample(k: number, random: Random): ArrayLike<number> {
    const M = this.#M;
    const m = random.choice(this.parameters.weights.subarray(k * M, (k + 1) * M));
    return this.#components.sample(k * M + m, random);
  }

  outputs(T: number, weights: Float64Array): Outputs {
    const { K } = this;
    const M = this.#M;
    const own = this.parameters.weights;
    const all = Float64Array.from({ length: T * K * M }, (_, i) => {
      const at = i % (K * M);
      return weights[Math.floor(i / M)] * own[at];
    });
    return this.#components.outputs(T, all);
  }

  dispose(): void {
    this.#components.dispose();
  }

  /** The workspace as the components see it. */
  #inner({ engine, arena }: Workspace): Workspace {
    const components = this.K * this.#M;
    return { engine, arena, K: components, N: 4 * Math.ceil(components / 4) };
  }

  /**
   * Log-densities [T,K·M] of components become shares [T,K·M] of their states; the states' [T,K] are
   * returned.
   */
  #mixed(terms: Float64Array): Float64Array {
    const M = this.#M;
    const { K } = this;
    const logWeights = this.#algebra.log(this.parameters.weights);
    const tops = new Float64Array(terms.length / M).fill(-Infinity);
    terms.forEach((x, i) => {
      terms[i] = x + logWeights[i % (K * M)];
      const at = Math.floor(i / M);
      tops[at] = Math.max(tops[at], terms[i]);
    });
    tops.forEach((top, at) => {
      if (top === -Infinity) tops[at] = 0; // -∞ as the base would make -∞ - -∞
    });
    terms.set(this.#algebra.exp(terms.map((x, i) => x - tops[Math.floor(i / M)])));
    const sums = new Float64Array(tops.length);
    terms.forEach((x, i) => {
      sums[Math.floor(i / M)] += x;
    });
    terms.forEach((x, i) => {
      const sum = sums[Math.floor(i / M)];
      terms[i] = sum > 0 ? x / sum : 0;
    });
    return this.#algebra.log(sums).map((x, at) => x + tops[at]);
  }

  /** Tied covariances are those of all components, not of the last state's. */
  #equalize(): void {
    const tied = Object.entries(this.#components.shapes).filter(([, { equal }]) => equal === "states");
    for (const [name] of tied) {
      const all = this.#components.parameters[name];
      const size = all.length / (this.K * this.#M);
      for (let at = size; at < all.length; at += size) all.copyWithin(at, 0, size);
    }
  }
}
