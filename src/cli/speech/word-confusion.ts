/** How well texts are heard, and which words a recognizer takes for which. */
import { sideBySide } from "../../inference/agreement.ts";
import type { SpeechEvaluation, SpeechRecognizer, TextRecording } from "../../speech/index.ts";
import { evaluateTexts, wordsOf } from "../../speech/recognizer/evaluation.ts";

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
  for (const { said, heard } of texts)
    for (const [mine = NO_WORD, other = NO_WORD] of sideBySide(wordsOf(said), wordsOf(heard)))
      ++confusion[number.get(mine)!][number.get(other)!];
  return { labels, confusion };
}

/** How well a recognizer hears recordings that were set apart, and which words it takes for which. */
export async function testTexts(
  recognizer: Pick<SpeechRecognizer, "predict">,
  words: readonly string[],
  items: readonly TextRecording[],
): Promise<SpeechEvaluation & WordConfusion> {
  const heard = await recognizer.predict(items);
  const texts = items.map(({ text }, i) => ({ said: text, heard: heard[i].text }));
  const figures = evaluateTexts(
    texts.map((one) => wordsOf(one.heard)),
    items,
  );
  return { ...figures, ...wordConfusion(words, texts) };
}
