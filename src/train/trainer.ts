/**
 * The training loop: batches in, optimizer steps out, one event a step; stops cleanly, resumes with the same
 * bits.
 */
import { NumericError, OptionError, inRange, knownOptions, whole } from "../wasm/errors.ts";
import type { Ptr } from "../wasm/kernels.ts";
import type { Floats } from "../wasm/memory.ts";
import { adam } from "../optim/adam.ts";
import { checkOptimizer, type Optimizer, type OptimizerRun, type StepReport } from "../optim/optimizer.ts";
import { Batch } from "./batch.ts";
import type { DataSpec, FlatItem } from "./data.ts";
import { longestFirst } from "../graph/packing.ts";
import { NetworkObjective, type ObjectiveParts } from "./objective.ts";
import { Pace } from "./pace.ts";
import type { ShardPool, ShardResult, ShardTask } from "./shards.ts";
import { feed, isItems, isSource, type TrainingData } from "./feed.ts";

/** How to train. */
export interface TrainOptions {
  /**
   * Default: adam(), or the optimizer of the training before. The same kind of optimizer as before goes on
   * from its state.
   */
  readonly optimizer?: Optimizer;
  /** Optimizer steps. Default 1000; for an iterable of batches, until it ends. */
  readonly steps?: number;
  /** Sequences a batch, for items and tasks. Default 32, at most as many as there are items. */
  readonly batch?: number;
  /** Items in a new order each epoch. Default true. */
  readonly shuffle?: boolean;
  /**
   * Truncated backpropagation: cut sequences every so many steps; each cut is an optimizer step, states live
   * on. Default: none. Not with shards.
   */
  readonly truncate?: number;
  /**
   * Sequences a shard: gradients of shards are summed in order, so memory is bounded. Part of the bits.
   * Default: the whole batch; with a pool 8, whatever its size, so that there is work for all. Say 8 for the
   * same bits without a pool.
   */
  readonly shard?: number;
  /**
   * Computes the shards of each batch in workers: for one `shard` the same bits with any number of them, or
   * none. Default: here, one after another.
   */
  readonly pool?: ShardPool;
  /**
   * Standard deviation of noise on the weights while each gradient is taken, drawn once a batch. Default 0.
   * Not with Hessian-free.
   */
  readonly weightNoise?: number;
  /**
   * Sequences of each batch, its first, that serve for curvature products (Hessian-free): their activities
   * stay in memory throughout a step. Default: all of up to 1000; of larger batches a tenth, as in Martens &
   * Sutskever 2011, but no fewer than 1000.
   */
  readonly curvature?: number;
  /** Stops after the current step, with its weights. */
  readonly signal?: AbortSignal;
}

/** One optimizer step: the optimizer's own figures beside these. */
export interface TrainEvent extends StepReport {
  /** Steps done since the net was made, this one included. */
  step: number;
  /** Time of this step, ms. */
  ms: number;
}

const CURVATURE = 1000; // sequences below which a tenth of a batch is too few to tell the curvature
// sequences a shard with a pool: a batch of 32 keeps four workers busy, and sequences of like length keep
// products wide
const POOLED = 8;
const keys = [
  "optimizer",
  "steps",
  "batch",
  "shuffle",
  "truncate",
  "shard",
  "pool",
  "curvature",
  "weightNoise",
  "signal",
];

/** What a net tells its trainer. */
export interface TrainerParts extends ObjectiveParts {
  readonly seed: number;
  /** Plain data from which a worker makes the same net. */
  readonly model: unknown;
}

/** Everything about a training that a checkpoint holds: plain data and vectors. */
export interface TrainingState {
  readonly optimizer: string;
  readonly step: number;
  readonly batches: number;
  readonly scalars: Record<string, number>;
  readonly vectors: Record<string, Float32Array | Float64Array>;
}

/** One net in training. */
export class Trainer {
  readonly objective: NetworkObjective;
  readonly #parts: TrainerParts;
  readonly #rooms: Batch[] = [];
  #optimizer: Optimizer | undefined;
  #run: OptimizerRun | undefined;
  #restored: TrainingState | undefined;
  #step = 0;
  #batches = 0;
  #busy = false;

  constructor(parts: TrainerParts) {
    this.#parts = parts;
    this.objective = new NetworkObjective(parts);
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** Trains; yields after every step. Bad options or items throw before anything changes. */
  async *train(data: TrainingData, options: TrainOptions = {}): AsyncGenerator<TrainEvent, void, void> {
    const { spec, seed } = this.#parts;
    const who = `${spec.who}.train`;
    knownOptions(who, options, keys);
    const endless = isItems(data) || isSource(data);
    const signal = options.signal;
    const steps =
      options.steps === undefined ? (endless ? 1000 : Infinity) : whole(who, "steps", options.steps, 0);
    const batch = whole(who, "batch", options.batch ?? 32, 1);
    const truncate = options.truncate === undefined ? Infinity : whole(who, "truncate", options.truncate, 1);
    for (const key of ["shard", "curvature"] as const)
      if (options[key] !== undefined) whole(who, key, options[key], 1);
    if (truncate < Infinity)
      for (const key of ["shard", "pool"] as const)
        if (options[key] !== undefined) {
          throw new OptionError(
            `${who}: truncate is ${truncate} with a ${key}, but states live on in whole batches ` +
              "only; leave one of them out",
          );
        }
    const loading = { ...options, shard: options.shard ?? (options.pool && POOLED) };
    const deviation =
      options.weightNoise === undefined ? 0 : inRange(who, "weightNoise", options.weightNoise, 0);
    if (options.optimizer !== undefined) checkOptimizer(who, options.optimizer);
    const curved = (options.optimizer ?? this.#optimizer)?.needs === "curvature";
    if (deviation > 0 && curved) {
      throw new OptionError(
        `${who}: weightNoise is ${deviation} with hessianFree, which compares losses at the weights ` +
          "themselves; leave it out, or choose another optimizer",
      );
    }
    if (this.#busy)
      throw new OptionError(`${who}: the net is being trained already; wait for that training, or stop it`);
    const next = feed(this.objective.engine, spec, data, { batch, shuffle: options.shuffle ?? true, seed });
    this.#busy = true;
    try {
      this.objective.adopt();
      const run = this.#start(options.optimizer);
      const pace = new Pace();
      this.objective.pause = async () => {
        signal?.throwIfAborted();
        await pace.breathe();
      };
      for (let done = 0; done < steps && !signal?.aborted;) {
        const items = await next(this.#batches);
        if (!items) return;
        ++this.#batches;
        const chunks = cut(items, truncate, spec);
        for (let c = 0; c < chunks.length && done < steps && !signal?.aborted; ++c) {
          const from = performance.now();
          const chunk = chunks[c];
          this.#load(
            chunk,
            curved
              ? {
                  ...loading,
                  curvature: options.curvature ?? Math.max(CURVATURE, Math.round(chunk.length / 10)),
                }
              : loading,
          );
          this.objective.mode = {
            training: true,
            seed,
            draw: this.#step,
            carry: truncate === Infinity ? undefined : c === 0 ? "start" : "continue",
          };
          this.objective.noise = deviation > 0 ? { deviation, seed, draw: this.#step } : undefined;
          const report = await this.#advance(run, signal);
          if (!report) {
            // stopped within a step: the batch is drawn again, and the step goes on or is done anew
            if (c === 0) --this.#batches;
            return;
          }
          ++done;
          yield { ...report, step: ++this.#step, ms: performance.now() - from };
          await pace.breathe();
        }
      }
    } finally {
      this.#busy = false;
    }
  }

  /**
   * g [P] = gradient of the loss of one set of items by all parameters, constrained or not; dropout off.
   * Returns the loss.
   */
  gradient(items: readonly FlatItem[], g: Ptr): number {
    const { objective } = this;
    this.#load(items, {});
    objective.mode = {};
    return objective.shardGradient(objective.batch[0], objective.total, {}, g) / objective.total;
  }

  /** One shard at full parameters θ [P], for a pool. */
  shardGradient(theta: Floats, { items, total, mode }: ShardTask): ShardResult {
    const {
      engine: { memory },
    } = this.objective;
    const { weights } = this.#parts;
    const P = weights.graph.size;
    const g = memory.allocate(P * memory.realBytes);
    try {
      memory.reals(weights.theta, P).set(theta);
      weights.changed();
      this.#load(items, {});
      const value = this.objective.shardGradient(this.objective.batch[0], total, mode, g);
      return { value, gradient: memory.reals(g, P).slice() };
    } finally {
      memory.free(g);
    }
  }

  /** The curvature matrix of one set of items times v, dropout off. */
  gaussNewton(items: readonly FlatItem[], v: Ptr, out: Ptr, structural: number): void {
    this.#load(items, {});
    this.objective.mode = {};
    this.objective.linearize();
    this.objective.gaussNewton(v, out, structural);
  }

  /** The state to save, or undefined before the first training. */
  state(): TrainingState | undefined {
    if (!this.#run || !this.#optimizer) return this.#restored;
    const { memory } = this.objective.engine;
    const vectors: TrainingState["vectors"] = {};
    for (const [name, ptr] of Object.entries(this.#run.state.vectors))
      vectors[name] = memory.reals(ptr, this.objective.size).slice();
    return {
      optimizer: this.#optimizer.name,
      step: this.#step,
      batches: this.#batches,
      scalars: { ...this.#run.state.scalars },
      vectors,
    };
  }

  /** Goes on from a saved state at the next training. */
  restore(state: TrainingState): void {
    this.#restored = state;
    this.#step = state.step;
    this.#batches = state.batches;
  }

  dispose(): void {
    this.#run?.dispose();
    for (const batch of this.#rooms) batch.dispose();
    this.objective.dispose();
  }

  #start(wanted: Optimizer | undefined): OptimizerRun {
    if (this.#run && (wanted === undefined || wanted === this.#optimizer)) return this.#run;
    const before = this.state();
    const optimizer = wanted ?? adam();
    if (wanted === undefined && before && before.optimizer !== "adam") {
      throw new OptionError(
        `${this.#parts.spec.who}.train: the net was trained with ${before.optimizer}; give that ` +
          "optimizer again to go on, or another to start anew",
      );
    }
    this.#run?.dispose();
    this.#optimizer = optimizer;
    const run = (this.#run = optimizer.start(this.objective));
    this.#restored = undefined;
    if (before && before.optimizer === optimizer.name) {
      const { memory } = this.objective.engine;
      for (const [name, ptr] of Object.entries(run.state.vectors)) {
        const saved = before.vectors[name];
        if (saved) memory.reals(ptr, this.objective.size).set(saved);
      }
      run.restore(before.scalars);
    }
    return run;
  }

  async #advance(run: OptimizerRun, signal: AbortSignal | undefined): Promise<StepReport | undefined> {
    try {
      return await run.step();
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return undefined;
      if (error instanceof NumericError)
        throw new NumericError(
          `${this.#parts.spec.who}.train: step ${this.#step + 1}: ${error.message} (the weights are ` +
            "those before this step)",
          { cause: error },
        );
      throw error;
    }
  }

  #load(
    items: readonly FlatItem[],
    { shard, curvature, pool, signal }: Pick<TrainOptions, "shard" | "curvature" | "pool" | "signal">,
  ): void {
    const rooms = this.#rooms;
    const { spec, nodes, model } = this.#parts;
    const { objective } = this;
    const parts = shards(items, shard ?? Infinity);
    let used = 0;
    const pack = (part: readonly FlatItem[]): Batch => {
      if (used === rooms.length) rooms.push(new Batch(objective.engine, spec, nodes));
      return rooms[used++].load(part);
    };
    objective.batch = parts.map(pack);
    objective.remote =
      pool &&
      ((theta, take) =>
        pool.run(
          model,
          theta,
          parts.map((part, i) => ({ items: part, total: objective.total, mode: objective.shardMode(i) })),
          take,
          signal,
        ));
    objective.curvatureBatch =
      curvature !== undefined && curvature < items.length
        ? shards(items.slice(0, curvature), shard ?? Infinity).map(pack)
        : [];
  }
}

/** Runs of at most `size` sequences, longest first, so that each has sequences of like length. */
function shards(items: readonly FlatItem[], size: number): (readonly FlatItem[])[] {
  if (items.length <= size) return [items];
  const order = longestFirst(items.map((item) => item.length));
  const runs: FlatItem[][] = [];
  for (let i = 0; i < order.length; i += size)
    runs.push(Array.from(order.subarray(i, i + size), (j) => items[j]));
  return runs;
}

/** Items cut every `truncate` steps, longest first in every cut. */
function cut(items: readonly FlatItem[], truncate: number, spec: DataSpec): (readonly FlatItem[])[] {
  if (truncate === Infinity) return [items];
  if (spec.target === "labels")
    throw new OptionError(
      `${spec.who}.train: truncate cuts sequences, and labels cannot be cut; leave it out`,
    );
  inRange(spec.who, "truncate", truncate, 1);
  const sorted = Array.from(longestFirst(items.map((item) => item.length)), (i) => items[i]);
  const cuts: FlatItem[][] = [];
  const slice = (x: ArrayLike<number>, columns: number, from: number, to: number): ArrayLike<number> =>
    x.length === 0 ? x : (Array.prototype.slice.call(x, from * columns, to * columns) as number[]);
  for (let from = 0; from < sorted[0].length; from += truncate) {
    const alive = sorted.filter((item) => item.length > from);
    cuts.push(
      alive.map((item) => {
        const to = Math.min(from + truncate, item.length);
        return {
          length: to - from,
          initial: item.initial,
          input: slice(item.input, spec.input && item.input.length / item.length, from, to),
          target: slice(item.target, item.target.length / item.length, from, to),
          weight: slice(item.weight, item.weight.length / item.length, from, to),
        };
      }),
    );
  }
  return cuts;
}
