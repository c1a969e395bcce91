/** What a recognizer by hidden Markov models is made of, how it learns, and what it answers. */
import type { HearingFitOptions } from "../acoustic/fit-options.ts";

/** What a recognizer by hidden Markov models is. */
export interface HybridRecognizerSpec {
  /** All the words that it hears. */
  readonly words: readonly string[];
  /** Samples a second that it hears; recordings of other rates are resampled. */
  readonly rate: number;
  /**
   * What says how likely a state's sound is. "net": a recurrent net tells the states apart (Bourlard & Morgan
   * 1994; Robinson 1994). "mixture": Gaussians of cepstra and their differences. Default "net".
   */
  readonly emission?: "net" | "mixture";
  /** States a word. Default 6. */
  readonly states?: number;
  /** Gaussians a state of the mixtures, which a net starts from. Default 4. */
  readonly components?: number;
  /** Gated units of the net, in each direction of time. Default 64. */
  readonly cells?: number;
  /** Frames of 10 ms that one step of the net sees side by side. Default 2. */
  readonly stack?: number;
  /** Of weights, order and distortions. Default 1. */
  readonly seed?: number;
}

/** Options of `fit`. */
export interface HybridFitOptions extends Pick<
  HearingFitOptions,
  "epochs" | "batch" | "augment" | "copies" | "join" | "signal" | "onProgress"
> {
  /** Times that mixtures are fitted and recordings aligned by them; by known places once. Default 8. */
  readonly iterations?: number;
  /**
   * Times that the net learns its share of the epochs and the recordings are aligned by it; known places are
   * learned in one. Default 3.
   */
  readonly rounds?: number;
}

/** One alignment of all recordings with their texts. */
export interface AlignmentRecord {
  /** By what the recordings were aligned. */
  readonly emission: "net" | "mixture";
  /** Mean ln p of a step along the paths: of a net, relative to its priors. */
  readonly score: number;
}

/** What `fit` did. */
export interface HybridReport {
  /** All alignments. */
  readonly history: readonly AlignmentRecord[];
  /** Steps of the net's optimizer. */
  readonly steps: number;
  /** Recordings left out, as they are shorter than the states of their words. */
  readonly tooShort: number;
  /** "signal" where it was stopped. */
  readonly stopped?: "signal";
}

/** A word that was heard, and its seconds. */
export interface PlacedWord {
  /** Which one. */
  readonly word: string;
  /** Seconds from the beginning. */
  readonly from: number;
  /** Its end, seconds. */
  readonly to: number;
}

/** What a recording says, by its most probable path of states. */
export interface HybridTranscript {
  /** Its words, with blanks between them. */
  readonly text: string;
  /** Each with its place. */
  readonly words: readonly PlacedWord[];
}
