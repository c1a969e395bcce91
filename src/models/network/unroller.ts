/**
 * The layers of an unrolled net: products, sums and activations, with a copy of every parameter a step. What
 * a step computes stands in its cell's table.
 */
import { OptionError } from "../../wasm/errors.ts";
import type { Activation } from "../../wasm/kernels.ts";
import { Graph, type NodeId } from "../../graph/graph.ts";
import { activation } from "../../ops/activation.ts";
import { add, multiply, multiplyRow, scaled, slice } from "../../ops/arithmetic.ts";
import { concat } from "../../ops/concat.ts";
import { initialState } from "../../ops/initial-state.ts";
import { linear } from "../../ops/linear.ts";
import type { Cell } from "../../ops/recurrent/cell.ts";
import { type Layer } from "./layers.ts";
import { optionalKinds } from "./kinds.ts";
import type { OptionalRecurrentLayer } from "./optional/recurrent-layers.ts";
import { cellOf, type RecurrentLayer } from "./recurrent-layers.ts";
import { internals } from "./internals.ts";
import type { Network } from "./network.ts";

/** Puts the layered net together, step by step and layer by layer. */
export class Unroller {
  readonly graph = new Graph();
  readonly inputs: NodeId[] = [];
  readonly #net: Network;
  readonly #steps: number;
  readonly #copies = new Map<string, NodeId>();
  readonly ties: number[][] = [];

  constructor(net: Network, steps: number) {
    this.#net = net;
    this.#steps = steps;
    const { graph: original } = internals(net).built;
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
      case "minGru":
      case "minLstm":
      case "lem":
      case "slstm":
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
          `unroll: layer "${name}" is ${layer.type}, want rnn, lstm, gru, minGru, minLstm, lem, slstm, ` +
            "bidirectional or dense",
        );
    }
  }

  #act(name: Activation, z: NodeId): NodeId {
    return name === "identity" ? z : this.graph.apply(activation(name), z);
  }

  #recurrent(
    layer: RecurrentLayer | OptionalRecurrentLayer,
    name: string,
    x: NodeId[],
    reverse: boolean,
  ): NodeId[] {
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
    let state = Array.from({ length: cell.carried }, (_, s) => g.apply(slice(s * H, H), start));
    const out = new Array<NodeId>(this.#steps);
    for (let i = 0; i < this.#steps; ++i) {
      const t = reverse ? this.#steps - 1 - i : i;
      state = this.#step(cell, H, { name, t, x: x[t] }, state);
      out[t] = state[0]!;
    }
    return out;
  }

  /** One step as layers: new states from the input and the old ones. */
  #step(cell: Cell, H: number, at: { name: string; t: number; x: NodeId }, old: readonly NodeId[]): NodeId[] {
    const g = this.graph;
    const p = (what: string): NodeId => this.#p(`${at.name}.${what}`, at.t);
    const block = (z: NodeId, i: number): NodeId => g.apply(slice(i * H, H), z);
    const b = g.apply(initialState({ columns: cell.gates.length * H }), this.inputs[0], p("b"));
    const fromInput = g.apply(linear({ bias: false }), at.x, p("Wx"));
    const plus = (u: NodeId, v: NodeId): NodeId => g.apply(add, u, v);
    const columns = columnsOfWh(cell);
    return [
      ...cell.plain!<NodeId>({
        old,
        plus,
        times: (u, v) => g.apply(multiply, u, v),
        scaled: (factor, x) => g.apply(scaled(factor), x),
        activate: (name, x) => this.#act(name, x),
        softplus: (x) => g.apply(optionalKinds()!.softplus, x),
        peephole: (row, x) => g.apply(multiplyRow(row), x, p("peep")),
        pre: (gate, source) => {
          const [first, end] = cell.inputGates;
          const parts = gate >= first && gate < end ? [block(fromInput, gate - first)] : [];
          if (source !== undefined)
            parts.push(block(g.apply(linear({ bias: false }), source, p("Wh")), columns.indexOf(gate)));
          return [...parts, block(b, gate)].reduce(plus);
        },
      }),
    ];
  }
}

/** The gate that each block of columns of Wh feeds. */
const columnsOfWh = (cell: Cell): number[] =>
  cell.stages.flatMap(({ gates: [from, to] }) => Array.from({ length: to - from }, (_, i) => from + i));
