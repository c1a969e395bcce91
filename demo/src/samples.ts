/** Words to play back, drawn by the library itself. */
import { drawnWord } from "unrolled";
import type { Stroke } from "./pad.ts";

/** Strokes of a word. */
function strokesOf(word: string): Stroke[] {
  const { points } = drawnWord(word);
  const strokes: Stroke[] = [];
  for (let i = 0; i < points.length; i += 3) {
    if (i === 0 || points[i - 1] === 1) strokes.push([]);
    strokes[strokes.length - 1]!.push([points[i]!, points[i + 1]!]);
  }
  return strokes;
}

export const samples: readonly { readonly word: string; readonly strokes: Stroke[] }[] = [
  "hello",
  "learn",
  "window",
  "lantern",
  "unrolled",
].map((word) => ({ word, strokes: strokesOf(word) }));
