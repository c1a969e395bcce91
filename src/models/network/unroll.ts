/**
 * A recurrent net is a layered net that uses the same weights at every step (the lecture's 7b). `unroll`
 * builds that layered net for T steps out of plain layers (products, sums, activations: no recurrent op),
 * with a copy of every parameter a step and all copies tied. Outputs and gradients are those of the recurrent
 * net.
 */
import { ShapeError, whole } from "../../wasm/errors.ts";
import { NULL, type Ptr } from "../../wasm/kernels.ts";
import { Arena, type Floats } from "../../wasm/memory.ts";
import { ConstraintMap, type Constraint } from "../../graph/constraint-map.ts";
import type { Graph, NodeId } from "../../graph/graph.ts";
import { oneStep } from "../../graph/packing.ts";
import { Tape } from "../../graph/tape.ts";
import { Weights } from "../../graph/weights.ts";
import type { LossSite } from "../../losses/loss.ts";
import { Batch } from "../../train/batch.ts";
import { checkItems, type DataItem } from "../../data/item.ts";
import { internals } from "./internals.ts";
import type { Network } from "./network.ts";
import { lossOf } from "./spec.ts";
import { Unroller } from "./unroller.ts";

/** The layered net. */
export class Unrolled {
  /** T. */
  readonly steps: number;
  /** Nodes of the layered net that compute something. */
  readonly depth: number;
  readonly #net: Network;
  readonly #graph: Graph;
  readonly #inputs: readonly NodeId[];
  readonly #outputs: readonly NodeId[];
  readonly #weights: Weights;
  readonly #map: ConstraintMap;
  readonly #tape: Tape;
  readonly #batch: Batch;
  readonly #arena: Arena;

  /** Use `unroll(net, steps)`. */
  constructor(net: Network, steps: number) {
    const unroller = new Unroller(net, steps);
    const { engine } = net;
    this.steps = steps;
    this.#net = net;
    this.#outputs = unroller.build();
    this.#graph = unroller.graph;
    this.#inputs = unroller.inputs;
    this.depth = this.#graph.nodes.filter((node) => node.op).length;
    const ties: Constraint[] = [{ tie: unroller.ties }];
    this.#weights = new Weights(engine, this.#graph);
    this.#map = new ConstraintMap(engine, this.#graph.size, ties);
    this.#tape = new Tape(this.#weights);
    this.#batch = new Batch(engine, internals(net).data, { input: 0 });
    this.#arena = new Arena(engine.memory);
  }

  /** Copies of parameters, T for each of the net's. */
  get size(): number {
    return this.#graph.size;
  }

  /** One [T,O] vector a sequence, as net.predict. */
  predict(inputs: readonly DataItem["input"][]): Floats[] {
    const O = internals(this.#net).data.output;
    const T = this.steps;
    const { engine } = this.#net;
    const target = new Float64Array(internals(this.#net).data.target === "class" ? T : T * O);
    this.#run(inputs.map((input) => ({ input, target })));
    const B = inputs.length;
    const y = this.#arena.reals(B * O);
    const out = inputs.map(() =>
      engine.precision === "float32" ? new Float32Array(T * O) : new Float64Array(T * O),
    );
    this.#outputs.forEach((node, t) => {
      lossOf(this.#net.spec.loss).predict(engine, B, O, this.#tape.value(node), y);
      const values = engine.memory.reals(y, B * O);
      out.forEach((one, b) => one.set(values.subarray(b * O, (b + 1) * O), t * O));
    });
    return out;
  }

  /** Loss and gradient, as net.gradient: the derivatives of all copies of a weight are summed. */
  gradient(data: readonly DataItem[]): ReturnType<Network["gradient"]> {
    const { engine } = this.#net;
    const { data: dataSpec, built } = internals(this.#net);
    const B = data.length;
    const O = dataSpec.output;
    const loss = lossOf(this.#net.spec.loss);
    this.#run(data);
    const full = this.#arena.reals(this.#graph.size);
    const g = this.#arena.reals(built.graph.size);
    const sites = this.#outputs.map((node, t): LossSite => {
      const columns = dataSpec.target === "class" ? 1 : O;
      const at = (ptr: Ptr, reals: boolean): Ptr =>
        (ptr + t * B * columns * (reals ? engine.memory.realBytes : 4)) as Ptr;
      const site = {
        k: engine.kernels,
        memory: engine.memory,
        packing: oneStep(B),
        rows: B,
        columns: O,
        z: this.#tape.value(node),
        target: at(this.#batch.target, dataSpec.target === "reals"),
        targetOffsets: NULL,
        weight: at(this.#batch.weight, true),
      };
      return { ...site, kept: this.#arena.reals(loss.keptSize(site)) };
    });
    const value = sites.reduce((sum, site) => sum + loss.value(site), 0);
    const total = this.#batch.total;
    this.#tape.vjp(full, () =>
      sites.forEach((site, t) => loss.gradient(site, 1 / total, this.#tape.adjoint(this.#outputs[t]))),
    );
    this.#map.pullBack(full, g, this.#weights.theta);
    const gradient = built.graph.parameters.map(({ name, rows, columns, offset }) => ({
      name,
      shape: [rows, columns] as const,
      data: engine.memory.reals(engine.memory.at(g, offset), rows * columns).slice(),
    }));
    return { loss: value / total, gradient };
  }

  /** Gives its memory back. The net that it was made from is not touched. */
  dispose(): void {
    this.#tape.dispose();
    this.#weights.dispose();
    this.#batch.dispose();
    this.#arena.dispose();
  }

  /** Takes the net's present weights and runs all layers. */
  #run(data: readonly DataItem[]): void {
    const { engine } = this.#net;
    const { data: dataSpec, built } = internals(this.#net);
    const { memory } = engine;
    const items = checkItems("unroll", dataSpec, data);
    const bad = items.findIndex((item) => item.length !== this.steps);
    if (bad >= 0)
      throw new ShapeError(
        `unroll: item ${bad} has ${items[bad].length} steps, want ${this.steps}, the layers there are`,
      );
    const phi = (this.#arena.reset(), this.#arena.reals(built.graph.size));
    const to = memory.reals(phi, built.graph.size);
    this.#net.parameters.forEach(({ data }, i) => to.set(data, built.graph.parameters[i].offset));
    this.#map.expand(phi, this.#weights.theta);
    this.#weights.changed();
    this.#batch.load(items);
    const from = this.#batch.inputs.get(0)!;
    const step = items.length * dataSpec.input * (dataSpec.symbols ? 4 : memory.realBytes);
    this.#tape.plan(
      oneStep(items.length),
      new Map(this.#inputs.map((node, t) => [node, (from + t * step) as Ptr])),
    );
    this.#tape.forward();
  }
}

/**
 * The layered net of T = `steps` layers a recurrent layer, with the net's weights. Disposing of it leaves the
 * net alone.
 */
export function unroll(net: Network, steps: number): Unrolled {
  return new Unrolled(net, whole("unroll", "steps", steps, 1));
}
