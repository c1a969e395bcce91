/**
 * The net a user builds: layers in, a model that trains, predicts, streams, saves. One kernel engine a
 * precision; parameters in one flat vector; every call that takes data checks it first.
 */
import { DisposedError, ShapeError, knownOptions, whole } from "../../wasm/errors.ts";
import { engine, type Engine } from "../../wasm/engine.ts";
import type { Ptr } from "../../wasm/kernels.ts";
import { Arena, type Floats } from "../../wasm/memory.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { inferenceEngine, type InferenceEngine } from "../../inference/inference-engine.ts";
import { ConstraintMap } from "../../graph/constraint-map.ts";
import { Tape, type TapeOptions } from "../../graph/tape.ts";
import { Weights } from "../../graph/weights.ts";
import type { Loss } from "../../losses/loss.ts";
import { Batch, unpackSequence } from "../../train/batch.ts";
import {
  flattenInitial,
  flattenInput,
  type DataItem,
  type DataSpec,
  type FlatItem,
  type Numbers,
} from "../../train/data.ts";
import { Metrics, type Evaluation } from "../../train/metrics.ts";
import { checkItems, isItems, isSource, type BatchSource, type TrainingData } from "../../train/feed.ts";
import type { ShardResult, ShardTask } from "../../train/shards.ts";
import { Trainer, type TrainEvent, type TrainOptions } from "../../train/trainer.ts";
import { buildGraph, type BuiltGraph } from "./build.ts";
import {
  checkSavedConstraints,
  checkSavedParameters,
  checkSavedSpec,
  checkSavedTraining,
} from "./checkpoint-bounds.ts";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { resolveConstraints } from "./constraints.ts";
import { initialize } from "./initialize.ts";
import { needsSpectrum } from "./initializers.ts";
import { checkSpec, inputOf, lossOf, type NetworkSpec } from "./spec.ts";
import { Stream } from "./stream.ts";

/** A parameter matrix. `data` is a live view: read or write it at once, do not keep it. */
export interface ParameterView {
  readonly name: string;
  readonly shape: readonly [rows: number, columns: number];
  readonly data: Floats;
}

/** How to predict. */
export interface PredictOptions {
  /** Initial states, one vector a sequence, where a layer takes them from data. */
  readonly initial?: readonly ArrayLike<number>[];
}

/** Sequences evaluated at once. */
const CHUNK = 256;

/** A sequence model. */
export class Network {
  readonly spec: Required<NetworkSpec>;
  readonly engine: Engine;
  /** The structure, for analysis. */
  readonly built: BuiltGraph;
  readonly #loss: Loss;
  /** What it wants of its data. */
  readonly dataSpec: DataSpec;
  readonly #weights: Weights;
  readonly #trainer: Trainer;
  readonly #tape: Tape;
  readonly #batch: Batch;
  readonly #arena: Arena;
  readonly #streams = new Set<Stream>();
  #disposed = false;

  /** Use `network(spec)`. Without `draw` the parameters stay 0, to be filled from a file. */
  constructor(
    engine: Engine,
    spec: Required<NetworkSpec>,
    built: BuiltGraph,
    draw: boolean,
    wide?: InferenceEngine,
  ) {
    this.engine = engine;
    this.spec = spec;
    this.built = built;
    this.#loss = lossOf(spec.loss);
    const { graph, input, initial, initialColumns, output } = built;
    const data = graph.node(0);
    this.dataSpec = {
      who: "network",
      input: data.columns,
      symbols: data.data!.symbols,
      output: graph.node(output).columns,
      target: this.#loss.target,
      initial: initialColumns,
    };
    this.#weights = new Weights(engine, graph);
    if (draw) initialize(built, this.#weights, new Random(engine, spec.seed, streams.parameters), wide);
    const indices = resolveConstraints(spec.constraints, graph.parameters);
    const constraints = indices.length > 0 ? new ConstraintMap(engine, graph.size, indices) : undefined;
    this.#trainer = new Trainer({
      weights: this.#weights,
      output,
      loss: this.#loss,
      constraints,
      spec: this.dataSpec,
      nodes: { input, initial },
      seed: spec.seed,
      model: spec,
    });
    this.#tape = new Tape(this.#weights);
    this.#batch = new Batch(engine, this.dataSpec, { input, initial });
    this.#arena = new Arena(engine.memory);
  }

  /** Number of parameters. */
  get size(): number {
    return this.built.graph.size;
  }

  /** Optimizer steps done so far. */
  get step(): number {
    return this.#trainer.step;
  }

  /** All parameters, in the order of the layers. */
  get parameters(): ParameterView[] {
    this.#live("parameters");
    const weights = this.#weights;
    const { memory } = this.engine;
    return weights.graph.parameters.map(({ name, rows, columns, offset }) => ({
      name,
      shape: [rows, columns] as const,
      get data() {
        weights.changed(); // whoever looks may write
        return memory.reals(memory.at(weights.theta, offset), rows * columns);
      },
    }));
  }

  /** Trains, one event a step: `for await (const e of net.train(data, { optimizer, steps }))`. */
  async *train(data: TrainingData, options: TrainOptions = {}): AsyncGenerator<TrainEvent, void, void> {
    this.#live("train");
    for await (const event of this.#trainer.train(data, options)) {
      yield event;
      this.#live("train");
    }
  }

  /** The same loop, run to its end; resolves to all events. */
  async fit(data: TrainingData, options: TrainOptions = {}): Promise<TrainEvent[]> {
    const history: TrainEvent[] = [];
    for await (const event of this.train(data, options)) history.push(event);
    return history;
  }

  /** One [T_i, O] vector a sequence: probabilities where the loss has them. */
  predict(inputs: readonly Numbers[], options: PredictOptions = {}): Floats[] {
    this.#live("predict");
    knownOptions("network.predict", options, ["initial"]);
    if (!Array.isArray(inputs))
      throw new ShapeError(`network.predict: got ${typeof inputs}, want an array of sequences`);
    const spec = { ...this.dataSpec, who: "network.predict" };
    const items = inputs.map((input, i) => ({
      ...flattenInput(spec, input, `sequence ${i}`),
      initial: flattenInitial(spec, options.initial?.[i], `sequence ${i}`),
    }));
    const out: Floats[] = new Array(items.length);
    for (let from = 0; from < items.length; from += CHUNK) {
      this.#forward(items.slice(from, from + CHUNK)).forEach((y, i) => {
        out[from + i] = y;
      });
    }
    return out;
  }

  /** One step at a time, state kept. Throws for nets that read backwards in time. */
  stream(): Stream {
    this.#live("stream");
    const stream = new Stream(this.#weights, this.built, this.#loss, this.dataSpec, () =>
      this.#streams.delete(stream),
    );
    this.#streams.add(stream);
    return stream;
  }

  /** Loss and metrics on items, or on `count` fresh sequences of a task. */
  async evaluate(
    data: readonly DataItem[] | BatchSource,
    options: { count?: number; seed?: number } = {},
  ): Promise<Evaluation> {
    this.#live("evaluate");
    knownOptions("network.evaluate", options, ["count", "seed"]);
    const spec = { ...this.dataSpec, who: "network.evaluate" };
    const items = checkItems(
      spec,
      isSource(data as TrainingData)
        ? (data as BatchSource).batch(
            whole("network.evaluate", "count", options.count ?? 1000, 1),
            new Random(this.engine, options.seed ?? this.spec.seed, streams.evaluation),
          )
        : isItems(data as TrainingData)
          ? (data as readonly DataItem[])
          : [],
    );
    const metrics = new Metrics(this.#loss.name, this.dataSpec.output);
    const { objective } = this.#trainer;
    let sum = 0;
    let total = 0;
    for (let from = 0; from < items.length; from += CHUNK) {
      const chunk = items.slice(from, from + CHUNK);
      const predictions = this.#forward(chunk);
      chunk.forEach((item, i) => metrics.add(item, predictions[i]));
      sum += objective.lossOn(this.#tape, this.#batch);
      total += this.#batch.total;
    }
    return metrics.result(sum / (total > 0 ? total : 1));
  }

  /** Loss and the gradient by every parameter on these items, dropout off; constraints do not count. */
  gradient(data: readonly DataItem[]): {
    loss: number;
    gradient: { name: string; shape: readonly [number, number]; data: Floats }[];
  } {
    this.#live("gradient");
    const items = checkItems({ ...this.dataSpec, who: "network.gradient" }, data);
    return this.#withVectors(1, ([g]) => {
      const loss = this.#trainer.gradient(items, g);
      return { loss, gradient: this.#slices(g) };
    });
  }

  /**
   * Runs the gradient of these items, dropout off, and shows the tape with every value and adjoint while it
   * holds them: for analysis.
   */
  inspect<R>(data: readonly DataItem[], look: (tape: Tape, batch: Batch) => R): R {
    this.#live("inspect");
    const items = checkItems({ ...this.dataSpec, who: "network.inspect" }, data);
    const { objective } = this.#trainer;
    return this.#withVectors(1, ([g]) => {
      this.#trainer.gradient(items, g);
      return look(objective.tape, objective.batch[0]);
    });
  }

  /** A tape of one's own over the net's weights, for analysis. Dispose it. */
  tape(options: TapeOptions = {}): Tape {
    this.#live("tape");
    return new Tape(this.#weights, options);
  }

  /** One shard of a batch at full parameters θ [P]: what a worker of a pool computes. */
  shardGradient(theta: Floats, task: ShardTask): ShardResult {
    this.#live("shardGradient");
    return this.#trainer.shardGradient(theta, task);
  }

  /**
   * The Gauss-Newton matrix on these items times v [P], plus `structural` times the structural damping
   * matrix.
   */
  gaussNewtonProduct(data: readonly DataItem[], v: ArrayLike<number>, { structural = 0 } = {}): Floats {
    this.#live("gaussNewtonProduct");
    const P = this.#trainer.objective.size;
    const { memory } = this.engine;
    if (v.length !== P)
      throw new ShapeError(
        `network.gaussNewtonProduct: v has ${v.length} values, want ${P}, one for each free parameter`,
      );
    const items = checkItems({ ...this.dataSpec, who: "network.gaussNewtonProduct" }, data);
    return this.#withVectors(2, ([from, to]) => {
      memory.reals(from, P).set(v);
      this.#trainer.gaussNewton(items, from, to, structural);
      return memory.reals(to, P).slice();
    });
  }

  /**
   * safetensors: parameters, spec, and the training's state (unless `training: false`), so that training goes
   * on with the same bits.
   */
  save({ training = true } = {}): Uint8Array<ArrayBuffer> {
    this.#live("save");
    return writeCheckpoint(
      this.spec,
      this.parameters.map(({ name, shape, data }) => ({ name, shape, data: data.slice() })),
      training ? this.#trainer.state() : undefined,
    );
  }

  /** Gives all memory back. Later calls throw DisposedError; a second dispose does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const stream of this.#streams) stream.dispose();
    this.#trainer.dispose();
    this.#tape.dispose();
    this.#batch.dispose();
    this.#weights.dispose();
    this.#arena.dispose();
  }

  /**
   * Takes parameters and training state from a checkpoint of the same spec. `who` names the caller in errors.
   */
  static async load(bytes: Uint8Array | ArrayBuffer, who = "network.load"): Promise<Network> {
    const { spec, parameters, training } = readCheckpoint(bytes, who);
    checkSavedSpec(who, spec);
    const full = checkSpec(spec);
    const built = buildGraph(inputOf(full), full.layers);
    checkSavedParameters(who, built.graph, parameters, full.precision);
    checkSavedConstraints(who, full.constraints, parameters);
    const net = new Network(await engine(full.precision), full, built, false);
    try {
      for (const { name, data } of net.parameters) data.set(parameters.get(name)!.data);
      if (training) {
        checkSavedTraining(who, training, net.#trainer.objective.size);
        net.#trainer.restore(training);
      }
    } catch (error) {
      net.dispose();
      throw error;
    }
    return net;
  }

  #forward(items: readonly (Omit<FlatItem, "target" | "weight"> & Partial<FlatItem>)[]): Floats[] {
    const { memory } = this.engine;
    const O = this.dataSpec.output;
    const tape = this.#tape;
    const batch = this.#batch.load(items);
    tape.plan(batch.packing, batch.inputs, false);
    tape.forward();
    const { rows: N, packing } = tape.shape(this.built.output);
    const z = tape.value(this.built.output);
    this.#arena.reset();
    const y = this.#arena.reals(N * O);
    this.#loss.predict(this.engine.kernels, N, O, z, y);
    const values = memory.reals(y, N * O);
    const out: Floats[] = new Array(items.length);
    const Reals = this.engine.precision === "float32" ? Float32Array : Float64Array;
    batch.order.forEach((i, b) => {
      out[i] = new Reals(packing.lengths[b] * O);
      unpackSequence(packing, b, O, values, out[i]);
    });
    return out;
  }

  #withVectors<R>(count: number, use: (vectors: Ptr[]) => R): R {
    const arena = new Arena(this.engine.memory);
    try {
      return use(Array.from({ length: count }, () => arena.reals(this.size)));
    } finally {
      arena.dispose();
    }
  }

  #slices(base: Ptr): { name: string; shape: readonly [number, number]; data: Floats }[] {
    const { memory } = this.engine;
    return this.built.graph.parameters.map(({ name, rows, columns, offset }) => ({
      name,
      shape: [rows, columns] as const,
      data: memory.reals(memory.at(base, offset), rows * columns).slice(),
    }));
  }

  #live(method: string): void {
    if (this.#disposed)
      throw new DisposedError(`network.${method}: the net was disposed; make or load another`);
  }
}

async function build(spec: NetworkSpec, draw: boolean): Promise<Network> {
  const full = checkSpec(spec);
  const built = buildGraph(inputOf(full), full.layers);
  const wide =
    draw && built.beginnings.some(({ init }) => needsSpectrum(init)) ? await inferenceEngine() : undefined;
  return new Network(await engine(full.precision), full, built, draw, wide);
}

/** Builds a net: `const net = await network({ input: 2, layers: [rnn(3), dense(1)], loss: "bernoulli" })`. */
export const network: ((spec: NetworkSpec) => Promise<Network>) & {
  load(bytes: Uint8Array | ArrayBuffer): Promise<Network>;
} = Object.assign((spec: NetworkSpec) => build(spec, true), {
  load: (bytes: Uint8Array | ArrayBuffer) => Network.load(bytes),
});
