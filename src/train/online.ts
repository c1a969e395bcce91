/**
 * Gradients on an endless stream in constant memory: a step of the net, and the loss's gradient at that step
 * by real-time recurrent learning (ops/recurrent/traces.ts). For the last recurrent layer and all above it
 * the sum over steps is the gradient of backpropagation through all of them. For what stands below a
 * recurrent layer, what its past does to the present through the memory of that layer is left out (Zucchet et
 * al. 2023): each layer's own memory is followed whole.
 */
import { OptionError, ShapeError } from "../wasm/errors.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { NodeId } from "../graph/graph.ts";
import type { MakeOnline, OnlineGradient, OnlineParameters } from "../graph/op.ts";
import { packing } from "../graph/packing.ts";
import { Tape } from "../graph/tape.ts";
import { checkItems, flattenInput, type DataItem, type FlatInput } from "../data/item.ts";
import type { LossSite } from "../losses/loss.ts";
import type { Layout } from "../ops/recurrent/layout.ts";
import { Traces } from "../ops/recurrent/traces.ts";
import { Batch } from "./batch.ts";
import type { LossParts } from "./net-loss.ts";

const single = packing([1]);

/** Traces of a recurrent op, the one kind that has any. */
const makeTraces: MakeOnline = (layout, f) => new Traces(layout as Layout, f);

/** One step of a stream. */
export interface OnlineStep {
  /** x [I] or symbols. */
  readonly input: DataItem["input"];
  /** Of this step. Left out: the step moves the states and counts nothing. */
  readonly target?: DataItem["target"];
  /** What the step counts, or each of its targets. Default 1. */
  readonly weight?: DataItem["weight"];
}

/** A recurrent layer's traces, and the nodes of its parameters. */
interface OnlineLayer {
  readonly traces: OnlineGradient;
  readonly nodes: Readonly<Record<keyof OnlineParameters, NodeId | undefined>>;
}

/** The gradient of a net on one sequence that goes on. */
export class Online {
  readonly #parts: LossParts;
  readonly #tape: Tape;
  readonly #batch: Batch;
  readonly #arena: Arena;
  readonly #layers: readonly OnlineLayer[];
  readonly #sum: Ptr;
  readonly #now: Ptr;
  readonly #kept: Ptr;
  #started = false;

  /** Throws OptionError where a layer's states have more derivatives than can be carried on. */
  constructor(who: string, parts: LossParts) {
    const { weights, spec, nodes, loss } = parts;
    const { graph, engine } = weights;
    const bad = graph.nodes.find(({ op, carries }) => op && (op.whole || (carries && !op.online)));
    if (bad)
      throw new OptionError(
        `${who}: ${bad.name} has no exact gradient in constant memory; want minGru, minLstm or lru and ` +
          "layers that work step by step, or train with truncate",
      );
    if (loss.target === "labels" || spec.initial > 0 || spec.outputSteps)
      throw new OptionError(`${who}: want a target at every step, and no initial states from data`);
    this.#parts = parts;
    this.#tape = new Tape(weights);
    this.#batch = new Batch(engine, spec, nodes);
    this.#arena = new Arena(engine.memory, "gradients of nets");
    this.#batch.load([this.#read(who, { input: new Float64Array(spec.input) })]);
    this.#tape.plan(single, this.#batch.inputs);
    this.#layers = graph.nodes.flatMap(({ id, inputs, op }) => {
      const traces = op?.online && this.#tape.online(id, makeTraces);
      if (!traces) return [];
      const [, start, Wx, b, own] = inputs;
      const [, row] = graph.node(start).inputs;
      return [{ traces, nodes: { Wx, b, own, start: row } }];
    });
    this.#sum = this.#arena.reals(graph.size);
    this.#now = this.#arena.reals(graph.size);
    this.#kept = this.#arena.reals(loss.keptSize(this.#site(NULL)));
    engine.kernels.fill(graph.size, 0, this.#sum);
  }

  /** One more step; its gradient is added up. Returns w·ℓ and w, 0 without a target. */
  step(who: string, step: OnlineStep): { value: number; total: number } {
    this.#batch.load([this.#read(who, step)]);
    this.#tape.plan(single, this.#batch.inputs);
    this.#tape.forward({ carry: this.#started ? "continue" : "start" });
    for (const { traces } of this.#layers) {
      if (!this.#started) traces.restart();
      traces.step();
    }
    this.#started = true;
    return step.target === undefined ? { value: 0, total: 0 } : this.#learn();
  }

  /** Adds the gradient at the step that was taken. */
  #learn(): { value: number; total: number } {
    const { weights, output, loss } = this.#parts;
    const { kernels: k } = weights.engine;
    const site = this.#site(this.#kept);
    const value = loss.value(site, true);
    this.#tape.vjp(this.#now, () => loss.gradient(site, 1, this.#tape.adjoint(output)));
    for (const layer of this.#layers) this.#replace(layer);
    k.addScaled(weights.graph.size, 1, this.#now, this.#sum);
    return { value, total: this.#batch.total };
  }

  /** g [P] = what was added up, divided by `total`; the sum begins anew. */
  take(total: number, g: Ptr): void {
    const { graph, engine } = this.#parts.weights;
    const { kernels: k } = engine;
    k.fill(graph.size, 0, g);
    k.addScaled(graph.size, 1 / total, this.#sum, g);
    k.fill(graph.size, 0, this.#sum);
  }

  dispose(): void {
    for (const { traces } of this.#layers) traces.dispose();
    this.#tape.dispose();
    this.#batch.dispose();
    this.#arena.dispose();
  }

  #read(who: string, { input, target, weight }: OnlineStep): FlatInput {
    const { spec } = this.#parts;
    const item: FlatInput =
      target === undefined
        ? { ...flattenInput(who, spec, input, "step"), initial: [] }
        : checkItems(who, spec, [{ input, target, weight }])[0];
    if (item.length !== 1)
      throw new ShapeError(`${who}: a step's input holds ${item.length} steps, want one`);
    return item;
  }

  /** The parameters of a recurrent layer have their gradient from its traces, not from this step alone. */
  #replace({ traces, nodes }: OnlineLayer): void {
    const { graph, engine } = this.#parts.weights;
    const slice = (node: NodeId | undefined): Ptr => {
      const parameter = node === undefined ? undefined : graph.node(node).parameter;
      if (!parameter) return NULL;
      const at = engine.memory.at(this.#now, parameter.offset);
      engine.kernels.fill(parameter.rows * parameter.columns, 0, at);
      return at;
    };
    const { Wx, b, own, start } = nodes;
    traces.gradient({ Wx: slice(Wx), b: slice(b), own: slice(own), start: slice(start) });
  }

  #site(kept: Ptr): LossSite {
    const { weights, output } = this.#parts;
    const { rows, columns } = this.#tape.shape(output);
    return {
      kept,
      k: weights.engine.kernels,
      memory: weights.engine.memory,
      packing: single,
      rows,
      columns,
      z: this.#tape.value(output),
      target: this.#batch.target,
      targetOffsets: this.#batch.targetOffsets,
      weight: this.#batch.weight,
    };
  }
}
