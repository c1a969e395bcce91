/**
 * Where batches come from: an array of items, drawn in shuffled epochs; a task or other source that makes a
 * batch on demand; or any iterable of batches. Batch n is a function of (seed, n), so training resumes from
 * the number alone.
 */
import type { Engine } from "../wasm/engine.ts";
import { DataError } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import { flattenItem, type DataItem, type DataSpec, type FlatItem } from "./data.ts";

/** Makes batches on demand; tasks are of this kind. */
export interface BatchSource {
  batch(n: number, random: Random): readonly DataItem[];
}
/** Whatever a net trains on. */
export type TrainingData =
  readonly DataItem[] | BatchSource | Iterable<readonly DataItem[]> | AsyncIterable<readonly DataItem[]>;

/** Blocks of random numbers set apart for one batch, or one epoch's shuffle. */
const STRIDE = 2 ** 26;

export interface FeedOptions {
  readonly batch: number;
  readonly shuffle: boolean;
  readonly seed: number;
}
/** The batch of a number, or undefined when there are no more. */
export type Feed = (n: number) => readonly FlatItem[] | undefined | Promise<readonly FlatItem[] | undefined>;

export const isItems = (data: TrainingData): data is readonly DataItem[] =>
  Array.isArray(data) && !Array.isArray(data[0]);
export const isSource = (data: TrainingData): data is BatchSource =>
  typeof (data as BatchSource)?.batch === "function";

/** All items checked at once, so that nothing has changed when one is bad. */
export function checkItems(spec: DataSpec, data: readonly DataItem[]): FlatItem[] {
  if (data.length === 0)
    throw new DataError(`${spec.who}: data is empty, want at least one item { input, target }`);
  return data.map((item, i) => flattenItem(spec, item, `item ${i}`));
}

/** A feed of checked batches. */
export function feed(
  engine: Engine,
  spec: DataSpec,
  data: TrainingData,
  { batch, shuffle, seed }: FeedOptions,
): Feed {
  if (data === null || typeof data !== "object")
    throw new DataError(
      `${spec.who}: data is ${data === null ? "null" : typeof data}, want items, a task, or an ` +
        "iterable of batches",
    );
  if (isSource(data)) {
    const random = new Random(engine, seed, streams.batches);
    return (n) => {
      random.counter = n * STRIDE;
      return checkItems(spec, data.batch(batch, random));
    };
  }
  if (isItems(data)) return epochs(engine, checkItems(spec, data), batch, shuffle, seed);
  const iterator =
    Symbol.asyncIterator in data
      ? data[Symbol.asyncIterator]()
      : (data as Iterable<readonly DataItem[]>)[Symbol.iterator]?.();
  if (!iterator)
    throw new DataError(`${spec.who}: data is neither items, nor a task, nor an iterable of batches`);
  return async () => {
    const { done, value } = await iterator.next();
    return done ? undefined : checkItems(spec, value);
  };
}

/** Consecutive runs of a shuffled order, a new order each epoch; batches may reach over an epoch's end. */
function epochs(
  engine: Engine,
  items: readonly FlatItem[],
  batch: number,
  shuffle: boolean,
  seed: number,
): Feed {
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
  return (n) => Array.from({ length: size }, (_, i) => at(n * size + i));
}
