/**
 * A reader: strokes in, texts out. Lines are found among the strokes, a net with connectionist temporal
 * classification reads each, and prefix beam search finds the likeliest texts, with a language or without.
 */
import { labelErrors } from "../../inference/edit-distance.ts";
import { DISPOSE, Lifetime } from "../../models/lifetime.ts";
import type { Network } from "../../models/network/network.ts";
import { DataError, OptionError, knownOptions, oneOf } from "../../wasm/errors.ts";
import { decodeText, scriptOf, type Script } from "../script.ts";
import { fitCalibration } from "./calibration.ts";
import { calibrated, shares } from "./confidence.ts";
import { placeCharacters, scoreLine, searchLine, type LineReading, type LineScores } from "./decode.ts";
import { readHand, writeHand } from "./hand.ts";
import { ReadingLanguages } from "./language.ts";
import { learnHand, readItems } from "./learn.ts";
import { findLines } from "./lines.ts";
import { readLive, readModel, writeModel, type ReaderFile } from "./model-file.ts";
import { joinLines, type LineAnswer } from "./page.ts";
import { ofLine, readSettings, type Settings } from "./settings.ts";
import { streamOptions, ReaderStream, type ReaderStreamOptions } from "./stream.ts";
import { inkOf, partsOf, placeStrokes, type PlacedStroke } from "./strokes.ts";
import type {
  Calibration,
  HandwritingReaderSpec,
  LearnOptions,
  LearnReport,
  PenStroke,
  ReadCharacter,
  ReaderEvaluation,
  ReadOptions,
  ReadText,
  WrittenText,
} from "./spec.ts";

const WHO = "handwritingReader";

/** Reads handwriting. */
export class HandwritingReader {
  readonly #life = new Lifetime(WHO);
  readonly #script: Script;
  #calibration: Calibration;
  /** The net as it came, and the one of the hand that was learned. */
  readonly #shipped: Network;
  #own: Network | undefined;
  readonly #live: Network | undefined;
  readonly #languages: ReadingLanguages;
  #learning = false;

  /** Use `handwritingReader()`. */
  constructor({ net, calibration }: ReaderFile, { own, live }: { own?: Network; live?: Network } = {}) {
    this.#shipped = this.#life.own(net);
    this.#script = scriptOf(net);
    this.#languages = new ReadingLanguages(this.#script.alphabet, net.engine);
    this.#calibration = calibration;
    this.#own = own && this.#life.own(own);
    this.#live = live && this.#life.own(live);
  }

  /** The characters that it can read. */
  get characters(): string {
    return this.#script.alphabet;
  }

  /** Whether it has learned a hand. */
  get hasHand(): boolean {
    return this.#own !== undefined;
  }

  /**
   * What strokes say: the likeliest reading first. Lines stand from above to below, parted by "\n". Throws
   * OptionError, and DataError on strokes that are none.
   */
  async read(strokes: readonly PenStroke[], options: ReadOptions = {}): Promise<ReadText[]> {
    const who = this.#life.check("read");
    const found = findLines(placeStrokes(who, strokes)); // as the strokes are now
    const settings = await this.#settings(who, options);
    const lines: LineAnswer[][] = [];
    for (const line of found) lines.push(await this.#line(line, ofLine(settings, lines.length)));
    return joinLines(lines, settings.alternatives);
  }

  /** Reads while one writes; a character that was said is never taken back. */
  stream(options: ReaderStreamOptions = {}): ReaderStream {
    const who = this.#life.check("stream");
    const nets = { net: () => this.#net("stream"), live: () => (this.#own ? undefined : this.#live) };
    return new ReaderStream(nets, this.#script, streamOptions(who, options));
  }

  /**
   * Learns a hand from lines with their texts, 5 to 20 of them. A fifth is held back: where it would be
   * read worse than before, nothing changes. Throws OptionError and DataError before anything changes.
   */
  async learn(items: readonly WrittenText[], options: LearnOptions = {}): Promise<LearnReport> {
    const who = this.#life.check("learn");
    if (this.#learning) throw new OptionError(`${who}: the reader is learning; await that first`);
    const inks = readItems(who, items, this.#script.alphabet);
    this.#learning = true;
    try {
      const { net, report } = await learnHand(who, this.#net("learn"), inks, options);
      if (this.#life.over) net?.dispose();
      this.#life.check("learn");
      if (net) {
        this.#own?.dispose();
        this.#own = this.#life.own(net);
      }
      return report;
    } finally {
      this.#learning = false;
    }
  }

  /** The learned hand alone, to be kept: what `handwritingReader({ hand })` takes. None: undefined. */
  hand(): Uint8Array<ArrayBuffer> | undefined {
    this.#life.check("hand");
    return this.#own && writeHand(this.#shipped, this.#own);
  }

  /** Forgets the learned hand. */
  forget(): void {
    this.#life.check("forget");
    if (this.#learning)
      throw new OptionError("handwritingReader.forget: the reader is learning; await that first");
    this.#own?.dispose();
    this.#own = undefined;
  }

  /** How well it reads single lines whose texts are known. */
  async evaluate(items: readonly WrittenText[], options: ReadOptions = {}): Promise<ReaderEvaluation> {
    const who = this.#life.check("evaluate");
    const lines = this.#lines(who, items);
    const settings = await this.#settings(who, options);
    const read: string[][] = [];
    for (const line of lines) {
      const scores = this.#scores(line);
      const [best] = await searchLine(scores, settings);
      read.push([...decodeText(best.labels, this.#script.alphabet)]);
    }
    const { rate, exact, sequences, labels, edits } = labelErrors(
      read,
      items.map(({ text }) => [...text]),
    );
    return { labelError: rate, exact: exact / sequences, characters: labels, edits };
  }

  /** Makes confidences as often right as they say, by lines that the net did not learn from. */
  async calibrate(items: readonly WrittenText[]): Promise<Calibration> {
    const who = this.#life.check("calibrate");
    const lines = this.#lines(who, items).map((line, i) => ({
      scores: this.#scores(line),
      truth: [...items[i].text],
    }));
    this.#calibration = await fitCalibration(this.#shipped.engine, lines, [...this.#script.alphabet]);
    return this.#calibration;
  }

  /**
   * The reader as a file, with the hand that it learned: safetensors, or with `weights: "int8"` a byte a
   * weight, which is what is shipped.
   */
  save({ weights = "float32" }: { weights?: "float32" | "int8" } = {}): Uint8Array<ArrayBuffer> {
    const who = this.#life.check("save");
    oneOf(who, "weights", weights, ["float32", "int8"]);
    return writeModel({ net: this.#net("save"), calibration: this.#calibration }, weights);
  }

  /** Gives all memory back. */
  dispose(): void {
    this.#life.end();
  }

  /** `using reader = await handwritingReader()`. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** The net that reads now. */
  #net(method: string): Network {
    this.#life.check(method);
    return this.#own ?? this.#shipped;
  }

  get #space(): number {
    return [...this.#script.alphabet].indexOf(" ");
  }

  async #settings(who: string, options: ReadOptions): Promise<Settings> {
    return readSettings(who, options, this.#languages);
  }

  #lines(who: string, items: readonly WrittenText[]): PlacedStroke[][] {
    readItems(who, items, undefined);
    return items.map(({ strokes }, i) => placeStrokes(`${who}: item ${i}`, strokes));
  }

  #scores(line: readonly PlacedStroke[]): LineScores {
    return scoreLine(this.#net("read"), this.#script, inkOf(line));
  }

  async #line(line: readonly PlacedStroke[], settings: Settings): Promise<LineAnswer[]> {
    const { engine } = this.#shipped;
    const scores = this.#scores(line);
    const readings = await searchLine(scores, settings);
    const parts = shares(
      engine,
      readings.map(({ score }) => score),
    );
    const sure = calibrated(engine, parts, this.#calibration.text);
    return readings
      .slice(0, settings.alternatives)
      .map((reading, i) => ({
        text: decodeText(reading.labels, this.#script.alphabet),
        confidence: sure[i],
        share: parts[i],
        characters: this.#characters(line, scores, reading),
      }));
  }

  #characters(line: readonly PlacedStroke[], scores: LineScores, { labels }: LineReading): ReadCharacter[] {
    const { engine } = this.#shipped;
    const places = placeCharacters(engine, scores, labels, this.#space);
    const sure = calibrated(
      engine,
      places.map(({ probability }) => probability),
      this.#calibration.character,
    );
    return places.map(({ label, from, to }, i) => ({
      text: decodeText([label], this.#script.alphabet),
      strokes: partsOf(line, from, to),
      confidence: sure[i],
    }));
  }
}

async function create(spec: HandwritingReaderSpec = {}): Promise<HandwritingReader> {
  knownOptions(WHO, spec, ["model", "live", "hand"]);
  const file = await readModel(spec.model);
  const more: { own?: Network; live?: Network } = {};
  try {
    if (spec.live !== undefined) more.live = await readLive(spec.live);
    if (spec.hand !== undefined) more.own = await readHand(WHO, file.net, spec.hand);
    return new HandwritingReader(file, more);
  } catch (error) {
    for (const net of [file.net, more.live]) net?.dispose();
    throw error;
  }
}

async function load(bytes: Uint8Array | ArrayBuffer): Promise<HandwritingReader> {
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer))
    throw new DataError(`${WHO}.load: got ${typeof bytes}, want the bytes of a saved reader`);
  return new HandwritingReader(await readModel(bytes));
}

/** How readers are made. */
export interface HandwritingReaderFactory {
  /** A reader with the net that is shipped, or with another. Throws OptionError and DataError. */
  (spec?: HandwritingReaderSpec): Promise<HandwritingReader>;
  /** A reader from the bytes of its `save`. Throws DataError on others. */
  load(bytes: Uint8Array | ArrayBuffer): Promise<HandwritingReader>;
}

/** A reader: `const reader = await handwritingReader()`; with a net of one's own: `{ model }`. */
export const handwritingReader: HandwritingReaderFactory = Object.assign(
  (spec?: HandwritingReaderSpec) => create(spec),
  { load },
);
