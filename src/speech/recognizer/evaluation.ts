/** How well texts are heard: words replaced, left out or put in, counted against those that were said. */
import { labelErrors } from "../../inference/edit-distance.ts";
import type { SpeechEvaluation } from "./spec.ts";

/** The words of a text. */
export const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** The figures of the words heard in each recording beside its text. */
export function evaluateTexts(
  heard: readonly (readonly string[])[],
  items: readonly { readonly text: string }[],
): SpeechEvaluation {
  const { rate, exact, labels, edits, sequences } = labelErrors(
    heard,
    items.map(({ text }) => wordsOf(text)),
  );
  return { wordError: rate, exact: exact / sequences, words: labels, edits, sequences };
}
