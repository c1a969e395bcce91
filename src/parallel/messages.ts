/** What a pool and its workers say to each other. */
import type { Floats } from "../wasm/memory.ts";
import type { ModuleName } from "../wasm/module-name.ts";
import type { WasmModule } from "../wasm/platform.ts";
import type { ShardResult, ShardTask, ShardWork } from "../train/shards.ts";

/** To a worker, before each model: the compiled kernels to use; of those that it has, the first stay. */
export interface KernelsMessage {
  readonly kind: "kernels";
  readonly wasm: Partial<Record<ModuleName, WasmModule>>;
}
/**
 * The net of the tasks to come, and its parameters; each is left out where it is that of the run before. At
 * another θ a worker forgets the shards that it has.
 */
export interface PointMessage {
  readonly kind: "point";
  readonly model?: unknown;
  readonly theta?: Floats;
}
/** Without its array θ, which came before. */
export type WorkMessage = { readonly kind: "work" } & (
  { readonly pass: "gradient" | "value" } | Omit<Extract<ShardWork, { pass: "product" }>, "theta">
);
/** shard: its number, and what it is where the worker has it not. */
export interface TaskMessage {
  readonly kind: "task";
  readonly run: number;
  readonly index: number;
  readonly shard: number;
  readonly task?: ShardTask;
}
export type ToWorker = KernelsMessage | PointMessage | WorkMessage | TaskMessage;

/** A task's answer: a result, or why there is none. */
export type FromWorker = { readonly run: number; readonly index: number } & (
  ShardResult | { readonly error: { readonly name: string; readonly message: string } }
);
