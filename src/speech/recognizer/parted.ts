/** A recording shared out among the words that were heard in it. */
import type { HeardPart } from "../acoustic/adapt.ts";
import type { ReadSound } from "../acoustic/recording.ts";
import { framePowers, quietest } from "../frame-powers.ts";
import type { HeardWord } from "./spec.ts";

/** A word with the labels that spell it. */
export interface HeardLabels extends HeardWord {
  readonly labels: readonly number[];
}

/**
 * The part of each word. They meet where it is quietest between two of them: a net that learned labels
 * without their places names a word somewhere in it.
 */
export function parted({ samples, rate }: ReadSound, heard: readonly HeardLabels[]): HeardPart[] {
  const frames = framePowers(samples, rate);
  return heard.map(({ word, confidence, labels, to }, i) => {
    const next = heard.at(i + 1);
    const until = next ? quietest(frames, to * rate, next.from * rate) / rate : Infinity;
    return { word, confidence, labels, until };
  });
}
