/** Words and a line to play back, drawn by the library itself. */
import { drawnWord } from "unrolled";
import { strokesOf } from "unrolled/handwriting";
import type { Stroke } from "./pad.ts";

/** Space between two words, in units of the ink. */
const GAP = 240;

/** Strokes of words beside each other. */
function lineOf(text: string): Stroke[] {
  let left = 0;
  return text.split(" ").flatMap((word) => {
    const strokes = strokesOf(drawnWord(word).points);
    const xs = strokes.flat().map(([x]) => x);
    const shift = left - Math.min(...xs);
    left = Math.max(...xs) + shift + GAP;
    return strokes.map((stroke) => stroke.map(([x, y]): Stroke[number] => [x + shift, y]));
  });
}

/** A text and its strokes. */
interface Sample {
  readonly word: string;
  readonly strokes: Stroke[];
}

const texts = ["hello", "learn", "window", "lantern", "unrolled", "one net reads all"];

export const samples: readonly Sample[] = texts.map((word) => ({ word, strokes: lineOf(word) }));
