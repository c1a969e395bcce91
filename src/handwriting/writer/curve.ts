/**
 * Corners of strokes drawn as curves: centripetal splines through them (Catmull & Rom 1974; Yuksel et al.
 * 2011).
 */
import { STEP, UNIT } from "./steps.ts";

/** Points between two corners. */
const BETWEEN = 4;

/** A place in units of the ink. */
export type Place = readonly [x: number, y: number];

/** √ of the distance of two places, so that curves have no loops where corners are unevenly apart. */
function knot([ax, ay]: Place, [bx, by]: Place): number {
  const [x, y] = [bx - ax, by - ay];
  return Math.max(Math.sqrt(Math.sqrt(x * x + y * y)), 1e-3);
}

const between = (a: Place, b: Place, share: number): Place => [
  a[0] + share * (b[0] - a[0]),
  a[1] + share * (b[1] - a[1]),
];

/** The curve from p1 to p2 at share u of its way, by Barry and Goldman's pyramid. */
function along([p0, p1, p2, p3]: readonly Place[], u: number): Place {
  const t1 = knot(p0, p1);
  const t2 = t1 + knot(p1, p2);
  const t3 = t2 + knot(p2, p3);
  const t = t1 + u * (t2 - t1);
  const a1 = between(p0, p1, t / t1);
  const a2 = between(p1, p2, (t - t1) / (t2 - t1));
  const a3 = between(p2, p3, (t - t2) / (t3 - t2));
  return between(between(a1, a2, t / t2), between(a2, a3, (t - t1) / (t3 - t1)), (t - t1) / (t2 - t1));
}

/** A stroke through its corners. */
export function curveThrough(corners: readonly Place[]): Place[] {
  const n = corners.length;
  if (n < 3) return [...corners];
  // the ends go on as they came
  const mirror = (a: Place, b: Place): Place => [2 * a[0] - b[0], 2 * a[1] - b[1]];
  const all = [mirror(corners[0], corners[1]), ...corners, mirror(corners[n - 1], corners[n - 2])];
  const curve: Place[] = [corners[0]];
  for (let i = 0; i + 1 < n; ++i) {
    const four = all.slice(i, i + 4);
    for (let j = 1; j < BETWEEN; ++j) curve.push(along(four, j / BETWEEN));
    curve.push(corners[i + 1]);
  }
  return curve;
}

/** The strokes that steps draw from a place on: corners, in units of the ink. */
export function strokesOf(steps: readonly ArrayLike<number>[], [x0, y0]: Place): Place[][] {
  const strokes: Place[][] = [];
  let stroke: Place[] = [];
  let [x, y] = [x0, y0];
  for (const step of steps) {
    x += UNIT * step[0];
    y += UNIT * step[1];
    stroke.push([x, y]);
    if (step[STEP - 1] !== 1) continue;
    strokes.push(stroke);
    stroke = [];
  }
  if (stroke.length > 0) strokes.push(stroke);
  return strokes;
}
