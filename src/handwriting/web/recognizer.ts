/**
 * The web's proposal for handwriting (WICG Handwriting Recognition API), answered by a reader: recognizers,
 * drawings of strokes, predictions with the ink of each grapheme. `installHandwritingRecognizer` puts it
 * where a browser has none.
 */
import { knownOptions, OptionError, show } from "../../wasm/errors.ts";
import type { HandwritingReader } from "../reader/reader.ts";
import type { ReadText } from "../reader/spec.ts";
import {
  countedLanguage,
  hintedLanguage,
  readHints,
  RECOGNITION_TYPES,
  type DrawingHints,
  type HintedLanguage,
  type RecognizerSource,
} from "./hints.ts";
import type {
  HandwritingHints,
  HandwritingModelConstraint,
  HandwritingPoint,
  HandwritingPrediction,
  HandwritingRecognizerOptions,
  HandwritingRecognizerSupport,
  HandwritingSegment,
} from "./proposal.ts";

/** Languages whose letters the shipped net knows, without accents. */
const LANGUAGES = ["en"];

/** A stroke, to which points are added while one draws. */
export class HandwritingStroke {
  #points: HandwritingPoint[] = [];

  /** Adds a copy of a point. */
  addPoint(point: HandwritingPoint): void {
    const { x, y, t } = point ?? {};
    if (!Number.isFinite(x) || !Number.isFinite(y) || (t !== undefined && !Number.isFinite(t)))
      throw new TypeError(`HandwritingStroke.addPoint: ${show(point)}, want { x, y, t } of finite numbers`);
    this.#points.push(t === undefined ? { x, y } : { x, y, t });
  }

  /** Copies of its points. */
  getPoints(): HandwritingPoint[] {
    return this.#points.map((point) => ({ ...point }));
  }

  /** Without points again. */
  clear(): void {
    this.#points = [];
  }
}

function prediction({ text, characters }: ReadText): HandwritingPrediction {
  let at = 0;
  const segmentationResult = characters.flatMap(({ text: grapheme, strokes }): HandwritingSegment[] => {
    const beginIndex = at;
    at += grapheme.length;
    if (strokes.length === 0) return [];
    const drawingSegments = strokes.map(([strokeIndex, beginPointIndex, endPointIndex]) => ({
      strokeIndex,
      beginPointIndex,
      endPointIndex,
    }));
    return [{ grapheme, beginIndex, endIndex: at, drawingSegments }];
  });
  return { text, segmentationResult };
}

/** A drawing: strokes, and what they say. */
export class HandwritingDrawing {
  readonly #source: () => RecognizerSource;
  readonly #hints: DrawingHints;
  /** One object for all predictions: the reader keeps what it made of it. */
  #language: Promise<HintedLanguage | undefined> | undefined;
  readonly #strokes: HandwritingStroke[] = [];

  /** Use `recognizer.startDrawing()`. `source` throws when the recognizer is finished. */
  constructor(source: () => RecognizerSource, hints: HandwritingHints) {
    this.#source = source;
    this.#hints = readHints(hints);
  }

  /** Adds a stroke, to which points may still come. */
  addStroke(stroke: HandwritingStroke): void {
    this.#source();
    if (!(stroke instanceof HandwritingStroke))
      throw new TypeError(`HandwritingDrawing.addStroke: ${show(stroke)}, want a HandwritingStroke`);
    this.#strokes.push(stroke);
  }

  /** Takes a stroke away; one that is not there has no effect. */
  removeStroke(stroke: HandwritingStroke): void {
    this.#source();
    const at = this.#strokes.indexOf(stroke);
    if (at >= 0) this.#strokes.splice(at, 1);
  }

  /** Without strokes again. */
  clear(): void {
    this.#source();
    this.#strokes.length = 0;
  }

  /** Its strokes, in the order in which they were added. */
  getStrokes(): HandwritingStroke[] {
    return [...this.#strokes];
  }

  /** What the strokes say: the best prediction first; none where nothing can be read. */
  async getPrediction(): Promise<HandwritingPrediction[]> {
    const source = this.#source();
    const strokes = this.#strokes.map((stroke) => stroke.getPoints());
    const language = await (this.#language ??= hintedLanguage(source, this.#hints));
    const alternatives = this.#hints.alternatives + 1;
    const readings = await source.reader.read(strokes, { alternatives, ...language });
    return readings.filter(({ text }) => text !== "").map(prediction);
  }
}

/** Makes drawings. */
export class HandwritingRecognizer {
  #source: RecognizerSource | undefined;

  /** Use `createHandwritingRecognizer`. */
  constructor(reader: HandwritingReader, options: HandwritingRecognizerOptions = {}) {
    this.#source = { reader, language: options.language };
  }

  /** A drawing without strokes. Throws a DOMException, InvalidStateError, after `finish`. */
  startDrawing(hints: HandwritingHints = {}): HandwritingDrawing {
    this.#active();
    return new HandwritingDrawing(() => this.#active(), hints);
  }

  /** The end: neither it nor its drawings can be used. The reader is not disposed: others may use it. */
  finish(): void {
    this.#source = undefined;
  }

  #active(): RecognizerSource {
    if (this.#source) return this.#source;
    throw new DOMException("HandwritingRecognizer: it was finished; create another", "InvalidStateError");
  }
}

/**
 * Whether there are languages and all are known, by the first part of their tags. Throws TypeError where they
 * are no list.
 */
function areKnown(who: string, constraint: HandwritingModelConstraint | null | undefined): boolean {
  const { languages = LANGUAGES } = constraint ?? {};
  if (!Array.isArray(languages))
    throw new TypeError(`${who}: languages is ${show(languages)}, want an array of tags such as ["en"]`);
  const tags = languages as readonly string[];
  return tags.length > 0 && tags.every((tag) => LANGUAGES.includes(String(tag).toLowerCase().split("-")[0]));
}

/** Throws a DOMException, NotSupportedError, where the languages of a constraint are not known. */
function checkKnown(constraint: HandwritingModelConstraint | null | undefined): void {
  const who = "createHandwritingRecognizer";
  if (areKnown(who, constraint)) return;
  const given = constraint?.languages?.join(", ").slice(0, 100);
  throw new DOMException(
    `${who}: languages are ${given === "" ? "none" : given}, want some of ${LANGUAGES.join(", ")}`,
    "NotSupportedError",
  );
}

/**
 * A recognizer that asks a reader. Rejects with a DOMException, NotSupportedError, where a language is not
 * known or none is given, and with OptionError or DataError on a language of texts that is none.
 */
export async function createHandwritingRecognizer(
  constraint: HandwritingModelConstraint,
  reader: HandwritingReader,
  options: HandwritingRecognizerOptions = {},
): Promise<HandwritingRecognizer> {
  checkKnown(constraint);
  knownOptions("createHandwritingRecognizer", options, ["language"]);
  const { language } = options;
  if (language !== undefined) await countedLanguage({ reader, language });
  return new HandwritingRecognizer(reader, options);
}

/**
 * What there is for some languages; null where one of them is not known, or none is given. Rejects with
 * TypeError on no list.
 */
export async function queryHandwritingRecognizer(
  constraint: HandwritingModelConstraint,
): Promise<HandwritingRecognizerSupport | null> {
  if (!areKnown("queryHandwritingRecognizer", constraint)) return null;
  return {
    textAlternatives: true,
    textSegmentation: true,
    hints: {
      recognitionType: [...RECOGNITION_TYPES],
      inputType: ["mouse", "touch", "pen", "stylus"],
      graphemeSet: true,
      textContext: true,
      alternatives: true,
    },
  };
}

/** Where the proposal's names stand in a page. */
export interface HandwritingWindow {
  /** Gets `createHandwritingRecognizer` and `queryHandwritingRecognizer`. */
  readonly navigator: object;
  /** The class of strokes. */
  HandwritingStroke?: unknown;
}

/**
 * Gives a page what the proposal says, where it has none: `installHandwritingRecognizer(globalThis, reader)`.
 * `reader` is a reader or a function that makes one, called at the first recognizer, and again where that
 * failed. `language`: what may be written, as a reader takes it; without it the hint `textContext` brings
 * `englishTexts()`, and what has no such hint is read without a language. True where it was installed. Throws
 * OptionError where there is no navigator.
 */
export function installHandwritingRecognizer(
  window: HandwritingWindow,
  reader: HandwritingReader | (() => Promise<HandwritingReader>),
  options: HandwritingRecognizerOptions = {},
): boolean {
  knownOptions("installHandwritingRecognizer", options, ["language"]);
  const { navigator } = (window as HandwritingWindow | undefined) ?? {};
  if (navigator === null || typeof navigator !== "object")
    throw new OptionError(
      `installHandwritingRecognizer: window.navigator is ${show(navigator)}, want that of a page or worker`,
    );
  if ("createHandwritingRecognizer" in navigator) return false;
  let made: Promise<HandwritingReader> | undefined;
  const ready = async (): Promise<HandwritingReader> => {
    made ??= typeof reader === "function" ? reader() : Promise.resolve(reader);
    try {
      return await made;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
  Object.assign(navigator, {
    queryHandwritingRecognizer,
    createHandwritingRecognizer: async (constraint: HandwritingModelConstraint) => {
      checkKnown(constraint); // before anything is fetched
      return createHandwritingRecognizer(constraint, await ready(), options);
    },
  });
  window.HandwritingStroke ??= HandwritingStroke;
  return true;
}
