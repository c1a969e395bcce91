/**
 * The inner products of the matrix kernels: C[rows, PANEL] += A·panel for 1 to 6 rows of A, accumulators in registers.
 *
 * Every element is c = C; for k ascending: c = c + a·b, multiplied then added (fused in the relaxed builds). That order does not
 * depend on the tile, so a row of a product has the same bits in any batch and from the vector kernel.
 */
import { LANES, SIZE, get, put } from "./vector";
import { ROW } from "./pack";

/** c + a·b: two roundings in the strict builds, one where the relaxed instruction is fused. */
// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<Float>(a, b, c);
  return v128.add<Float>(c, v128.mul<Float>(a, b));
}

/** LANES copies of the element at p + offset bytes. */
// @ts-ignore: decorator
@inline
export function spread(p: usize, offset: usize): v128 {
  return SIZE == 4 ? v128.load32_splat(p + offset) : v128.load64_splat(p + offset);
}

/**
 * rows (a constant, 1 to 6) × PANEL tile. A row r, step k is at a + r·down + k·along; `panel` at b; C rows `next` bytes apart, of which
 * `cols` columns exist.
 */
// @ts-ignore: decorator
@inline
function tile(rows: i32, K: i32, a: usize, down: usize, along: usize, b: usize, c: usize, next: usize, cols: i32): void {
  const high = cols - LANES;
  let c00 = get(c, cols), c01 = get(c + 16, high), c10 = c00, c11 = c01, c20 = c00, c21 = c01;
  let c30 = c00, c31 = c01, c40 = c00, c41 = c01, c50 = c00, c51 = c01;
  let p = c;
  if (rows > 1) { p += next; c10 = get(p, cols); c11 = get(p + 16, high); }
  if (rows > 2) { p += next; c20 = get(p, cols); c21 = get(p + 16, high); }
  if (rows > 3) { p += next; c30 = get(p, cols); c31 = get(p + 16, high); }
  if (rows > 4) { p += next; c40 = get(p, cols); c41 = get(p + 16, high); }
  if (rows > 5) { p += next; c50 = get(p, cols); c51 = get(p + 16, high); }
  let a0 = a, a1 = a + down, a2 = a1 + down, a3 = a2 + down, a4 = a3 + down, a5 = a4 + down;
  let k = K;
  for (; k >= 4; k -= 4) {
    let b0 = v128.load(b), b1 = v128.load(b, 16), x = spread(a0, 0);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    if (rows > 1) { x = spread(a1, 0); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); }
    if (rows > 2) { x = spread(a2, 0); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); }
    if (rows > 3) { x = spread(a3, 0); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); }
    if (rows > 4) { x = spread(a4, 0); c40 = fma(x, b0, c40); c41 = fma(x, b1, c41); }
    if (rows > 5) { x = spread(a5, 0); c50 = fma(x, b0, c50); c51 = fma(x, b1, c51); }
    b0 = v128.load(b, 32); b1 = v128.load(b, 48); x = spread(a0, along);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    if (rows > 1) { x = spread(a1, along); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); }
    if (rows > 2) { x = spread(a2, along); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); }
    if (rows > 3) { x = spread(a3, along); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); }
    if (rows > 4) { x = spread(a4, along); c40 = fma(x, b0, c40); c41 = fma(x, b1, c41); }
    if (rows > 5) { x = spread(a5, along); c50 = fma(x, b0, c50); c51 = fma(x, b1, c51); }
    b0 = v128.load(b, 64); b1 = v128.load(b, 80); x = spread(a0, 2 * along);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    if (rows > 1) { x = spread(a1, 2 * along); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); }
    if (rows > 2) { x = spread(a2, 2 * along); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); }
    if (rows > 3) { x = spread(a3, 2 * along); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); }
    if (rows > 4) { x = spread(a4, 2 * along); c40 = fma(x, b0, c40); c41 = fma(x, b1, c41); }
    if (rows > 5) { x = spread(a5, 2 * along); c50 = fma(x, b0, c50); c51 = fma(x, b1, c51); }
    b0 = v128.load(b, 96); b1 = v128.load(b, 112); x = spread(a0, 3 * along);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    if (rows > 1) { x = spread(a1, 3 * along); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); }
    if (rows > 2) { x = spread(a2, 3 * along); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); }
    if (rows > 3) { x = spread(a3, 3 * along); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); }
    if (rows > 4) { x = spread(a4, 3 * along); c40 = fma(x, b0, c40); c41 = fma(x, b1, c41); }
    if (rows > 5) { x = spread(a5, 3 * along); c50 = fma(x, b0, c50); c51 = fma(x, b1, c51); }
    b += 4 * ROW;
    a0 += 4 * along; a1 += 4 * along; a2 += 4 * along; a3 += 4 * along; a4 += 4 * along; a5 += 4 * along;
  }
  for (; k > 0; --k) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = spread(a0, 0);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    if (rows > 1) { x = spread(a1, 0); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); }
    if (rows > 2) { x = spread(a2, 0); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); }
    if (rows > 3) { x = spread(a3, 0); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); }
    if (rows > 4) { x = spread(a4, 0); c40 = fma(x, b0, c40); c41 = fma(x, b1, c41); }
    if (rows > 5) { x = spread(a5, 0); c50 = fma(x, b0, c50); c51 = fma(x, b1, c51); }
    b += ROW;
    a0 += along; a1 += along; a2 += along; a3 += along; a4 += along; a5 += along;
  }
  put(c, cols, c00); put(c + 16, high, c01);
  if (rows > 1) { c += next; put(c, cols, c10); put(c + 16, high, c11); }
  if (rows > 2) { c += next; put(c, cols, c20); put(c + 16, high, c21); }
  if (rows > 3) { c += next; put(c, cols, c30); put(c + 16, high, c31); }
  if (rows > 4) { c += next; put(c, cols, c40); put(c + 16, high, c41); }
  if (rows > 5) { c += next; put(c, cols, c50); put(c + 16, high, c51); }
}

function tile1(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile(1, K, a, down, SIZE, b, c, next, cols); }
function tile2(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile(2, K, a, down, SIZE, b, c, next, cols); }
function tile3(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile(3, K, a, down, SIZE, b, c, next, cols); }
function tile4(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile(4, K, a, down, SIZE, b, c, next, cols); }
function tile5(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile(5, K, a, down, SIZE, b, c, next, cols); }
function tile6(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile(6, K, a, down, SIZE, b, c, next, cols); }

/** Rows of the largest tile. */
// @ts-ignore: decorator
@inline export const TILE: i32 = 6;

/** C[M,cols] += A[M,K]·panel, in tiles of nearly equal height. A rows are `down` bytes apart, C rows `next`. */
export function panelProduct(M: i32, K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void {
  let left = M, tiles = (M + TILE - 1) / TILE;
  for (; tiles > 0; --tiles) {
    const rows = (left + tiles - 1) / tiles;
    if (rows == 6) tile6(K, a, down, b, c, next, cols);
    else if (rows == 5) tile5(K, a, down, b, c, next, cols);
    else if (rows == 4) tile4(K, a, down, b, c, next, cols);
    else if (rows == 3) tile3(K, a, down, b, c, next, cols);
    else if (rows == 2) tile2(K, a, down, b, c, next, cols);
    else tile1(K, a, down, b, c, next, cols);
    left -= rows;
    a += down * rows;
    c += next * rows;
  }
}

/** As panelProduct for rows ≤ LANES rows of A packed by packColumns. */
export function columnsProduct(rows: i32, K: i32, a: usize, b: usize, c: usize, next: usize, cols: i32): void {
  if (rows == 4) tile(4, K, a, SIZE, 16, b, c, next, cols);
  else if (rows == 3) tile(3, K, a, SIZE, 16, b, c, next, cols);
  else if (rows == 2) tile(2, K, a, SIZE, 16, b, c, next, cols);
  else tile(1, K, a, SIZE, 16, b, c, next, cols);
}
