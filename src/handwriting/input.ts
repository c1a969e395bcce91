/**
 * What a net sees of ink: the pen's movements (7e-3), or small images of the line (7e-4): one column after
 * another, a window around each place of the pen, or what receptive fields see of the ink around the pen; or
 * movements and images together.
 */
import { DataError, OptionError, inRange, knownOptions, oneOf, whole } from "../wasm/errors.ts";
import { imageColumns, pathWindows } from "./image.ts";
import { POINT } from "./ink.ts";
import { joinSteps, RUNNING, runningFeatures } from "./running.ts";
import { normalize, thinnedIndices, type NormalizeOptions } from "./shape.ts";
import { TRACE_FIELDS, traceFields } from "./trace-fields.ts";

/** The kinds of input by name. */
export const inkKinds = ["pen", "image", "window", "fields", "both", "pen-fields", "running"] as const;

/** How ink becomes input. Plain data: it is saved with the net. */
export interface InkInput extends NormalizeOptions {
  /**
   * pen: a step for each point kept, and its movement; image: a step for each column of the ink drawn in
   * cells; window: a step for each point kept, and the square of cells around it; fields: a step for each
   * point kept, and what receptive fields see of the ink behind it and to come (`trace-fields.ts`); both:
   * pen, then window; pen-fields: pen, then fields; running: as pen, but measured by the ink so far, for
   * nets that read while one writes (`running.ts`).
   */
  readonly kind: (typeof inkKinds)[number];
  /**
   * All but image: points nearer than this to the last one kept are dropped. Default 24. Running: in units of
   * which the height so far has 60; `size`, `level` and `upright` need the whole line and are not for it.
   */
  readonly thin?: number;
  /** Running: so many points kept stand side by side as one step. Default 1. */
  readonly join?: number;
  /** Image, window, both: width and height of a cell, in units of the ink. Default 10. */
  readonly cell?: number;
  /** Image: cells of a column, default 24; window, both: cells of a side, default 9. */
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
  /** Reals a step. */
  readonly width: number;
  /** [T,width] row-major. */
  readonly input: Float32Array;
  /**
   * [T] the point of the given ink that each step stands for: itself, or the nearest to the column; the last
   * in a rest.
   */
  readonly sources: Int32Array;
  /** [n,3] the ink straightened, all its points; of running input the ink as it was given. */
  readonly straight: Float32Array;
}

/** Units of a pen's difference that become 1: the standard deviation of a thinned point's move is near it. */
const MOVE = 50;
/** At most so many rows and steps of rest: far beyond any use, and they come with nets of strangers. */
const MAX_ROWS = 4096;
const MAX_SIDE = 64;
const MAX_AHEAD = 10_000;
/** Largest size, distance and slope, in units of the ink. */
const MAX_UNITS = 1e6;

/** Values of the pen's movement. */
const PEN = 4;
/** Cells of a column, and of a window's side, where nothing is said. */
const COLUMN = 24;
const SIDE = 9;

/** Units of a running height, as the other kinds are scaled by most readers. */
const RUNNING_HEIGHT = 60;

/** Values a step. */
export function inkWidth({ kind, rows, join = 1 }: InkInput): number {
  if (kind === "pen") return PEN;
  if (kind === "running") return RUNNING * join;
  if (kind === "image") return rows ?? COLUMN;
  if (kind === "fields") return TRACE_FIELDS;
  if (kind === "pen-fields") return PEN + TRACE_FIELDS;
  const window = (rows ?? SIDE) * (rows ?? SIDE);
  return kind === "both" ? PEN + window : window;
}

/** Least distance of the points of a running pen, in heights of the ink so far. */
export const runningThin = ({ thin = 24 }: InkInput): number => thin / RUNNING_HEIGHT;

/** Throws OptionError where the description of an input is wrong. */
export function checkInkInput(who: string, options: InkInput): InkInput {
  knownOptions(who, options, ["kind", "thin", "join", "cell", "rows", "ahead", "level", "upright", "size"]);
  oneOf(who, "kind", options.kind, inkKinds);
  for (const key of ["thin", "level", "size"] as const)
    if (options[key] !== undefined) inRange(who, key, options[key], 0, MAX_UNITS);
  if (options.cell !== undefined) inRange(who, "cell", options.cell, 1e-3, MAX_UNITS);
  const most = options.kind === "image" ? MAX_ROWS : MAX_SIDE;
  if (options.rows !== undefined) whole(who, "rows", options.rows, 1, most);
  if (options.ahead !== undefined) whole(who, "ahead", options.ahead, 0, MAX_AHEAD);
  if (options.join !== undefined)
    whole(who, "join", options.join, 1, options.kind === "running" ? MAX_SIDE : 1);
  if (options.kind === "running" && (options.size || options.level || options.upright))
    throw new OptionError(
      `${who}: size, level and upright need the whole line, want none of them for running`,
    );
  return options;
}

/** Refuses points that are none: not in threes, or not finite. */
function checkPoints(points: Float32Array): void {
  if (points.length === 0 || points.length % POINT !== 0)
    throw new DataError(
      points.length === 0
        ? "handwriting: ink without points, want at least one"
        : `handwriting: ${points.length} numbers of ink, want x, y and pen-up of each point`,
    );
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new DataError(`handwriting: point ${Math.floor(bad / POINT)} has a coordinate ${points[bad]}`);
}

/**
 * The input that a net sees. Throws OptionError on a wrong description, DataError on ink without points, with
 * coordinates that are not finite, and that is too large for its cells.
 */
export function inkFeatures(points: Float32Array, options: InkInput): InkFeatures {
  checkInkInput("inkFeatures", options);
  checkPoints(points);
  const features =
    options.kind === "running"
      ? joinSteps(runningFeatures(points, runningThin(options)), options.join ?? 1)
      : unrested(normalize(points, options), options);
  return options.ahead ? rested(features, options.ahead, movesOf(options)) : features;
}

function unrested(straight: Float32Array, options: InkInput): InkFeatures {
  const { kind, thin = 24, cell = 10, rows = SIDE } = options;
  if (kind === "image") return imageFeatures(straight, options);
  const sources = thinnedIndices(straight, thin);
  if (kind === "pen") return penFeatures(straight, sources);
  if (kind === "fields" || kind === "pen-fields") {
    const fields = traceFields(straight, sources, heightOf(straight, sources));
    if (kind === "fields") return { width: TRACE_FIELDS, input: fields, sources, straight };
    return sideBySide(penFeatures(straight, sources), fields, TRACE_FIELDS);
  }
  const windows = pathWindows(straight, sources, cell, rows);
  const width = rows * rows;
  if (kind === "window") return { width, input: windows, sources, straight };
  return sideBySide(penFeatures(straight, sources), windows, width);
}

/** Features, and `more` [T,width] behind them at each step. */
function sideBySide(features: InkFeatures, more: Float32Array, width: number): InkFeatures {
  const all = features.width + width;
  const input = new Float32Array(features.sources.length * all);
  for (let t = 0; t < features.sources.length; ++t) {
    input.set(features.input.subarray(t * features.width, (t + 1) * features.width), t * all);
    input.set(more.subarray(t * width, (t + 1) * width), t * all + features.width);
  }
  return { ...features, width: all, input };
}

/** Reals of a step that are movements of the pen: they stand before the cells. */
function movesOf(options: InkInput): number {
  if (options.kind === "running") return inkWidth(options);
  return ["pen", "both", "pen-fields"].includes(options.kind) ? PEN : 0;
}

/**
 * Features with `ahead` steps more: rows (0, 0, 1, y) of a pen that rests in the first `moves` reals, cells
 * and fields of 0.
 */
function rested({ width, input, sources, straight }: InkFeatures, ahead: number, moves: number): InkFeatures {
  const longer = new Float32Array(input.length + ahead * width);
  const places = new Int32Array(sources.length + ahead).fill(sources[sources.length - 1]);
  longer.set(input);
  places.set(sources);
  const height = input[input.length - width + moves - 1];
  for (let at = input.length; at < longer.length; at += width)
    for (let j = 0; j < moves; j += PEN) longer.set([0, 0, 1, height], at + j);
  return { width, input: longer, sources: places, straight };
}

/** Root mean square of y over some points; 1 where it is 0. */
function heightOf(points: Float32Array, sources: Int32Array): number {
  const T = sources.length;
  const y = (t: number): number => points[sources[t] * POINT + 1];
  let square = 0;
  for (let t = 0; t < T; ++t) square += (y(t) * y(t)) / T;
  return square > 0 ? Math.sqrt(square) : 1;
}

/** Rows dx/50, dy/50, pen-up, and y in root mean squares of the line. */
function penFeatures(straight: Float32Array, sources: Int32Array): InkFeatures {
  const T = sources.length;
  const input = new Float32Array(T * PEN);
  const height = heightOf(straight, sources);
  for (let t = 0; t < T; ++t) {
    const at = sources[t] * POINT;
    const before = t > 0 ? sources[t - 1] * POINT : at;
    input[t * 4] = (straight[at] - straight[before]) / MOVE;
    input[t * 4 + 1] = (straight[at + 1] - straight[before + 1]) / MOVE;
    input[t * 4 + 2] = straight[at + 2];
    input[t * 4 + 3] = straight[at + 1] / height;
  }
  return { width: PEN, input, sources, straight };
}

/** Columns of the image, each with the point nearest to it. */
function imageFeatures(straight: Float32Array, { cell = 10, rows = COLUMN }: InkInput): InkFeatures {
  const { input, left } = imageColumns(straight, cell, rows);
  const T = input.length / rows;
  return { width: rows, input, sources: nearestPoints(straight, T, (c) => left + c * cell), straight };
}

/**
 * The point nearest in x to each of T places, which rise; the first of several. Of points sorted by x only
 * the two on either side of a place can be nearest: O(n ln n + T).
 */
function nearestPoints(points: Float32Array, T: number, place: (c: number) => number): Int32Array {
  const x = (i: number): number => points[i * POINT];
  const sorted = Int32Array.from({ length: points.length / POINT }, (_, i) => i).sort(
    (a, b) => x(a) - x(b) || a - b,
  );
  const first = sorted.slice(); // of the points at the same x
  for (let i = 1; i < sorted.length; ++i) if (x(sorted[i]) === x(sorted[i - 1])) first[i] = first[i - 1];
  const nearest = new Int32Array(T);
  for (let c = 0, next = 0; c < T; ++c) {
    while (next < sorted.length && x(sorted[next]) < place(c)) ++next;
    const right = first[Math.min(next, sorted.length - 1)];
    const left = first[Math.max(next - 1, 0)];
    const gap = Math.abs(x(left) - place(c)) - Math.abs(x(right) - place(c));
    if (gap === 0) nearest[c] = Math.min(left, right);
    else nearest[c] = gap < 0 ? left : right;
  }
  return nearest;
}
