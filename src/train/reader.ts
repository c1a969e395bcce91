/**
 * Gradients and curvature products of a net on items, in memory of their own: a training beside goes on as it
 * would.
 */
import type { Ptr } from "../wasm/kernels.ts";
import { Arena, type Floats } from "../wasm/memory.ts";
import type { Tape } from "../graph/tape.ts";
import type { FlatItem } from "../data/item.ts";
import { Batch } from "./batch.ts";
import { NetLoss } from "./net-loss.ts";
import type { ObjectiveParts } from "./objective.ts";

/** Reads a net's loss. Dropout is off. */
export class Reader {
  readonly loss: NetLoss;
  readonly #parts: ObjectiveParts;
  readonly #batch: Batch;
  readonly #arena: Arena;

  constructor(parts: ObjectiveParts) {
    const { weights, spec, nodes } = parts;
    this.#parts = parts;
    this.loss = new NetLoss(parts);
    this.#batch = new Batch(weights.engine, spec, nodes);
    this.#arena = new Arena(weights.engine.memory);
  }

  /**
   * The loss of items and its gradient by all parameters, constrained or not; look(g [P], tape, batch) sees
   * them while they stand in memory.
   */
  gradient<R>(items: readonly FlatItem[], look: (loss: number, g: Ptr, tape: Tape, batch: Batch) => R): R {
    this.#arena.reset();
    const g = this.#arena.reals(this.loss.size);
    const batch = this.#batch.load(items);
    const total = batch.total > 0 ? batch.total : 1;
    const loss = this.loss.gradient(batch, total, {}, g) / total;
    return look(loss, g, this.loss.tape, batch);
  }

  /** The curvature matrix of items, over the free parameters, times v [F]: (G + structural·G_S)·v. */
  gaussNewton(items: readonly FlatItem[], v: ArrayLike<number>, structural: number): Floats {
    const { weights, constraints } = this.#parts;
    const { kernels: k, memory } = weights.engine;
    const P = this.loss.size;
    const F = constraints?.size ?? P;
    this.#arena.reset();
    const [from, direction, product, sum, to] = [F, P, P, P, F].map((n) => this.#arena.reals(n));
    memory.reals(from, F).set(v);
    constraints?.pushForward(from, direction, weights.theta);
    const batch = this.#batch.load(items);
    const total = batch.total > 0 ? batch.total : 1;
    this.loss.linearize([batch], total, {});
    k.fill(P, 0, sum);
    this.loss.product(constraints ? direction : from, product, { i: 0, shard: batch, total, structural });
    k.addScaled(P, 1, product, sum);
    constraints?.pullBack(sum, to, weights.theta);
    return memory.reals(constraints ? to : sum, F).slice();
  }

  /** Gives all memory back. */
  dispose(): void {
    this.loss.dispose();
    this.#batch.dispose();
    this.#arena.dispose();
  }
}
