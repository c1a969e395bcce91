/** What a pool and its workers say to each other. */
import type { Floats } from "../wasm/memory.ts";
import type { ModuleName } from "../wasm/module-name.ts";
import type { WasmModule } from "../wasm/platform.ts";
import type { ShardTask } from "../train/shards.ts";

/** To a worker, before each model: the compiled kernels to use; of those that it has, the first stay. */
export interface KernelsMessage {
  readonly kind: "kernels";
  readonly wasm: Partial<Record<ModuleName, WasmModule>>;
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
export type ToWorker = KernelsMessage | PointMessage | TaskMessage;

/** A task's answer: a result, or why there is none. */
export type FromWorker = { readonly run: number; readonly index: number } & (
  | { readonly value: number; readonly gradient: Floats }
  | { readonly error: { readonly name: string; readonly message: string } }
);
