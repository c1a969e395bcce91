/**
 * A vector of several kinds by column: p(y | state) is the product of the parts' densities, each of its own
 * columns. Parameters are named by column and parameter, as "sound.means".
 */
import { NULL, type Ptr } from "../../../wasm/kernels.ts";
import { Arena } from "../../../wasm/memory.ts";
import type { Random } from "../../../wasm/random.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { flattenSequences, type Sequences } from "../../../data/sequence.ts";
import { Clusters, clusterCenters, columnMoments } from "./clusters.ts";
import type { Emission, EmissionRules, Observed, Outputs, Workspace } from "./emission.ts";
import { put } from "./entries.ts";
import { gather, range } from "./missing-entries.ts";
import { Parameters, type NamedArrays, type ParameterShape } from "./parameters.ts";

/** One part: what its columns are called, what they emit, and where they begin. */
interface Part {
  readonly name: string;
  readonly emission: Emission;
  readonly from: number;
}

/** What the parts saw of a sequence. */
interface ProductObserved extends Observed {
  readonly parts: readonly Observed[];
}

/** How much of a step its cluster takes at the start; the others share the rest. */
const SURE = 0.9;
const anyNumber = { test: (): boolean => true, want: "a number" };

/** Emissions side by side, independent given the state. */
export class Product extends Parameters implements Emission {
  readonly width: number;
  /** Which priors each part takes. */
  readonly parts: Readonly<Record<string, readonly string[]>>;
  readonly #algebra: Algebra;
  readonly #parts: readonly Part[];

  constructor(algebra: Algebra, K: number, emissions: Readonly<Record<string, Emission>>) {
    const shapes: Record<string, ParameterShape> = {};
    const arrays: NamedArrays = {};
    const parts: Part[] = [];
    let from = 0;
    for (const [name, emission] of Object.entries(emissions)) {
      parts.push({ name, emission, from });
      from += emission.width;
      for (const [parameter, shape] of Object.entries(emission.shapes)) {
        shapes[`${name}.${parameter}`] = shape;
        arrays[`${name}.${parameter}`] = emission.parameters[parameter];
      }
    }
    super(K, shapes, arrays);
    this.width = from;
    this.parts = Object.fromEntries(parts.map(({ name, emission }) => [name, emission.believes ?? []]));
    this.#algebra = algebra;
    this.#parts = parts;
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    const all = flattenSequences(who, sequences, this.width, anyNumber);
    for (const part of this.#parts) {
      const own = all.map((y) => this.#columns(y, part));
      // a sequence of one step is written as a row, so that it is not taken for a step
      const written = own.map((y) => (y.length === part.emission.width ? [y] : y));
      part.emission.flatten(`${who}: ${part.name}`, written);
    }
    return all;
  }

  rows(space: Workspace, y: Float64Array): ProductObserved {
    const { K } = this;
    const { arena, N, engine } = space;
    const { memory } = engine;
    const T = y.length / this.width;
    const logb = arena.reals(T * N);
    const parts = this.#parts.map((part) => part.emission.rows(space, this.#columns(y, part)));
    const sums = memory.reals(logb, T * N).fill(-Infinity);
    for (let t = 0; t < T; ++t) sums.fill(0, t * N, t * N + K);
    for (const { logb: own, count, rows } of parts) {
      const from = memory.reals(own, count * N);
      const ids = rows === NULL ? undefined : memory.ints(rows, T);
      for (let t = 0; t < T; ++t) {
        const row = ids ? ids[t] : t;
        for (let k = 0; k < K; ++k) sums[t * N + k] += from[row * N + k];
      }
    }
    return { logb, count: T, rows: NULL, y, data: NULL, parts };
  }

  /** Every part by itself, then once more from clusters of whole rows, so that the parts agree on states. */
  draw(random: Random, data: readonly Float64Array[]): void {
    for (const part of this.#parts)
      part.emission.draw(
        random,
        data.map((y) => this.#columns(y, part)),
      );
    if (data.length === 0) return;
    const rules = { prior: 1, floor: 1e-6, ties: range(this.K), fixed: new Set<string>() };
    const { variance } = columnMoments(data, this.width);
    const centers = clusterCenters(random, data, this.width, this.K);
    const clusters = new Clusters(this.K, this.width, variance, centers);
    this.prepare("hmm", data, rules);
    this.clear();
    const { engine } = this.#algebra;
    const arena = new Arena(engine.memory);
    const space = { engine, arena, K: this.K, N: 4 * Math.ceil(this.K / 4) };
    for (const y of data) {
      arena.reset();
      const gamma = this.#shares(y, clusters, space.N);
      this.add(space, this.rows(space, y), put(arena, gamma));
    }
    arena.dispose();
    this.maximize(rules);
  }

  prepare(who: string, data: readonly Float64Array[], rules: EmissionRules): void {
    for (const part of this.#parts) {
      const own = data.map((y) => this.#columns(y, part));
      part.emission.prepare(`${who}: ${part.name}`, own, ofPart(rules, part));
    }
  }

  clear(): void {
    for (const { emission } of this.#parts) emission.clear();
  }

  add(space: Workspace, observed: ProductObserved, gamma: Ptr): void {
    this.#parts.forEach(({ emission }, i) => emission.add(space, observed.parts[i], gamma));
  }

  maximize(rules: EmissionRules): void {
    for (const part of this.#parts) part.emission.maximize(ofPart(rules, part));
  }

  logPrior(rules: EmissionRules): number {
    return this.#parts.reduce((sum, part) => sum + part.emission.logPrior(ofPart(rules, part)), 0);
  }

  sample(k: number, random: Random): ArrayLike<number> {
    return this.#parts.flatMap(({ emission }) => Array.from(emission.sample(k, random)));
  }

  outputs(T: number, weights: Float64Array): Outputs {
    const all = this.#parts.map(({ name, emission }) => [name, emission.outputs(T, weights)] as const);
    return { columns: Object.fromEntries(all) };
  }

  dispose(): void {
    for (const { emission } of this.#parts) emission.dispose();
  }

  /** The columns [T,·] of a part. */
  #columns(y: Float64Array, { emission, from }: Part): Float64Array {
    const columns = range(emission.width).map((i) => from + i);
    return gather(y, this.width, columns, range(y.length / this.width));
  }

  /** [T,N] states of the steps by the nearest cluster; a step that is not complete is shared. */
  #shares(y: Float64Array, clusters: Clusters, N: number): Float64Array {
    const { K, width: D } = this;
    const T = y.length / D;
    const gamma = new Float64Array(T * N);
    for (let t = 0; t < T; ++t) {
      const row = y.subarray(t * D, (t + 1) * D);
      const whole = row.every((x) => x === x);
      const near = whole ? clusters.nearest(row) : -1;
      for (let k = 0; k < K; ++k) gamma[t * N + k] = whole ? (k === near ? SURE : 0) + (1 - SURE) / K : 1 / K;
    }
    return gamma;
  }
}

/** The rules with the names that a part knows, and what is believed of it. */
function ofPart(rules: EmissionRules, { name }: Part): EmissionRules {
  const { emission = rules.prior, ...beliefs } = rules.columns?.[name] ?? {};
  const prefix = `${name}.`;
  const own = [...rules.fixed].filter((x) => x.startsWith(prefix)).map((x) => x.slice(prefix.length));
  return { ...rules, prior: emission, beliefs, fixed: new Set(own) };
}
