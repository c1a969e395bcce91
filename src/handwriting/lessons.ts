/**
 * Cursive handwriting (7e-3): pieces of ink in, characters out. Lines of ink become items for a net with the
 * loss ctc, in batches of similar length, distorted afresh in every epoch; everything is a function of (seed,
 * epoch, place), so training resumes anywhere.
 */
import type { Ink } from "./formats/ink.ts";
import type { DataItem } from "../train/data.ts";
import type { Engine } from "../wasm/engine.ts";
import { DataError } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { distort, type DistortOptions } from "./shape.ts";
import { inkFeatures, inkWidth, type InkInput } from "./input.ts";

/** How a net reads ink and writes text. Plain data: the notes of a saved net. */
export interface Script {
  readonly input: InkInput;
  /** Characters in the order of their classes; the blank stands behind the last. */
  readonly alphabet: string;
}

/** The characters of some lines, in code-point order. */
export function alphabetOf(inks: readonly Ink[]): string {
  return [...new Set(inks.flatMap((ink) => [...ink.text]))]
    .sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)
    .join("");
}

/**
 * The characters of some lines that an alphabet lacks, each as often as it occurs. A net can only miss them.
 */
export function unknownCharacters(inks: readonly Pick<Ink, "text">[], alphabet: string): string[] {
  const known = new Set(alphabet);
  return inks.flatMap(({ text }) => [...text].filter((c) => !known.has(c)));
}

/** Classes of a text's characters. Throws DataError for one that is not in the alphabet. */
export function encodeText(text: string, alphabet: string): Int32Array {
  const known = new Map([...alphabet].map((c, i) => [c, i]));
  return Int32Array.from([...text], (c) => {
    const k = known.get(c);
    if (k === undefined)
      throw new DataError(
        `handwriting: character ${JSON.stringify(c)} of ${JSON.stringify(text)} is not in the ` +
          `alphabet ${JSON.stringify(alphabet)}`,
      );
    return k;
  });
}

/** The text of some classes. */
export function decodeText(labels: ArrayLike<number>, alphabet: string): string {
  const characters = [...alphabet];
  return Array.from(labels, (k) => characters[k] ?? "").join("");
}

/** One line as an item of training data. */
export function handwritingItem(ink: Ink, script: Script): DataItem {
  return {
    input: inkFeatures(ink.points, script.input).input,
    target: encodeText(ink.text, script.alphabet),
  };
}

/** Steps that a target needs: one a label, and one between equal labels. */
const needs = (target: ArrayLike<number>): number => {
  let steps = target.length;
  for (let i = 1; i < target.length; ++i) if (target[i] === target[i - 1]) ++steps;
  return steps;
};

export interface LessonOptions {
  readonly script: Script;
  /** Lines a batch. */
  readonly batch: number;
  readonly seed: number;
  /**
   * Steps that the net joins into one in all: lines that get too short for their text are left undistorted,
   * or out. Default 1.
   */
  readonly joined?: number;
  /** Distortions; false: none. */
  readonly distort?: DistortOptions | false;
}

const STREAM = (1 << 20) + 64; // streams of this task, apart from those of nets
const STRIDE = 2 ** 20; // blocks of random numbers of one line in one epoch

/** Lines to train on, in epochs. */
export class Lessons {
  readonly inks: readonly Ink[];
  readonly batchesPerEpoch: number;
  /** Lines left out: too short for their text even undistorted. */
  readonly dropped: readonly Ink[];
  readonly #options: LessonOptions;
  readonly #order: Random;
  readonly #noise: Random;
  readonly #lengths: Int32Array;

  constructor(engine: Engine, inks: readonly Ink[], options: LessonOptions) {
    const fits = inks.map((ink) => this.#fits(handwritingItem(ink, options.script), options));
    this.inks = inks.filter((_, i) => fits[i]);
    this.dropped = inks.filter((_, i) => !fits[i]);
    if (this.inks.length === 0)
      throw new DataError(`handwriting: none of ${inks.length} lines can be trained on, want at least one`);
    this.#options = options;
    this.#order = new Random(engine, options.seed, STREAM);
    this.#noise = new Random(engine, options.seed, STREAM + 1);
    this.#lengths = Int32Array.from(
      this.inks,
      (ink) => inkFeatures(ink.points, options.script.input).sources.length,
    );
    this.batchesPerEpoch = Math.ceil(this.inks.length / options.batch);
  }

  /**
   * Lesson n: a batch, counted through all epochs: lines of similar length, in an order drawn for the epoch.
   */
  lesson(n: number): DataItem[] {
    const epoch = Math.floor(n / this.batchesPerEpoch);
    const { batch } = this.#options;
    const { lines, batches } = this.#plan(epoch);
    const from = batches[n % this.batchesPerEpoch] * batch;
    return Array.from(lines.subarray(from, from + batch), (i) => this.#item(i, epoch));
  }

  /** All batches from the nth on, without end. */
  *from(n: number): Generator<DataItem[], void, void> {
    for (; ; ++n) yield this.lesson(n);
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
    const ink = this.inks[i];
    const { script, distort: how } = this.#options;
    if (how === false) return handwritingItem(ink, script);
    this.#noise.counter = (epoch * this.inks.length + i) * STRIDE;
    const item = handwritingItem({ ...ink, points: distort(ink.points, this.#noise, how) }, script);
    return this.#fits(item, this.#options) ? item : handwritingItem(ink, script);
  }

  #fits({ input, target }: DataItem, { script, joined = 1 }: LessonOptions): boolean {
    return Math.ceil(input.length / inkWidth(script.input) / joined) >= needs(target as ArrayLike<number>);
  }
}
