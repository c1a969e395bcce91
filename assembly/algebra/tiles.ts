/**
 * The inner products of the matrix kernels: C[rows, PANEL] += A·panel for 1 to 4 rows of A, accumulators in
 * registers.
 *
 * Every element is c = C; for k ascending: c = c + a·b, multiplied then added (fused in the relaxed builds).
 * That order does not depend on the tile, so a row of a product has the same bits in any batch and from the
 * vector kernel.
 */
import { SIZE } from "../vector";
import { ROW, TILE } from "./pack";

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

// Tiles of 1 to 4 rows × PANEL columns. A row r, step k is at a + r·down + k·step; the panel at b; C rows
// `next` bytes apart. K > 0.
//
// Three or four steps a round, each ended by an exit: a compiler that gathers the loads of a block at its top
// (V8 does) would otherwise gather those of all, spill the accumulators and lose a third of the speed. Of
// four rows, 8 sums, 2 vectors of B and 4 of A fill 15 registers.

/** Four rows. */
@inline
function tile4<S>(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize): void {
  let c00 = v128.load(c);
  let c01 = v128.load(c, 16);
  let c10 = v128.load(c + next);
  let c11 = v128.load(c + next, 16);
  let c20 = v128.load(c + 2 * next);
  let c21 = v128.load(c + 2 * next, 16);
  let c30 = v128.load(c + 3 * next);
  let c31 = v128.load(c + 3 * next, 16);
  let x: v128;
  for (let k = K; ; k -= 3) {
    const a1 = a + down;
    const a2 = a1 + down;
    const a3 = a2 + down;
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    c00 = fma((x = spread<S>(a, 0)), b0, c00);
    c01 = fma(x, b1, c01);
    c10 = fma((x = spread<S>(a1, 0)), b0, c10);
    c11 = fma(x, b1, c11);
    c20 = fma((x = spread<S>(a2, 0)), b0, c20);
    c21 = fma(x, b1, c21);
    c30 = fma((x = spread<S>(a3, 0)), b0, c30);
    c31 = fma(x, b1, c31);
    if (k == 1) break;
    b0 = v128.load(b, ROW);
    b1 = v128.load(b, ROW + 16);
    c00 = fma((x = spread<S>(a, 1)), b0, c00);
    c01 = fma(x, b1, c01);
    c10 = fma((x = spread<S>(a1, 1)), b0, c10);
    c11 = fma(x, b1, c11);
    c20 = fma((x = spread<S>(a2, 1)), b0, c20);
    c21 = fma(x, b1, c21);
    c30 = fma((x = spread<S>(a3, 1)), b0, c30);
    c31 = fma(x, b1, c31);
    if (k == 2) break;
    b0 = v128.load(b, 2 * ROW);
    b1 = v128.load(b, 2 * ROW + 16);
    c00 = fma((x = spread<S>(a, 2)), b0, c00);
    c01 = fma(x, b1, c01);
    c10 = fma((x = spread<S>(a1, 2)), b0, c10);
    c11 = fma(x, b1, c11);
    c20 = fma((x = spread<S>(a2, 2)), b0, c20);
    c21 = fma(x, b1, c21);
    c30 = fma((x = spread<S>(a3, 2)), b0, c30);
    c31 = fma(x, b1, c31);
    if (k <= 3) break;
    b += 3 * ROW;
    a += 3 * step<S>();
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + next, c10);
  v128.store(c + next, c11, 16);
  v128.store(c + 2 * next, c20);
  v128.store(c + 2 * next, c21, 16);
  v128.store(c + 3 * next, c30);
  v128.store(c + 3 * next, c31, 16);
}

/** Three rows. */
@inline
function tile3<S>(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize): void {
  let c00 = v128.load(c);
  let c01 = v128.load(c, 16);
  let c10 = v128.load(c + next);
  let c11 = v128.load(c + next, 16);
  let c20 = v128.load(c + 2 * next);
  let c21 = v128.load(c + 2 * next, 16);
  let x: v128;
  for (let k = K; ; k -= 4) {
    const a1 = a + down;
    const a2 = a1 + down;
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    c00 = fma((x = spread<S>(a, 0)), b0, c00);
    c01 = fma(x, b1, c01);
    c10 = fma((x = spread<S>(a1, 0)), b0, c10);
    c11 = fma(x, b1, c11);
    c20 = fma((x = spread<S>(a2, 0)), b0, c20);
    c21 = fma(x, b1, c21);
    if (k == 1) break;
    b0 = v128.load(b, ROW);
    b1 = v128.load(b, ROW + 16);
    c00 = fma((x = spread<S>(a, 1)), b0, c00);
    c01 = fma(x, b1, c01);
    c10 = fma((x = spread<S>(a1, 1)), b0, c10);
    c11 = fma(x, b1, c11);
    c20 = fma((x = spread<S>(a2, 1)), b0, c20);
    c21 = fma(x, b1, c21);
    if (k == 2) break;
    b0 = v128.load(b, 2 * ROW);
    b1 = v128.load(b, 2 * ROW + 16);
    c00 = fma((x = spread<S>(a, 2)), b0, c00);
    c01 = fma(x, b1, c01);
    c10 = fma((x = spread<S>(a1, 2)), b0, c10);
    c11 = fma(x, b1, c11);
    c20 = fma((x = spread<S>(a2, 2)), b0, c20);
    c21 = fma(x, b1, c21);
    if (k == 3) break;
    b0 = v128.load(b, 3 * ROW);
    b1 = v128.load(b, 3 * ROW + 16);
    c00 = fma((x = spread<S>(a, 3)), b0, c00);
    c01 = fma(x, b1, c01);
    c10 = fma((x = spread<S>(a1, 3)), b0, c10);
    c11 = fma(x, b1, c11);
    c20 = fma((x = spread<S>(a2, 3)), b0, c20);
    c21 = fma(x, b1, c21);
    if (k <= 4) break;
    b += 4 * ROW;
    a += 4 * step<S>();
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + next, c10);
  v128.store(c + next, c11, 16);
  v128.store(c + 2 * next, c20);
  v128.store(c + 2 * next, c21, 16);
}

/** Two rows. */
@inline
function tile2<S>(K: i32, a: usize, down: usize, b: usize, c: usize, next: usize): void {
  let c00 = v128.load(c);
  let c01 = v128.load(c, 16);
  let c10 = v128.load(c + next);
  let c11 = v128.load(c + next, 16);
  for (let k = K; ; k -= 4) {
    const a1 = a + down;
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = spread<S>(a, 0);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    x = spread<S>(a1, 0);
    c10 = fma(x, b0, c10);
    c11 = fma(x, b1, c11);
    if (k == 1) break;
    b0 = v128.load(b, ROW);
    b1 = v128.load(b, ROW + 16);
    x = spread<S>(a, 1);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    x = spread<S>(a1, 1);
    c10 = fma(x, b0, c10);
    c11 = fma(x, b1, c11);
    if (k == 2) break;
    b0 = v128.load(b, 2 * ROW);
    b1 = v128.load(b, 2 * ROW + 16);
    x = spread<S>(a, 2);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    x = spread<S>(a1, 2);
    c10 = fma(x, b0, c10);
    c11 = fma(x, b1, c11);
    if (k == 3) break;
    b0 = v128.load(b, 3 * ROW);
    b1 = v128.load(b, 3 * ROW + 16);
    x = spread<S>(a, 3);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    x = spread<S>(a1, 3);
    c10 = fma(x, b0, c10);
    c11 = fma(x, b1, c11);
    if (k <= 4) break;
    b += 4 * ROW;
    a += 4 * step<S>();
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + next, c10);
  v128.store(c + next, c11, 16);
}

/** One row. */
@inline
function tile1<S>(K: i32, a: usize, b: usize, c: usize): void {
  let c00 = v128.load(c);
  let c01 = v128.load(c, 16);
  for (let k = K; ; k -= 4) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = spread<S>(a, 0);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    if (k == 1) break;
    b0 = v128.load(b, ROW);
    b1 = v128.load(b, ROW + 16);
    x = spread<S>(a, 1);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    if (k == 2) break;
    b0 = v128.load(b, 2 * ROW);
    b1 = v128.load(b, 2 * ROW + 16);
    x = spread<S>(a, 2);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    if (k == 3) break;
    b0 = v128.load(b, 3 * ROW);
    b1 = v128.load(b, 3 * ROW + 16);
    x = spread<S>(a, 3);
    c00 = fma(x, b0, c00);
    c01 = fma(x, b1, c01);
    if (k <= 4) break;
    b += 4 * ROW;
    a += 4 * step<S>();
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
}

/** The tile of 1 to TILE rows of A. */
export function rowTile(rows: i32, K: i32, a: usize, down: usize, b: usize, c: usize, next: usize): void {
  if (rows == 4) tile4<Float>(K, a, down, b, c, next);
  else if (rows == 3) tile3<Float>(K, a, down, b, c, next);
  else if (rows == 2) tile2<Float>(K, a, down, b, c, next);
  else tile1<Float>(K, a, b, c);
}

/** The tile of 1 to TILE columns of A, packed by packColumns. */
export function columnTile(rows: i32, K: i32, a: usize, b: usize, c: usize, next: usize): void {
  if (rows == 4) tile4<v128>(K, a, SIZE, b, c, next);
  else if (rows == 3) tile3<v128>(K, a, SIZE, b, c, next);
  else if (rows == 2) tile2<v128>(K, a, SIZE, b, c, next);
  else tile1<v128>(K, a, b, c);
}
