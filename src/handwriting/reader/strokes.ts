/** Strokes as applications have them, as points of ink; and places in the ink, as parts of those strokes. */
import { DataError, show } from "../../wasm/errors.ts";
import { isCoordinate, POINT } from "../ink.ts";
import type { PenPoint, PenStroke, StrokePart } from "./spec.ts";

/** Most points of one reading: hours of writing. */
const MAX_POINTS = 1_000_000;

/** A stroke with its place among those given, and the box around it. */
export interface PlacedStroke {
  readonly index: number;
  /** [n,2] x, y. */
  readonly places: Float32Array;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Length of the ink. */
  readonly length: number;
}

/** A point as errors name it, with its coordinates where it has some. */
function showPoint(point: unknown, x: unknown, y: unknown): string {
  if (x === undefined && y === undefined) return show(point);
  return Array.isArray(point) ? `[${show(x)}, ${show(y)}]` : `{ x: ${show(x)}, y: ${show(y)} }`;
}

function coordinates(where: string, point: PenPoint): readonly [number, number] {
  const [x, y] = Array.isArray(point)
    ? (point as readonly [number, number])
    : [(point as { x?: number } | null)?.x, (point as { y?: number } | null)?.y];
  if (typeof x !== "number" || typeof y !== "number" || !isCoordinate(x) || !isCoordinate(y))
    throw new DataError(
      `${where} is ${showPoint(point, x, y)}, want [x, y] or { x, y }, finite numbers up to 1e9`,
    );
  return [x, y];
}

function placed(who: string, stroke: PenStroke, index: number): PlacedStroke {
  const places = new Float32Array(stroke.length * 2);
  let [left, right, top, bottom, length] = [Infinity, -Infinity, Infinity, -Infinity, 0];
  for (let i = 0; i < stroke.length; ++i) {
    const [x, y] = coordinates(`${who}: stroke ${index}: point ${i}`, stroke[i]);
    places[2 * i] = x;
    places[2 * i + 1] = y;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    if (i === 0) continue;
    const dx = x - places[2 * i - 2];
    const dy = y - places[2 * i - 1];
    length += Math.sqrt(dx * dx + dy * dy);
  }
  return { index, places, left, right, top, bottom, length };
}

/** The strokes that have points. Throws DataError where there are none, or a point is none. */
export function placeStrokes(who: string, strokes: readonly PenStroke[]): PlacedStroke[] {
  if (!Array.isArray(strokes))
    throw new DataError(`${who}: strokes are ${show(strokes)}, want an array of strokes`);
  let points = 0;
  (strokes as readonly PenStroke[]).forEach((stroke, i) => {
    if (!Array.isArray(stroke))
      throw new DataError(`${who}: stroke ${i} is ${show(stroke)}, want an array of points`);
    points += stroke.length;
  });
  if (points > MAX_POINTS)
    throw new DataError(`${who}: ${points} points, want at most ${MAX_POINTS}; read a part at a time`);
  return (strokes as readonly PenStroke[]).flatMap((stroke, i) =>
    stroke.length > 0 ? [placed(who, stroke, i)] : [],
  );
}

/** [n,3] the points of strokes, one after another. */
export function inkOf(strokes: readonly PlacedStroke[]): Float32Array {
  const n = strokes.reduce((sum, { places }) => sum + places.length / 2, 0);
  const points = new Float32Array(n * POINT);
  let at = 0;
  for (const { places } of strokes) {
    for (let i = 0; i < places.length; i += 2, at += POINT) points.set([places[i], places[i + 1], 0], at);
    points[at - 1] = 1;
  }
  return points;
}

/** The parts of strokes that the points [from, to) of their ink are. */
export function partsOf(strokes: readonly PlacedStroke[], from: number, to: number): StrokePart[] {
  const parts: StrokePart[] = [];
  let start = 0;
  for (const { index, places } of strokes) {
    const n = places.length / 2;
    const first = Math.max(from - start, 0);
    const behind = Math.min(to - start, n);
    if (first < behind) parts.push([index, first, behind]);
    start += n;
  }
  return parts;
}
