/**
 * Ink as a writer sees it: corners of strokes, and the pen's moves between them. A step is (dx, dy, end): the
 * move from the corner before in units of the ink, and 1 at the last corner of a stroke.
 */
import { POINT, strokeRanges } from "../ink.ts";
import { affine, extentOf } from "../shape.ts";

/** Square of the distance of point i from the line through points a and b of [n,3]. */
function squareFrom(points: Float32Array, a: number, b: number, i: number): number {
  const [ax, ay] = [points[a * POINT], points[a * POINT + 1]];
  const [x, y] = [points[i * POINT] - ax, points[i * POINT + 1] - ay];
  const [u, v] = [points[b * POINT] - ax, points[b * POINT + 1] - ay];
  const length = u * u + v * v;
  const along = length > 0 ? Math.min(Math.max((x * u + y * v) / length, 0), 1) : 0;
  const [ex, ey] = [x - along * u, y - along * v];
  return ex * ex + ey * ey;
}

/**
 * The points [n,3] between which straight lines miss none of the others by more than `distance` (Ramer 1972;
 * Douglas & Peucker 1973), stroke by stroke.
 */
export function corners(points: Float32Array, distance: number): Float32Array {
  const keep = new Uint8Array(points.length / POINT);
  for (const { from, to } of strokeRanges(points)) {
    const open: [number, number][] = [[from, to - 1]];
    keep[from] = keep[to - 1] = 1;
    for (let range = open.pop(); range; range = open.pop()) {
      const [a, b] = range;
      let far = a;
      let most = distance * distance;
      for (let i = a + 1; i < b; ++i) {
        const square = squareFrom(points, a, b, i);
        if (square > most) [far, most] = [i, square];
      }
      if (far === a) continue;
      keep[far] = 1;
      open.push([a, far], [far, b]);
    }
  }
  const rows = Array.from(keep.keys()).filter((i) => keep[i] === 1);
  return Float32Array.from(rows.flatMap((i) => [...points.subarray(i * POINT, (i + 1) * POINT)]));
}

/** Units of the ink that become 1: the distance of two corners is near it. */
export const UNIT = 50;
/** Reals a step. */
export const STEP = 3;

/** The width of a space, and of the way to a word that could come next: units of the ink. */
export const GAP = 160;

/** A place in units of the ink. */
interface Place {
  readonly x: number;
  readonly y: number;
}

/** Right edge and mean height of ink, on which a line goes on. */
function endOf(points: Float32Array): { left: number; right: number; middle: number } {
  const { left, right } = extentOf(points);
  let middle = 0;
  for (let i = 1; i < points.length; i += POINT) middle += (points[i] * POINT) / points.length;
  return { left, right, middle };
}

/** Ink [n,3] moved so that it follows `before` on its line, after a space. */
function following(before: Float32Array, points: Float32Array, gap: number): Float32Array {
  const [end, own] = [endOf(before), endOf(points)];
  return affine(points, [1, 0, 0, 1], end.right + gap - own.left, end.middle - own.middle);
}

/** Pieces of ink one after another on a line, as far apart as words are; `draw` gives N(0, 1). */
export function onOneLine(pieces: readonly Float32Array[], draw: () => number): Float32Array {
  let line = pieces[0];
  for (const next of pieces.slice(1)) {
    const moved = following(line, next, GAP * (1 + 0.2 * draw()));
    const longer = new Float32Array(line.length + moved.length);
    longer.set(line);
    longer.set(moved, line.length);
    line = longer;
  }
  return line;
}

/** Where the pen would go for a word that came next. */
function afterwards(points: Float32Array, draw: () => number): Place {
  const { right, middle } = endOf(points);
  return { x: right + GAP * (1 + 0.2 * draw()), y: middle + 0.4 * UNIT * draw() };
}

/** Steps [T,3] of corners [n,3]: the first is (0, 0, its end). */
export function stepsOf(points: Float32Array): Float32Array {
  const steps = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += POINT) {
    const before = Math.max(i - POINT, 0);
    steps[i] = (points[i] - points[before]) / UNIT;
    steps[i + 1] = (points[i + 1] - points[before + 1]) / UNIT;
    steps[i + 2] = points[i + 2];
  }
  return steps;
}

/**
 * What a writer learns of corners [n,3]: `input` [n,3] the steps, `target` [n,3] the steps that follow, of
 * which the last leaves the word.
 */
export function lessonOf(
  points: Float32Array,
  draw: () => number,
): { input: Float32Array; target: Float32Array } {
  const input = stepsOf(points);
  const target = new Float32Array(input.length);
  target.set(input.subarray(STEP));
  const last = input.length - STEP;
  const { x, y } = afterwards(points, draw);
  target[last] = (x - points[last]) / UNIT;
  target[last + 1] = (y - points[last + 1]) / UNIT;
  target[last + 2] = 1;
  return { input, target };
}
