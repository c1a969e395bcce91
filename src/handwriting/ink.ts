/** Pen trajectories: points of strokes, and what they say. */

/** One piece of handwriting and what it says. */
export interface Ink {
  /** Its name in the data. */
  readonly id: string;
  /** What is written; empty where it is unknown. */
  readonly text: string;
  /** The part of the data that it belongs to: "train", "test"; where the data say so. */
  readonly split?: string;
  /** Who wrote it, where the data say so. */
  readonly writer?: string;
  /** [n,3] x, y (downwards), and 1 on the last point of each stroke, else 0. */
  readonly points: Float32Array;
}

/** Columns of `points`. */
export const POINT = 3;

/** Largest coordinate, either sign, that a reader takes: far beyond any tablet, far within float32. */
const MAX_COORDINATE = 1e9;

/** Whether a number may be a coordinate. */
export const isCoordinate = (value: number): boolean => Math.abs(value) <= MAX_COORDINATE;

/** Points of strokes that a reader finds one by one. */
export class InkPoints {
  #points: Float32Array;
  #size = 0;

  /** `capacity`: about how many points are to come. More may come. */
  constructor(capacity = 64) {
    this.#points = new Float32Array(Math.max(capacity, 1) * POINT);
  }

  /** Points so far. */
  get count(): number {
    return this.#size / POINT;
  }

  /** Makes place for so many points more; memory that no point is written to is not taken. */
  reserve(count: number): void {
    const size = this.#size + Math.ceil(count) * POINT;
    if (size <= this.#points.length) return;
    const longer = new Float32Array(size);
    longer.set(this.#points.subarray(0, this.#size));
    this.#points = longer;
  }

  /** One more point of the stroke. */
  add(x: number, y: number): void {
    if (this.#size === this.#points.length) this.reserve(this.count);
    this.#points[this.#size] = x;
    this.#points[this.#size + 1] = y;
    this.#points[this.#size + 2] = 0;
    this.#size += POINT;
  }

  /** Lifts the pen: the last point ends its stroke. A stroke without points leaves no trace. */
  endStroke(): void {
    if (this.#size > 0) this.#points[this.#size - 1] = 1;
  }

  /** Takes the last `endStroke` back: what comes goes on with the stroke. */
  resumeStroke(): void {
    if (this.#size > 0) this.#points[this.#size - 1] = 0;
  }

  /** [n,3] the points from one place to another; a view until the next `add`. */
  slice(from = 0, to = this.count): Float32Array {
    return this.#points.subarray(from * POINT, to * POINT);
  }
}

/** [n,3] points of strokes, each a list of x, y pairs. Strokes without points are left out. */
export function pointsOf(strokes: readonly (readonly (readonly [number, number])[])[]): Float32Array {
  const points = new InkPoints(strokes.reduce((sum, stroke) => sum + stroke.length, 0));
  for (const stroke of strokes) {
    for (const [x, y] of stroke) points.add(x, y);
    if (stroke.length > 0) points.endStroke();
  }
  return points.slice();
}

/** Where a stroke lies among the points. */
export interface StrokeRange {
  /** Its first point. */
  readonly from: number;
  /** The point after its last. */
  readonly to: number;
}

/** The strokes of points [n,3]. */
export function strokeRanges(points: Float32Array): StrokeRange[] {
  const ranges: StrokeRange[] = [];
  const n = points.length / POINT;
  let from = 0;
  for (let i = 0; i < n; ++i) {
    if (points[i * POINT + 2] !== 1 && i + 1 < n) continue;
    ranges.push({ from, to: i + 1 });
    from = i + 1;
  }
  return ranges;
}

/** The strokes of points [n,3], each a list of x, y pairs: what `pointsOf` makes points of. */
export function strokesOf(points: Float32Array): [number, number][][] {
  return strokeRanges(points).map(({ from, to }) =>
    Array.from({ length: to - from }, (_, i): [number, number] => [
      points[(from + i) * POINT],
      points[(from + i) * POINT + 1],
    ]),
  );
}
