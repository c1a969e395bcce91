/**
 * Shards as whoever is asked for them computes them: a function of θ, of the shard, and of nothing else. What
 * products with the curvature need of a shard, its activities at θ, is kept until θ changes.
 */
import type { Ptr } from "../wasm/kernels.ts";
import { Arena, type Floats } from "../wasm/memory.ts";
import { Batch } from "./batch.ts";
import { NetLoss } from "./net-loss.ts";
import type { ObjectiveParts } from "./objective.ts";
import type { ShardResult, ShardTask, ShardWork } from "./shards.ts";

/** A batch and the tapes of its passes. */
interface Workspace {
  readonly loss: NetLoss;
  readonly batch: Batch;
}

/** Computes shards with a net that is there for nothing else: the net keeps the θ that it is given. */
export class ShardComputer {
  readonly #parts: ObjectiveParts;
  readonly #arena: Arena;
  readonly #once: Workspace;
  /** Shards that were linearized at θ, and workspaces of those that are no longer. */
  readonly #linear = new Map<ShardTask, Workspace>();
  readonly #free: Workspace[] = [];
  /** [P] what comes out, and v. */
  readonly #out: Ptr;
  readonly #direction: Ptr;
  #theta: Floats | undefined;
  #version = -1;

  constructor(parts: ObjectiveParts) {
    const { engine, graph } = parts.weights;
    this.#parts = parts;
    this.#arena = new Arena(engine.memory, "shards of nets");
    this.#out = this.#arena.reals(graph.size);
    this.#direction = this.#arena.reals(graph.size);
    this.#once = this.#workspace();
  }

  /** One shard. Throws NumericError where a gradient's or a product's loss is not finite. */
  compute(work: ShardWork, task: ShardTask): ShardResult {
    const { memory } = this.#parts.weights.engine;
    const P = this.#once.loss.size;
    this.#goTo(work.theta);
    if (work.pass === "product") {
      const { loss, batch: shard } = this.#linearized(task);
      memory.reals(this.#direction, P).set(work.direction);
      const { total } = task;
      loss.product(this.#direction, this.#out, { i: 0, shard, total, structural: work.structural });
      return { value: 0, vector: memory.reals(this.#out, P).slice() };
    }
    const { loss, batch } = this.#once;
    batch.load(task.items);
    if (work.pass === "value")
      return { value: loss.value(batch, task.mode), vector: memory.reals(this.#out, P).slice(0, 0) };
    const value = loss.gradient(batch, task.total, task.mode, this.#out);
    return { value, vector: memory.reals(this.#out, P).slice() };
  }

  /** Gives all memory back. */
  dispose(): void {
    for (const { loss, batch } of [this.#once, ...this.#linear.values(), ...this.#free]) {
      loss.dispose();
      batch.dispose();
    }
    this.#linear.clear();
    this.#free.length = 0;
    this.#arena.dispose();
  }

  #goTo(theta: Floats): void {
    const { weights } = this.#parts;
    if (theta === this.#theta && weights.version === this.#version) return;
    weights.engine.memory.reals(weights.theta, this.#once.loss.size).set(theta);
    weights.changed();
    this.#theta = theta;
    this.#version = weights.version;
    this.#free.push(...this.#linear.values());
    this.#linear.clear();
  }

  #linearized(task: ShardTask): Workspace {
    const known = this.#linear.get(task);
    if (known) return known;
    const made = this.#free.pop() ?? this.#workspace();
    try {
      made.loss.linearize([made.batch.load(task.items)], task.total, task.mode);
    } catch (error) {
      this.#free.push(made);
      throw error;
    }
    this.#linear.set(task, made);
    return made;
  }

  #workspace(): Workspace {
    const { weights, spec, nodes } = this.#parts;
    return { loss: new NetLoss(this.#parts), batch: new Batch(weights.engine, spec, nodes) };
  }
}
