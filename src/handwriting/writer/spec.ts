/** What a writer is given, and what it answers. */
import type { AbortSignal } from "../../wasm/platform.ts";
import type { FitProgress } from "../../models/network/fit-options.ts";
import type { ReaderModel, WrittenText } from "../reader/spec.ts";

/** What a writer is made of. */
export interface HandwritingWriterSpec {
  /** A file of `writer.save` or of `unrolled train writer`. Default: the net that is shipped. */
  readonly model?: ReaderModel;
}

/** A stroke of a writer, which a reader takes as it is: places of the pen, y downwards. */
export type WrittenStroke = readonly (readonly [x: number, y: number])[];

/** How to write. */
export interface WriteOptions {
  /**
   * b: deviations become e^-b times as large and the likeliest component likelier, so that what is written is
   * tidier and less varied (Graves 2013, section 5.4). Default 1.
   */
  readonly bias?: number;
  /** Of what is drawn. Default 1. */
  readonly seed?: number;
  /**
   * Whose hand: a name of `writer.styles`, or a word or two with their strokes. Default: the first word is
   * written in any hand, and the others in that one.
   */
  readonly style?: string | WrittenText;
}

/** How to learn from ink. */
export interface WriterFitOptions {
  /** Times that every piece is seen. Default 40. */
  readonly epochs?: number;
  /** Largest step of the optimizer. Default 0.0005. */
  readonly rate?: number;
  /** Of order. Default 1. */
  readonly seed?: number;
  /** Ends the learning after the current step. */
  readonly signal?: AbortSignal;
  /** Called after every step. */
  readonly onProgress?: (progress: FitProgress) => void;
}
