/** What a spotter is made of, learns from and answers. */
import type { HearingFitOptions } from "../acoustic/fit-options.ts";
import type { WordRecording } from "./items.ts";
import type { OperatingPoint } from "./threshold.ts";

/** What a spotter is. */
export interface WordSpotterSpec {
  /** Names of the words, at least one. */
  readonly words: readonly string[];
  /** Samples a second that it hears; recordings of other rates are resampled. */
  readonly rate: number;
  /** Mel bands. Default: the front end's, 40, below 16 kHz 26. */
  readonly bands?: number;
  /** Units of each convolution. Default 36. */
  readonly units?: number;
  /** Seconds over which a word's probability is averaged, while it listens. Default 0.15. */
  readonly lookBack?: number;
  /** Seconds without alarm behind one. Default 0.5. */
  readonly refractory?: number;
  /** Mean probability from which on a word counts as heard; `calibrate` finds one. Default 0.5. */
  readonly threshold?: number;
  /** Of weights, order and distortions. Default 1. */
  readonly seed?: number;
}

/** One answer. */
export interface WordAnswer {
  /** The likeliest word; null: none. */
  readonly word: string | null;
  /** Of each word, at the moment when one is likeliest. With `none` they add up to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** That it is none of them. */
  readonly none: number;
}

/** Options of `fit`. */
export interface SpotterFitOptions extends HearingFitOptions {
  /** Recordings, or a share of the items below 1, drawn by the seed and set apart. Default: none. */
  readonly validation?: readonly WordRecording[] | number;
  /**
   * Recordings without a word that are made to learn from, for each one given: parts of words, exchanged and
   * reversed, words of invented speakers that are none, noise. Default 1; 0: none.
   */
  readonly negatives?: number;
}

/** What `calibrate` found. */
export interface Calibration {
  /** The one that is taken. */
  readonly threshold: number;
  /** Hours of sound without words. */
  readonly hours: number;
  /** False alarms an hour, and missed words where such were given, at many thresholds. */
  readonly curve: readonly OperatingPoint[];
}
