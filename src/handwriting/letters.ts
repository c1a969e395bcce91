/**
 * Handwriting that needs no data: letters drawn as smooth strokes, joined to words, distorted as hands do.
 */
import { pointsOf, type Ink } from "./ink.ts";
import { DataError } from "../wasm/errors.ts";
import type { Random } from "../wasm/random.ts";
import { distort, type DistortOptions } from "./shape.ts";

type Points = readonly (readonly [number, number])[];

/** Points that each letter's strokes go through, in heights of an x: its top at y = 0, the line at y = 1. */
const letters: Readonly<Record<string, readonly Points[]>> = {
  a: [
    [
      [0.5, 0.12],
      [0.25, 0],
      [0.02, 0.4],
      [0.1, 0.95],
      [0.34, 0.92],
      [0.5, 0.5],
      [0.5, 0.05],
      [0.5, 0.8],
      [0.64, 0.98],
    ],
  ],
  b: [
    [
      [0.02, -0.9],
      [0.02, 0],
      [0.03, 0.85],
      [0.22, 1],
      [0.5, 0.78],
      [0.52, 0.3],
      [0.3, 0.02],
      [0.06, 0.3],
    ],
  ],
  c: [
    [
      [0.5, 0.15],
      [0.25, 0],
      [0.02, 0.45],
      [0.12, 0.92],
      [0.35, 1],
      [0.55, 0.82],
    ],
  ],
  d: [
    [
      [0.5, 0.15],
      [0.25, 0],
      [0.02, 0.4],
      [0.1, 0.95],
      [0.34, 0.93],
      [0.5, 0.55],
      [0.52, -0.9],
      [0.52, 0.8],
      [0.66, 0.98],
    ],
  ],
  e: [
    [
      [0.02, 0.52],
      [0.42, 0.42],
      [0.4, 0.08],
      [0.2, 0],
      [0.02, 0.4],
      [0.1, 0.88],
      [0.33, 1],
      [0.58, 0.78],
    ],
  ],
  g: [
    [
      [0.5, 0.12],
      [0.25, 0],
      [0.02, 0.4],
      [0.12, 0.9],
      [0.36, 0.85],
      [0.5, 0.1],
      [0.5, 1.2],
      [0.34, 1.78],
      [0.05, 1.66],
    ],
  ],
  h: [
    [
      [0.02, -0.9],
      [0.02, 0.1],
      [0.02, 1],
      [0.04, 0.5],
      [0.25, 0.04],
      [0.48, 0.2],
      [0.52, 0.8],
      [0.6, 1],
    ],
  ],
  i: [
    [
      [0.02, 0.02],
      [0.02, 0.75],
      [0.18, 0.98],
    ],
    [
      [0.02, -0.42],
      [0.04, -0.38],
    ],
  ],
  l: [
    [
      [0.02, -0.9],
      [0.02, 0],
      [0.03, 0.8],
      [0.2, 0.98],
    ],
  ],
  m: [
    [
      [0.02, 0],
      [0.02, 1],
      [0.04, 0.45],
      [0.22, 0.03],
      [0.4, 0.2],
      [0.42, 1],
      [0.44, 0.45],
      [0.62, 0.03],
      [0.8, 0.2],
      [0.84, 0.85],
      [0.94, 1],
    ],
  ],
  n: [
    [
      [0.02, 0],
      [0.02, 0.5],
      [0.02, 1],
      [0.04, 0.45],
      [0.25, 0.03],
      [0.47, 0.2],
      [0.5, 0.8],
      [0.6, 1],
    ],
  ],
  o: [
    [
      [0.32, 0.02],
      [0.08, 0.18],
      [0.02, 0.6],
      [0.2, 0.98],
      [0.48, 0.85],
      [0.55, 0.4],
      [0.34, 0.02],
    ],
  ],
  r: [
    [
      [0.02, 0],
      [0.02, 0.5],
      [0.02, 1],
      [0.04, 0.5],
      [0.2, 0.08],
      [0.44, 0.1],
    ],
  ],
  s: [
    [
      [0.45, 0.1],
      [0.2, 0],
      [0.06, 0.25],
      [0.26, 0.5],
      [0.45, 0.75],
      [0.25, 1],
      [0.02, 0.88],
    ],
  ],
  t: [
    [
      [0.16, -0.55],
      [0.16, 0.2],
      [0.17, 0.82],
      [0.36, 0.96],
    ],
    [
      [-0.06, 0.02],
      [0.38, 0],
    ],
  ],
  u: [
    [
      [0.02, 0],
      [0.02, 0.6],
      [0.18, 0.98],
      [0.44, 0.75],
      [0.5, 0.02],
      [0.5, 0.75],
      [0.62, 0.98],
    ],
  ],
  w: [
    [
      [0.02, 0],
      [0.1, 0.7],
      [0.2, 1],
      [0.36, 0.35],
      [0.44, 0.6],
      [0.54, 1],
      [0.72, 0.5],
      [0.78, 0],
    ],
  ],
  y: [
    [
      [0.02, 0],
      [0.08, 0.7],
      [0.24, 0.9],
      [0.46, 0.05],
      [0.46, 0.9],
      [0.32, 1.72],
      [0.05, 1.64],
    ],
  ],
};

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

/** A word as ink, an x 100 units high. Throws DataError for letters that are not drawn. */
export function drawnWord(word: string): Ink {
  const strokes: [number, number][][] = [];
  let x = 0;
  for (const c of word) {
    strokes.push(
      ...curvesOf(c).map((curve) =>
        curve.map(([u, v]): [number, number] => [SIZE * (x + u - LEAN * v), SIZE * v]),
      ),
    );
    x += Math.max(...letters[c].flat().map(([u]) => u)) + GAP;
  }
  return { id: word, text: word, points: pointsOf(strokes) };
}

/** The last point of each letter of a drawn word. */
export function drawnEnds(word: string): Int32Array {
  let points = 0;
  return Int32Array.from([...word], (c) => {
    points += curvesOf(c).reduce((sum, curve) => sum + curve.length, 0);
    return points - 1;
  });
}

/** Words of random letters, 3 to 6 of them, each written by a hand of its own. */
export function drawnWords(
  count: number,
  random: Random,
  hand: DistortOptions = { scale: 0.25, slant: 0.3, rotation: 0.08, jitter: 3 },
): Ink[] {
  return Array.from({ length: count }, (_, i) => {
    const word = Array.from(
      { length: random.integer(3, 6) },
      () => drawnAlphabet[random.integer(0, drawnAlphabet.length - 1)],
    ).join("");
    return { ...drawnWord(word), id: `drawn ${i}`, points: distort(drawnWord(word).points, random, hand) };
  });
}
