/**
 * Truncated backpropagation through time: a batch cut every so many steps, and where a training stands in it.
 */
import type { Floats } from "../wasm/memory.ts";
import type { DataSpec, FlatItem } from "../data/item.ts";
import { packed } from "./shards.ts";

/** A training inside a batch that is cut. */
export interface CutPosition {
  /** The next cut. */
  readonly cut: number;
  readonly truncate: number;
  /** Steps of the batch's sequences, longest first. */
  readonly lengths: readonly number[];
  /** States that the next cut goes on from, one [B,S] for each op that carries any. */
  readonly carried: readonly Floats[];
}

/** Items cut every `truncate` steps, longest first in every cut. */
export function cutItems(
  items: readonly FlatItem[],
  truncate: number,
  spec: DataSpec,
): (readonly FlatItem[])[] {
  const sorted = packed(items);
  const cuts: FlatItem[][] = [];
  for (let from = 0; from < sorted[0].length; from += truncate) {
    const alive = sorted.filter((item) => item.length > from);
    cuts.push(alive.map((item) => cutItem(item, from, Math.min(from + truncate, item.length), spec)));
  }
  return cuts;
}

function cutItem(item: FlatItem, from: number, to: number, spec: DataSpec): FlatItem {
  const slice = (x: ArrayLike<number>, columns: number): ArrayLike<number> =>
    x.length === 0 ? x : (Array.prototype.slice.call(x, from * columns, to * columns) as number[]);
  return {
    length: to - from,
    steps: to - from,
    initial: item.initial,
    input: slice(item.input, spec.input && item.input.length / item.length),
    target: slice(item.target, item.target.length / item.length),
    weight: slice(item.weight, item.weight.length / item.length),
  };
}
