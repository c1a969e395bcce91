/**
 * A sequence of small images as a camera over the pen takes them (7e-4): at each step the ink so far, drawn
 * around the pen, the freshest darkest, and the ink to come, seen by receptive fields. A piece of ink of
 * length l that was written a behind the pen has the darkness
 *
 *   l · (1 - a / reach) where a < reach, else 0
 *
 * round fields around the pen see it, and one more sees the ink that is still to come. A ladder of fields
 * beside the pen stands on the line instead: quadratic B-splines of the height above the line's middle. All
 * lengths are in root mean square heights of the line.
 */
import { DataError } from "../wasm/errors.ts";
import { INK_TO_COME, InkToCome, type Pieces } from "./ink-to-come.ts";
import { POINT } from "./ink.ts";
import { MOMENTS, seeRound, type RoundField } from "./round-field.ts";

/** A round field of the ink so far, which fades. */
interface FadingField extends RoundField {
  readonly reach: number;
}

/** The step just made; where the pen came from when it was lifted; the letter so far. */
const rounds: readonly FadingField[] = [
  { reach: 0.6, radius: 1, order: 2 },
  { reach: 4 / 3, radius: 25 / 6, order: 1 },
  { reach: 5, radius: 2.5, order: 2 },
];

/** Ink further behind is not seen. */
const FARTHEST = Math.max(...rounds.map(({ reach }) => reach));

/** Fields of the ladder, their distance, their reach along the line, and their fading. */
const RUNGS = 7;
const RUNG = 7 / 12;
const SPREAD = 0.4;
const LADDER_REACH = 2 / 3;

/** Longest piece of ink, and the ink of a stroke's first touch. */
const PIECE = 2 / 15;
const TOUCH = 0.2;
/** At most so many pieces: some 100 MB. */
const MAX_PIECES = 1 << 21;

/** Mean and standard deviation of each value, measured on 1,000 training words of UNIPEN. */
const usual: readonly (readonly [number, number])[] = [
  [0.261, 0.0227],
  [-0.0122, 0.029],
  [-0.00444, 0.0348],
  [0.00556, 0.00477],
  [-0.0017, 0.00406],
  [0.0069, 0.00489],
  [0.626, 0.0804],
  [-0.0183, 0.0397],
  [-0.0045, 0.0473],
  [1.37, 0.402],
  [-0.136, 0.223],
  [-0.0453, 0.243],
  [0.0835, 0.0582],
  [-0.0149, 0.0444],
  [0.083, 0.0543],
  [0.0104, 0.0307],
  [0.0207, 0.0408],
  [0.0357, 0.0497],
  [0.0454, 0.0533],
  [0.0414, 0.0521],
  [0.0242, 0.043],
  [0.0078, 0.0257],
  [1.27, 0.793],
  [0.142, 0.227],
  [0.0551, 0.229],
  [0.121, 0.0951],
  [-0.00977, 0.0466],
  [0.114, 0.1],
];

/** Values of the ink so far, and of all. */
const SO_FAR = rounds.reduce((sum, { order }) => sum + MOMENTS[order], RUNGS);
export const TRACE_FIELDS = SO_FAR + INK_TO_COME;

/** Cuts ink into pieces. Throws DataError where there are too many. */
function piecesOf(points: Float32Array, height: number): Pieces {
  const n = points.length / POINT;
  const until = new Int32Array(n + 1);
  const isFirst = (i: number): boolean => i === 0 || points[i * POINT - 1] === 1;
  const way = (i: number, c: number): number =>
    isFirst(i) ? 0 : (points[i * POINT + c] - points[(i - 1) * POINT + c]) / height;
  const length = (i: number): number => Math.sqrt(way(i, 0) * way(i, 0) + way(i, 1) * way(i, 1));
  for (let i = 0; i < n; ++i) {
    const pieces = isFirst(i) ? 1 : Math.ceil(length(i) / PIECE);
    if (!(until[i] + pieces <= MAX_PIECES))
      throw new DataError(
        `handwriting: ink of more than ${MAX_PIECES} pieces of ${PIECE.toFixed(2)} heights, want fewer; ` +
          "give lines one by one",
      );
    until[i + 1] = until[i] + pieces;
  }
  const [x, y, ink, along] = Array.from({ length: 4 }, () => new Float64Array(until[n]));
  let sum = 0;
  for (let i = 0; i < n; ++i) {
    const count = until[i + 1] - until[i];
    const each = isFirst(i) ? TOUCH : length(i) / count;
    for (let k = 0; k < count; ++k) {
      const back = 1 - (k + 0.5) / count;
      const at = until[i] + k;
      x[at] = points[i * POINT] / height - way(i, 0) * back;
      y[at] = points[i * POINT + 1] / height - way(i, 1) * back;
      ink[at] = each;
      along[at] = sum + each / 2;
      sum += each;
    }
  }
  return { x, y, ink, along, until };
}

/** Quadratic B-spline of knots 1 apart, 0 beyond 3/2. */
function spline(u: number): number {
  const a = Math.abs(u);
  if (a < 0.5) return 0.75 - a * a;
  return a < 1.5 ? 0.5 * (1.5 - a) * (1.5 - a) : 0;
}

/** Adds what the ladder sees of darkness so far beside the pen, and so far below the line's middle. */
function seeLadder(out: Float64Array, at: number, [dx, y]: readonly [number, number], dark: number): void {
  const seen = dark * spline(dx / SPREAD);
  if (seen === 0) return;
  const rung = y / RUNG + (RUNGS - 1) / 2;
  for (let r = Math.max(Math.ceil(rung - 1.5), 0); r <= Math.min(Math.floor(rung + 1.5), RUNGS - 1); ++r)
    out[at + r] += seen * spline(rung - r);
}

/** Adds what the fields see of the first `until` pieces from where the pen is. */
function lookBack(
  seen: Float64Array,
  { x, y, ink, along }: Pieces,
  until: number,
  pen: { readonly x: number; readonly y: number },
): void {
  const now = along[until - 1] + ink[until - 1] / 2;
  for (let k = until - 1; k >= 0; --k) {
    const age = now - along[k];
    if (age >= FARTHEST) return;
    let at = 0;
    for (const field of rounds) {
      const dark = ink[k] * (1 - age / field.reach);
      if (dark > 0) seeRound(seen, at, field, [x[k] - pen.x, y[k] - pen.y], dark);
      at += MOMENTS[field.order];
    }
    const dark = ink[k] * (1 - age / LADDER_REACH);
    if (dark > 0) seeLadder(seen, at, [x[k] - pen.x, y[k]], dark);
  }
}

/**
 * What the fields see at each chosen point, [T,28] row-major, each value less its usual mean in its usual
 * deviations. `height`: units of the ink that are one height. O(n + T): ink further behind the pen than the
 * longest reach is not looked at. Throws DataError on ink of too many pieces, and that reaches too far.
 */
export function traceFields(points: Float32Array, sources: Int32Array, height: number): Float32Array {
  const pieces = piecesOf(points, height);
  const toCome = new InkToCome(pieces);
  const out = new Float32Array(sources.length * TRACE_FIELDS);
  const seen = new Float64Array(TRACE_FIELDS);
  sources.forEach((source, t) => {
    const pen = { x: points[source * POINT] / height, y: points[source * POINT + 1] / height };
    lookBack(seen.fill(0), pieces, pieces.until[source + 1], pen);
    toCome.write(pieces.until[source + 1]);
    toCome.see(seen, SO_FAR, pen);
    for (let j = 0; j < TRACE_FIELDS; ++j) out[t * TRACE_FIELDS + j] = (seen[j] - usual[j][0]) / usual[j][1];
  });
  return out;
}
