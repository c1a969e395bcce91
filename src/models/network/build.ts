/** From layers to a graph: nodes, parameters and how each parameter begins. */
import { OptionError, ShapeError } from "../../wasm/errors.ts";
import { Graph, type NodeId } from "../../graph/graph.ts";
import { activation } from "../../ops/activation.ts";
import { concat } from "../../ops/concat.ts";
import { delayTaps } from "../../ops/delay-taps.ts";
import { dropout } from "../../ops/dropout.ts";
import { embedding } from "../../ops/embedding.ts";
import { initialState } from "../../ops/initial-state.ts";
import { join } from "../../ops/join.ts";
import { linear } from "../../ops/linear.ts";
import { stateGates, type Cell } from "../../ops/recurrent/cell.ts";
import { recurrent } from "../../ops/recurrent/recurrent.ts";
import { optionalKinds } from "./kinds.ts";
import { constant, normal, orthogonal, values, type Initializer } from "./initializers.ts";
import { type DenseLayer, type Layer } from "./layers.ts";
import { cellOf, type Initialization, type RecurrentLayer } from "./recurrent-layers.ts";
import type { OptionalRecurrentLayer } from "./optional/recurrent-layers.ts";

/** Columns [from, to) of a parameter and how they begin. */
export interface InitialBlock {
  readonly parameter: number;
  readonly from: number;
  readonly to: number;
  readonly init: Initializer;
}

/** A net as a graph. */
export interface BuiltGraph {
  readonly graph: Graph;
  readonly input?: NodeId;
  readonly initial?: NodeId;
  /** Initial states that come with each item. */
  readonly initialColumns: number;
  readonly output: NodeId;
  /** Steps of the output for T steps of the input, where layers change the time. */
  readonly outputSteps?: (T: number) => number;
  /** The node that each layer ends in. */
  readonly layers: readonly NodeId[];
  /** The recurrent op nodes, in order, with their cells. */
  readonly recurrent: readonly { readonly node: NodeId; readonly cell: Cell; readonly name: string }[];
  readonly initialBlocks: readonly InitialBlock[];
  /** Names of the parameters that layers keep orthogonal. */
  readonly orthogonal: readonly string[];
}

/** What a net reads: reals, or symbols below `symbols`, `columns` of them a step. */
export interface InputSpec {
  readonly columns: number;
  readonly symbols?: number;
}

/** The steps of node x for T steps of the input, where ops on the way change them. */
function stepsOf(graph: Graph, x: NodeId): ((T: number) => number) | undefined {
  const { op, inputs } = graph.node(x);
  if (!op) return undefined;
  const before = stepsOf(graph, inputs[0]);
  const own = op.outputSteps?.bind(op);
  return own && before ? (T) => own(before(T)) : (own ?? before);
}

/** The graph of a net in the making. */
export class Builder {
  readonly graph = new Graph();
  readonly initialBlocks: InitialBlock[] = [];
  readonly recurrent: { node: NodeId; cell: Cell; name: string }[] = [];
  readonly orthogonal: string[] = [];
  readonly given: { column: number; node: NodeId }[] = [];
  initialColumns = 0;
  sequences!: NodeId;
  initial: NodeId | undefined;

  parameter(name: string, rows: number, columns: number, init: Initializer): NodeId {
    const node = this.graph.parameter(name, rows, columns);
    this.startAt(0, columns, init);
    return node;
  }

  /** Columns of the newest parameter begin otherwise. */
  startAt(from: number, to: number, init: Initializer): void {
    this.initialBlocks.push({ parameter: this.graph.parameters.length - 1, from, to, init });
  }

  width(x: NodeId): number {
    const { data, columns } = this.graph.node(x);
    return data?.symbols ?? columns;
  }

  dense(layer: DenseLayer, name: string, x: NodeId): NodeId {
    const I = this.width(x);
    const W = this.parameter(`${name}.W`, I, layer.units, layer.init?.input ?? normal(1 / Math.sqrt(I)));
    const inputs = layer.bias
      ? [x, W, this.parameter(`${name}.b`, 1, layer.units, layer.init?.bias ?? constant(0))]
      : [x, W];
    const z = this.graph.apply(linear({ bias: layer.bias }), ...inputs);
    return layer.activation === "identity" ? z : this.graph.apply(activation(layer.activation), z);
  }

  /** A layer of a recurrent cell, forwards or, with `reverse`, backwards in time. */
  recurrentLayer(
    layer: RecurrentLayer | OptionalRecurrentLayer,
    name: string,
    x: NodeId,
    { reverse }: { readonly reverse: boolean },
  ): NodeId {
    const cell = cellOf(layer);
    const H = layer.units;
    const I = this.width(x);
    const init = layer.init ?? {};
    const C = cell.carried * H;
    const learned = (layer.initialState ?? "learned") === "learned";
    const given = layer.given ?? [];
    const Wx = this.parameter(
      `${name}.Wx`,
      I,
      (cell.inputGates[1] - cell.inputGates[0]) * H,
      init.input ?? normal(1 / Math.sqrt(Math.max(I, 1))),
    );
    const kept = "orthogonal" in layer && layer.orthogonal;
    if (kept) this.orthogonal.push(`${name}.Wh`);
    const begin = init.recurrent ?? (kept ? orthogonal() : normal(1 / Math.sqrt(H)));
    const Wh = stateGates(cell) ? [this.parameter(`${name}.Wh`, H, stateGates(cell) * H, begin)] : [];
    const b = this.parameter(`${name}.b`, 1, cell.gates.length * H, init.bias ?? constant(0));
    cell.gates.forEach((letter, g) => {
      const start = init.bias ? undefined : cell.biases?.[letter];
      const one = init.gates?.[letter] ?? (start === undefined ? undefined : constant(start));
      if (one) this.startAt(g * H, (g + 1) * H, one);
    });
    const own = this.#ownRows(cell, H, name, init);
    const row = learned ? [this.parameter(`${name}.state`, 1, C, init.state ?? constant(0))] : [];
    const data = given.length > 0 ? [this.takeInitial(given.length)] : [];
    const start = this.graph.apply(
      initialState({ columns: C, learned, given }),
      this.sequences,
      ...row,
      ...data,
    );
    const node = this.graph.apply(recurrent(cell, { reverse }), x, start, Wx, ...Wh, b, ...own);
    this.recurrent.push({ node, cell, name });
    return node;
  }

  /** The parameters that each unit of a cell has for itself, if any. */
  #ownRows({ peepholes, own }: Cell, H: number, name: string, init: Initialization): NodeId[] {
    if (own) {
      const node = this.graph.parameter(`${name}.${own.name}`, 1, own.rows.length * H);
      own.rows.forEach(({ role, begin }, i) => {
        const start = values(Array.from({ length: H }, (_, j) => begin(j, H)));
        this.startAt(i * H, (i + 1) * H, init[role] ?? start);
      });
      return [node];
    }
    return peepholes ? [this.parameter(`${name}.peep`, peepholes, H, init.peepholes ?? constant(0))] : [];
  }

  /** The node that brings initial states with the items. */
  takeInitial(columns: number): NodeId {
    if (this.initial !== undefined)
      throw new OptionError("network: two layers take initial states from data, want one");
    this.initialColumns = columns;
    return (this.initial = this.graph.input("initial", columns, { per: "sequence" }));
  }

  layer(layer: Layer, name: string, x: NodeId): NodeId {
    switch (layer.type) {
      case "dense":
        return this.dense(layer, name, x);
      case "rnn":
      case "lstm":
      case "gru":
        return this.recurrentLayer(layer, name, x, { reverse: false });
      case "bidirectional":
        return this.graph.apply(
          concat,
          this.recurrentLayer(layer.layer, `${name}.forward`, x, { reverse: false }),
          this.recurrentLayer(layer.layer, `${name}.backward`, x, { reverse: true }),
        );
      case "embedding": {
        const table = this.parameter(
          `${name}.table`,
          layer.symbols,
          layer.width,
          layer.init?.input ?? normal(1 / Math.sqrt(layer.width)),
        );
        if (this.graph.node(x).data?.symbols !== layer.symbols)
          throw new ShapeError(`${name}: stands on reals, want it first, on symbols`);
        return this.graph.apply(embedding, x, table);
      }
      case "delayTaps":
        return this.graph.apply(delayTaps(layer.taps), x);
      case "subsample":
        return this.graph.apply(join(layer.steps), x);
      case "skip":
        return this.graph.apply(concat, this.dense(layer.layer, name, x), x);
      case "dropout":
        return this.graph.apply(dropout(layer.rate), x);
      default:
        return optionalKinds()!.layers[layer.type].build(this, layer, name, x);
    }
  }
}

/**
 * The graph of a stack of layers. Names are lstm1, dense2, …: type and place in the stack. Throws ShapeError
 * or OptionError.
 */
export function buildGraph(input: InputSpec, layers: readonly Layer[]): BuiltGraph {
  const builder = new Builder();
  const { graph } = builder;
  const nodes: NodeId[] = [];
  let x: NodeId = graph.input("input", input.columns, { symbols: input.symbols });
  builder.sequences = x;
  layers.forEach((layer, i) => {
    const name = (graph.scope = `${layer.type}${i + 1}`);
    nodes.push((x = builder.layer(layer, name, x)));
  });
  return {
    graph,
    input: 0,
    initial: builder.initial,
    initialColumns: builder.initialColumns,
    output: x,
    outputSteps: stepsOf(graph, x),
    layers: nodes,
    recurrent: builder.recurrent,
    initialBlocks: builder.initialBlocks,
    orthogonal: builder.orthogonal,
  };
}
