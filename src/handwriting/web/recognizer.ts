/**
 * The web's proposal for handwriting (WICG Handwriting Recognition API), answered by a reader: recognizers,
 * drawings of strokes, predictions with the ink of each grapheme. `installHandwritingRecognizer` puts it
 * where a browser has none.
 */
import { DisposedError, OptionError, show } from "../../wasm/errors.ts";
import type { HandwritingReader } from "../reader/reader.ts";
import type { ReadText } from "../reader/spec.ts";
import type {
  HandwritingHints,
  HandwritingModelConstraint,
  HandwritingPoint,
  HandwritingPrediction,
  HandwritingRecognizerSupport,
  HandwritingSegment,
} from "./proposal.ts";

/** Most predictions beside the best. */
const MAX_ALTERNATIVES = 100;

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

/** What numbers are written in: digits and their marks, in any order. */
const NUMBER = [..."0123456789.,-+"];

/** A language of some characters, in any order. */
interface CharacterLanguage {
  nextLogProbabilities(): number[];
}

/** The language of a reader's characters that are among some; undefined where it knows none of them. */
function languageOf(reader: HandwritingReader, allowed: ReadonlySet<string>): CharacterLanguage | undefined {
  const known = [...reader.characters];
  if (!known.some((c) => allowed.has(c))) return undefined;
  const logs = [...known.map((c) => (allowed.has(c) ? 0 : -Infinity)), 0];
  return { nextLogProbabilities: () => logs };
}

/** The characters that hints allow; undefined where all are. Throws TypeError on a set that is none. */
function charactersOf({ recognitionType, graphemeSet }: HandwritingHints): Set<string> | undefined {
  if (graphemeSet === undefined) return recognitionType === "number" ? new Set(NUMBER) : undefined;
  if (!Array.isArray(graphemeSet) || graphemeSet.some((one: unknown) => typeof one !== "string"))
    throw new TypeError(`startDrawing: graphemeSet is ${show(graphemeSet)}, want an array of characters`);
  const given = (graphemeSet as readonly string[]).flatMap((one) => [...one]);
  return new Set(recognitionType === "number" ? given.filter((c) => NUMBER.includes(c)) : given);
}

/** A drawing: strokes, and what they say. */
export class HandwritingDrawing {
  readonly #reader: () => HandwritingReader;
  readonly #alternatives: number;
  readonly #characters: ReadonlySet<string> | undefined;
  /** One object for all predictions: the reader keeps what it made of it. */
  #language: CharacterLanguage | undefined;
  readonly #strokes: HandwritingStroke[] = [];

  /** Use `recognizer.startDrawing()`. `reader` throws when the recognizer is finished. */
  constructor(reader: () => HandwritingReader, hints: HandwritingHints) {
    this.#reader = reader;
    if (hints === null || typeof hints !== "object")
      throw new TypeError(
        `startDrawing: hints are ${show(hints)}, want an object such as { alternatives: 3 }`,
      );
    const { alternatives = 3 } = hints;
    if (!Number.isInteger(alternatives) || alternatives < 0)
      throw new TypeError(`startDrawing: alternatives is ${show(alternatives)}, want a whole number`);
    this.#alternatives = Math.min(alternatives, MAX_ALTERNATIVES);
    this.#characters = charactersOf(hints);
  }

  /** Adds a stroke, to which points may still come. */
  addStroke(stroke: HandwritingStroke): void {
    this.#reader();
    if (!(stroke instanceof HandwritingStroke))
      throw new TypeError(`HandwritingDrawing.addStroke: ${show(stroke)}, want a HandwritingStroke`);
    this.#strokes.push(stroke);
  }

  /** Takes a stroke away; one that is not there has no effect. */
  removeStroke(stroke: HandwritingStroke): void {
    this.#reader();
    const at = this.#strokes.indexOf(stroke);
    if (at >= 0) this.#strokes.splice(at, 1);
  }

  /** Without strokes again. */
  clear(): void {
    this.#reader();
    this.#strokes.length = 0;
  }

  /** Its strokes, in the order in which they were added. */
  getStrokes(): HandwritingStroke[] {
    return [...this.#strokes];
  }

  /** What the strokes say: the best prediction first. */
  async getPrediction(): Promise<HandwritingPrediction[]> {
    const reader = this.#reader();
    if (this.#characters) this.#language ??= languageOf(reader, this.#characters);
    const language = this.#language && { language: this.#language, weight: 1, bonus: 0 };
    const strokes = this.#strokes.map((stroke) => stroke.getPoints());
    const readings = await reader.read(strokes, { alternatives: this.#alternatives + 1, ...language });
    return readings.map(prediction);
  }
}

/** Makes drawings. */
export class HandwritingRecognizer {
  #reader: HandwritingReader | undefined;

  /** Use `createHandwritingRecognizer`. */
  constructor(reader: HandwritingReader) {
    this.#reader = reader;
  }

  /** A drawing without strokes. Throws DisposedError after `finish`. */
  startDrawing(hints: HandwritingHints = {}): HandwritingDrawing {
    this.#read();
    return new HandwritingDrawing(() => this.#read(), hints);
  }

  /** The end: neither it nor its drawings can be used. The reader is not disposed: others may use it. */
  finish(): void {
    this.#read();
    this.#reader = undefined;
  }

  #read(): HandwritingReader {
    if (!this.#reader) throw new DisposedError("HandwritingRecognizer: it was finished; create another");
    return this.#reader;
  }
}

/**
 * Whether all languages of a constraint are known, by the first part of their tags. Throws OptionError where
 * they are no list.
 */
function areKnown(who: string, constraint: HandwritingModelConstraint | null | undefined): boolean {
  const { languages = LANGUAGES } = constraint ?? {};
  if (!Array.isArray(languages))
    throw new OptionError(`${who}: languages is ${show(languages)}, want an array of tags such as ["en"]`);
  return (languages as readonly string[]).every((tag) =>
    LANGUAGES.includes(String(tag).toLowerCase().split("-")[0]),
  );
}

/** A recognizer that asks a reader. Throws OptionError where a language is not known. */
export async function createHandwritingRecognizer(
  constraint: HandwritingModelConstraint,
  reader: HandwritingReader,
): Promise<HandwritingRecognizer> {
  if (!areKnown("createHandwritingRecognizer", constraint))
    throw new OptionError(
      `createHandwritingRecognizer: languages are ${constraint.languages?.join(", ").slice(0, 100)}, ` +
        `want some of ${LANGUAGES.join(", ")}`,
    );
  return new HandwritingRecognizer(reader);
}

/** What there is for some languages; null where one of them is not known. Throws OptionError on no list. */
export async function queryHandwritingRecognizer(
  constraint: HandwritingModelConstraint,
): Promise<HandwritingRecognizerSupport | null> {
  if (!areKnown("queryHandwritingRecognizer", constraint)) return null;
  return {
    textAlternatives: true,
    textSegmentation: true,
    hints: {
      recognitionType: ["text", "number"],
      inputType: [],
      graphemeSet: true,
      textContext: false,
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
 * failed. True where it was installed.
 */
export function installHandwritingRecognizer(
  window: HandwritingWindow,
  reader: HandwritingReader | (() => Promise<HandwritingReader>),
): boolean {
  const { navigator } = window;
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
    createHandwritingRecognizer: async (constraint: HandwritingModelConstraint) =>
      createHandwritingRecognizer(constraint, await ready()),
  });
  window.HandwritingStroke ??= HandwritingStroke;
  return true;
}
