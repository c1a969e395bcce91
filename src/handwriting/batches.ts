/**
 * Batches of cursive handwriting (7e-3) to train on: lines of ink as items for a net with the loss ctc, of
 * similar length in each batch, distorted afresh in every epoch. Everything is a function of (seed, epoch,
 * place), so training resumes anywhere.
 */
import type { DataItem } from "../data/item.ts";
import type { Engine } from "../wasm/engine.ts";
import { DataError, knownOptions, whole, seedOption } from "../wasm/errors.ts";
import type { EpochSource } from "../train/feed.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import type { Ink } from "./ink.ts";
import { stepsNeeded } from "./aligned.ts";
import { inkFeatures } from "./input.ts";
import { checkLabeled, encodeText, handwritingItem, type Script } from "./script.ts";
import { distort, type DistortOptions } from "./shape.ts";

/** How lines become batches. */
export interface InkBatchOptions {
  /** How ink becomes inputs, and text targets. */
  readonly script: Script;
  /** Lines a batch. */
  readonly batch: number;
  /** Of the order of the lines and of their distortions. */
  readonly seed: number;
  /**
   * Steps that the net joins into one in all: lines that get too short for their text are left undistorted,
   * or out. Default 1.
   */
  readonly stride?: number;
  /** Distortions; false: none. */
  readonly distort?: DistortOptions | false;
}

const STRIDE = 2 ** 20; // blocks of random numbers of one line in one epoch

/** Lines to train on, in epochs. */
export class InkBatches implements EpochSource {
  /** Lines that can be trained on. */
  readonly inks: readonly Ink[];
  /** The last one of an epoch may be smaller. */
  readonly batchesPerEpoch: number;
  /** Lines left out: too short for their text even undistorted. */
  readonly dropped: readonly Ink[];
  readonly #options: InkBatchOptions;
  readonly #order: Random;
  readonly #noise: Random;
  readonly #lengths: Int32Array;

  /**
   * Throws DataError where a line has no text, or a character that the script lacks, or none can be trained
   * on.
   */
  constructor(engine: Engine, inks: readonly Ink[], options: InkBatchOptions) {
    knownOptions("InkBatches", options, ["script", "batch", "seed", "stride", "distort"]);
    whole("InkBatches", "batch", options.batch, 1);
    seedOption("InkBatches", options.seed);
    whole("InkBatches", "stride", options.stride ?? 1, 1);
    const fits = inks.map((ink) => this.#fits(ink, options));
    this.inks = inks.filter((_, i) => fits[i]);
    this.dropped = inks.filter((_, i) => !fits[i]);
    if (this.inks.length === 0)
      throw new DataError(`handwriting: none of ${inks.length} lines can be trained on, want at least one`);
    this.#options = options;
    this.#order = new Random(engine, options.seed, streams.inkOrder);
    this.#noise = new Random(engine, options.seed, streams.inkDistortion);
    this.#lengths = Int32Array.from(
      this.inks,
      (ink) => inkFeatures(ink.points, options.script.input).sources.length,
    );
    this.batchesPerEpoch = Math.ceil(this.inks.length / options.batch);
  }

  /** Batch n, counted through all epochs: lines of similar length, in an order drawn for the epoch. */
  batch(n: number): DataItem[] {
    const epoch = Math.floor(n / this.batchesPerEpoch);
    const { batch } = this.#options;
    const { lines, batches } = this.#plan(epoch);
    const from = batches[n % this.batchesPerEpoch] * batch;
    return Array.from(lines.subarray(from, from + batch), (i) => this.#item(i, epoch));
  }

  #known: { epoch: number; lines: Int32Array; batches: Int32Array } | undefined;

  #plan(epoch: number): { lines: Int32Array; batches: Int32Array } {
    if (this.#known?.epoch !== epoch) {
      const random = this.#order;
      const lengths = this.#lengths;
      random.counter = epoch * STRIDE;
      // lengths blurred by a tenth, so that a line meets other lines in every epoch
      const blurred = Float64Array.from(lengths, (length) => length * (0.95 + 0.1 * random.uniform()));
      const lines = Int32Array.from(lengths, (_, i) => i).sort((a, b) => blurred[a] - blurred[b] || a - b);
      this.#known = { epoch, lines, batches: random.permutation(this.batchesPerEpoch) };
    }
    return this.#known;
  }

  #item(i: number, epoch: number): DataItem {
    const { script, distort: how } = this.#options;
    const noise = this.#noise;
    noise.counter = (epoch * this.inks.length + i) * STRIDE;
    const given = this.inks[i];
    const other = how === false ? given : { ...given, points: distort(given.points, noise, how) };
    const ink = how === false || this.#fits(other, this.#options) ? other : given;
    return handwritingItem(ink, script);
  }

  #fits(ink: Ink, { script, stride = 1 }: InkBatchOptions): boolean {
    checkLabeled("InkBatches", ink);
    const steps = inkFeatures(ink.points, script.input).sources.length;
    return Math.ceil(steps / stride) >= stepsNeeded(encodeText(ink.text, script.alphabet));
  }
}
