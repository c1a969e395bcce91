/**
 * A line of ink as an image, column by column (7e-4). A cell holds the length of stroke in it over the cell's
 * width, spread over the nearest cells, at most 1.
 */
import { DataError } from "../wasm/errors.ts";
import { POINT } from "./ink.ts";
import { extentOf } from "./shape.ts";

/** At most so many cells of an image, and half cells that strokes may pass: 4 MB, and half a second. */
const MAX_CELLS = 1 << 20;
const MAX_PIECES = 1 << 22;

/** An image [T,rows] that grows by drops of ink. */
class CellImage {
  readonly input: Float32Array;
  readonly #rows: number;
  readonly #columns: number;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
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
    const inside = column >= 0 && column < this.#columns && row >= 0 && row < this.#rows;
    if (inside) this.input[column * this.#rows + row] += ink;
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

/**
 * Columns [T,rows] of cells from the left end of the ink to the right, each from above to below, the line's
 * middle in the middle; `left` is where the first begins. Throws DataError on ink too large for its cells.
 */
export function imageColumns(
  points: Float32Array,
  cell: number,
  rows: number,
): { input: Float32Array; left: number } {
  const { left, right } = extentOf(points);
  const columns = Math.floor((right - left) / cell) + 2;
  checkSize(points, columns, cell, rows);
  const image = new CellImage(columns, rows);
  const top = (-rows * cell) / 2;
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
  const { input } = image;
  for (let i = 0; i < input.length; ++i) if (input[i] > 1) input[i] = 1;
  return { input, left };
}
