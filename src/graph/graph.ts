/**
 * A graph of ops: pure structure, no memory. Parameters are slices of one flat vector θ[P], in the order of
 * their creation.
 */
import { ShapeError } from "../wasm/errors.ts";
import { overTime, type Op, type Shape } from "./op.ts";
import { oneStep } from "./packing.ts";

/** The number of a node. */
export type NodeId = number;

/** A slice of θ: a row-major matrix. */
export interface Parameter {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
}

/** One node: data, a parameter, or the result of an op. */
export interface Node {
  readonly id: NodeId;
  readonly kind: "input" | "parameter" | "op";
  readonly name: string;
  readonly columns: number;
  readonly inputs: readonly NodeId[];
  readonly op?: Op;
  readonly parameter?: Parameter;
  /** Data: reals, or whole numbers below `symbols`; one row a step or one a sequence. */
  readonly data?: { readonly per: "step" | "sequence"; readonly symbols?: number };
  /** A parameter, or something that depends on one: only these have tangents. */
  readonly variable: boolean;
  /** Whether its op keeps states from one pass to the next. */
  readonly carries?: boolean;
}

/** The structure of a model. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly parameters: Parameter[] = [];
  /** P. */
  size = 0;

  /** Put before the names of ops applied from now on: the layer they belong to. */
  scope = "";

  /** Data of `columns` values, one row a step or one a sequence. */
  input(name: string, columns: number, data: { symbols?: number; per?: "step" | "sequence" } = {}): NodeId {
    return this.#add({
      kind: "input",
      name,
      columns,
      inputs: [],
      data: { per: data.per ?? "step", symbols: data.symbols },
      variable: false,
    });
  }

  /** A parameter matrix [rows, columns] under a name of its own. */
  parameter(name: string, rows: number, columns: number): NodeId {
    if (this.parameters.some((p) => p.name === name))
      throw new ShapeError(`graph: parameter "${name}" exists, want another name`);
    const parameter = { name, rows, columns, offset: this.size };
    this.parameters.push(parameter);
    this.size += rows * columns;
    return this.#add({ kind: "parameter", name, columns, inputs: [], parameter, variable: true });
  }

  /** The op on these nodes. Throws ShapeError where their widths do not fit. */
  apply(op: Op, ...inputs: NodeId[]): NodeId {
    const nodes = inputs.map((id) => this.node(id));
    const probe = oneStep(1);
    const [first, ...others] = nodes.map(
      (node): Shape =>
        node.parameter ?? { rows: 1, columns: node.columns, packing: probe, symbols: node.data?.symbols },
    );
    const { columns, carry = 0 } = op.plan([overTime(op.name, first), ...others]);
    return this.#add({
      kind: "op",
      name: this.scope ? `${this.scope}.${op.name}` : op.name,
      columns,
      inputs,
      op,
      variable: nodes.some((node) => node.variable),
      carries: carry > 0,
    });
  }

  node(id: NodeId): Node {
    const node = this.nodes[id];
    if (!node) throw new ShapeError(`graph: no node ${id}, want 0..${this.nodes.length - 1}`);
    return node;
  }

  #add(node: Omit<Node, "id">): NodeId {
    this.nodes.push({ id: this.nodes.length, ...node });
    return this.nodes.length - 1;
  }
}
