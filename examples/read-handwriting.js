// Handwriting of any hand into text, with the net that the library ships: lines are found among the strokes,
// each reading comes with what else it could be, and every character knows its ink.
import { drawnWord, strokeRanges } from "unrolled";
import { handwritingReader } from "unrolled/handwriting";

/** Strokes as an application has them: a drawn word, `left` and `top` on the page. */
const strokesOf = (word, left, top) => {
  const { points } = drawnWord(word);
  return strokeRanges(points).map(({ from, to }) =>
    Array.from({ length: to - from }, (_, i) => ({
      x: left + points[3 * (from + i)],
      y: top + points[3 * (from + i) + 1],
    })),
  );
};

const reader = await handwritingReader();
const page = [...strokesOf("the", 0, 500), ...strokesOf("hello", 0, 0)]; // the line below was written first
const [best, ...others] = await reader.read(page, { alternatives: 3 });
console.log(best.text.split("\n"), `sure to ${best.confidence.toFixed(2)}`);
console.log(others.map(({ text }) => text.replace("\n", " / ")));
console.log(best.characters[0]); // { text, strokes: [[stroke, from, to]], confidence }

const [word] = await reader.read(strokesOf("hello", 0, 0), { language: ["hello", "hallo", "halo"] });
console.log(word.text);
reader.dispose();
