/** What can be drawn on the axes of a plot, and which values the axes must hold for it. */
import { ShapeError } from "../wasm/errors.ts";
import type { ColorMap } from "./raster.ts";

/** Points (x, y), and what their key says. */
export interface Series {
  /** Data units; as many as y. */
  x: ArrayLike<number>;
  /** Data units; a value that is not finite leaves a gap. */
  y: ArrayLike<number>;
  /** In the key; without one the series is not listed there. */
  label?: string;
  /** Default: the next of `colors.series`. */
  color?: string;
}

/** Points joined by a line. */
export interface LineMark extends Series {
  /** Which mark it is. */
  kind: "line";
  /** Pixels. Default 1.8. */
  width?: number;
  /** Whether the line is broken. Default false. */
  dash?: boolean;
}

/** A dot at each point. */
export interface PointsMark extends Series {
  /** Which mark it is. */
  kind: "points";
  /** Radius, pixels. Default 3. */
  size?: number;
}

/** Bars from the axis' foot to y. */
export interface BarsMark extends Series {
  /** Which mark it is. */
  kind: "bars";
  /** Data units of x. Default 0.8. */
  width?: number;
}

/** The area between y and y2. */
export interface BandMark extends Series {
  /** Which mark it is. */
  kind: "band";
  /** The other edge; as many as y. */
  y2: ArrayLike<number>;
}

/** Values as colors, first row at the bottom. */
export interface RasterMark {
  /** Which mark it is. */
  kind: "raster";
  /** [rows*columns] row by row. */
  values: ArrayLike<number>;
  /** Cells from the bottom to the top. */
  rows: number;
  /** Cells from left to right. */
  columns: number;
  /** Outer edges, data units. */
  x: readonly [number, number];
  /** Outer edges, data units. */
  y: readonly [number, number];
  /** Default "sequential". */
  map?: ColorMap;
  /** Logarithmic colors. Default false. */
  log?: boolean;
  /** Ends of the color scale. Default: the extremes of the values. */
  range?: readonly [number, number];
  /** What the values are, beside the color scale. Default: none. */
  label?: string;
}

/** A reference line across the plot at x or at y. */
export interface RuleMark {
  /** Which mark it is. */
  kind: "rule";
  /** Data units; a line from bottom to top. */
  x?: number;
  /** Data units; a line from left to right. */
  y?: number;
  /** What stands at its end. Default: nothing. */
  label?: string;
  /** Default: gray. */
  color?: string;
}

/** Words in the plot. */
export interface TextMark {
  /** Which mark it is. */
  kind: "text";
  /** Data units. */
  x: number;
  /** Data units. */
  y: number;
  /** The words. */
  text: string;
  /** Which end of the words stands at x. Default "start". */
  anchor?: "start" | "middle" | "end";
  /** Default: that of labels. */
  color?: string;
}

/** Something drawn on the axes. Equal lengths for x and y; values that are not finite leave a gap. */
export type Mark = LineMark | PointsMark | BarsMark | BandMark | RasterMark | RuleMark | TextMark;

/** A mark of one kind. */
export type MarkOf<K extends Mark["kind"]> = Extract<Mark, { kind: K }>;

/** Width of bars in data units of x, where they do not say. */
export const BAR_WIDTH = 0.8;

/** Whether a mark takes the next color, and has a place in the key. */
export const isSeries = (mark: Mark): mark is Extract<Mark, Series> =>
  mark.kind === "line" || mark.kind === "points" || mark.kind === "bars" || mark.kind === "band";

/** Throws ShapeError where lengths do not fit together. */
export function checkMarks(marks: readonly Mark[]): void {
  for (const mark of marks) {
    if (
      isSeries(mark) &&
      (mark.x.length !== mark.y.length || (mark.kind === "band" && mark.y2.length !== mark.y.length))
    ) {
      throw new ShapeError(
        `plot: ${mark.kind} "${mark.label ?? ""}" has ${mark.x.length} x and ${mark.y.length} y, ` +
          "want equally many",
      );
    }
    if (mark.kind === "raster" && mark.values.length !== mark.rows * mark.columns) {
      throw new ShapeError(
        `plot: raster has ${mark.values.length} values, want ${mark.rows} x ${mark.columns} ` +
          `= ${mark.rows * mark.columns}`,
      );
    }
  }
}

/** All values that an axis must hold. */
export function* extent(marks: readonly Mark[], axis: "x" | "y", log: boolean | undefined): Iterable<number> {
  for (const mark of marks) {
    const values = mark[axis];
    if (values === undefined) continue;
    if (typeof values === "number") yield values;
    else if (mark.kind === "bars" && axis === "x") yield* barEdges(mark);
    else yield* Array.from(values);
    if (mark.kind === "band" && axis === "y") yield* Array.from(mark.y2);
    if (mark.kind === "bars" && axis === "y" && !log) yield 0;
  }
}

function* barEdges({ x, width = BAR_WIDTH }: MarkOf<"bars">): Iterable<number> {
  for (const middle of Array.from(x)) yield* [middle - width / 2, middle + width / 2];
}
