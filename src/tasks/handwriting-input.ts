/** What a net sees of ink: the pen's movements (7e-3), or small images of the line, one column after another (7e-4). */
import { POINT } from "../formats/ink.ts";
import { DataError, inRange, knownOptions, oneOf, whole } from "../wasm/errors.ts";
import { normalize, thin, type NormalizeOptions } from "./handwriting-shape.ts";

/** How ink becomes input. Plain data: it is saved with the net. */
export interface InkInput extends NormalizeOptions {
  readonly kind: "pen" | "image";
  /** Pen: points nearer than this to the last one kept are dropped. Default 24. */
  readonly thin?: number;
  /** Image: width and height of a cell, in units of the ink. Default 10. */
  readonly cell?: number;
  /** Image: cells of a column. Default 24. */
  readonly rows?: number;
}

/** Input [T,width] of a piece of ink, row-major, and where each step is: point or column. */
export interface InkFeatures {
  readonly width: number;
  readonly input: Float32Array;
  /** [T] x of each step, in units of the ink as normalized. */
  readonly places: Float32Array;
  /** The ink as the net sees it: normalized, for pens also thinned. */
  readonly points: Float32Array;
}

/** Units of a pen's difference that become 1: the standard deviation of a thinned point's move is near it. */
const MOVE = 50;

/** Values a step. */
export const inkWidth = (options: InkInput): number => options.kind === "pen" ? 4 : options.rows ?? 24;

/** Throws OptionError where the description of an input is wrong. */
export function checkInkInput(who: string, options: InkInput): InkInput {
  knownOptions(who, options, ["kind", "thin", "cell", "rows", "level", "upright", "size"]);
  oneOf(who, "kind", options.kind, ["pen", "image"]);
  for (const key of ["thin", "level", "size"] as const) if (options[key] !== undefined) inRange(who, key, options[key], 0);
  if (options.cell !== undefined) inRange(who, "cell", options.cell, 1e-3);
  if (options.rows !== undefined) whole(who, "rows", options.rows, 1);
  return options;
}

/** The input that a net sees. Throws DataError on ink without points. */
export function inkFeatures(points: Float32Array, options: InkInput): InkFeatures {
  if (points.length === 0) throw new DataError("handwriting: ink without points, want at least one");
  const straight = normalize(points, options);
  return options.kind === "pen" ? penFeatures(thin(straight, options.thin ?? 24)) : imageFeatures(straight, options.cell ?? 10, options.rows ?? 24);
}

/** Rows dx/50, dy/50, pen-up, and y in root mean squares of the line. */
function penFeatures(points: Float32Array): InkFeatures {
  const T = points.length / POINT, input = new Float32Array(T * 4), places = new Float32Array(T);
  let square = 0;
  for (let t = 0; t < T; ++t) square += points[t * POINT + 1]! * points[t * POINT + 1]! / T;
  const height = square > 0 ? Math.sqrt(square) : 1;
  for (let t = 0; t < T; ++t) {
    const at = t * POINT, before = t > 0 ? at - POINT : at;
    input[t * 4] = (points[at]! - points[before]!) / MOVE;
    input[t * 4 + 1] = (points[at + 1]! - points[before + 1]!) / MOVE;
    input[t * 4 + 2] = points[at + 2]!;
    input[t * 4 + 3] = points[at + 1]! / height;
    places[t] = points[at]!;
  }
  return { width: 4, input, places, points };
}

/**
 * Columns of cells from the left end of the ink to the right, each from above to below, the line's middle in the middle. A cell holds the
 * length of stroke in it over the cell's width, spread over the nearest cells, at most 1.
 */
function imageFeatures(points: Float32Array, cell: number, rows: number): InkFeatures {
  let left = Infinity, right = -Infinity;
  for (let i = 0; i < points.length; i += POINT) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
  }
  const T = Math.floor((right - left) / cell) + 2, input = new Float32Array(T * rows), top = -rows * cell / 2;
  const drop = (x: number, y: number, ink: number): void => {
    const u = (x - left) / cell, v = (y - top) / cell - 0.5, c = Math.floor(u), r = Math.floor(v);
    for (const [column, p] of [[c, 1 - (u - c)], [c + 1, u - c]] as const) {
      for (const [row, q] of [[r, 1 - (v - r)], [r + 1, v - r]] as const) {
        if (column >= 0 && column < T && row >= 0 && row < rows) input[column * rows + row]! += ink * p * q;
      }
    }
  };
  for (let i = 0; i < points.length; i += POINT) {
    const x = points[i]!, y = points[i + 1]!, begins = i === 0 || points[i - 1] === 1;
    if (begins) { drop(x, y, 0.5); continue; } // a dot has no length
    const dx = x - points[i - POINT]!, dy = y - points[i - POINT + 1]!, length = Math.sqrt(dx * dx + dy * dy);
    const pieces = Math.max(Math.ceil(2 * length / cell), 1); // half a cell at most
    for (let s = 1; s <= pieces; ++s) drop(x - dx * (1 - s / pieces), y - dy * (1 - s / pieces), length / pieces / cell);
  }
  for (let i = 0; i < input.length; ++i) if (input[i]! > 1) input[i] = 1;
  return { width: rows, input, places: Float32Array.from({ length: T }, (_, c) => left + c * cell), points };
}
