/**
 * Turns the batches of one step into what its objective needs: packed here, or counted and given to workers.
 */
import { countWeight, type FlatItem } from "../data/item.ts";
import { Batch } from "./batch.ts";
import { divisor, shardMode, type ObjectiveParts, type StepData } from "./objective.ts";
import type { RemoteShards } from "./remote-passes.ts";
import type { TrainSettings } from "./options.ts";
import type { PassMode } from "./net-loss.ts";
import { packed, shardsOf, type ShardPool, type ShardTask } from "./shards.ts";
import type { AbortSignal } from "../wasm/platform.ts";

/** How the passes of a step run. */
export interface StepWay extends Pick<StepData, "noise" | "pause"> {
  readonly mode: PassMode;
  /** Ends the work of a pool. */
  readonly signal: AbortSignal;
}

/** Where the shards of a step are computed, and what their sum is divided by. */
type StepSource = Pick<StepData, "batch" | "total" | "remote">;

/** Keeps the memory of its batches from step to step. */
export class Loader {
  readonly #parts: ObjectiveParts;
  readonly #model: unknown;
  readonly #batches: Batch[] = [];
  #used = 0;

  /** model: plain data from which a worker makes the same net. */
  constructor(parts: ObjectiveParts, model: unknown) {
    this.#parts = parts;
    this.#model = model;
  }

  /** A step on these batches. signal: ends the work of a pool. */
  load(
    batches: readonly (readonly FlatItem[])[],
    { shard, pool, curvature }: TrainSettings,
    { mode, noise, pause, signal }: StepWay,
  ): StepData {
    this.#used = 0;
    const shards =
      batches.length === 1 ? shardsOf(batches[0], shard) : batches.flatMap((b) => shardsOf(b, shard));
    const items = batches.length === 1 ? batches[0] : batches.flat();
    const count = curvature(items.length);
    const curved = count === 0 || count >= items.length ? undefined : shardsOf(items.slice(0, count), shard);
    const source = pool ? this.#remote(shards, curved ?? shards, mode, { pool, signal }) : this.#here(shards);
    return { ...source, curvatureBatch: curved && this.#packing(curved), mode, noise, pause };
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const batch of this.#batches) batch.dispose();
  }

  /** Packed at once: the batches know what they count. */
  #here(shards: readonly (readonly FlatItem[])[]): StepSource {
    const batches = shards.map((items) => this.#pack(items));
    let total = 0;
    for (const batch of batches) total += batch.total;
    return { batch: () => batches, total };
  }

  /** Counted, and given to workers, who pack. */
  #remote(
    shards: readonly (readonly FlatItem[])[],
    curved: readonly (readonly FlatItem[])[],
    mode: PassMode,
    { pool, signal }: { pool: ShardPool; signal: AbortSignal },
  ): StepSource {
    const whole = this.#count(shards);
    const curvature = curved === shards ? whole : this.#count(curved);
    const tasksOf = (
      of: typeof curved,
      total: number,
      modeOf: (i: number) => PassMode,
    ): readonly ShardTask[] => of.map((items, i) => ({ items, total: divisor(total), mode: modeOf(i) }));
    const plain = {
      whole: tasksOf(shards, whole, () => mode),
      curvature: tasksOf(curved, curvature, () => mode),
    };
    // each shard of a gradient draws masks of its own
    const gradient = tasksOf(shards, whole, (i) => shardMode(mode, i, shards.length));
    const remote: RemoteShards = {
      total: (batch) => divisor(batch === "whole" ? whole : curvature),
      run: (batch, work, take) =>
        pool.run(this.#model, work, work.pass === "gradient" ? gradient : plain[batch], take, signal),
    };
    return { batch: this.#packing(shards), total: whole, remote };
  }

  /** What the loss of all shards is divided by. */
  #count(shards: readonly (readonly FlatItem[])[]): number {
    return shards.reduce((sum, part) => sum + countWeight(this.#parts.spec, packed(part)), 0);
  }

  /** The shards in kernel memory, packed when they are asked for first. */
  #packing(shards: readonly (readonly FlatItem[])[]): () => readonly Batch[] {
    let batches: readonly Batch[] | undefined;
    return () => (batches ??= shards.map((items) => this.#pack(items)));
  }

  #pack(items: readonly FlatItem[]): Batch {
    const { weights, spec, nodes } = this.#parts;
    if (this.#used === this.#batches.length) this.#batches.push(new Batch(weights.engine, spec, nodes));
    return this.#batches[this.#used++].load(items);
  }
}
