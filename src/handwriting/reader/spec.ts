/** What a reader is given, and what it answers. */
import type { LanguageModel } from "../../inference/beam-search.ts";
import type { AbortSignal, Response, URL } from "../../wasm/platform.ts";

/** A place of the pen: x and y (downwards), in any unit. Of a PointerEvent: x and y. */
export type PenPoint =
  | readonly [x: number, y: number]
  | {
      /** From the left. */
      readonly x: number;
      /** From above. */
      readonly y: number;
    };

/** The places of the pen from touching down to lifting, in their order. */
export type PenStroke = readonly PenPoint[];

/** From where a net comes. */
export type ReaderModel = Uint8Array | ArrayBuffer | URL | Response;

/** What a reader is made of. */
export interface HandwritingReaderSpec {
  /** A file of `reader.save` or of `unrolled train handwriting`. Default: the net that is shipped. */
  readonly model?: ReaderModel;
  /**
   * A net that reads forwards, of `unrolled train handwriting --net live`: what `stream()` reads with as long
   * as no hand was learned. Default: none, and the ink is read again as it grows.
   */
  readonly live?: ReaderModel;
  /** A hand that such a reader has learned: the bytes of `reader.hand()`. */
  readonly hand?: Uint8Array | ArrayBuffer;
}

/**
 * What may be written: a list of words, a text of one's own whose habits are counted, or a model of labels.
 * A list allows nothing but its words, with capital first letters too; a text or a model makes what it knows
 * more likely.
 */
export type ReaderLanguage = readonly string[] | string | LanguageModel;

/** How to read. */
export interface ReadOptions {
  /** At most so many readings. Default 1. */
  readonly alternatives?: number;
  /** What may be written. Default: anything. */
  readonly language?: ReaderLanguage;
  /**
   * With a language: the text before the first line of the ink, as it stands there, such as "Hello, ". Its
   * last line counts; characters that the net does not know are left out. Default: a line begins.
   */
  readonly before?: string;
  /** Exponent of the language. Default 0.5; of a list of words 1. */
  readonly weight?: number;
  /** Nats added a character with a language, against its love of short texts. Default 1; with a list 0. */
  readonly bonus?: number;
  /** Prefixes that the search keeps. Default 16. */
  readonly width?: number;
}

/** A part of a stroke: its place among the strokes given, its first point, and the point behind its last. */
export type StrokePart = readonly [stroke: number, from: number, to: number];

/** One character that was read. */
export interface ReadCharacter {
  /** The character; lines are parted by "\n". */
  readonly text: string;
  /** Its ink; none for spaces and ends of lines. */
  readonly strokes: readonly StrokePart[];
  /** From 0 to 1: how often such a character is right. */
  readonly confidence: number;
}

/** One reading of some ink. */
export interface ReadText {
  /** What it says, lines parted by "\n". */
  readonly text: string;
  /** From 0 to 1: how often such a reading is right to the last character. */
  readonly confidence: number;
  /** Its characters, in order. */
  readonly characters: readonly ReadCharacter[];
}

/** How well a reader reads. */
export interface ReaderEvaluation {
  /** Edits a character. */
  readonly labelError: number;
  /** Share of the texts that are right to the last character. */
  readonly exact: number;
  /** Characters that were written. */
  readonly characters: number;
  /** Edits that make the readings right. */
  readonly edits: number;
}

/** Ink with what it says. */
export interface WrittenText {
  /** Strokes of one line. */
  readonly strokes: readonly PenStroke[];
  /** What is written. */
  readonly text: string;
}

/** How to learn a hand. */
export interface LearnOptions {
  /** Times that every line is seen. Default 30. */
  readonly epochs?: number;
  /** Largest step of the optimizer. Default 0.0006. */
  readonly rate?: number;
  /** Of order and distortions. Default 1. */
  readonly seed?: number;
  /** Ends the learning, which rejects with its reason; the hand stays as it was. */
  readonly signal?: AbortSignal;
  /** Called after every look at the held-back lines. */
  readonly onProgress?: (progress: LearnProgress) => void;
}

/** A look at the held-back lines. */
export interface LearnProgress {
  /** Epochs so far. */
  readonly epoch: number;
  /** Epochs in all. */
  readonly epochs: number;
  /** Edits a character on the held-back lines. */
  readonly error: number;
}

/** What came of learning a hand. */
export interface LearnReport {
  /** Edits a character on the held-back lines before. */
  readonly before: number;
  /** The same after: never more than before. */
  readonly after: number;
  /** Mean nats a line on the held-back lines before. */
  readonly lossBefore: number;
  /** The same after. */
  readonly lossAfter: number;
  /** Whether weights changed: they do where the held-back lines are not read worse. */
  readonly learned: boolean;
  /** Places of the items that were held back. */
  readonly heldBack: readonly number[];
}

/** Straight lines that turn what a net says into how often it is right: logit ← offset + slope·logit. */
export interface Calibration {
  /** Of whole texts. */
  readonly text: readonly [offset: number, slope: number];
  /** Of single characters. */
  readonly character: readonly [offset: number, slope: number];
}
