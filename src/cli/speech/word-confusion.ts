/** Which words a recognizer takes for which. */
import { sideBySide } from "../../inference/agreement.ts";

/** How a word is called that was said but not heard, or heard but not said. */
const NO_WORD = "(none)";

/** Words that were said or heard, and how often each (a row) was heard as each. */
export interface WordConfusion {
  /** The words in the order of rows and columns, `NO_WORD` last. */
  readonly labels: readonly string[];
  /** Counts, [said][heard]. */
  readonly confusion: readonly (readonly number[])[];
}

/** Counts the words of the texts that stand side by side in alignments with the fewest edits. */
export function wordConfusion(
  words: readonly string[],
  texts: readonly { readonly said: string; readonly heard: string }[],
): WordConfusion {
  const labels = [...words, NO_WORD];
  const number = new Map(labels.map((word, w) => [word, w]));
  const confusion = labels.map(() => labels.map(() => 0));
  const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);
  for (const { said, heard } of texts)
    for (const [mine = NO_WORD, other = NO_WORD] of sideBySide(wordsOf(said), wordsOf(heard)))
      ++confusion[number.get(mine)!][number.get(other)!];
  return { labels, confusion };
}
