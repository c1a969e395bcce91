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
  /** Gated units. Default 40. */
  readonly units?: number;
  /** Seconds of sound that a word is looked for in. Default 1.5. */
  readonly lookBack?: number;
  /** Seconds without alarm behind one. Default 0.5. */
  readonly refractory?: number;
  /** Probability from which on a word counts as heard; `calibrate` finds one. Default 0.5. */
  readonly threshold?: number;
  /** Of weights, order and distortions. Default 1. */
  readonly seed?: number;
}

/** One answer. */
export interface WordAnswer {
  /** The likeliest word; null: none. */
  readonly word: string | null;
  /** Of each word, that the recording holds it and no other. With `none` they add up to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
  /** That it holds none of them. */
  readonly none: number;
}

/** Options of `fit`. */
export interface SpotterFitOptions extends HearingFitOptions {
  /** Recordings, or a share of the items below 1, drawn by the seed and set apart. Default: none. */
  readonly validation?: readonly WordRecording[] | number;
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
