/**
 * Batches for a net that hears: copies of recordings drawn anew in every epoch, bent, and partly hidden. All
 * is a function of (seed, epoch, place), so a training that was stopped goes on with the same bits.
 */
import type { DataItem } from "../../data/item.ts";
import type { EpochSource } from "../../train/feed.ts";
import type { Engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { bent, hide, type Columns } from "../augment/disturb.ts";
import type { AugmentSpec } from "../augment/options.ts";
import { BACKGROUND, STRIDE, type Copy, type HeardExample } from "./examples.ts";
import type { TargetOf } from "./targets.ts";

/** Share of the items that are joined recordings, once they are. */
const JOINED = 0.75;

/** How batches are made. */
export interface BatchOptions {
  readonly batch: number;
  readonly seed: number;
  readonly augment: AugmentSpec;
  /** Epochs before joined recordings are learned from. */
  readonly alone: number;
  /** Frames a step of the net. */
  readonly stack: number;
  /** What the net is to answer. */
  readonly target: TargetOf;
  /** Frames that an item of so many labels has at least. */
  readonly shortest: (labels: number) => number;
  /** Columns of the features, and frames a second. */
  readonly columns: Columns;
  readonly frameRate: number;
  /** Features [T,F] as the net reads them, in steps. */
  input(features: Float64Array): Float64Array;
  /** Standardized features. */
  standardized(features: ArrayLike<number>): Float64Array;
}

/** Batches for a net whose loss is ctc. */
export class ExampleBatches implements EpochSource {
  readonly batchesPerEpoch: number;
  readonly #examples: readonly HeardExample[];
  readonly #options: BatchOptions;
  readonly #random: Random;
  #order: { epoch: number; places: Int32Array } | undefined;

  constructor(engine: Engine, examples: readonly HeardExample[], options: BatchOptions) {
    this.#examples = examples;
    this.#options = options;
    this.#random = new Random(engine, options.seed, streams.recordings);
    this.batchesPerEpoch = Math.ceil(examples.length / options.batch);
  }

  /** Batch n, counted through all epochs. */
  batch(n: number): DataItem[] {
    const { batch } = this.#options;
    const epoch = Math.floor(n / this.batchesPerEpoch);
    const from = (n % this.batchesPerEpoch) * batch;
    const places = this.#places(epoch);
    return Array.from(places.subarray(from, from + batch), (place, i) => this.#item(place, epoch, from + i));
  }

  #places(epoch: number): Int32Array {
    if (this.#order?.epoch !== epoch) {
      this.#random.counter = epoch * (this.#examples.length + 1) * STRIDE;
      this.#order = { epoch, places: this.#random.permutation(this.#examples.length) };
    }
    return this.#order.places;
  }

  /** The features of a copy, bent and hidden; of long ones without labels a part. */
  #item(place: number, epoch: number, i: number): DataItem {
    const random = this.#random;
    const { alone, columns, stack, frameRate, augment, standardized, input, target, shortest } =
      this.#options;
    random.counter = (epoch * (this.#examples.length + 1) + 1 + i) * STRIDE;
    const { alone: single, joined: together } = this.#examples[place];
    const joins = epoch >= alone && together.length > 0 && random.uniform() < JOINED;
    const choice = joins ? together : single;
    const { features, parts } = this.#cut(choice[random.integer(0, choice.length - 1)]);
    const labels = parts.reduce((sum, part) => sum + part.labels.length, 0);
    const rows = standardized(bent(features, columns, augment, random, shortest(labels)));
    hide(rows, columns, augment, random, frameRate);
    const slower = rows.length / features.length;
    const moved = parts.map((part) => ({ ...part, from: part.from * slower, to: part.to * slower }));
    const read = input(rows);
    return { input: read, ...target(moved, read.length / (columns.F * stack), stack) };
  }

  #cut(copy: Copy): Copy {
    const { columns, frameRate } = this.#options;
    const { F } = columns;
    const most = Math.round(BACKGROUND * frameRate);
    const T = copy.features.length / F;
    if (T <= most || copy.parts.some(({ labels }) => labels.length > 0)) return copy;
    const from = this.#random.integer(0, T - most);
    return { features: copy.features.subarray(from * F, (from + most) * F), parts: [] };
  }
}
