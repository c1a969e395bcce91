/**
 * A small graph on random data, in either precision: what the laws of ops, cells and layers are tested on.
 */
import { Graph, type NodeId } from "../../src/graph/graph.ts";
import { oneStep, packing, type Packing } from "../../src/graph/packing.ts";
import { Tape, type TapeOptions } from "../../src/graph/tape.ts";
import { Weights } from "../../src/graph/weights.ts";
import type { Mode } from "../../src/graph/op.ts";
import { engine, type Engine } from "../../src/wasm/engine.ts";
import { loadOptionalKernels } from "../../src/wasm/optional-kernels.ts";
import type { Ptr } from "../../src/wasm/kernels.ts";
import { Arena, type Precision } from "../../src/wasm/memory.ts";
import { Random } from "../../src/wasm/random.ts";

/** Builds the graph under test; returns the node whose maps are checked. */
export type Build = (g: Graph) => NodeId;

export interface BenchOptions extends TapeOptions {
  readonly precision?: Precision;
  /** Lengths, longest first. Default an uneven batch. */
  readonly lengths?: readonly number[];
  readonly seed?: number;
  readonly mode?: Partial<Mode>;
  /** Parameters are N(0, scale²). Default 0.5. */
  readonly scale?: number;
}

/** Random data for the inputs of a graph: symbols where an input has them, else N(0, 1). */
function randomInputs(
  e: Engine,
  arena: Arena,
  graph: Graph,
  batch: Packing,
  random: Random,
): Map<NodeId, Ptr> {
  const inputs = new Map<NodeId, Ptr>();
  for (const node of graph.nodes) {
    if (node.kind !== "input") continue;
    const { per, symbols } = node.data!;
    const n = (per === "step" ? batch : oneStep(batch.sequences)).rows * node.columns;
    const ptr = symbols ? arena.ints(n) : arena.reals(n);
    // drawn first: the first number of a stream takes memory, and a view taken before would be of the old one
    const values = Array.from({ length: n }, () =>
      symbols ? random.integer(0, symbols - 1) : random.normal(),
    );
    (symbols ? e.memory.ints(ptr, n) : e.memory.reals(ptr, n)).set(values);
    inputs.set(node.id, ptr);
  }
  return inputs;
}

/** What a bench is made of; `mode` is that of its forward passes. */
interface Parts {
  readonly engine: Engine;
  readonly graph: Graph;
  readonly output: NodeId;
  readonly weights: Weights;
  readonly tape: Tape;
  readonly arena: Arena;
  readonly random: Random;
  readonly batch: Packing;
  readonly inputs: Map<NodeId, Ptr>;
  readonly mode: Partial<Mode>;
}

/** The maps of a graph on random data: plain arrays in and out. `dispose` gives the memory back. */
class Bench {
  readonly engine: Engine;
  readonly graph: Graph;
  readonly output: NodeId;
  readonly weights: Weights;
  readonly tape: Tape;
  readonly random: Random;
  readonly batch: Packing;
  readonly inputs: Map<NodeId, Ptr>;
  /** Numbers in θ, and in y. */
  readonly P: number;
  readonly size: number;
  readonly #arena: Arena;
  readonly #mode: Partial<Mode>;

  constructor(parts: Parts) {
    this.engine = parts.engine;
    this.graph = parts.graph;
    this.output = parts.output;
    this.weights = parts.weights;
    this.tape = parts.tape;
    this.random = parts.random;
    this.batch = parts.batch;
    this.inputs = parts.inputs;
    this.#arena = parts.arena;
    this.#mode = parts.mode;
    this.P = parts.graph.size;
    const { rows, columns } = parts.tape.shape(parts.output);
    this.size = rows * columns;
  }

  /** A vector in kernel memory, 0 unless values are given. */
  vector(n: number, values?: ArrayLike<number>): Ptr {
    const ptr = this.#arena.reals(n);
    this.engine.memory.reals(ptr, n).set(values ?? new Float64Array(n));
    return ptr;
  }

  read(ptr: Ptr, n: number): number[] {
    return Array.from(this.engine.memory.reals(ptr, n));
  }

  theta(): number[] {
    return this.read(this.weights.theta, this.P);
  }

  setTheta(values: ArrayLike<number>): void {
    this.engine.memory.reals(this.weights.theta, this.P).set(values);
    this.weights.changed();
  }

  /** y at θ. */
  forward(): number[] {
    this.tape.forward(this.#mode);
    return this.read(this.tape.value(this.output), this.size);
  }

  /** J·v at the last forward point. */
  jvp(v: ArrayLike<number>): number[] {
    this.tape.jvp(this.vector(this.P, v));
    return this.read(this.tape.tangent(this.output), this.size);
  }

  /** Jᵀ·u at the last forward point. */
  vjp(u: ArrayLike<number>, structural = 0): number[] {
    const { tape, size, output } = this;
    const g = this.vector(this.P);
    const seed = this.vector(size, u);
    const { kernels } = this.engine;
    tape.vjp(g, () => kernels.addScaled(size, 1, seed, tape.adjoint(output)), structural);
    return this.read(g, this.P);
  }

  /** n numbers of N(0, 1). */
  normals(n: number): number[] {
    return Array.from({ length: n }, () => this.random.normal());
  }

  dispose(): void {
    this.tape.dispose();
    this.weights.dispose();
    this.#arena.dispose();
  }
}

/** Builds a graph and lays random data and random parameters out for it. */
export async function bench(build: Build, options: BenchOptions = {}): Promise<Bench> {
  const { precision = "float64", lengths = [5, 3, 3, 1], seed = 1, mode = {}, scale = 0.5 } = options;
  const e = await engine(precision);
  await loadOptionalKernels(e);
  const graph = new Graph();
  const output = build(graph);
  const weights = new Weights(e, graph);
  const tape = new Tape(weights, options);
  const arena = new Arena(e.memory);
  const random = new Random(e, seed, 77);
  const batch = packing(lengths);
  const inputs = randomInputs(e, arena, graph, batch, random);
  const theta = Float64Array.from({ length: graph.size }, () => scale * random.normal());
  e.memory.reals(weights.theta, graph.size).set(theta);
  weights.changed();
  tape.plan(batch, inputs);
  return new Bench({ engine: e, graph, output, weights, tape, arena, random, batch, inputs, mode });
}

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
};
