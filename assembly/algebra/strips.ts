/**
 * Products of rows or packed columns of A with one panel: strips of tiles. A panel that is not full goes by
 * way of a corner of its own.
 */
import { LANES, SIZE, get, put } from "../vector";
import { PANEL, ROW, TILE } from "./pack";
import { columnTile, rowTile } from "./tiles";

/** A tile of C whose panel is not full, for the time of its product. */
const corner = memory.data(128, 16);

/** Copies rows of `cols` < PANEL reals of C, `next` bytes apart, to the corner. */
@inline
function toCorner(rows: i32, cols: i32, c: usize, next: usize): void {
  for (let to = corner; rows > 0; --rows, c += next, to += ROW) {
    v128.store(to, get(c, cols));
    v128.store(to, get(c + 16, cols - LANES), 16);
  }
}

/** And back. */
@inline
function fromCorner(rows: i32, cols: i32, c: usize, next: usize): void {
  for (let from = corner; rows > 0; --rows, c += next, from += ROW) {
    put(c, cols, v128.load(from));
    put(c + 16, cols - LANES, v128.load(from, 16));
  }
}

/**
 * C[M,cols] += A[M,K]·panel, in tiles of nearly equal height. A rows are `down` bytes apart, C rows `next`.
 */
export function rowsProduct(
  M: i32,
  K: i32,
  a: usize,
  down: usize,
  b: usize,
  c: usize,
  next: usize,
  cols: i32,
): void {
  let left = M;
  for (let tiles = (M + TILE - 1) / TILE; tiles > 0; --tiles) {
    const rows = (left + tiles - 1) / tiles;
    if (cols >= PANEL) rowTile(rows, K, a, down, b, c, next);
    else {
      toCorner(rows, cols, c, next);
      rowTile(rows, K, a, down, b, corner, ROW);
      fromCorner(rows, cols, c, next);
    }
    left -= rows;
    a += down * rows;
    c += next * rows;
  }
}

/** C[rows,cols] += the columns of A packed by packColumns, rows ≤ TILE, times a panel. */
export function columnsProduct(
  rows: i32,
  K: i32,
  a: usize,
  b: usize,
  c: usize,
  next: usize,
  cols: i32,
): void {
  if (cols >= PANEL) return columnTile(rows, K, a, b, c, next);
  toCorner(rows, cols, c, next);
  columnTile(rows, K, a, b, corner, ROW);
  fromCorner(rows, cols, c, next);
}
