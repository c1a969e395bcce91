/** How a net is trained: the options, read and checked in one place before anything changes. */
import type { AbortSignal } from "../wasm/platform.ts";
import { OptionError, inRange, knownOptions, show, whole } from "../wasm/errors.ts";
import { checkOptimizer, type Optimizer, type StepReport } from "../optim/optimizer.ts";
import type { MemoryBudget } from "../graph/pieces.ts";
import type { DataSpec } from "../data/item.ts";
import type { ShardPool } from "./shards.ts";

/** How to train. */
export interface TrainOptions<R extends StepReport = StepReport> {
  /**
   * Default: adam(), or the optimizer of the training before. The same kind of optimizer as before goes on
   * from its state.
   */
  readonly optimizer?: Optimizer<R>;
  /** Optimizer steps. Default 1000; for an iterable of batches, until it ends. */
  readonly steps?: number;
  /** Sequences a batch, for items and tasks. Default 32, at most as many as there are items. */
  readonly batch?: number;
  /** Batches a step: their gradients are summed, so memory holds one of them at a time. Default 1. */
  readonly accumulate?: number;
  /** Items in a new order each epoch. Default true. */
  readonly shuffle?: boolean;
  /**
   * Truncated backpropagation: cut sequences every so many steps; each cut is an optimizer step, states live
   * on. Default: none. Not with shards, nor with Hessian-free.
   */
  readonly truncate?: number;
  /**
   * What activities may take while a gradient is computed: as little as goes ("sqrt"), or so many bytes.
   * Sequences are cut in pieces of time whose activities are computed twice, one piece in memory at a time:
   * the same bits in a third more time. Default: all activities are in memory at once. For recurrent layers
   * forwards in time and layers that work step by step; not with truncate, nor with Hessian-free.
   */
  readonly memory?: MemoryBudget;
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
   * What is added to the gradient, that many times, so that errors keep their size on their way back through
   * plain recurrent layers (rnn without leak): the regularizer of Pascanu, Mikolov & Bengio 2013. Default 0.
   * Not with memory, nor with Hessian-free.
   */
  readonly errorFlow?: number;
  /**
   * Sequences of each batch, its first, that serve for curvature products (Hessian-free): their activities
   * stay in memory throughout a step. Default: all of up to 1000; of larger batches a tenth, as in Martens &
   * Sutskever 2011, but no fewer than 1000.
   */
  readonly curvature?: number;
  /** [O] what a step of each class counts beside its weight, where targets are classes. Default: 1 each. */
  readonly classWeights?: readonly number[];
  /** Stops after the current step, with its weights. */
  readonly signal?: AbortSignal;
}

/** The names of the options. */
export const trainOptionNames = [
  "optimizer",
  "steps",
  "batch",
  "accumulate",
  "shuffle",
  "truncate",
  "memory",
  "shard",
  "pool",
  "curvature",
  "weightNoise",
  "errorFlow",
  "classWeights",
  "signal",
] as const;

/** The options with their defaults. */
export interface TrainSettings {
  readonly optimizer?: Optimizer;
  readonly steps: number;
  readonly batch: number;
  readonly accumulate: number;
  readonly shuffle: boolean;
  /** Infinity: sequences are not cut. */
  readonly truncate: number;
  readonly memory?: MemoryBudget;
  /** Infinity: a batch is one shard. */
  readonly shard: number;
  readonly pool?: ShardPool;
  readonly weightNoise: number;
  readonly errorFlow: number;
  /** Sequences of a batch of n for curvature products; 0: none are wanted. */
  curvature(n: number): number;
  readonly classWeights?: readonly number[];
  readonly signal?: AbortSignal;
}

/** What the options are read for. */
export interface TrainContext {
  readonly spec: DataSpec;
  /** Whether the data never end by themselves. */
  readonly endless: boolean;
  /** The optimizer of the training before. */
  readonly optimizer?: Optimizer;
}

const CURVATURE = 1000; // sequences below which a tenth of a batch is too few to tell the curvature
// sequences a shard with a pool: a batch of 32 keeps four workers busy, and sequences of like length keep
// products wide
const POOLED = 8;

/** The options with their defaults. Throws OptionError on unknown, wrong or contradictory ones. */
export function readTrainOptions(who: string, options: TrainOptions, context: TrainContext): TrainSettings {
  knownOptions(who, options, trainOptionNames);
  const { optimizer, pool, signal, shuffle = true } = options;
  if (optimizer !== undefined) checkOptimizer(who, optimizer);
  if (typeof shuffle !== "boolean")
    throw new OptionError(`${who}: shuffle is ${show(shuffle)}, want true or false`);
  if (pool !== undefined && typeof (pool as Partial<ShardPool> | null)?.run !== "function")
    throw new OptionError(`${who}: pool is ${show(pool)}, want workerPool()`);
  const count = (name: "steps" | "batch" | "accumulate" | "truncate" | "shard", other: number): number =>
    options[name] === undefined ? other : whole(who, name, options[name], name === "steps" ? 0 : 1);
  const curved = (optimizer ?? context.optimizer)?.needs === "curvature";
  const positive = (name: "weightNoise" | "errorFlow"): number =>
    options[name] === undefined ? 0 : inRange(who, name, options[name], 0);
  const settings: TrainSettings = {
    optimizer,
    steps: count("steps", context.endless ? 1000 : Infinity),
    batch: count("batch", 32),
    accumulate: count("accumulate", 1),
    shuffle,
    truncate: count("truncate", Infinity),
    memory: readMemory(who, options.memory),
    shard: count("shard", pool ? POOLED : Infinity),
    pool,
    weightNoise: positive("weightNoise"),
    errorFlow: positive("errorFlow"),
    curvature: readCurvature(who, options.curvature, curved),
    classWeights: readClassWeights(who, options.classWeights, context.spec),
    signal,
  };
  checkTogether(who, options, settings, context.spec, curved);
  return settings;
}

/** Whether a training, or a pass of it, takes gradients that have to be fetched first. */
export const asksForPasses = ({ memory, pool, weightNoise, errorFlow }: Partial<TrainSettings>): boolean =>
  Boolean(memory || pool || weightNoise || errorFlow);

function readMemory(who: string, given: MemoryBudget | undefined): MemoryBudget | undefined {
  if (given === undefined || given === "sqrt") return given;
  if (typeof given !== "number")
    throw new OptionError(`${who}: memory is ${show(given)}, want "sqrt" or a number of bytes`);
  return whole(who, "memory", given, 1);
}

function readCurvature(who: string, given: number | undefined, curved: boolean): (n: number) => number {
  if (given !== undefined) whole(who, "curvature", given, 1);
  if (given === undefined && !curved) return () => 0;
  return (n) => given ?? Math.max(CURVATURE, Math.round(n / 10));
}

function readClassWeights(
  who: string,
  given: readonly number[] | undefined,
  spec: DataSpec,
): readonly number[] | undefined {
  if (given === undefined) return undefined;
  if (spec.target !== "class")
    throw new OptionError(`${who}: classWeights weigh classes, and this net has none; leave them out`);
  if (!Array.isArray(given) || given.length !== spec.output)
    throw new OptionError(`${who}: classWeights is ${show(given)}, want ${spec.output} numbers, one a class`);
  const weights = given.map((w, i) => inRange(who, `classWeights[${i}]`, w, 0));
  if (weights.every((w) => w === 0))
    throw new OptionError(`${who}: classWeights are all 0, want a class that counts`);
  return weights;
}

/** Throws OptionError on options that are at odds with each other. */
function checkTogether(
  who: string,
  options: TrainOptions,
  { truncate, errorFlow, memory }: TrainSettings,
  spec: DataSpec,
  curved: boolean,
): void {
  if (curved)
    for (const key of ["truncate", "memory", "weightNoise", "errorFlow"] as const)
      if (options[key])
        throw new OptionError(
          `${who}: ${key} is ${options[key]} with hessianFree, which compares losses of whole sequences, ` +
            "all in memory, at the weights themselves; leave it out, or choose another optimizer",
        );
  if (truncate < Infinity) {
    for (const key of ["shard", "pool", "accumulate"] as const)
      if (options[key] !== undefined)
        throw new OptionError(
          `${who}: truncate is ${truncate} with a ${key}, but states live on in whole batches ` +
            "only; leave one of them out",
        );
    if (spec.target === "labels" || spec.outputSteps)
      throw new OptionError(
        `${who}: truncate cuts sequences, but not labels, nor what layers that change the steps ` +
          "answer; leave it out",
      );
  }
  if (memory !== undefined && (truncate < Infinity || errorFlow > 0))
    throw new OptionError(
      `${who}: memory is ${memory} with ${errorFlow > 0 ? "errorFlow" : "truncate"}; leave one of them out`,
    );
}
