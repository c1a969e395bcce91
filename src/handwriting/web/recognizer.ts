/**
 * The web's proposal for handwriting (WICG Handwriting Recognition API), answered by a reader: recognizers,
 * drawings of strokes, predictions with the ink of each grapheme. `installHandwritingRecognizer` puts it
 * where a browser has none.
 */
import { DisposedError, OptionError, show } from "../../wasm/errors.ts";
import type { HandwritingReader } from "../reader/reader.ts";
import type { ReadText } from "../reader/spec.ts";

/** A place of the pen, and its time in milliseconds from some moment on. */
export interface HandwritingPoint {
  /** From the left. */
  x: number;
  /** From above. */
  y: number;
  /** Milliseconds; not needed. */
  t?: number;
}

/** What helps to recognize, and how much to answer. What a recognizer does not know has no effect. */
export interface HandwritingHints {
  /** "text" (the default), "number", "email" or "per-character". */
  recognitionType?: string;
  /** "mouse" (the default), "touch" or "pen". */
  inputType?: string;
  /** What stands before the drawing. */
  textContext?: string;
  /** At most so many predictions beside the best one. Default 3. */
  alternatives?: number;
}

/** Part of a stroke: its points from one to before another. */
export interface HandwritingDrawingSegment {
  /** Among the strokes of the drawing. */
  strokeIndex: number;
  /** The first point. */
  beginPointIndex: number;
  /** The point behind the last. */
  endPointIndex: number;
}

/** A grapheme of a prediction and its ink. */
export interface HandwritingSegment {
  /** What it is. */
  grapheme: string;
  /** Where it begins in the text, in UTF-16 units. */
  beginIndex: number;
  /** Where it ends. */
  endIndex: number;
  /** Its ink. */
  drawingSegments: HandwritingDrawingSegment[];
}

/** What a drawing may say. */
export interface HandwritingPrediction {
  /** All of it. */
  text: string;
  /** Grapheme by grapheme; spaces have no ink and are left out. */
  segmentationResult: HandwritingSegment[];
}

/** What a recognizer can do for some languages. */
export interface HandwritingRecognizerSupport {
  /** It gives more than one prediction. */
  textAlternatives: boolean;
  /** It says which ink each grapheme is. */
  textSegmentation: boolean;
  /** The hints that it heeds. */
  hints: {
    /** Kinds of text. */
    recognitionType: string[];
    /** Kinds of pens. */
    inputType: string[];
    /** Whether the text before the drawing helps. */
    textContext: boolean;
    /** Whether their number can be chosen. */
    alternatives: boolean;
  };
}

/** What must be recognized. */
export interface HandwritingModelConstraint {
  /** BCP 47 tags; all must be known. */
  languages?: readonly string[];
}

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

/** Numbers a recognition type allows, as a language: digits and the marks of numbers, any order. */
const NUMBER = new Set("0123456789.,-+");

/** A drawing: strokes, and what they say. */
export class HandwritingDrawing {
  readonly #reader: () => HandwritingReader;
  readonly #hints: Required<Pick<HandwritingHints, "recognitionType" | "alternatives">>;
  readonly #strokes: HandwritingStroke[] = [];

  /** Use `recognizer.startDrawing()`. `reader` throws when the recognizer is finished. */
  constructor(reader: () => HandwritingReader, hints: HandwritingHints) {
    this.#reader = reader;
    const { recognitionType = "text", alternatives = 3 } = hints;
    if (!Number.isInteger(alternatives) || alternatives < 0)
      throw new TypeError(`startDrawing: alternatives is ${show(alternatives)}, want a whole number`);
    this.#hints = { recognitionType, alternatives: Math.min(alternatives, MAX_ALTERNATIVES) };
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
    const { recognitionType, alternatives } = this.#hints;
    const strokes = this.#strokes.map((stroke) => stroke.getPoints());
    const language = recognitionType === "number" ? { language: numbersOf(reader), weight: 1, bonus: 0 } : {};
    const readings = await reader.read(strokes, { alternatives: alternatives + 1, ...language });
    return readings.map(prediction);
  }
}

const numberLanguages = new WeakMap<HandwritingReader, { nextLogProbabilities(): number[] }>();

/** The language of numbers over the characters of a reader: none but theirs. One object a reader. */
function numbersOf(reader: HandwritingReader): { nextLogProbabilities(): number[] } {
  const known = numberLanguages.get(reader);
  if (known) return known;
  const logs = [...[...reader.characters].map((c) => (NUMBER.has(c) ? 0 : -Infinity)), 0];
  const language = { nextLogProbabilities: () => logs };
  numberLanguages.set(reader, language);
  return language;
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

/** Whether all languages of a constraint are known, by the first part of their tags. */
const areKnown = ({ languages = LANGUAGES }: HandwritingModelConstraint): boolean =>
  languages.every((tag) => LANGUAGES.includes(String(tag).toLowerCase().split("-")[0]));

/** A recognizer that asks a reader. Throws OptionError where a language is not known. */
export async function createHandwritingRecognizer(
  constraint: HandwritingModelConstraint,
  reader: HandwritingReader,
): Promise<HandwritingRecognizer> {
  if (!areKnown(constraint ?? {}))
    throw new OptionError(
      `createHandwritingRecognizer: languages are ${constraint.languages?.join(", ").slice(0, 100)}, ` +
        `want some of ${LANGUAGES.join(", ")}`,
    );
  return new HandwritingRecognizer(reader);
}

/** What there is for some languages; null where one of them is not known. */
export async function queryHandwritingRecognizer(
  constraint: HandwritingModelConstraint,
): Promise<HandwritingRecognizerSupport | null> {
  if (!areKnown(constraint ?? {})) return null;
  return {
    textAlternatives: true,
    textSegmentation: true,
    hints: { recognitionType: ["text", "number"], inputType: [], textContext: false, alternatives: true },
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
 * `reader` is a reader or a function that makes one, called once at the first recognizer. True where it was
 * installed.
 */
export function installHandwritingRecognizer(
  window: HandwritingWindow,
  reader: HandwritingReader | (() => Promise<HandwritingReader>),
): boolean {
  const { navigator } = window;
  if ("createHandwritingRecognizer" in navigator) return false;
  let made: Promise<HandwritingReader> | undefined;
  const ready = (): Promise<HandwritingReader> =>
    (made ??= typeof reader === "function" ? reader() : Promise.resolve(reader));
  Object.assign(navigator, {
    queryHandwritingRecognizer,
    createHandwritingRecognizer: async (constraint: HandwritingModelConstraint) =>
      createHandwritingRecognizer(constraint, await ready()),
  });
  window.HandwritingStroke ??= HandwritingStroke;
  return true;
}
