/**
 * A batch in kernel memory: sequences sorted longest first and packed, their targets and weights packed
 * alike.
 */
import type { Engine } from "../wasm/engine.ts";
import { NULL, type Ptr } from "../wasm/kernels.ts";
import { Arena } from "../wasm/memory.ts";
import type { NodeId } from "../graph/graph.ts";
import { longestFirst, packing, type Packing } from "../graph/packing.ts";
import {
  countWeight,
  targetColumns,
  weightColumns,
  type DataSpec,
  type FlatInput,
  type FlatItem,
} from "../data/item.ts";

/** Where a net's data go. */
export interface InputNodes {
  readonly input?: NodeId;
  readonly initial?: NodeId;
}

const hasTarget = (item: FlatInput): item is FlatItem => (item as Partial<FlatItem>).target !== undefined;

/** Data of a batch; `load` again to reuse its memory. */
export class Batch {
  packing!: Packing;
  /** order[b]: the item that became sequence b. */
  order!: Int32Array;
  /** The items as they were loaded. */
  items: readonly FlatInput[] = [];
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
  load(items: readonly FlatInput[]): this {
    const { input: I, symbols, initial } = this.#spec;
    const { memory } = this.#engine;
    const arena = this.#arena;
    this.items = items;
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
    if (sorted.every(hasTarget)) this.#loadTargets(sorted);
    return this;
  }

  dispose(): void {
    this.items = [];
    this.#arena.dispose();
  }

  #loadTargets(items: readonly FlatItem[]): void {
    const { target: kind } = this.#spec;
    const arena = this.#arena;
    this.total = countWeight(this.#spec, items);
    if (kind === "labels") return this.#loadLabels(items);
    const output = this.#outputPacking(items);
    const { rows: N } = output;
    const D = targetColumns(this.#spec);
    const columns = weightColumns(this.#spec);
    const data = items.map((item) => item.target);
    this.target = kind === "class" ? arena.ints(N) : arena.reals(N * D);
    this.weight = arena.reals(N * columns);
    if (kind === "class") this.#packInts(data, 1, this.target, output);
    else this.#packReals(data, D, this.target, output);
    this.#packWeights(items, columns, output);
  }

  /** The packing of the targets: that of the inputs, unless the net changes the time. */
  #outputPacking(items: readonly FlatItem[]): Packing {
    if (!this.#spec.outputSteps) return this.packing;
    return packing(items.map(({ steps }) => steps));
  }

  #loadLabels(items: readonly FlatItem[]): void {
    const { memory } = this.#engine;
    const arena = this.#arena;
    const B = items.length;
    const count = items.reduce((sum, item) => sum + item.target.length, 0);
    this.target = arena.ints(count);
    this.targetOffsets = arena.ints(B + 1);
    this.weight = arena.reals(B);
    const target = memory.ints(this.target, count);
    const offsets = memory.ints(this.targetOffsets, B + 1);
    const weight = memory.reals(this.weight, B);
    let at = 0;
    offsets[0] = 0;
    items.forEach((item, b) => {
      target.set(item.target, at);
      at += item.target.length;
      offsets[b + 1] = at;
      weight[b] = item.weight[0] ?? 1;
    });
  }

  #packWeights(items: readonly FlatItem[], columns: number, { rows: N, offsetAt }: Packing): void {
    const weight = this.#engine.memory.reals(this.weight, N * columns);
    weight.fill(1);
    items.forEach(({ weight: w, steps: length }, b) => {
      if (w.length === 0) return;
      const perUnit = w.length === length * columns && columns > 1;
      for (let t = 0; t < length; ++t) {
        const row = (offsetAt[t] + b) * columns;
        for (let j = 0; j < columns; ++j) weight[row + j] = perUnit ? w[t * columns + j] : w[t];
      }
    });
  }

  #packInts(
    from: readonly ArrayLike<number>[],
    columns: number,
    ptr: Ptr,
    { lengths, offsetAt, rows } = this.packing,
  ): void {
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
  #packReals(
    from: readonly ArrayLike<number>[],
    columns: number,
    ptr: Ptr,
    { lengths, offsetAt, rowsAt, steps } = this.packing,
  ): void {
    const { kernels, memory } = this.#engine;
    const workspace = this.#arena.reals(steps * columns);
    const sequence = memory.reals(workspace, steps * columns);
    for (let b = 0; b < from.length; ++b) {
      sequence.set(from[b]);
      for (let t = 0, end = 0, T = lengths[b]; t < T; t = end) {
        const alive = rowsAt[t];
        end = lengths[alive - 1]!;
        kernels.copyRows(
          end - t,
          columns,
          memory.at(workspace, t * columns),
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
