/**
 * Shards: runs of sequences that a batch is cut into. Whoever computes a shard changes no bit: each is
 * computed alone, and they are summed in their order.
 */
import type { AbortSignal } from "../wasm/platform.ts";
import type { Floats } from "../wasm/memory.ts";
import { longestFirst } from "../graph/packing.ts";
import type { FlatItem } from "../data/item.ts";
import type { PassMode } from "./net-loss.ts";

/** One shard. */
export interface ShardTask {
  readonly items: readonly FlatItem[];
  /** What the loss of the whole batch is divided by. */
  readonly total: number;
  readonly mode: PassMode;
}

/**
 * What is computed of each shard, at full parameters θ [P]. The same array is the same point; it is to be
 * read while a pool runs, since its memory may be the next point's.
 */
export type ShardWork =
  | { readonly theta: Floats; readonly pass: "gradient" | "value" }
  | {
      readonly theta: Floats;
      readonly pass: "product";
      /** v [P]. */
      readonly direction: Floats;
      /** Weight of structural damping. */
      readonly structural: number;
    };

/**
 * What a pass gives. gradient: Σ w·ℓ and the gradient [P] of Σ w·ℓ / total; value: Σ w·ℓ and no vector;
 * product: 0 and (G + structural·G_S)·v / total [P].
 */
export interface ShardResult {
  readonly value: number;
  readonly vector: Floats;
}

/** Whoever computes shards. */
export interface ShardPool {
  /**
   * Computes all tasks for the net that `model` describes; calls `take` for each result in the order of the
   * tasks, which copies the vector, since its memory may be the next one's. The same task object is the same
   * shard, so that what was computed of it at one point may be kept. Rejects if a task fails for good, or
   * with the signal's reason.
   */
  run(
    model: unknown,
    work: ShardWork,
    tasks: readonly ShardTask[],
    take: (result: ShardResult) => void,
    signal?: AbortSignal,
  ): Promise<void>;
}

/** Runs of at most `size` sequences, longest first, so that each has sequences of like length. */
export function shardsOf(items: readonly FlatItem[], size: number): (readonly FlatItem[])[] {
  if (items.length <= size) return [items];
  const order = longestFirst(items.map((item) => item.length));
  const runs: FlatItem[][] = [];
  for (let i = 0; i < order.length; i += size)
    runs.push(Array.from(order.subarray(i, i + size), (j) => items[j]));
  return runs;
}

/** The items of a shard in the order in which a batch packs them. */
export const packed = (items: readonly FlatItem[]): readonly FlatItem[] =>
  Array.from(longestFirst(items.map((item) => item.length)), (i) => items[i]);
