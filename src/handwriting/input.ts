/**
 * What a net sees of ink: the pen's movements (7e-3), or small images of the line, one column after another
 * (7e-4).
 */
import { POINT } from "./formats/ink.ts";
import { DataError, inRange, knownOptions, oneOf, whole } from "../wasm/errors.ts";
import { normalize, thinned, type NormalizeOptions } from "./shape.ts";

/** How ink becomes input. Plain data: it is saved with the net. */
export interface InkInput extends NormalizeOptions {
  readonly kind: "pen" | "image";
  /** Pen: points nearer than this to the last one kept are dropped. Default 24. */
  readonly thin?: number;
  /** Image: width and height of a cell, in units of the ink. Default 10. */
  readonly cell?: number;
  /** Image: cells of a column. Default 24. */
  readonly rows?: number;
  /**
   * Steps of rest behind the ink: the pen lifted where it stood, or empty columns. A net that reads forwards
   * may answer so many steps late and still answer all: what it says of step t at t + ahead has seen the
   * inputs up to t + ahead. Default 0.
   */
  readonly ahead?: number;
}

/**
 * Input [T,width] of a piece of ink, row-major, and where each step is: point or column. The last `ahead`
 * steps are rest.
 */
export interface InkFeatures {
  readonly width: number;
  readonly input: Float32Array;
  /**
   * [T] the point of the given ink that each step stands for: itself, or the nearest to the column; the last
   * in a rest.
   */
  readonly sources: Int32Array;
  /** [n,3] the ink straightened, all its points. */
  readonly straight: Float32Array;
}

/** Units of a pen's difference that become 1: the standard deviation of a thinned point's move is near it. */
const MOVE = 50;

/** Values a step. */
export const inkWidth = (options: InkInput): number => (options.kind === "pen" ? 4 : (options.rows ?? 24));

/** Throws OptionError where the description of an input is wrong. */
export function checkInkInput(who: string, options: InkInput): InkInput {
  knownOptions(who, options, ["kind", "thin", "cell", "rows", "ahead", "level", "upright", "size"]);
  oneOf(who, "kind", options.kind, ["pen", "image"]);
  for (const key of ["thin", "level", "size"] as const)
    if (options[key] !== undefined) inRange(who, key, options[key], 0);
  if (options.cell !== undefined) inRange(who, "cell", options.cell, 1e-3);
  if (options.rows !== undefined) whole(who, "rows", options.rows, 1);
  if (options.ahead !== undefined) whole(who, "ahead", options.ahead, 0);
  return options;
}

/** The input that a net sees. Throws DataError on ink without points. */
export function inkFeatures(points: Float32Array, options: InkInput): InkFeatures {
  if (points.length === 0) throw new DataError("handwriting: ink without points, want at least one");
  const straight = normalize(points, options);
  const features =
    options.kind === "pen"
      ? penFeatures(straight, thinned(straight, options.thin ?? 24))
      : imageFeatures(straight, options.cell ?? 10, options.rows ?? 24);
  return options.ahead ? rested(features, options.ahead, options.kind === "pen") : features;
}

/** Features with `ahead` steps more: rows (0, 0, 1, y) of a pen that rests, columns of 0. */
function rested({ width, input, sources, straight }: InkFeatures, ahead: number, pen: boolean): InkFeatures {
  const longer = new Float32Array(input.length + ahead * width);
  const places = new Int32Array(sources.length + ahead).fill(sources[sources.length - 1]);
  longer.set(input);
  places.set(sources);
  if (pen)
    for (let at = input.length; at < longer.length; at += width)
      longer.set([0, 0, 1, input[input.length - 1]], at);
  return { width, input: longer, sources: places, straight };
}

/** Rows dx/50, dy/50, pen-up, and y in root mean squares of the line. */
function penFeatures(straight: Float32Array, sources: Int32Array): InkFeatures {
  const T = sources.length;
  const input = new Float32Array(T * 4);
  const y = (t: number): number => straight[sources[t] * POINT + 1];
  let square = 0;
  for (let t = 0; t < T; ++t) square += (y(t) * y(t)) / T;
  const height = square > 0 ? Math.sqrt(square) : 1;
  for (let t = 0; t < T; ++t) {
    const at = sources[t] * POINT;
    const before = t > 0 ? sources[t - 1] * POINT : at;
    input[t * 4] = (straight[at] - straight[before]) / MOVE;
    input[t * 4 + 1] = (straight[at + 1] - straight[before + 1]) / MOVE;
    input[t * 4 + 2] = straight[at + 2]!;
    input[t * 4 + 3] = y(t) / height;
  }
  return { width: 4, input, sources, straight };
}

/**
 * Columns of cells from the left end of the ink to the right, each from above to below, the line's middle in
 * the middle. A cell holds the length of stroke in it over the cell's width, spread over the nearest cells,
 * at most 1.
 */
function imageFeatures(points: Float32Array, cell: number, rows: number): InkFeatures {
  let left = Infinity;
  let right = -Infinity;
  for (let i = 0; i < points.length; i += POINT) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
  }
  const T = Math.floor((right - left) / cell) + 2;
  const input = new Float32Array(T * rows);
  const top = (-rows * cell) / 2;
  const drop = (x: number, y: number, ink: number): void => {
    const u = (x - left) / cell;
    const v = (y - top) / cell - 0.5;
    const c = Math.floor(u);
    const r = Math.floor(v);
    for (const [column, p] of [
      [c, 1 - (u - c)],
      [c + 1, u - c],
    ] as const) {
      for (const [row, q] of [
        [r, 1 - (v - r)],
        [r + 1, v - r],
      ] as const) {
        if (column >= 0 && column < T && row >= 0 && row < rows) input[column * rows + row] += ink * p * q;
      }
    }
  };
  for (let i = 0; i < points.length; i += POINT) {
    const x = points[i];
    const y = points[i + 1];
    const begins = i === 0 || points[i - 1] === 1;
    if (begins) {
      drop(x, y, 0.5);
      continue;
    } // a dot has no length
    const dx = x - points[i - POINT];
    const dy = y - points[i - POINT + 1];
    const length = Math.sqrt(dx * dx + dy * dy);
    const pieces = Math.max(Math.ceil((2 * length) / cell), 1); // half a cell at most
    for (let s = 1; s <= pieces; ++s)
      drop(x - dx * (1 - s / pieces), y - dy * (1 - s / pieces), length / pieces / cell);
  }
  for (let i = 0; i < input.length; ++i) if (input[i] > 1) input[i] = 1;
  return { width: rows, input, sources: nearest(points, T, (c) => left + c * cell), straight: points };
}

/** The point nearest in x to each of T places. */
function nearest(points: Float32Array, T: number, place: (c: number) => number): Int32Array {
  return Int32Array.from({ length: T }, (_, c) => {
    let best = 0;
    for (let i = 0; i < points.length; i += POINT)
      if (Math.abs(points[i] - place(c)) < Math.abs(points[best * POINT] - place(c))) best = i / POINT;
    return best;
  });
}
