/** Words to play back, drawn for this page: each letter is a few smooth strokes through the points given here. */
import type { Stroke } from "./pad.ts";

/** Strokes of a letter: points in units of the height of an x, its top at y = 0, the line at y = 1; and its width. */
const letters: Record<string, { width: number; strokes: Stroke[] }> = {
  a: { width: 0.62, strokes: [[[0.5, 0.12], [0.25, 0], [0.02, 0.4], [0.1, 0.95], [0.34, 0.92], [0.5, 0.5], [0.5, 0.05], [0.5, 0.8], [0.64, 0.98]]] },
  d: { width: 0.66, strokes: [[[0.5, 0.15], [0.25, 0], [0.02, 0.4], [0.1, 0.95], [0.34, 0.93], [0.5, 0.55], [0.52, -0.9], [0.52, 0.8], [0.66, 0.98]]] },
  e: { width: 0.58, strokes: [[[0.02, 0.52], [0.42, 0.42], [0.4, 0.08], [0.2, 0], [0.02, 0.4], [0.1, 0.88], [0.33, 1], [0.58, 0.78]]] },
  h: { width: 0.64, strokes: [[[0.02, -0.9], [0.02, 0.1], [0.02, 1], [0.04, 0.5], [0.25, 0.04], [0.48, 0.2], [0.52, 0.8], [0.6, 1]]] },
  i: { width: 0.22, strokes: [[[0.02, 0.02], [0.02, 0.75], [0.18, 0.98]], [[0.02, -0.42], [0.04, -0.38]]] },
  l: { width: 0.24, strokes: [[[0.02, -0.9], [0.02, 0], [0.03, 0.8], [0.2, 0.98]]] },
  n: { width: 0.62, strokes: [[[0.02, 0], [0.02, 0.5], [0.02, 1], [0.04, 0.45], [0.25, 0.03], [0.47, 0.2], [0.5, 0.8], [0.6, 1]]] },
  o: { width: 0.62, strokes: [[[0.32, 0.02], [0.08, 0.18], [0.02, 0.6], [0.2, 0.98], [0.48, 0.85], [0.55, 0.4], [0.34, 0.02]]] },
  r: { width: 0.48, strokes: [[[0.02, 0], [0.02, 0.5], [0.02, 1], [0.04, 0.5], [0.2, 0.08], [0.44, 0.1]]] },
  t: { width: 0.42, strokes: [[[0.16, -0.55], [0.16, 0.2], [0.17, 0.82], [0.36, 0.96]], [[-0.06, 0.02], [0.38, 0]]] },
  u: { width: 0.64, strokes: [[[0.02, 0], [0.02, 0.6], [0.18, 0.98], [0.44, 0.75], [0.5, 0.02], [0.5, 0.75], [0.62, 0.98]]] },
  w: { width: 0.84, strokes: [[[0.02, 0], [0.1, 0.7], [0.2, 1], [0.36, 0.35], [0.44, 0.6], [0.54, 1], [0.72, 0.5], [0.78, 0]]] },
};

const PIECES = 8;  // points between two that are given
const GAP = 0.24;  // between letters
const LEAN = 0.12; // to the right, as hands write

/** A smooth curve through points (Catmull-Rom). */
function smooth(through: Stroke): Stroke {
  const at = (i: number): [number, number] => through[Math.min(Math.max(i, 0), through.length - 1)]!, curve: Stroke = [at(0)];
  for (let i = 0; i + 1 < through.length; ++i) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let s = 1; s <= PIECES; ++s) {
      const t = s / PIECES;
      const mix = (k: 0 | 1): number => 0.5 * (2 * b[k] + (c[k] - a[k]) * t + (2 * a[k] - 5 * b[k] + 4 * c[k] - d[k]) * t * t + (3 * b[k] - a[k] - 3 * c[k] + d[k]) * t ** 3);
      curve.push([mix(0), mix(1)]);
    }
  }
  return curve;
}

/** A word in strokes. */
function write(word: string): Stroke[] {
  let x = 0;
  return [...word].flatMap((c) => {
    const { width, strokes } = letters[c]!, from = x;
    x += width + GAP;
    return strokes.map((stroke) => smooth(stroke).map(([u, v]): [number, number] => [from + u - LEAN * v, v]));
  });
}

export const samples: readonly { readonly word: string; readonly strokes: Stroke[] }[] =
  ["hello", "learn", "window", "lantern", "unrolled"].map((word) => ({ word, strokes: write(word) }));
