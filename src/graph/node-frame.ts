/** An op at work on a tape: where its buffers stand, and the packed panels of its matrices. */
import type { Engine } from "../wasm/engine.ts";
import { ShapeError } from "../wasm/errors.ts";
import { NULL, type Kernels, type Ptr } from "../wasm/kernels.ts";
import type { Graph, Node, NodeId, Parameter } from "./graph.ts";
import type { Frame, InputShapes, Mode, Op, PackedShape, Plan } from "./op.ts";
import type { Weights } from "./weights.ts";

/** What a frame needs of its tape. */
export interface FrameHost {
  readonly engine: Engine;
  readonly graph: Graph;
  readonly weights: Weights;
  readonly mode: Mode;
  readonly structural: number;
  /** n reals, good until the next call. */
  scratch(n: number): Ptr;
  /** Packed panels of the tangent of a parameter's columns [from, from+columns). */
  tangentPanels(parameter: Parameter, from: number, columns: number): Ptr;
}

/** The frame of one op node. The tape writes its fields when it plans and binds. */
export class NodeFrame implements Frame {
  readonly engine: Engine;
  readonly k: Kernels;
  readonly id: NodeId;
  readonly node: Node;
  readonly op: Op;
  readonly #host: FrameHost;
  shapes!: InputShapes;
  shape!: PackedShape;
  plan!: Plan;
  x: Ptr[] = [];
  dx: Ptr[] = [];
  rx: Ptr[] = [];
  y = NULL;
  dy = NULL;
  ry = NULL;
  kept: Record<string, Ptr> = {};
  tangents: Record<string, Ptr> = {};
  carry = NULL;
  dcarry = NULL;
  /** Where set, how state enters this op, whatever the pass says. */
  entry: Mode["carry"];

  constructor(host: FrameHost, node: Node, op: Op) {
    this.#host = host;
    this.engine = host.engine;
    this.k = host.engine.kernels;
    this.id = node.id;
    this.node = node;
    this.op = op;
  }

  get mode(): Mode {
    const { mode } = this.#host;
    return this.entry ? { ...mode, carry: this.entry } : mode;
  }
  get structural(): number {
    return this.#host.structural;
  }
  at(ptr: Ptr, n: number): Ptr {
    return this.engine.memory.at(ptr, n);
  }
  scratch(n: number): Ptr {
    return this.#host.scratch(n);
  }
  packed(i: number, from = 0, columns = this.shapes[i].columns): Ptr {
    const { weights } = this.#host;
    return weights.panels.get(weights, this.#matrix(i), { transposed: false, from, columns });
  }
  packedTransposed(i: number, from = 0, columns = this.shapes[i].columns): Ptr {
    const { weights } = this.#host;
    return weights.panels.get(weights, this.#matrix(i), { transposed: true, from, columns });
  }
  packedTangent(i: number, from = 0, columns = this.shapes[i].columns): Ptr {
    return this.#host.tangentPanels(this.#matrix(i), from, columns);
  }

  #matrix(i: number): Parameter {
    const { parameter } = this.#host.graph.node(this.node.inputs[i]);
    if (!parameter)
      throw new ShapeError(`${this.node.name}: input ${i} is no parameter, so there are no panels of it`);
    return parameter;
  }
}
