/** Words to play back, drawn by the library itself. */
import { drawnWord } from "unrolled";
import { strokesOf } from "unrolled/handwriting";
import type { Stroke } from "./pad.ts";

/** A word and its strokes. */
interface Sample {
  readonly word: string;
  readonly strokes: Stroke[];
}

export const samples: readonly Sample[] = ["hello", "learn", "window", "lantern", "unrolled"].map((word) => ({
  word,
  strokes: strokesOf(drawnWord(word).points),
}));
