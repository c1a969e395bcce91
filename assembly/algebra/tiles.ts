/**
 * The inner products of the matrix kernels: C[rows, PANEL] += A·panel for 1 to 4 rows of A, accumulators in
 * registers.
 *
 * Every element is c = C; for k ascending: c = c + a·b, multiplied then added (fused in the relaxed builds).
 * That order does not depend on the tile, so a row of a product has the same bits in any batch and from the
 * vector kernel.
 */
import { LANES, SIZE, get, put } from "../vector";
import { PANEL, ROW, TILE } from "./pack";

/** c + a·b: two roundings in the strict builds, one where the relaxed instruction is fused. */
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<Float>(a, b, c);
  return v128.add<Float>(c, v128.mul<Float>(a, b));
}

/**
 * Bytes between the steps of an operand A: a real when S is Float (rows), a packed column of TILE reals when
 * it is v128 (columns).
 */
@inline
function step<S>(): usize {
  return isFloat<S>() ? SIZE : <usize>TILE * SIZE;
}

/** LANES copies of the element `index` (0 to 3, a constant) steps behind p. */
@inline
export function spread<S>(p: usize, index: i32): v128 {
  if (index == 0) return SIZE == 4 ? v128.load32_splat(p) : v128.load64_splat(p);
  if (index == 1)
    return SIZE == 4
      ? v128.load32_splat(p, isFloat<S>() ? 4 : 16)
      : v128.load64_splat(p, isFloat<S>() ? 8 : 32);
  if (index == 2)
    return SIZE == 4
      ? v128.load32_splat(p, isFloat<S>() ? 8 : 32)
      : v128.load64_splat(p, isFloat<S>() ? 16 : 64);
  return SIZE == 4
    ? v128.load32_splat(p, isFloat<S>() ? 12 : 48)
    : v128.load64_splat(p, isFloat<S>() ? 24 : 96);
}

/**
 * rows (a constant, 1 to 4) × PANEL tile. A row r, step k is at a + r·down + k·step; the panel at b; C rows
 * `next` bytes apart. K > 0.
 *
 * Four steps a round, each ended by an exit: a compiler that gathers the loads of a block at its top (V8
 * does) would otherwise gather those of all four, spill the accumulators and lose a third of the speed. 8
 * sums, 2 vectors of B and 4 of A fill 15 registers.
 */
@inline
function tile<S>(rows: i32, K: i32, a: usize, down: usize, b: usize, c: usize, next: usize): void {
  let c00 = v128.load(c);
  let c01 = v128.load(c, 16);
  let c10 = c00;
  let c11 = c01;
  let c20 = c00;
  let c21 = c01;
  let c30 = c00;
  let c31 = c01;
  const cr1 = c + next;
  const cr2 = cr1 + next;
  const cr3 = cr2 + next;
  if (rows > 1) {
    c10 = v128.load(cr1);
    c11 = v128.load(cr1, 16);
  }
  if (rows > 2) {
    c20 = v128.load(cr2);
    c21 = v128.load(cr2, 16);
  }
  if (rows > 3) {
    c30 = v128.load(cr3);
    c31 = v128.load(cr3, 16);
  }
  let a0 = a;
  let a1 = a + down;
  let a2 = a1 + down;
  let a3 = a2 + down;
  for (let k = K; ; k -= 4) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = spread<S>(a0, 0);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    if (rows > 1) {
      x = spread<S>(a1, 0);
      c10 = fma(x, b0, c10);
      c11 = fma(x, b1, c11);
    }
    if (rows > 2) {
      x = spread<S>(a2, 0);
      c20 = fma(x, b0, c20);
      c21 = fma(x, b1, c21);
    }
    if (rows > 3) {
      x = spread<S>(a3, 0);
      c30 = fma(x, b0, c30);
      c31 = fma(x, b1, c31);
    }
    if (k == 1) break;
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    x = spread<S>(a0, 1);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    if (rows > 1) {
      x = spread<S>(a1, 1);
      c10 = fma(x, b0, c10);
      c11 = fma(x, b1, c11);
    }
    if (rows > 2) {
      x = spread<S>(a2, 1);
      c20 = fma(x, b0, c20);
      c21 = fma(x, b1, c21);
    }
    if (rows > 3) {
      x = spread<S>(a3, 1);
      c30 = fma(x, b0, c30);
      c31 = fma(x, b1, c31);
    }
    if (k == 2) break;
    b0 = v128.load(b, 64);
    b1 = v128.load(b, 80);
    x = spread<S>(a0, 2);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    if (rows > 1) {
      x = spread<S>(a1, 2);
      c10 = fma(x, b0, c10);
      c11 = fma(x, b1, c11);
    }
    if (rows > 2) {
      x = spread<S>(a2, 2);
      c20 = fma(x, b0, c20);
      c21 = fma(x, b1, c21);
    }
    if (rows > 3) {
      x = spread<S>(a3, 2);
      c30 = fma(x, b0, c30);
      c31 = fma(x, b1, c31);
    }
    if (k == 3) break;
    b0 = v128.load(b, 96);
    b1 = v128.load(b, 112);
    x = spread<S>(a0, 3);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    if (rows > 1) {
      x = spread<S>(a1, 3);
      c10 = fma(x, b0, c10);
      c11 = fma(x, b1, c11);
    }
    if (rows > 2) {
      x = spread<S>(a2, 3);
      c20 = fma(x, b0, c20);
      c21 = fma(x, b1, c21);
    }
    if (rows > 3) {
      x = spread<S>(a3, 3);
      c30 = fma(x, b0, c30);
      c31 = fma(x, b1, c31);
    }
    if (k <= 4) break;
    b += 4 * ROW;
    a0 += 4 * step<S>();
    a1 += 4 * step<S>();
    a2 += 4 * step<S>();
    a3 += 4 * step<S>();
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  if (rows > 1) {
    v128.store(cr1, c10);
    v128.store(cr1, c11, 16);
  }
  if (rows > 2) {
    v128.store(cr2, c20);
    v128.store(cr2, c21, 16);
  }
  if (rows > 3) {
    v128.store(cr3, c30);
    v128.store(cr3, c31, 16);
  }
}

/** The tile of 1 to TILE rows of A. */
function rowTile(rows: i32, K: i32, a: usize, down: usize, b: usize, c: usize, next: usize): void {
  if (rows == 4) tile<Float>(4, K, a, down, b, c, next);
  else if (rows == 3) tile<Float>(3, K, a, down, b, c, next);
  else if (rows == 2) tile<Float>(2, K, a, down, b, c, next);
  else tile<Float>(1, K, a, down, b, c, next);
}

/** The tile of 1 to TILE columns of A, packed by packColumns. */
function columnTile(rows: i32, K: i32, a: usize, b: usize, c: usize, next: usize): void {
  if (rows == 4) tile<v128>(4, K, a, SIZE, b, c, next);
  else if (rows == 3) tile<v128>(3, K, a, SIZE, b, c, next);
  else if (rows == 2) tile<v128>(2, K, a, SIZE, b, c, next);
  else tile<v128>(1, K, a, SIZE, b, c, next);
}

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
