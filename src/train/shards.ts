/**
 * Shards of a batch computed elsewhere: workers hold the same net, get θ and some sequences, and send back
 * the summed loss and its gradient. Who computes a shard changes no bit: each is computed alone, and they are
 * summed in their order.
 */
import type { Floats } from "../wasm/memory.ts";
import type { Mode } from "../graph/op.ts";
import type { FlatItem } from "./data.ts";

/** One shard. */
export interface ShardTask {
  readonly items: readonly FlatItem[];
  /** What the loss of the whole batch is divided by. */
  readonly total: number;
  readonly mode: Partial<Mode>;
}

/** Σ w·ℓ of a shard, and the gradient [P] of Σ w·ℓ / total. */
export interface ShardResult {
  readonly value: number;
  readonly gradient: Floats;
}

/** Whoever computes shards. */
export interface ShardPool {
  /**
   * Computes all tasks for the net that `model` describes, at θ [P]; calls `take` for each result in the
   * order of the tasks. Rejects if a task fails for good, or with the signal's reason.
   */
  run(
    model: unknown,
    theta: Floats,
    tasks: readonly ShardTask[],
    take: (result: ShardResult) => void,
    signal?: AbortSignal,
  ): Promise<void>;
}
