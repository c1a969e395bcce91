/** Small images of digits that need no data: strokes through a few points, sheared, scaled and moved. */
import type { Random } from "../../wasm/random.ts";

type Point = readonly [x: number, y: number];

/** Points that the strokes of each digit go through, in a square from 0 to 1; the top has y = 0. */
const strokes: readonly (readonly Point[])[] = [
  [
    [0.5, 0],
    [0.15, 0.2],
    [0.1, 0.7],
    [0.45, 1],
    [0.85, 0.75],
    [0.85, 0.25],
    [0.5, 0],
  ],
  [
    [0.3, 0.2],
    [0.6, 0],
    [0.5, 1],
  ],
  [
    [0.1, 0.2],
    [0.5, 0],
    [0.85, 0.25],
    [0.1, 1],
    [0.9, 1],
  ],
  [
    [0.1, 0.1],
    [0.6, 0],
    [0.8, 0.25],
    [0.4, 0.48],
    [0.85, 0.7],
    [0.6, 1],
    [0.1, 0.9],
  ],
  [
    [0.6, 1],
    [0.7, 0],
    [0.1, 0.65],
    [0.95, 0.65],
  ],
  [
    [0.85, 0],
    [0.2, 0],
    [0.15, 0.45],
    [0.75, 0.5],
    [0.8, 0.85],
    [0.1, 1],
  ],
  [
    [0.75, 0],
    [0.2, 0.5],
    [0.2, 0.9],
    [0.6, 1],
    [0.85, 0.75],
    [0.6, 0.5],
    [0.2, 0.7],
  ],
  [
    [0.1, 0.05],
    [0.9, 0],
    [0.4, 1],
  ],
  [
    [0.5, 0.45],
    [0.2, 0.2],
    [0.5, 0],
    [0.8, 0.2],
    [0.2, 0.75],
    [0.5, 1],
    [0.8, 0.75],
    [0.5, 0.45],
  ],
  [
    [0.8, 0.3],
    [0.45, 0.5],
    [0.2, 0.2],
    [0.55, 0],
    [0.8, 0.3],
    [0.7, 1],
  ],
];

/** Half the width of a stroke, and room around the digit, in pixels. */
const PEN = 0.9;
const EDGE = 2;

/** The distance of a point from the piece of a line between two others. */
function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy);
  const at = Math.max(0, Math.min(1, along));
  return Math.hypot(x - ax - at * dx, y - ay - at * dy);
}

/** A random digit as rows of pixels, 0 or 1, from the top. */
export function drawnDigit(size: number, random: Random): number[][] {
  const stroke = strokes[random.integer(0, strokes.length - 1)];
  const slant = 0.25 * (random.uniform() - 0.5);
  const [wide, high] = [0.6 + 0.35 * random.uniform(), 0.75 + 0.25 * random.uniform()];
  const room = size - 1 - 2 * EDGE;
  const [left, top] = [(1 - wide) * random.uniform(), (1 - high) * random.uniform()];
  const points = stroke.map(([x, y]): Point => {
    const [jitterX, jitterY] = [0.03 * random.normal(), 0.03 * random.normal()];
    return [
      EDGE + room * (left + wide * (x + slant * (0.5 - y) + jitterX)),
      EDGE + room * (top + high * (y + jitterY)),
    ];
  });
  const inked = (x: number, y: number): boolean =>
    points.slice(1).some((to, i) => distance([x, y], points[i], to) <= PEN);
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (__, x) => Number(inked(x, y))));
}
