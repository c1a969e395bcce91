/**
 * Packing: a matrix operand laid out as panels of PANEL = 2·LANES columns, [ceil(N/PANEL)][K][PANEL], zero
 * padded, so that the products of tiles.ts read it with unit stride.
 */
import { LANES, SIZE, at, get } from "../vector";

/** Columns of a panel: 8 (f32) or 4 (f64). */
@inline export const PANEL: i32 = 2 * LANES;
/** Rows of C that a product takes at once. */
@inline export const TILE: i32 = 4;
/** Bytes of a panel's row. */
@inline export const ROW: usize = 32;

/** Elements of a packed [K,N] operand. */
export function packedSize(K: i32, N: i32): i32 {
  return ((N + PANEL - 1) / PANEL) * PANEL * K;
}

/** Packs B [K,N], row stride ldb. out [packedSize(K,N)] is overwritten. */
export function pack(K: i32, N: i32, B: usize, ldb: i32, out: usize): void {
  const next = at(0, ldb);
  const panel = ROW * K;
  let j = 0;
  for (; j + 2 * PANEL <= N; j += 2 * PANEL) {
    // two panels at a time: a whole cache line of B
    let b = at(B, j);
    let p = out + panel * (j / PANEL);
    for (let k = 0; k < K; ++k, b += next, p += ROW) {
      const q = p + panel;
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const b2 = v128.load(b, 32);
      const b3 = v128.load(b, 48);
      v128.store(p, b0);
      v128.store(p, b1, 16);
      v128.store(q, b2);
      v128.store(q, b3, 16);
    }
  }
  for (; j < N; j += PANEL) {
    let b = at(B, j);
    let p = out + panel * (j / PANEL);
    const n = N - j;
    for (let k = 0; k < K; ++k, b += next, p += ROW) {
      const b0 = get(b, n);
      const b1 = get(b + 16, n - LANES);
      v128.store(p, b0);
      v128.store(p, b1, 16);
    }
  }
}

/** Rows a..a+LANES-1 of B from column k on, transposed into LANES half rows of a panel. */
@inline
function transposeBlock(b: usize, next: usize, p: usize): void {
  if (SIZE == 8) {
    const r0 = v128.load(b);
    const r1 = v128.load(b + next);
    v128.store(p, i64x2.shuffle(r0, r1, 0, 2));
    v128.store(p, i64x2.shuffle(r0, r1, 1, 3), ROW);
  } else {
    const r0 = v128.load(b);
    const r1 = v128.load(b + next);
    const r2 = v128.load(b + 2 * next);
    const r3 = v128.load(b + 3 * next);
    const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
    const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
    const low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
    const high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
    v128.store(p, i64x2.shuffle(low01, low23, 0, 2));
    v128.store(p, i64x2.shuffle(low01, low23, 1, 3), ROW);
    v128.store(p, i64x2.shuffle(high01, high23, 0, 2), 2 * ROW);
    v128.store(p, i64x2.shuffle(high01, high23, 1, 3), 3 * ROW);
  }
}

/** Packs Bᵀ [K,N] for B [N,K], row stride ldb. out [packedSize(K,N)] is overwritten. */
export function packTransposed(K: i32, N: i32, B: usize, ldb: i32, out: usize): void {
  const next = at(0, ldb);
  let p = out;
  for (let j = 0; j < N; j += PANEL) {
    let b = at(B, j * ldb);
    let k = 0;
    const n = N - j;
    if (n >= PANEL) {
      for (; k + LANES <= K; k += LANES, b += 16, p += ROW * LANES) {
        transposeBlock(b, next, p);
        transposeBlock(b + next * LANES, next, p + 16);
      }
    }
    for (; k < K; ++k, b += SIZE, p += ROW) {
      for (let c = 0; c < PANEL; ++c) store<Float>(at(p, c), c < n ? load<Float>(b + next * c) : 0);
    }
  }
}

/**
 * Columns that packColumns takes at once: in f32 a cache line, so that a long stride reads each line once.
 */
@inline export const GROUP: i32 = 4 * TILE;

/** Copies TILE reals. */
@inline
function copyTile(from: usize, to: usize): void {
  v128.store(to, v128.load(from));
  if (SIZE == 8) v128.store(to, v128.load(from, 16), 16);
}

/**
 * Packs `rows` ≤ GROUP adjacent columns of A [K,M] from address a on, as [ceil(rows/TILE)][K][TILE], zero
 * padded.
 */
export function packColumns(K: i32, rows: i32, a: usize, lda: i32, out: usize): void {
  const next = at(0, lda);
  const tile = at(0, K * TILE);
  const step = SIZE * TILE;
  if (rows == GROUP) {
    for (; K > 0; --K, a += next, out += step) {
      copyTile(a, out);
      copyTile(a + step, out + tile);
      copyTile(a + 2 * step, out + 2 * tile);
      copyTile(a + 3 * step, out + 3 * tile);
    }
    return;
  }
  for (let k = 0; k < K; ++k, a += next, out += step) {
    for (let i = 0, p = a, q = out; i < rows; i += TILE, p += step, q += tile) {
      v128.store(q, get(p, rows - i));
      if (SIZE == 8) v128.store(q, get(p + 16, rows - i - LANES), 16);
    }
  }
}
