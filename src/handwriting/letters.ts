/**
 * Handwriting that needs no data: letters drawn as smooth strokes, joined to words, distorted as hands do.
 */
import { pointsOf, type Ink } from "./ink.ts";
import { letters, type Points } from "./letter-shapes.ts";
import { DataError } from "../wasm/errors.ts";
import type { Random } from "../wasm/random.ts";
import { distort, type DistortOptions } from "./shape.ts";

/** The letters there are. */
export const drawnAlphabet = Object.keys(letters).join("");

const PIECES = 8; // points between two that are given
const GAP = 0.24; // between letters
const LEAN = 0.12; // to the right, as hands write
const SIZE = 100; // units of the ink for the height of an x, about that of IAM-OnDB

/** A smooth curve through points (Catmull-Rom). */
function smooth(through: Points): [number, number][] {
  const at = (i: number): readonly [number, number] => through[Math.min(Math.max(i, 0), through.length - 1)];
  const curve: [number, number][] = [[...at(0)]];
  for (let i = 0; i + 1 < through.length; ++i) {
    const a = at(i - 1);
    const b = at(i);
    const c = at(i + 1);
    const d = at(i + 2);
    for (let s = 1; s <= PIECES; ++s) {
      const t = s / PIECES;
      const mix = (k: 0 | 1): number =>
        0.5 *
        (2 * b[k] +
          (c[k] - a[k]) * t +
          (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t +
          (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t * t * t);
      curve.push([mix(0), mix(1)]);
    }
  }
  return curve;
}

/** The curves of a letter. Throws DataError for one that is not drawn. */
function curvesOf(c: string): [number, number][][] {
  if (!Object.hasOwn(letters, c))
    throw new DataError(`drawnWord: no letter ${JSON.stringify(c)}, want some of ${drawnAlphabet}`);
  return letters[c].map(smooth);
}

/**
 * A word as ink, an x 100 units high; `late`: dots and bars come when the word is done. Throws DataError for
 * letters that are not drawn.
 */
export function drawnWord(word: string, late = false): Ink {
  const strokes: [number, number][][] = [];
  const added: [number, number][][] = [];
  let x = 0;
  for (const c of word) {
    const [body, ...marks] = curvesOf(c).map((curve) =>
      curve.map(([u, v]): [number, number] => [SIZE * (x + u - LEAN * v), SIZE * v]),
    );
    strokes.push(body);
    (late ? added : strokes).push(...marks);
    x += Math.max(...letters[c].flat().map(([u]) => u)) + GAP;
  }
  return { id: word, text: word, points: pointsOf([...strokes, ...added]) };
}

/** The last point of each letter of a drawn word. */
export function drawnEnds(word: string): Int32Array {
  let points = 0;
  return Int32Array.from([...word], (c) => {
    points += curvesOf(c).reduce((sum, curve) => sum + curve.length, 0);
    return points - 1;
  });
}

/** How hands differ. */
export interface DrawnHand extends DistortOptions {
  /** Share of the hands that dot an i and cross a t when the word is done. Default 0. */
  readonly late?: number;
}

/** Hands as they usually differ: none of them late. */
export const usualHand: DrawnHand = { scale: 0.25, slant: 0.3, rotation: 0.08, jitter: 3 };

/** Words of random letters, 3 to 6 of them, each written by a hand of its own. */
export function drawnWords(count: number, random: Random, hand: DrawnHand = usualHand): Ink[] {
  const { late = 0 } = hand;
  return Array.from({ length: count }, (_, i) => {
    const word = Array.from(
      { length: random.integer(3, 6) },
      () => drawnAlphabet[random.integer(0, drawnAlphabet.length - 1)],
    ).join("");
    const isLate = late > 0 && random.uniform() < late;
    const ink = drawnWord(word, isLate);
    return { ...ink, id: `drawn ${i}`, points: distort(ink.points, random, hand) };
  });
}
