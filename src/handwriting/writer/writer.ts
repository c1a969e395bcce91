/**
 * A writer: a text in, strokes out. A net of LSTM units that reads the text through a window draws the moves
 * of a pen from a mixture of Gaussians, one after another, and reads back what it drew (Graves 2013).
 */
import { DISPOSE, Lifetime } from "../../models/lifetime.ts";
import type { FitReport } from "../../models/network/fit.ts";
import type { Network } from "../../models/network/network.ts";
import { adam } from "../../optim/adam.ts";
import { cosine } from "../../optim/cosine.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import { DataError, inRange, knownOptions, oneOf, seedOption, whole } from "../../wasm/errors.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { readItems } from "../reader/learn.ts";
import type { WrittenText } from "../reader/spec.ts";
import { lessonsOf } from "./lessons.ts";
import { readWriterNet, writeWriterNet } from "./model-file.ts";
import { writePage } from "./page.ts";
import { Pen } from "./pen.ts";
import type { HandwritingWriterSpec, WriteOptions, WriterFitOptions, WrittenStroke } from "./spec.ts";
import { givenStyle, stylesOf, type Style } from "./style.ts";
import { checkText, writerForm, type WriterForm } from "./text.ts";

const WHO = "handwritingWriter";
const BATCH = 8;

/** Writes texts by hand. */
export class HandwritingWriter {
  readonly #life = new Lifetime(WHO);
  readonly #net: Network;
  readonly #form: WriterForm;

  /** Use `handwritingWriter()`. */
  constructor(net: Network) {
    this.#form = writerForm(WHO, net);
    this.#net = this.#life.own(net);
  }

  /** The characters that it can write. */
  get characters(): string {
    return this.#form.alphabet;
  }

  /** Names of the hands that came with its net: what `style` takes. */
  get styles(): string[] {
    return [...stylesOf(this.#net).keys()];
  }

  /**
   * The strokes of a text, as a reader takes them: y downwards, a line about 300 high; "\n" begins a line.
   * Throws OptionError, and DataError on a text with characters that it has not learned.
   */
  async write(text: string, options: WriteOptions = {}): Promise<WrittenStroke[]> {
    const who = this.#life.check("write");
    knownOptions(who, options, ["bias", "seed", "style"]);
    checkText(who, text, this.#form);
    const bias = inRange(who, "bias", options.bias ?? 1, 0, 10);
    const seed = seedOption(who, options.seed ?? 1);
    const style = await this.#style(who, options.style);
    const { engine } = this.#net;
    const source = {
      random: new Random(engine, seed, streams.samples),
      exp: (x: readonly number[]) => elementwise(engine, "mapExp", x),
      log: (x: readonly number[]) => elementwise(engine, "mapLog", x),
    };
    const pen = new Pen(this.#net, this.#form);
    try {
      return writePage(text, (run, before) => pen.write(run, source, bias, before), style);
    } finally {
      pen.dispose();
    }
  }

  /**
   * Learns from lines of one hand with their texts, beside what it knows. Lines that do not fit are left out.
   * Throws OptionError and DataError before anything changes.
   */
  async fit(items: readonly WrittenText[], options: WriterFitOptions = {}): Promise<FitReport> {
    const who = this.#life.check("fit");
    knownOptions(who, options, ["epochs", "rate", "seed", "signal", "onProgress"]);
    const epochs = whole(who, "epochs", options.epochs ?? 40, 1, 10_000);
    const rate = inRange(who, "rate", options.rate ?? 0.0005, 0, 1);
    const random = new Random(this.#net.engine, seedOption(who, options.seed ?? 1), streams.inkOrder);
    const lessons = lessonsOf([readItems(who, items, this.#form.alphabet)], this.#form, {
      random,
      pairs: 0.25,
    });
    if (lessons.length === 0)
      throw new DataError(`${who}: none of ${items.length} items fits, want words whose ink says their text`);
    const steps = epochs * Math.ceil(lessons.length / BATCH);
    const { signal, onProgress } = options;
    return this.#net.fit(lessons, {
      epochs,
      batch: BATCH,
      optimizer: adam({ rate: cosine({ from: rate, until: this.#net.step + steps }), clip: 1 }),
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
  }

  /** The writer as a file: safetensors, or with `weights: "int8"` a byte a weight, as it is shipped. */
  save({ weights = "float32" }: { weights?: "float32" | "int8" } = {}): Uint8Array<ArrayBuffer> {
    const who = this.#life.check("save");
    oneOf(who, "weights", weights, ["float32", "int8"]);
    return writeWriterNet(this.#net, weights);
  }

  /** Gives all memory back. */
  dispose(): void {
    this.#life.end();
  }

  /** `using writer = await handwritingWriter()`. */
  [DISPOSE](): void {
    this.dispose();
  }

  async #style(who: string, style: WriteOptions["style"]): Promise<Style | undefined> {
    if (style === undefined) return undefined;
    if (typeof style !== "string") return givenStyle(who, style, this.#form);
    const known = stylesOf(this.#net);
    return known.get(oneOf(who, "style", style, [...known.keys()]));
  }
}

/** How writers are made. */
export interface HandwritingWriterFactory {
  /** A writer with the net that is shipped, or with another. Throws OptionError and DataError. */
  (spec?: HandwritingWriterSpec): Promise<HandwritingWriter>;
  /** A writer from the bytes of its `save`. Throws DataError on others. */
  load(bytes: Uint8Array | ArrayBuffer): Promise<HandwritingWriter>;
}

async function create(spec: HandwritingWriterSpec = {}): Promise<HandwritingWriter> {
  knownOptions(WHO, spec, ["model"]);
  return new HandwritingWriter(await readWriterNet(spec.model));
}

async function load(bytes: Uint8Array | ArrayBuffer): Promise<HandwritingWriter> {
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer))
    throw new DataError(`${WHO}.load: got ${typeof bytes}, want the bytes of a saved writer`);
  return new HandwritingWriter(await readWriterNet(bytes));
}

/** A writer: `const writer = await handwritingWriter()`; with a net of one's own: `{ model }`. */
export const handwritingWriter: HandwritingWriterFactory = Object.assign(
  (spec?: HandwritingWriterSpec) => create(spec),
  { load },
);
