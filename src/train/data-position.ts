/**
 * Where a training stands in its data: the batches done and, inside a batch that is cut (truncated
 * backpropagation through time), the next cut and the states that it goes on from.
 */
import type { Floats } from "../wasm/memory.ts";
import type { DataSpec, FlatItem } from "../data/item.ts";
import { cutItems, type CutPosition } from "./cuts.ts";
import type { Feed } from "./feed.ts";
import type { PassMode } from "./net-loss.ts";
import type { TrainSettings } from "./options.ts";
import { packed } from "./shards.ts";

/** What one step is computed on: batches that are whole, or one cut of a batch. */
export interface Cut {
  readonly batches: readonly (readonly FlatItem[])[];
  /** Steps a cut; Infinity: the batches are whole. */
  readonly truncate: number;
  readonly index: number;
  /** Whether it is the batch's last. */
  readonly last: boolean;
  /** Steps of the sequences of the whole batch, longest first. */
  readonly lengths: readonly number[];
}

/** Moves on by steps that are whole. */
export class DataPosition {
  readonly #spec: DataSpec;
  #batches = 0;
  #inside: Omit<CutPosition, "carried"> | undefined;
  /** The states to go on from, where they no longer stand on the tape. */
  #carried: readonly Floats[] | undefined;

  constructor(spec: DataSpec) {
    this.#spec = spec;
  }

  /** Batches done, those of an accumulated step one by one. */
  get batches(): number {
    return this.#batches;
  }

  /** The batches of the next step, cut; undefined where there are no more. */
  async next(
    feed: Feed,
    { accumulate, truncate }: Pick<TrainSettings, "accumulate" | "truncate">,
  ): Promise<Cut[] | undefined> {
    const batches: (readonly FlatItem[])[] = [];
    for (let i = 0; i < accumulate; ++i) {
      const items = await feed(this.#batches + i);
      if (items) batches.push(items);
    }
    if (batches.length === 0) return undefined;
    if (truncate === Infinity) {
      this.#leaveBatch();
      return [{ batches, truncate, index: 0, last: true, lengths: [] }];
    }
    const [items] = batches;
    const lengths = packed(items).map(({ length }) => length);
    if (!this.#fits(lengths, truncate)) this.#leaveBatch();
    const cuts = cutItems(items, truncate, this.#spec);
    return cuts
      .map((cut, index) => ({ batches: [cut], truncate, index, last: index === cuts.length - 1, lengths }))
      .slice(this.#inside?.cut ?? 0);
  }

  /** How a step on a cut begins: with states of zero, or with those that the cut before left. */
  carry({ truncate, index }: Cut): Pick<PassMode, "carry" | "carried"> {
    if (truncate === Infinity) return {};
    return index === 0 ? { carry: "start" } : { carry: "continue", carried: this.#carried };
  }

  /** The step on a cut is whole. */
  advance({ batches, truncate, index, last, lengths }: Cut): void {
    this.#carried = undefined;
    if (last) {
      this.#batches += batches.length;
      this.#inside = undefined;
    } else this.#inside = { cut: index + 1, truncate, lengths };
  }

  /** The step on a cut failed; `carried` are the states that it went on from, where these were kept. */
  undo({ index }: Cut, carried: readonly Floats[] | undefined): void {
    if (index === 0) return;
    if (carried) this.#carried = carried;
    else this.#leaveBatch(); // the states on the tape are those of the step that failed
  }

  /** The place in a batch that is cut, to be saved; onTape() gives the states that stand on the tape. */
  inside(onTape: () => readonly Floats[]): CutPosition | undefined {
    return this.#inside && { ...this.#inside, carried: this.#carried ?? onTape() };
  }

  /** Goes on from a saved place. */
  restore(batches: number, inside: CutPosition | undefined): void {
    this.#batches = batches;
    if (!inside) return;
    const { carried, ...position } = inside;
    this.#inside = position;
    this.#carried = carried;
  }

  /** Whether this place is one of a batch of such sequences, cut so; also where it is in no batch. */
  #fits(lengths: readonly number[], truncate: number): boolean {
    const position = this.#inside;
    if (!position) return true;
    return (
      position.truncate === truncate &&
      position.lengths.length === lengths.length &&
      position.lengths.every((length, b) => length === lengths[b])
    );
  }

  /** The next batch is begun from its start. */
  #leaveBatch(): void {
    this.#inside = undefined;
    this.#carried = undefined;
  }
}
