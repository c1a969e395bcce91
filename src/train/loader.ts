/**
 * Turns the batches of one step into what its objective needs: packed here, or counted and given to workers.
 */
import { countWeight, type FlatItem } from "../data/item.ts";
import { Batch } from "./batch.ts";
import { shardMode, type ObjectiveParts, type StepData } from "./objective.ts";
import type { TrainSettings } from "./options.ts";
import type { PassMode } from "./net-loss.ts";
import { packed, shardsOf, type ShardPool } from "./shards.ts";

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

  /** The data of a step. signal: ends the work of a pool. */
  load(
    batches: readonly (readonly FlatItem[])[],
    { shard, pool, curvature }: TrainSettings,
    mode: PassMode,
    signal: AbortSignal,
  ): StepData {
    this.#used = 0;
    const shards = batches.flatMap((items) => shardsOf(items, shard));
    const items = batches.length === 1 ? batches[0] : batches.flat();
    const count = curvature(items.length);
    const total = shards.reduce((sum, part) => sum + countWeight(this.#parts.spec, packed(part)), 0);
    const data = { mode, total, batch: this.#packing(shards) };
    const remote = pool && this.#remote(shards, total, mode, { pool, signal });
    if (count === 0 || count >= items.length) return { ...data, remote };
    return { ...data, remote, curvatureBatch: this.#packing(shardsOf(items.slice(0, count), shard)) };
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const batch of this.#batches) batch.dispose();
  }

  #remote(
    shards: readonly (readonly FlatItem[])[],
    total: number,
    mode: PassMode,
    { pool, signal }: { pool: ShardPool; signal: AbortSignal },
  ): StepData["remote"] {
    const tasks = shards.map((items, i) => ({
      items,
      total: total > 0 ? total : 1,
      mode: shardMode(mode, i, shards.length),
    }));
    return (theta, take) => pool.run(this.#model, theta, tasks, take, signal);
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
