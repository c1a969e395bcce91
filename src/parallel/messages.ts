/** What a pool and its workers say to each other. */
import type { Floats, Precision } from "../wasm/memory.ts";
import type { Variant } from "../wasm/engine.ts";
import type { ShardTask } from "../train/shards.ts";

/**
 * To a worker, first of all: which kernels to use. `wasm`: the compiled modules of precisions whose kernels
 * were given to `init`.
 */
export interface InitMessage {
  readonly kind: "init";
  readonly variant: Variant;
  readonly revectorize: boolean;
  readonly wasm: Partial<Record<Precision, WebAssembly.Module>>;
}
/**
 * The net of the tasks to come, and its parameters; `model` is left out where it is that of the run before.
 */
export interface PointMessage {
  readonly kind: "point";
  readonly model?: unknown;
  readonly theta: Floats;
}
export interface TaskMessage {
  readonly kind: "task";
  readonly run: number;
  readonly index: number;
  readonly task: ShardTask;
}
export type ToWorker = InitMessage | PointMessage | TaskMessage;

/** A task's answer: a result, or why there is none. */
export type FromWorker = { readonly run: number; readonly index: number } & (
  | { readonly value: number; readonly gradient: Floats }
  | { readonly error: { readonly name: string; readonly message: string } }
);
