// Handwriting of any hand into text, with the net that the library ships: lines are found among the strokes,
// each reading comes with what else it could be, and every character knows its ink.
import { drawnWord } from "unrolled";
import { handwritingReader, strokesOf } from "unrolled/handwriting";

/** Strokes as an application has them: a drawn word, `left` and `top` on the page. */
const strokesAt = (word, left, top) =>
  strokesOf(drawnWord(word).points).map((stroke) => stroke.map(([x, y]) => ({ x: left + x, y: top + y })));

const reader = await handwritingReader();
const page = [...strokesAt("the", 0, 500), ...strokesAt("hello", 0, 0)]; // the line below was written first
const [best, ...others] = await reader.read(page, { alternatives: 3 });
console.log(best.text.split("\n"), `sure to ${best.confidence.toFixed(2)}`);
console.log(others.map(({ text }) => text.replace("\n", " / ")));
console.log(best.characters[0]); // { text, strokes: [[stroke, from, to]], confidence }

const [word] = await reader.read(strokesAt("hello", 0, 0), { language: ["hello", "hallo", "halo"] });
console.log(word.text);
reader.dispose();
