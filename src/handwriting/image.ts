/**
 * A line of ink as an image, column by column (7e-4). A cell holds the length of stroke in it over the cell's
 * width, spread over the nearest cells, at most 1.
 */
import { DataError } from "../wasm/errors.ts";
import { POINT } from "./ink.ts";
import { extentOf } from "./shape.ts";

/** At most so many cells of an image, and half cells that strokes may pass: 4 MB, and half a second. */
export const MAX_CELLS = 1 << 20;
const MAX_PIECES = 1 << 22;

/** An image [T,rows] that grows by drops of ink. */
export class CellImage {
  readonly input: Float32Array;
  readonly rows: number;
  readonly columns: number;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.input = new Float32Array(columns * rows);
  }

  /** Spreads ink at column u and row v, both in cells, over the four nearest cells. */
  drop(u: number, v: number, ink: number): void {
    const c = Math.floor(u);
    const r = Math.floor(v);
    this.#add(c, r, ink * (1 - (u - c)) * (1 - (v - r)));
    this.#add(c, r + 1, ink * (1 - (u - c)) * (v - r));
    this.#add(c + 1, r, ink * (u - c) * (1 - (v - r)));
    this.#add(c + 1, r + 1, ink * (u - c) * (v - r));
  }

  #add(column: number, row: number, ink: number): void {
    const inside = column >= 0 && column < this.columns && row >= 0 && row < this.rows;
    if (inside) this.input[column * this.rows + row] += ink;
  }
}

/**
 * Calls `visit` with the length of every stroke's piece between two points, 0 at the first; (x, y) is its
 * end.
 */
function eachPiece(
  points: Float32Array,
  visit: (piece: { x: number; y: number; dx: number; dy: number; length: number; first: boolean }) => void,
): void {
  for (let i = 0; i < points.length; i += POINT) {
    const x = points[i];
    const y = points[i + 1];
    const first = i === 0 || points[i - 1] === 1;
    const dx = first ? 0 : x - points[i - POINT];
    const dy = first ? 0 : y - points[i - POINT + 1];
    visit({ x, y, dx, dy, length: Math.sqrt(dx * dx + dy * dy), first });
  }
}

/** Refuses ink that is too wide, or too much, for its cells. */
function checkSize(points: Float32Array, columns: number, cell: number, rows: number): void {
  let pieces = 0;
  eachPiece(points, ({ length }) => (pieces += Math.ceil((2 * length) / cell)));
  if (!(columns * rows <= MAX_CELLS) || !(pieces <= MAX_PIECES))
    throw new DataError(
      `handwriting: ink of ${columns} columns of ${rows} cells, want at ` +
        `most ${MAX_CELLS} cells and strokes of ` +
        `${MAX_PIECES / 2} cells; give a size that lines are scaled to, or larger cells`,
    );
}

/** Ink drawn in cells: [columns,rows], the first column begins at `left`, the first row at `top`. */
interface DrawnInk {
  readonly cells: Float32Array;
  readonly columns: number;
  readonly rows: number;
  readonly left: number;
  readonly top: number;
}

/** Draws ink from its left end to its right in rows from `top` on; a cell holds at most 1. */
function drawCells(
  points: Float32Array,
  { cell, rows, top }: { cell: number; rows: number; top: number },
): DrawnInk {
  const { left, right } = extentOf(points);
  const columns = Math.floor((right - left) / cell) + 2;
  checkSize(points, columns, cell, rows);
  const image = new CellImage(columns, rows);
  const drop = (x: number, y: number, ink: number): void =>
    image.drop((x - left) / cell, (y - top) / cell - 0.5, ink);
  eachPiece(points, ({ x, y, dx, dy, length, first }) => {
    if (first) {
      drop(x, y, 0.5); // a dot has no length
      return;
    }
    const pieces = Math.max(Math.ceil((2 * length) / cell), 1); // half a cell at most
    for (let s = 1; s <= pieces; ++s)
      drop(x - dx * (1 - s / pieces), y - dy * (1 - s / pieces), length / pieces / cell);
  });
  const cells = image.input;
  for (let i = 0; i < cells.length; ++i) if (cells[i] > 1) cells[i] = 1;
  return { cells, columns, rows, left, top };
}

/**
 * Columns [T,rows] of cells from the left end of the ink to the right, each from above to below, the line's
 * middle in the middle; `left` is where the first begins. Throws DataError on ink too large for its cells.
 */
export function imageColumns(
  points: Float32Array,
  cell: number,
  rows: number,
): { input: Float32Array; left: number } {
  const { cells, left } = drawCells(points, { cell, rows, top: (-rows * cell) / 2 });
  return { input: cells, left };
}

/** Between the four nearest cells, by their distance; 0 outside of the image. */
function inkAt({ cells, columns, rows }: DrawnInk, u: number, v: number): number {
  const c = Math.floor(u);
  const r = Math.floor(v);
  const at = (column: number, row: number): number =>
    column >= 0 && column < columns && row >= 0 && row < rows ? cells[column * rows + row] : 0;
  const above = at(c, r) + (u - c) * (at(c + 1, r) - at(c, r));
  const below = at(c, r + 1) + (u - c) * (at(c + 1, r + 1) - at(c, r + 1));
  return above + (v - r) * (below - above);
}

/**
 * Windows [T,rows·rows] of the drawn ink along the pen's path: the cells around each of the points chosen,
 * which stands in the middle, column by column. All strokes are seen, those written later too. Throws
 * DataError on ink too large for its cells.
 */
export function pathWindows(
  points: Float32Array,
  sources: Int32Array,
  cell: number,
  rows: number,
): Float32Array {
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 1; i < points.length; i += POINT) {
    top = Math.min(top, points[i]);
    bottom = Math.max(bottom, points[i]);
  }
  top -= cell;
  const drawn = drawCells(points, { cell, rows: Math.ceil((bottom - top) / cell) + 1, top });
  const windows = new Float32Array(sources.length * rows * rows);
  const half = (rows - 1) / 2;
  sources.forEach((source, t) => {
    const u = (points[source * POINT] - drawn.left) / cell - half;
    const v = (points[source * POINT + 1] - drawn.top) / cell - 0.5 - half;
    for (let c = 0; c < rows; ++c)
      for (let r = 0; r < rows; ++r) windows[(t * rows + c) * rows + r] = inkAt(drawn, u + c, v + r);
  });
  return windows;
}
