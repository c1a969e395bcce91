/** Readings of a page from those of its lines. */
import type { ReadCharacter, ReadText } from "./spec.ts";

/** One reading of one line, and its share among those of the line. */
export interface LineAnswer extends ReadText {
  readonly share: number;
}

const END: ReadCharacter = { text: "\n", strokes: [], confidence: 1 };

/** Two parts of a page as one: both must be right. */
function joined(above: LineAnswer, below: LineAnswer): LineAnswer {
  return {
    text: `${above.text}\n${below.text}`,
    confidence: above.confidence * below.confidence,
    share: above.share * below.share,
    characters: [...above.characters, END, ...below.characters],
  };
}

/** The most probable readings of a page, at most `count`, best first, from those of its lines. */
export function joinLines(lines: readonly (readonly LineAnswer[])[], count: number): ReadText[] {
  let page: LineAnswer[] = [];
  lines.forEach((line, i) => {
    const all = i === 0 ? [...line] : page.flatMap((above) => line.map((below) => joined(above, below)));
    page = all.sort((a, b) => b.share - a.share).slice(0, count);
  });
  return page.map(({ text, confidence, characters }) => ({ text, confidence, characters }));
}
