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

/** LANES copies of the element `index` (0 to 3, a constant) steps of sizeof<S> bytes behind p. */
// @ts-ignore: decorator
@inline
export function spread<S>(p: usize, index: i32): v128 {
  if (index == 0) return SIZE == 4 ? v128.load32_splat(p) : v128.load64_splat(p);
  if (index == 1) return SIZE == 4 ? v128.load32_splat(p, sizeof<S>()) : v128.load64_splat(p, sizeof<S>());
  if (index == 2) return SIZE == 4 ? v128.load32_splat(p, 2 * sizeof<S>()) : v128.load64_splat(p, 2 * sizeof<S>());
  return SIZE == 4 ? v128.load32_splat(p, 3 * sizeof<S>()) : v128.load64_splat(p, 3 * sizeof<S>());
}

/**
 * rows (a constant, 1 to 4) × PANEL tile. A row r, step k is at a + r·down + k·sizeof<S>; `panel` at b; C rows `next` bytes apart, of which
 * `cols` columns exist. K > 0.
 *
 * Four steps a round, each ended by an exit: a compiler that gathers the loads of a block at its top (V8 does) would otherwise gather
 * those of all four, spill the accumulators and lose a third of the speed. 8 sums, 2 vectors of B and 4 of A fill 15 registers.
 */
// @ts-ignore: decorator
@inline
function tile<S>(rows: i32, K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void {
  const high = cols - LANES;
  let c00 = get(c, cols), c01 = get(c + 16, high), c10 = c00, c11 = c01, c20 = c00, c21 = c01, c30 = c00, c31 = c01;
  let p = c;
  if (rows > 1) { p += next; c10 = get(p, cols); c11 = get(p + 16, high); }
  if (rows > 2) { p += next; c20 = get(p, cols); c21 = get(p + 16, high); }
  if (rows > 3) { p += next; c30 = get(p, cols); c31 = get(p + 16, high); }
  let a0 = a, a1 = a + down, a2 = a1 + down, a3 = a2 + down;
  for (let k = K; ; k -= 4) {
    let b0 = v128.load(b), b1 = v128.load(b, 16), x = spread<S>(a0, 0);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    if (rows > 1) { x = spread<S>(a1, 0); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); }
    if (rows > 2) { x = spread<S>(a2, 0); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); }
    if (rows > 3) { x = spread<S>(a3, 0); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); }
    if (k == 1) break;
    b0 = v128.load(b, 32); b1 = v128.load(b, 48); x = spread<S>(a0, 1);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    if (rows > 1) { x = spread<S>(a1, 1); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); }
    if (rows > 2) { x = spread<S>(a2, 1); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); }
    if (rows > 3) { x = spread<S>(a3, 1); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); }
    if (k == 2) break;
    b0 = v128.load(b, 64); b1 = v128.load(b, 80); x = spread<S>(a0, 2);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    if (rows > 1) { x = spread<S>(a1, 2); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); }
    if (rows > 2) { x = spread<S>(a2, 2); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); }
    if (rows > 3) { x = spread<S>(a3, 2); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); }
    if (k == 3) break;
    b0 = v128.load(b, 96); b1 = v128.load(b, 112); x = spread<S>(a0, 3);
    c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    if (rows > 1) { x = spread<S>(a1, 3); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11); }
    if (rows > 2) { x = spread<S>(a2, 3); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21); }
    if (rows > 3) { x = spread<S>(a3, 3); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31); }
    if (k <= 4) break;
    b += 4 * ROW;
    a0 += 4 * sizeof<S>(); a1 += 4 * sizeof<S>(); a2 += 4 * sizeof<S>(); a3 += 4 * sizeof<S>();
  }
  put(c, cols, c00); put(c + 16, high, c01);
  if (rows > 1) { c += next; put(c, cols, c10); put(c + 16, high, c11); }
  if (rows > 2) { c += next; put(c, cols, c20); put(c + 16, high, c21); }
  if (rows > 3) { c += next; put(c, cols, c30); put(c + 16, high, c31); }
}

function tile1(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile<Float>(1, K, a, down, b, c, next, cols); }
function tile2(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile<Float>(2, K, a, down, b, c, next, cols); }
function tile3(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile<Float>(3, K, a, down, b, c, next, cols); }
function tile4(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void { tile<Float>(4, K, a, down, b, c, next, cols); }

/** Rows of the largest tile. */
// @ts-ignore: decorator
@inline export const TILE: i32 = 4;

/** C[M,cols] += A[M,K]·panel, in tiles of nearly equal height. A rows are `down` bytes apart, C rows `next`. */
export function panelProduct(M: i32, K: i32, a: usize, down: usize, b: usize, c: usize, next: usize, cols: i32): void {
  let left = M, tiles = (M + TILE - 1) / TILE;
  for (; tiles > 0; --tiles) {
    const rows = (left + tiles - 1) / tiles;
    if (rows == 4) tile4(K, a, down, b, c, next, cols);
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
  if (rows == 4) tile<v128>(4, K, a, SIZE, b, c, next, cols);
  else if (rows == 3) tile<v128>(3, K, a, SIZE, b, c, next, cols);
  else if (rows == 2) tile<v128>(2, K, a, SIZE, b, c, next, cols);
  else tile<v128>(1, K, a, SIZE, b, c, next, cols);
}
