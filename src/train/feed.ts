/**
 * Where batches come from: an array of items, drawn in shuffled epochs; a task or other source that makes a
 * batch on demand; or any iterable of batches. Batch n is a function of (seed, n), so training resumes from
 * the number alone.
 */
import type { Engine } from "../wasm/engine.ts";
import { DataError, show } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import { checkItems, type DataItem, type DataSpec, type FlatItem } from "../data/item.ts";

/** Makes batches on demand; tasks are of this kind. */
export interface BatchSource {
  /** n items; the same position of `random` gives the same items. */
  batch(n: number, random: Random): readonly DataItem[];
}
/** Batches by number, so many an epoch, without end. */
export interface EpochSource {
  /** Batches that make up one epoch. */
  readonly batchesPerEpoch: number;
  /** Batch n, counted through all epochs: the same n gives the same items. */
  batch(n: number): readonly DataItem[];
}
/** Whatever a net trains on. */
export type TrainingData =
  | readonly DataItem[]
  | BatchSource
  | EpochSource
  | Iterable<readonly DataItem[]>
  | AsyncIterable<readonly DataItem[]>;

/** Blocks of random numbers set apart for one batch, or one epoch's shuffle. */
const STRIDE = 2 ** 26;

export interface FeedOptions {
  readonly batch: number;
  readonly shuffle: boolean;
  readonly seed: number;
  /** What a step of each class counts. Default: 1 each. */
  readonly classWeights?: readonly number[];
}
/** The batch of a number, or undefined when there are no more. */
export type Feed = (n: number) => readonly FlatItem[] | undefined | Promise<readonly FlatItem[] | undefined>;

export const isItems = (data: TrainingData): data is readonly DataItem[] =>
  Array.isArray(data) && !Array.isArray(data[0]);
export const isSource = (data: TrainingData): data is BatchSource =>
  typeof (data as BatchSource)?.batch === "function" && !isEpochs(data);

/** Items whose steps count as much as their class does besides. */
function weighClasses(items: FlatItem[], weights: readonly number[] | undefined): FlatItem[] {
  if (!weights) return items;
  return items.map((item) => ({
    ...item,
    weight: Array.from(item.target, (label, t) => weights[label] * (item.weight[t] ?? 1)),
  }));
}

/** Whether data are batches by number. */
export const isEpochs = (data: TrainingData): data is EpochSource =>
  typeof (data as EpochSource)?.batch === "function" &&
  typeof (data as EpochSource).batchesPerEpoch === "number";

/** A feed of checked batches. */
export function feed(
  who: string,
  engine: Engine,
  spec: DataSpec,
  data: TrainingData,
  options: FeedOptions,
): Feed {
  const check = (items: readonly DataItem[]): FlatItem[] =>
    weighClasses(checkItems(who, spec, items), options.classWeights);
  if (data === null || typeof data !== "object")
    throw new DataError(`${who}: data is ${show(data)}, want items, a task, or an iterable of batches`);
  if (isSource(data)) {
    const random = new Random(engine, options.seed, streams.batches);
    return (n) => {
      random.counter = n * STRIDE;
      return check(data.batch(options.batch, random));
    };
  }
  if (isEpochs(data)) return (n) => check(data.batch(n));
  if (isItems(data)) return epochs(engine, check(data), options);
  const iterator =
    Symbol.asyncIterator in data
      ? data[Symbol.asyncIterator]()
      : (data as Iterable<readonly DataItem[]>)[Symbol.iterator]?.();
  if (!iterator)
    throw new DataError(
      `${who}: data is neither items, nor a source with batch(n), nor an iterable of batches`,
    );
  return async () => {
    const { done, value } = await iterator.next();
    return done ? undefined : check(value);
  };
}

/** Consecutive runs of a shuffled order, a new order each epoch; batches may reach over an epoch's end. */
function epochs(engine: Engine, items: readonly FlatItem[], { batch, shuffle, seed }: FeedOptions): Feed {
  const random = new Random(engine, seed, streams.shuffle);
  const count = items.length;
  let epoch = -1;
  let order: Int32Array;
  const at = (place: number): FlatItem => {
    const e = Math.floor(place / count);
    if (e !== epoch) {
      random.counter = e * STRIDE;
      order = shuffle ? random.permutation(count) : Int32Array.from({ length: count }, (_, i) => i);
      epoch = e;
    }
    return items[order[place % count]];
  };
  const size = Math.min(batch, count);
  return (n) => {
    const chosen: FlatItem[] = [];
    for (let i = 0; i < size; ++i) chosen.push(at(n * size + i));
    return chosen;
  };
}
