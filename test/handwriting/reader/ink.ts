/** Ink of tests: drawn words as strokes, where one wants them. */
import { drawnWord } from "../../../src/handwriting/letters.ts";
import { strokesOf } from "../../../src/handwriting/ink.ts";
import type { PenStroke } from "../../../src/handwriting/reader/spec.ts";

/** A map of places. */
export type Place = (x: number, y: number) => [number, number];

/** The strokes of a drawn word, each point moved by `place`. */
export function wordStrokes(word: string, place: Place = (x, y) => [x, y]): PenStroke[] {
  const { points } = drawnWord(word);
  return strokesOf(points).map((stroke) => stroke.map(([x, y]) => place(x, y)));
}

/** Right edge of a drawn word. */
export const widthOf = (word: string): number =>
  drawnWord(word).points.reduce((right, value, i) => (i % 3 === 0 ? Math.max(right, value) : right), 0);
