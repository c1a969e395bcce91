/** What the web's proposal for handwriting calls its values (WICG Handwriting Recognition API). */
import type { ReaderLanguage } from "../reader/spec.ts";

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
  /**
   * "text" (the default); "number" and "email", of their characters alone; "per-character", characters that
   * say nothing of each other: no language is heeded. Other kinds are text.
   */
  recognitionType?: string;
  /** "mouse" (the default), "touch", "pen" or "stylus": all are read alike. */
  inputType?: string;
  /** What stands before the drawing, as it stands there: of text, what goes on from it is likelier. */
  textContext?: string;
  /** Only these characters may be said, as far as the reader knows them; none known: all may. */
  graphemeSet?: readonly string[];
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
    /** Whether characters can be chosen. */
    graphemeSet: boolean;
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

/** How a recognizer is made, beyond the proposal. */
export interface HandwritingRecognizerOptions {
  /**
   * What may be written where the hints say that it is text. Default: anything; with the hint `textContext`,
   * `englishTexts()`.
   */
  readonly language?: ReaderLanguage;
}
