/**
 * A small graph on random data, in either precision: what the laws of ops, cells and layers are tested on.
 */
import { Graph, type NodeId } from "../../src/graph/graph.ts";
import { oneStep, packing, type Packing } from "../../src/graph/packing.ts";
import { Tape, type TapeOptions } from "../../src/graph/tape.ts";
import { Weights } from "../../src/graph/weights.ts";
import type { Mode } from "../../src/graph/op.ts";
import { engine } from "../../src/wasm/engine.ts";
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

/** The bench. Vectors are kernel memory; `dispose` gives it back. */
export async function bench(build: Build, options: BenchOptions = {}) {
  const { precision = "float64", lengths = [5, 3, 3, 1], seed = 1, mode = {}, scale = 0.5 } = options;
  const e = await engine(precision);
  const graph = new Graph();
  const output = build(graph);
  const weights = new Weights(e, graph);
  const tape = new Tape(weights, options);
  const arena = new Arena(e.memory);
  const random = new Random(e, seed, 77);
  const batch: Packing = packing(lengths);
  const P = graph.size;
  const inputs = new Map<NodeId, Ptr>();
  const vector = (n: number, values?: ArrayLike<number> | (() => number)): Ptr => {
    const numbers = typeof values === "function" ? Array.from({ length: n }, values) : values;
    const ptr = arena.reals(n);
    e.memory.reals(ptr, n).set(numbers ?? new Float64Array(n));
    return ptr;
  };
  const read = (ptr: Ptr, n: number): number[] => Array.from(e.memory.reals(ptr, n));
  for (const node of graph.nodes) {
    if (node.kind !== "input") continue;
    const rows = (node.data!.per === "step" ? batch : oneStep(batch.sequences)).rows;
    const n = rows * node.columns;
    if (node.data!.symbols) {
      const symbols = node.data!.symbols;
      const ids = Int32Array.from({ length: n }, () => random.integer(0, symbols - 1));
      const ptr = arena.ints(n);
      e.memory.ints(ptr, n).set(ids);
      inputs.set(node.id, ptr);
    } else
      inputs.set(
        node.id,
        vector(n, () => random.normal()),
      );
  }
  const theta = Float64Array.from({ length: P }, () => scale * random.normal());
  e.memory.reals(weights.theta, P).set(theta);
  weights.changed();
  tape.plan(batch, inputs);
  const size = tape.shape(output).rows * tape.shape(output).columns;
  return {
    engine: e,
    graph,
    tape,
    weights,
    batch,
    inputs,
    output,
    P,
    size,
    random,
    vector,
    read,
    theta: () => read(weights.theta, P),
    setTheta(values: ArrayLike<number>) {
      e.memory.reals(weights.theta, P).set(values);
      weights.changed();
    },
    /** y at θ. */
    forward(): number[] {
      tape.forward(mode);
      return read(tape.value(output), size);
    },
    /** J·v at the last forward point. */
    jvp(v: ArrayLike<number>): number[] {
      tape.jvp(vector(P, v));
      return read(tape.tangent(output), size);
    },
    /** Jᵀ·u at the last forward point. */
    vjp(u: ArrayLike<number>, structural = 0): number[] {
      const g = vector(P);
      const seed = vector(size, u);
      tape.vjp(g, () => e.kernels.addScaled(size, 1, seed, tape.adjoint(output)), structural);
      return read(g, P);
    },
    normals: (n: number): number[] => Array.from({ length: n }, () => random.normal()),
    dispose() {
      tape.dispose();
      weights.dispose();
      arena.dispose();
    },
  };
}

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
};
