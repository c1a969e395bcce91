/** Words to play back, drawn by the library itself. */
import { drawnWord, strokeRanges } from "unrolled";
import type { Stroke } from "./pad.ts";

/** Strokes of a word. */
function strokesOf(word: string): Stroke[] {
  const { points } = drawnWord(word);
  return strokeRanges(points).map(({ from, to }) =>
    Array.from({ length: to - from }, (_, i): [number, number] => [
      points[(from + i) * 3],
      points[(from + i) * 3 + 1],
    ]),
  );
}

/** A word and its strokes. */
interface Sample {
  readonly word: string;
  readonly strokes: Stroke[];
}

export const samples: readonly Sample[] = ["hello", "learn", "window", "lantern", "unrolled"].map((word) => ({
  word,
  strokes: strokesOf(word),
}));
