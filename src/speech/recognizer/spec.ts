/** What a recognizer is made of, learns from, is asked and answers. */
import type { LanguageModel } from "../../inference/beam-search.ts";
import type { AdaptOptions } from "../acoustic/adapt.ts";
import type { HearingFitOptions } from "../acoustic/fit-options.ts";
import type { Sound } from "../acoustic/recording.ts";
import type { UnitSpec } from "./units.ts";

/** What a recognizer is. */
export interface SpeechRecognizerSpec extends UnitSpec {
  /** Samples a second that it hears; recordings of other rates are resampled. */
  readonly rate: number;
  /** Mel bands. Default: the front end's, 40, below 16 kHz 26. */
  readonly bands?: number;
  /** Gated units in each direction of time. Default 64. */
  readonly cells?: number;
  /** Frames of 10 ms that one step of the net sees side by side. Default 3. */
  readonly stack?: number;
  /** Of weights, order and distortions. Default 1. */
  readonly seed?: number;
}

/** A recording with what is said in it. */
export interface TextRecording extends Sound {
  /** Words parted by spaces; empty: nothing is said, and a model learns that what sounds is no word. */
  readonly text: string;
  /**
   * Where each word sounds, [from, to) in seconds, in order. `hybridRecognizer` learns from them where all
   * recordings that say something have them. Default: not known.
   */
  readonly places?: readonly (readonly [from: number, to: number])[];
}

/** Options of `predict`. */
export interface RecognizeOptions {
  /** What is known of how words follow each other, such as an NGram over the words' numbers. */
  readonly language?: LanguageModel;
  /** Exponent of the language model. Default 1. */
  readonly weight?: number;
  /** Nats added a label. Default 0. */
  readonly bonus?: number;
  /** Prefixes that the search keeps. Default 16. */
  readonly width?: number;
}

/** A word that was heard, and where. */
export interface HeardWord {
  /** Which one. */
  readonly word: string;
  /** Seconds from the beginning. */
  readonly from: number;
  /** Its end, seconds. */
  readonly to: number;
  /** From 0 to 1; after `calibrate` as often right as it says. */
  readonly confidence: number;
}

/** What a recording says. */
export interface Transcript {
  /** Its words, with blanks between them. */
  readonly text: string;
  /** Each with its place. */
  readonly words: readonly HeardWord[];
}

/** How well texts are heard. */
export interface SpeechEvaluation {
  /** Edits a word. */
  readonly wordError: number;
  /** Share of the recordings without an error. */
  readonly exact: number;
  /** Words that were said. */
  readonly words: number;
  /** Words replaced, left out or put in. */
  readonly edits: number;
  /** Recordings that were looked at. */
  readonly sequences: number;
}

/** Options of `adapt`. */
export interface RecognizerAdaptOptions extends AdaptOptions {
  /** What is known of how words follow each other while it hears what it learns from. */
  readonly language?: LanguageModel;
}

/** Options of `fit`. */
export interface RecognizerFitOptions extends HearingFitOptions {
  /** Recordings that are looked at after each epoch: `wordError`, which is the loss then. Default: none. */
  readonly validation?: readonly TextRecording[];
}
