/**
 * The buffers of a graph for batches of one packing at a time, and the three passes over it. A pass of the
 * same packing as the one before allocates nothing; tangents get their memory at the first jvp.
 */
import type { Engine } from "../wasm/engine.ts";
import { ShapeError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena, type Floats } from "../wasm/memory.ts";
import { Carried } from "./carried.ts";
import type { Graph, Node, NodeId, Parameter } from "./graph.ts";
import { NodeFrame } from "./node-frame.ts";
import type { InputShapes, MakeOnline, Mode, OnlineGradient, PackedShape, Shape } from "./op.ts";
import { oneStep, samePacking, type Packing } from "./packing.ts";
import { activityReals, planOps, type Planned } from "./plan-size.ts";
import { SoFar } from "./so-far.ts";
import { Panels, type Weights } from "./weights.ts";

/** What a tape is made for. */
export interface TapeOptions {
  /** Input nodes whose adjoint is wanted too. */
  inputAdjoints?: readonly NodeId[];
}

/** Values, adjoints and tangents of every node for one batch. */
export class Tape {
  readonly engine: Engine;
  readonly graph: Graph;
  readonly weights: Weights;
  mode: Mode = { gradient: true, training: false, seed: 0, draw: 0 };
  structural = 0;
  readonly #values: Arena;
  readonly #tangents: Arena;
  readonly #carried: Carried;
  readonly #scratches: Arena;
  readonly #frames: (NodeFrame | undefined)[];
  readonly #wanted: boolean[];
  readonly #value: Ptr[];
  readonly #adjoint: Ptr[];
  readonly #tangent: Ptr[];
  #panels: Panels | undefined;
  /** The direction of the last jvp. */
  readonly #direction = { theta: NULL, version: 0 };
  #tangentsPlanned = false;
  #batch: Packing | undefined;
  #plannedGradient = false;
  #adjointsFrom = NULL;
  #adjointReals = 0;
  #scratch = NULL;
  #scratchReals = 0;
  #soFar: SoFar | undefined;

  constructor(weights: Weights, options: TapeOptions = {}) {
    this.engine = weights.engine;
    this.graph = weights.graph;
    this.weights = weights;
    const { memory } = this.engine;
    const nodes = this.graph.nodes;
    this.#values = new Arena(memory, "activities of nets");
    this.#tangents = new Arena(memory, "activities of nets");
    this.#scratches = new Arena(memory, "activities of nets");
    this.#frames = nodes.map((node) => (node.op ? new NodeFrame(this, node, node.op) : undefined));
    this.#carried = new Carried(memory, this.#frames);
    this.#wanted = [];
    for (const node of nodes) {
      this.#wanted.push(
        node.kind === "parameter" ||
          (options.inputAdjoints ?? []).includes(node.id) ||
          node.inputs.some((i) => this.#wanted[i]),
      );
    }
    this.#value = nodes.map((node) =>
      node.parameter ? memory.at(weights.theta, node.parameter.offset) : NULL,
    );
    this.#adjoint = nodes.map(() => NULL);
    this.#tangent = nodes.map(() => NULL);
  }

  /** The packing of the current batch. */
  get batch(): Packing {
    return this.#batch!;
  }

  /**
   * Reserves memory for a batch and reads its data where they stand: `inputs` has the buffer of every input
   * node. With `gradient` false, nothing is kept for vjp and jvp.
   */
  plan(batch: Packing, inputs: ReadonlyMap<NodeId, Ptr>, gradient = true): void {
    for (const [node, ptr] of inputs) this.#value[node] = ptr;
    if (!this.#batch || this.#plannedGradient !== gradient || !samePacking(batch, this.#batch))
      this.#allot(batch, gradient);
    this.#bind();
  }

  #allot(batch: Packing, gradient: boolean): void {
    this.#batch = undefined; // an allocation that fails leaves no plan behind
    this.#tangentsPlanned = false;
    const planned = planOps(this.graph, batch);
    const { memory } = this.engine;
    const bytes = activityReals(planned, gradient) * memory.realBytes;
    memory.require(bytes, this.#values.bytes, `of activities for ${batch.rows} rows`);
    this.#values.reset();
    this.#adjointReals = 0;
    const { nodes } = this.graph;
    const { shapes } = planned;
    const offsets: number[] = [];
    for (const node of nodes) {
      this.#allotOp(node, planned, gradient);
      offsets.push(this.#adjointReals);
      if (gradient && this.#wanted[node.id] && !node.parameter)
        this.#adjointReals += Math.ceil((shapes[node.id].rows * node.columns) / 16) * 16;
    }
    if (gradient) this.#adjointsFrom = this.#values.reals(this.#adjointReals);
    for (const node of nodes) {
      if (node.parameter) continue;
      this.#adjoint[node.id] =
        gradient && this.#wanted[node.id] ? memory.at(this.#adjointsFrom, offsets[node.id]) : NULL;
    }
    this.#carried.plan(batch.sequences);
    this.#batch = batch;
    this.#plannedGradient = gradient;
  }

  /** Gives the op of a node, if it has one, its plan, its value and its kept buffers. */
  #allotOp({ id, inputs }: Node, { shapes, plans }: Planned, gradient: boolean): void {
    const frame = this.#frames[id];
    if (!frame) return;
    frame.shapes = inputs.map((i) => shapes[i]) as readonly Shape[] as InputShapes;
    frame.plan = plans[id]!;
    const { packing, columns, kept = {}, gradientOnly = [] } = frame.plan;
    frame.shape = { rows: packing.rows, columns, packing };
    this.#value[id] = this.#values.reals(packing.rows * columns);
    for (const [name, reals] of Object.entries(kept))
      frame.kept[name] = !gradient && gradientOnly.includes(name) ? NULL : this.#values.reals(reals);
  }

  /** Runs all ops on the planned batch. */
  forward(mode: Partial<Mode> = {}): void {
    this.mode = {
      gradient: this.#plannedGradient,
      training: mode.training ?? false,
      carry: mode.carry,
      seed: mode.seed ?? 0,
      draw: mode.draw ?? 0,
      piece: mode.piece,
    };
    for (const frame of this.#frames) if (frame) frame.op.forward(frame);
  }

  /**
   * One more step of one sequence, on a plan of one step: what the net gives last if the sequence ends here.
   */
  forwardSoFar(restart: boolean): void {
    this.#soFar ??= new SoFar(this.#frames, this.#carried.arena);
    this.mode = { gradient: false, training: false, seed: 0, draw: 0 };
    this.#soFar.forward(restart);
  }

  /**
   * g [P] = Jᵀ·seed, overwritten: `seed` adds adjoints at the nodes it knows. structural: weight of
   * structural damping, after a jvp.
   */
  vjp(g: Ptr, seed: () => void, structural = 0): void {
    this.engine.kernels.fill(this.graph.size, 0, g);
    this.addVjp(g, seed, structural);
  }

  /** As `vjp`, but g [P] += Jᵀ·seed. */
  addVjp(g: Ptr, seed: () => void, structural = 0): void {
    this.structural = structural;
    this.#bindParameters(this.#adjoint, g);
    for (const frame of this.#frames) if (frame) this.#point(frame.dx, frame.node, this.#adjoint);
    this.engine.kernels.fill(this.#adjointReals, 0, this.#adjointsFrom);
    seed();
    for (let i = this.#frames.length - 1; i >= 0; --i) {
      const frame = this.#frames[i];
      if (frame && this.#wanted[i]) frame.op.vjp(frame);
    }
  }

  /** Tangents of all nodes for the direction v [P], at the values of the last forward pass. */
  jvp(v: Ptr): void {
    this.#planTangents();
    this.#bindParameters(this.#tangent, v);
    this.#direction.theta = v;
    ++this.#direction.version;
    for (const frame of this.#frames) {
      if (!frame || !frame.node.variable) continue;
      this.#point(frame.rx, frame.node, this.#tangent);
      frame.op.jvp(frame);
    }
  }

  value(node: NodeId): Ptr {
    return this.#value[node];
  }
  adjoint(node: NodeId): Ptr {
    return this.#adjoint[node];
  }
  tangent(node: NodeId): Ptr {
    return this.#tangent[node];
  }
  /** What an op node's last forward computed beside its value, by name, or the value itself: [N,columns]. */
  trace(node: NodeId, what: string): Ptr {
    const frame = this.#frames[node];
    return frame?.op.trace?.(frame, what) ?? this.#value[node];
  }
  /** [rows, columns] of a node's value under the current plan; an op's or an input's has a packing. */
  shape(node: NodeId): PackedShape {
    const { parameter, data, columns } = this.graph.node(node);
    if (parameter)
      throw new ShapeError(`tape: node ${node} is parameter "${parameter.name}", want data or an op`);
    if (!data) return this.#frames[node]!.shape;
    const packing = data.per === "step" ? this.batch : oneStep(this.batch.sequences);
    return { rows: packing.rows, columns, packing };
  }

  tangentPanels(parameter: Parameter, from: number, columns: number): Ptr {
    this.#panels ??= new Panels(this.engine);
    return this.#panels.get(this.#direction, parameter, { transposed: false, from, columns });
  }

  scratch(n: number): Ptr {
    if (n > this.#scratchReals) {
      this.#scratches.dispose();
      this.#scratch = this.#scratches.reals(n);
      this.#scratchReals = n;
    }
    return this.#scratch;
  }

  /** The first node whose value is not finite, for messages. */
  firstNonFinite(): Node | undefined {
    const finite = (node: Node): boolean => {
      const n = (node.parameter ?? this.shape(node.id)).rows * node.columns;
      return node.data?.symbols !== undefined || this.engine.kernels.allFinite(n, this.value(node.id)) === 1;
    };
    return this.graph.nodes.find((node) => !finite(node));
  }

  /** Copies of the states [B,S] that the next pass may go on from, one for each op that carries any. */
  get carried(): Floats[] {
    return this.#carried.states();
  }

  /** Puts states back that `carried` gave, once the batch is planned. Throws ShapeError on other graphs'. */
  setCarried(states: readonly Floats[]): void {
    this.#carried.set(states);
  }

  /** Gradients of an op's parameters forwards in time, on this tape, planned for one step of one sequence. */
  online(node: NodeId, make: MakeOnline): OnlineGradient | undefined {
    const frame = this.#frames[node];
    return frame?.op.online?.(frame, make);
  }

  /** The states of the current batch that the next pass may go on from, in kernel memory. */
  get states(): Pick<Carried, "width" | "clearAdjoints" | "keep" | "takeBack"> {
    return this.#carried;
  }

  dispose(): void {
    for (const arena of [this.#values, this.#tangents, this.#carried, this.#scratches]) arena.dispose();
    this.#panels?.dispose();
  }

  #planTangents(): void {
    if (this.#tangentsPlanned) return;
    this.#tangents.reset();
    for (const frame of this.#frames) {
      if (!frame || !frame.node.variable) continue;
      this.#tangent[frame.id] = frame.ry = this.#tangents.reals(frame.shape.rows * frame.shape.columns);
      for (const [name, reals] of Object.entries(frame.plan.tangents ?? {}))
        frame.tangents[name] = this.#tangents.reals(reals);
    }
    this.#tangentsPlanned = true;
  }

  #bind(): void {
    for (const frame of this.#frames) {
      if (!frame) continue;
      this.#point(frame.x, frame.node, this.#value);
      frame.y = this.#value[frame.id]!;
      frame.dy = this.#adjoint[frame.id]!;
    }
  }

  #bindParameters(to: Ptr[], base: Ptr): void {
    for (const node of this.graph.nodes)
      if (node.parameter) to[node.id] = this.engine.memory.at(base, node.parameter.offset);
  }

  #point(pointers: Ptr[], node: Node, from: readonly Ptr[]): void {
    for (let i = 0; i < node.inputs.length; ++i) pointers[i] = from[node.inputs[i]]!;
  }
}
