/**
 * A recurrent net is a layered net that uses the same weights at every step (the lecture's 7b). `unroll`
 * builds that layered net for T steps out of plain layers (products, sums, activations: no recurrent op),
 * with a copy of every parameter a step and all copies tied. Outputs and gradients are those of the recurrent
 * net.
 */
import { OptionError, ShapeError, whole } from "../../wasm/errors.ts";
import { NULL, type Activation, type Ptr } from "../../wasm/kernels.ts";
import { Arena, type Floats } from "../../wasm/memory.ts";
import { ConstraintMap, type Constraint } from "../../graph/constraint-map.ts";
import { Graph, type NodeId } from "../../graph/graph.ts";
import { oneStep } from "../../graph/packing.ts";
import { Tape } from "../../graph/tape.ts";
import { Weights } from "../../graph/weights.ts";
import type { LossSite } from "../../losses/loss.ts";
import { activation } from "../../ops/activation.ts";
import { add, multiply, multiplyRow, scaled, slice } from "../../ops/arithmetic.ts";
import { concat } from "../../ops/concat.ts";
import { initialState } from "../../ops/initial-state.ts";
import { linear } from "../../ops/linear.ts";
import { Batch } from "../../train/batch.ts";
import type { DataItem } from "../../train/data.ts";
import { checkItems } from "../../train/feed.ts";
import { cellOf } from "./build.ts";
import type { Layer, RecurrentLayer } from "./layers.ts";
import type { Network } from "./network.ts";
import { lossOf } from "./spec.ts";

/** Puts the layered net together, step by step and layer by layer. */
class Unroller {
  readonly graph = new Graph();
  readonly inputs: NodeId[] = [];
  readonly #net: Network;
  readonly #steps: number;
  readonly #copies = new Map<string, NodeId>();
  readonly ties: number[][] = [];

  constructor(net: Network, steps: number) {
    this.#net = net;
    this.#steps = steps;
    const { graph: original } = net.built;
    const data = original.node(0);
    for (let t = 0; t < steps; ++t)
      this.inputs.push(
        this.graph.input(`x${t + 1}`, data.columns, { symbols: data.data!.symbols, per: "sequence" }),
      );
    // All copies of step 0 first: then the free parameters are, in order, those of the net.
    for (let t = 0; t < steps; ++t)
      for (const { name, rows, columns } of original.parameters) {
        this.#copies.set(`${name}@${t}`, this.graph.parameter(`${name}@${t}`, rows, columns));
      }
    for (let i = 0; i < original.size; ++i)
      this.ties.push(Array.from({ length: steps }, (_, t) => t * original.size + i));
  }

  /** The output of every step. */
  build(): NodeId[] {
    let x = this.inputs;
    this.#net.spec.layers.forEach((layer, i) => {
      x = this.#layer(layer, `${layer.type}${i + 1}`, x);
    });
    return x;
  }

  #p(name: string, t: number): NodeId {
    return this.#copies.get(`${name}@${t}`)!;
  }

  #layer(layer: Layer, name: string, x: NodeId[]): NodeId[] {
    const g = this.graph;
    switch (layer.type) {
      case "rnn":
      case "lstm":
      case "gru":
        return this.#recurrent(layer, name, x, false);
      case "bidirectional": {
        const forward = this.#recurrent(layer.layer, `${name}.forward`, x, false);
        const backward = this.#recurrent(layer.layer, `${name}.backward`, x, true);
        return forward.map((node, t) => g.apply(concat, node, backward[t]));
      }
      case "dense":
        return x.map((node, t) =>
          this.#act(
            layer.activation,
            layer.bias
              ? g.apply(linear(), node, this.#p(`${name}.W`, t), this.#p(`${name}.b`, t))
              : g.apply(linear({ bias: false }), node, this.#p(`${name}.W`, t)),
          ),
        );
      default:
        throw new OptionError(
          `unroll: layer "${name}" is ${layer.type}, want rnn, lstm, gru, bidirectional or dense`,
        );
    }
  }

  #act(name: Activation, z: NodeId): NodeId {
    return name === "identity" ? z : this.graph.apply(activation(name), z);
  }

  #recurrent(layer: RecurrentLayer, name: string, x: NodeId[], reverse: boolean): NodeId[] {
    const g = this.graph;
    const H = layer.units;
    const cell = cellOf(layer);
    const C = cell.carried * H;
    const learned = (layer.initialState ?? "learned") === "learned";
    if (layer.given?.length)
      throw new OptionError(
        `unroll: layer "${name}" takes initial states from data, want them learned or zero`,
      );
    const start = learned
      ? g.apply(initialState({ columns: C }), this.inputs[0], this.#p(`${name}.state`, 0))
      : g.apply(initialState({ columns: C, learned }), this.inputs[0]);
    let state = cell.carried === 1 ? [start] : [g.apply(slice(0, H), start), g.apply(slice(H, H), start)];
    const out = new Array<NodeId>(this.#steps);
    for (let i = 0; i < this.#steps; ++i) {
      const t = reverse ? this.#steps - 1 - i : i;
      state = this.#step(layer, name, t, x[t], state);
      out[t] = state[0]!;
    }
    return out;
  }

  /** One step as layers: new states from the input and the old ones. */
  #step(layer: RecurrentLayer, name: string, t: number, x: NodeId, [h0, c0]: readonly NodeId[]): NodeId[] {
    const g = this.graph;
    const H = layer.units;
    const p = (what: string): NodeId => this.#p(`${name}.${what}`, t);
    const plus = (a: NodeId, b: NodeId): NodeId => g.apply(add, a, b);
    const times = (a: NodeId, b: NodeId): NodeId => g.apply(multiply, a, b);
    const part = (z: NodeId, gate: number): NodeId => g.apply(slice(gate * H, H), z);
    const sigma = (z: NodeId): NodeId => g.apply(activation("logistic"), z);
    const tanh = (z: NodeId): NodeId => g.apply(activation("tanh"), z);
    const blend = (z: NodeId, n: NodeId): NodeId => plus(n, times(z, plus(h0, g.apply(scaled(-1), n))));
    const fromInput = (): NodeId => g.apply(linear({ bias: false }), x, p("Wx"));
    const fromState = (h: NodeId): NodeId => g.apply(linear({ bias: false }), h, p("Wh"));
    const biased = (z: NodeId): NodeId =>
      plus(z, g.apply(initialState({ columns: g.node(z).columns }), this.inputs[0], p("b")));
    if (layer.type === "rnn") {
      const h = this.#act(layer.activation, biased(plus(fromInput(), fromState(h0))));
      return [
        layer.leak === 1 ? h : plus(g.apply(scaled(1 - layer.leak), h0), g.apply(scaled(layer.leak), h)),
      ];
    }
    if (layer.type === "lstm") {
      const z = biased(plus(fromInput(), fromState(h0)));
      const G = layer.forgetGate ? 4 : 3;
      const peep = (row: number, state: NodeId, pre: NodeId): NodeId =>
        layer.peepholes ? plus(pre, g.apply(multiplyRow(row), state, p("peep"))) : pre;
      const i = sigma(peep(0, c0, part(z, 0)));
      const half = (node: NodeId): NodeId => tanh(g.apply(scaled(0.5), node));
      const kept = layer.forgetGate ? times(sigma(peep(1, c0, part(z, 1))), c0) : c0;
      const g1 = layer.forgetGate ? tanh(part(z, 2)) : g.apply(scaled(2), half(part(z, 1)));
      const c = plus(kept, times(i, g1));
      const o = sigma(peep(G - 2, c, part(z, G - 1)));
      return [times(o, layer.forgetGate ? tanh(c) : half(c)), c];
    }
    const zero = (count: number): NodeId =>
      g.apply(initialState({ columns: count * H, learned: false }), this.inputs[0]);
    if (layer.reset === "after") {
      // gate blocks n_x r z n_h; x feeds the first three, h the last three
      const z = biased(plus(g.apply(concat, fromInput(), zero(1)), g.apply(concat, zero(1), fromState(h0))));
      return [blend(sigma(part(z, 2)), tanh(plus(part(z, 0), times(sigma(part(z, 1)), part(z, 3)))))];
    }
    // gate blocks r z n; the n block of Wh multiplies r ⊙ h₀
    const z = biased(fromInput());
    const r = sigma(plus(part(z, 0), part(fromState(h0), 0)));
    const update = sigma(plus(part(z, 1), part(fromState(h0), 1)));
    return [blend(update, tanh(plus(part(z, 2), part(fromState(times(r, h0)), 2))))];
  }
}

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
    this.#batch = new Batch(engine, net.dataSpec, { input: 0 });
    this.#arena = new Arena(engine.memory);
  }

  /** Copies of parameters, T for each of the net's. */
  get size(): number {
    return this.#graph.size;
  }

  /** One [T,O] vector a sequence, as net.predict. */
  predict(inputs: readonly DataItem["input"][]): Floats[] {
    const O = this.#net.dataSpec.output;
    const T = this.steps;
    const { engine } = this.#net;
    const target = new Float64Array(this.#net.dataSpec.target === "class" ? T : T * O);
    this.#run(inputs.map((input) => ({ input, target })));
    const B = inputs.length;
    const y = this.#arena.reals(B * O);
    const out = inputs.map(() =>
      engine.precision === "float32" ? new Float32Array(T * O) : new Float64Array(T * O),
    );
    this.#outputs.forEach((node, t) => {
      lossOf(this.#net.spec.loss).predict(engine.kernels, B, O, this.#tape.value(node), y);
      const values = engine.memory.reals(y, B * O);
      out.forEach((one, b) => one.set(values.subarray(b * O, (b + 1) * O), t * O));
    });
    return out;
  }

  /** Loss and gradient, as net.gradient: the derivatives of all copies of a weight are summed. */
  gradient(data: readonly DataItem[]): ReturnType<Network["gradient"]> {
    const { engine, dataSpec, built } = this.#net;
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
      return { ...site, kept: this.#arena.reals(loss.room(site)) };
    });
    const value = sites.reduce((sum, site) => sum + loss.value(site), 0);
    const total = this.#batch.total;
    this.#tape.vjp(full, () =>
      sites.forEach((site, t) => loss.gradient(site, 1 / total, this.#tape.adjoint(this.#outputs[t]))),
    );
    this.#map.pull(full, g);
    const gradient = built.graph.parameters.map(({ name, rows, columns, offset }) => ({
      name,
      shape: [rows, columns] as const,
      data: engine.memory.reals(engine.memory.at(g, offset), rows * columns).slice(),
    }));
    return { loss: value / total, gradient };
  }

  dispose(): void {
    this.#tape.dispose();
    this.#weights.dispose();
    this.#batch.dispose();
    this.#arena.dispose();
  }

  /** Takes the net's present weights and runs all layers. */
  #run(data: readonly DataItem[]): void {
    const { engine, dataSpec, built } = this.#net;
    const { memory } = engine;
    const items = checkItems({ ...dataSpec, who: "unroll" }, data);
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
