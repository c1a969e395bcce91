/**
 * A batch in kernel memory: sequences sorted longest first and packed, their targets and weights packed
 * alike.
 */
import type { Engine } from "../wasm/engine.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { NodeId } from "../graph/graph.ts";
import { longestFirst, packing, type Packing } from "../graph/packing.ts";
import type { DataSpec, FlatItem } from "./data.ts";

/** Where a net's data go. */
export interface InputNodes {
  readonly input?: NodeId;
  readonly initial?: NodeId;
}

/** Data of a batch; `load` again to reuse its room. */
export class Batch {
  packing!: Packing;
  /** order[b]: the item that became sequence b. */
  order!: Int32Array;
  readonly inputs = new Map<NodeId, Ptr>();
  /** [N,O] reals, [N] classes, or all labels one after another. */
  target = NULL;
  /** [B+1] where each sequence's labels begin, for targets of labels. */
  targetOffsets = NULL;
  weight = NULL;
  /**
   * What the summed loss is divided by: Σ over steps of the largest weight of a unit; for labels, of
   * sequences.
   */
  total = 0;
  readonly #engine: Engine;
  readonly #spec: DataSpec;
  readonly #nodes: InputNodes;
  readonly #arena: Arena;

  constructor(engine: Engine, spec: DataSpec, nodes: InputNodes) {
    this.#engine = engine;
    this.#spec = spec;
    this.#nodes = nodes;
    this.#arena = new Arena(engine.memory, "batches of nets");
  }

  /** Packs inputs, and targets where the items have them. */
  load(items: readonly (Omit<FlatItem, "target" | "weight"> & Partial<FlatItem>)[]): this {
    const { input: I, symbols, initial } = this.#spec;
    const { memory } = this.#engine;
    const arena = this.#arena;
    this.order = longestFirst(items.map((item) => item.length));
    const sorted = Array.from(this.order, (i) => items[i]);
    if (
      !this.packing ||
      sorted.length !== this.packing.sequences ||
      sorted.some((item, b) => item.length !== this.packing.lengths[b])
    ) {
      this.packing = packing(sorted.map((item) => item.length));
    }
    arena.reset();
    const { rows: N, sequences: B } = this.packing;
    if (this.#nodes.input !== undefined) {
      const ptr = symbols ? arena.ints(N * I) : arena.reals(N * I);
      const data = sorted.map((item) => item.input);
      this.inputs.set(this.#nodes.input, ptr);
      if (symbols) this.#packInts(data, I, ptr);
      else this.#packReals(data, I, ptr);
    }
    if (this.#nodes.initial !== undefined) {
      const ptr = arena.reals(B * initial);
      const to = memory.reals(ptr, B * initial);
      this.inputs.set(this.#nodes.initial, ptr);
      sorted.forEach((item, b) => to.set(item.initial, b * initial));
    }
    if (sorted[0].target) this.#loadTargets(sorted as FlatItem[]);
    return this;
  }

  /**
   * Sequence b with its targets, copied back out of kernel memory: loaded alone, it is a batch of its own.
   */
  item(b: number): FlatItem {
    const { input: I, symbols, initial, output: O, target: kind } = this.#spec;
    const { memory } = this.#engine;
    const { rows: N, sequences: B, lengths } = this.packing;
    const T = lengths[b];
    const out = (columns: number, from: ArrayLike<number>): Float64Array => {
      const to = new Float64Array(T * columns);
      unpackSequence(this.packing, b, columns, from, to);
      return to;
    };
    const { input: data, initial: start } = this.#nodes;
    const at = data === undefined ? NULL : this.inputs.get(data)!;
    const head = {
      length: T,
      input: data === undefined ? [] : out(I, symbols ? memory.ints(at, N * I) : memory.reals(at, N * I)),
      initial:
        start === undefined
          ? []
          : memory.reals(this.inputs.get(start)!, B * initial).slice(b * initial, (b + 1) * initial),
    };
    if (kind === "labels") {
      const offsets = memory.ints(this.targetOffsets, B + 1);
      const [from, to] = [offsets[b], offsets[b + 1]];
      return {
        ...head,
        target: memory.ints(this.target, offsets[B]).slice(from, to),
        weight: [memory.reals(this.weight, B)[b]],
      };
    }
    const columns = kind === "class" ? 1 : O;
    const target = kind === "class" ? memory.ints(this.target, N) : memory.reals(this.target, N * O);
    return {
      ...head,
      target: out(columns, target),
      weight: out(columns, memory.reals(this.weight, N * columns)),
    };
  }

  dispose(): void {
    this.#arena.dispose();
  }

  #loadTargets(items: readonly FlatItem[]): void {
    const { output: O, target: kind } = this.#spec;
    const { memory } = this.#engine;
    const arena = this.#arena;
    const { rows: N, sequences: B } = this.packing;
    if (kind === "labels") {
      const count = items.reduce((sum, item) => sum + item.target.length, 0);
      this.target = arena.ints(count);
      this.targetOffsets = arena.ints(B + 1);
      this.weight = arena.reals(B);
      let at = 0;
      this.total = 0;
      items.forEach((item, b) => {
        memory.ints(this.target, count).set(item.target, at);
        memory.ints(this.targetOffsets, B + 1).set([at, (at += item.target.length)], b);
        const w = item.weight[0] ?? 1;
        memory.reals(this.weight, B)[b] = w;
        this.total += w;
      });
      return;
    }
    const columns = kind === "class" ? 1 : O;
    const data = items.map((item) => item.target);
    this.target = kind === "class" ? arena.ints(N) : arena.reals(N * O);
    this.weight = arena.reals(N * columns);
    if (kind === "class") this.#packInts(data, 1, this.target);
    else this.#packReals(data, O, this.target);
    this.#packWeights(items, columns);
  }

  #packWeights(items: readonly FlatItem[], columns: number): void {
    const { rows: N, offsetAt } = this.packing;
    const weight = this.#engine.memory.reals(this.weight, N * columns);
    weight.fill(1);
    this.total = 0;
    items.forEach((item, b) => {
      const w = item.weight;
      const perUnit = w.length === item.length * columns && columns > 1;
      if (w.length === 0) {
        this.total += item.length;
        return;
      }
      for (let t = 0; t < item.length; ++t) {
        const row = (offsetAt[t] + b) * columns;
        let most = 0;
        for (let j = 0; j < columns; ++j) {
          const value = perUnit ? w[t * columns + j] : w[t];
          weight[row + j] = value;
          if (value > most) most = value;
        }
        this.total += most;
      }
    });
  }

  #packInts(from: readonly ArrayLike<number>[], columns: number, ptr: Ptr): void {
    const { lengths, offsetAt, rows } = this.packing;
    const to = this.#engine.memory.ints(ptr, rows * columns);
    for (let b = 0; b < from.length; ++b) {
      const source = from[b];
      const T = lengths[b];
      for (let t = 0, i = 0; t < T; ++t) {
        const row = (offsetAt[t] + b) * columns;
        for (let j = 0; j < columns; ++j) to[row + j] = source[i++]!;
      }
    }
  }

  /**
   * Each sequence is copied in whole, then its rows go to their places: one strided copy while the same
   * sequences live.
   */
  #packReals(from: readonly ArrayLike<number>[], columns: number, ptr: Ptr): void {
    const { lengths, offsetAt, rowsAt, steps } = this.packing;
    const { kernels, memory } = this.#engine;
    const room = this.#arena.reals(steps * columns);
    const whole = memory.reals(room, steps * columns);
    for (let b = 0; b < from.length; ++b) {
      whole.set(from[b]);
      for (let t = 0, end = 0, T = lengths[b]; t < T; t = end) {
        const alive = rowsAt[t];
        end = lengths[alive - 1]!;
        kernels.copyRows(
          end - t,
          columns,
          memory.at(room, t * columns),
          columns,
          memory.at(ptr, (offsetAt[t] + b) * columns),
          alive * columns,
        );
      }
    }
  }
}

/** Rows of sequence b of a packed [N,C] buffer as one [T,C] vector. */
export function unpackSequence(
  packing: Packing,
  b: number,
  columns: number,
  from: ArrayLike<number>,
  to: { [i: number]: number },
): void {
  for (let t = 0, i = 0; t < packing.lengths[b]; ++t) {
    const row = (packing.offsetAt[t] + b) * columns;
    for (let j = 0; j < columns; ++j) to[i++] = from[row + j]!;
  }
}
