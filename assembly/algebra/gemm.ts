/**
 * Matrix products, all adding: C += A·B or A·Bᵀ by what pack.ts made of B, C += Aᵀ·B; row-major with row
 * strides ld*, on packed operands and register tiles (tiles.ts). The order of every sum is that of
 * tiles.ts, whatever the blocking: the bits of a row depend on that row alone.
 */
import { LANES, SIZE, at, get, put } from "../vector";
import { GROUP, PANEL, ROW, TILE, pack, packColumns, packedSize } from "./pack";
import { columnsProduct, rowsProduct } from "./strips";
import { fma, spread } from "./tiles";

/** Rows of a panel that are used at once: 512 × 32 bytes leave half of a 32 KiB L1 cache to A. */
@inline const DEPTH: i32 = 512;
/**
 * Rows of A that are swept for each panel. While packed stays in an L2 cache: 16, whose rows of C are left
 * whole before they fall out of L1, so that a long C goes through memory once. A larger packed is read from
 * further away, once in 128 rows.
 */
@inline const SWEEP: i32 = 16;
@inline const LONG_SWEEP: i32 = 128;
/** Bytes of a packed operand that stay in an L2 cache. */
@inline const CACHED: i32 = 262144;

/** C [M,N] += A [M,K] · packed (the [K,N] operand from pack or packTransposed). */
export function gemmPacked(
  M: i32,
  N: i32,
  K: i32,
  A: usize,
  lda: i32,
  packed: usize,
  C: usize,
  ldc: i32,
): void {
  if (K <= 0) return;
  if (M == 1) return gemv(N, K, A, packed, C);
  const down = at(0, lda);
  const next = at(0, ldc);
  const panel = ROW * K;
  const cuts = (K + DEPTH - 1) / DEPTH;
  const depth = (K + cuts - 1) / cuts;
  const sweep = packedSize(depth, N) <= CACHED / <i32>SIZE ? SWEEP : LONG_SWEEP;
  for (let k = 0; k < K; k += depth) {
    const kb = min(depth, K - k);
    for (let i = 0; i < M; i += sweep) {
      const mb = min(sweep, M - i);
      const a = A + down * i + at(0, k);
      let b = packed + ROW * k;
      let c = C + next * i;
      for (let j = 0; j < N; j += PANEL, b += panel, c += ROW)
        rowsProduct(mb, kb, a, down, b, c, next, N - j);
    }
  }
}

/** C [N] += a [K] · packed, K > 0: three panels at a time, since the additions of one wait on each other. */
function gemv(N: i32, K: i32, a: usize, packed: usize, c: usize): void {
  const panel = ROW * K;
  let j = 0;
  for (; j + 3 * PANEL <= N; j += 3 * PANEL, c += 3 * ROW, packed += 3 * panel)
    threePanels(K, a, packed, panel, c);
  for (; j < N; j += 2 * PANEL, c += 2 * ROW, packed += 2 * panel) lastPanels(N - j, K, a, packed, c);
}

/** c [3·PANEL] += a [K] · three panels, `panel` bytes apart; steps as in tiles.ts. */
@inline
function threePanels(K: i32, a: usize, p0: usize, panel: usize, c: usize): void {
  let p1 = p0 + panel;
  let p2 = p1 + panel;
  let c0 = v128.load(c);
  let c1 = v128.load(c, 16);
  let c2 = v128.load(c, ROW);
  let c3 = v128.load(c, ROW + 16);
  let c4 = v128.load(c, 2 * ROW);
  let c5 = v128.load(c, 2 * ROW + 16);
  for (let k = K; ; k -= 4) {
    let x = spread<Float>(a, 0);
    c0 = fma(x, v128.load(p0), c0);
    c1 = fma(x, v128.load(p0, 16), c1);
    c2 = fma(x, v128.load(p1), c2);
    c3 = fma(x, v128.load(p1, 16), c3);
    c4 = fma(x, v128.load(p2), c4);
    c5 = fma(x, v128.load(p2, 16), c5);
    if (k == 1) break;
    x = spread<Float>(a, 1);
    c0 = fma(x, v128.load(p0, ROW), c0);
    c1 = fma(x, v128.load(p0, ROW + 16), c1);
    c2 = fma(x, v128.load(p1, ROW), c2);
    c3 = fma(x, v128.load(p1, ROW + 16), c3);
    c4 = fma(x, v128.load(p2, ROW), c4);
    c5 = fma(x, v128.load(p2, ROW + 16), c5);
    if (k == 2) break;
    x = spread<Float>(a, 2);
    c0 = fma(x, v128.load(p0, 2 * ROW), c0);
    c1 = fma(x, v128.load(p0, 2 * ROW + 16), c1);
    c2 = fma(x, v128.load(p1, 2 * ROW), c2);
    c3 = fma(x, v128.load(p1, 2 * ROW + 16), c3);
    c4 = fma(x, v128.load(p2, 2 * ROW), c4);
    c5 = fma(x, v128.load(p2, 2 * ROW + 16), c5);
    if (k == 3) break;
    x = spread<Float>(a, 3);
    c0 = fma(x, v128.load(p0, 3 * ROW), c0);
    c1 = fma(x, v128.load(p0, 3 * ROW + 16), c1);
    c2 = fma(x, v128.load(p1, 3 * ROW), c2);
    c3 = fma(x, v128.load(p1, 3 * ROW + 16), c3);
    c4 = fma(x, v128.load(p2, 3 * ROW), c4);
    c5 = fma(x, v128.load(p2, 3 * ROW + 16), c5);
    if (k <= 4) break;
    a += 4 * SIZE;
    p0 += 4 * ROW;
    p1 += 4 * ROW;
    p2 += 4 * ROW;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, ROW);
  v128.store(c, c3, ROW + 16);
  v128.store(c, c4, 2 * ROW);
  v128.store(c, c5, 2 * ROW + 16);
}

/** c [min(n, 2·PANEL)] += a [K] · two panels, the second of which may not exist. */
@inline
function lastPanels(n: i32, K: i32, a: usize, p0: usize, c: usize): void {
  let p1 = n > PANEL ? p0 + ROW * K : p0;
  let c0 = get(c, n);
  let c1 = get(c + 16, n - LANES);
  let c2 = get(c + ROW, n - PANEL);
  let c3 = get(c + ROW + 16, n - PANEL - LANES);
  for (let k = 0; k < K; ++k, a += SIZE, p0 += ROW, p1 += ROW) {
    const x = spread<Float>(a, 0);
    c0 = fma(x, v128.load(p0), c0);
    c1 = fma(x, v128.load(p0, 16), c1);
    c2 = fma(x, v128.load(p1), c2);
    c3 = fma(x, v128.load(p1, 16), c3);
  }
  put(c, n, c0);
  put(c + 16, n - LANES, c1);
  put(c + ROW, n - PANEL, c2);
  put(c + ROW + 16, n - PANEL - LANES, c3);
}

/** Rows that gemmTN packs at a time: a block of B that stays cached, 64 to 256 rows. */
function rowsAtOnce(N: i32, K: i32): i32 {
  const rows = CACHED / (max(packedSize(1, N), 1) * <i32>SIZE);
  return min(K, max(64, min(256, rows)));
}

/** Elements of scratch for gemmTN. */
export function gemmTNScratch(N: i32, K: i32): i32 {
  const rows = rowsAtOnce(N, K);
  return packedSize(rows, N) + rows * GROUP;
}

/**
 * C [M,N] += Aᵀ · B, A [K,M], B [K,N], K of any length, in ascending order. scratch [gemmTNScratch(N,K)] is
 * overwritten.
 */
export function gemmTN(
  M: i32,
  N: i32,
  K: i32,
  A: usize,
  lda: i32,
  B: usize,
  ldb: i32,
  C: usize,
  ldc: i32,
  scratch: usize,
): void {
  const next = at(0, ldc);
  const rows = rowsAtOnce(N, K);
  const columns = at(scratch, packedSize(rows, N));
  for (let k = 0; k < K; k += rows) {
    const kb = min(rows, K - k);
    const panel = ROW * kb;
    pack(kb, N, at(B, k * ldb), ldb, scratch);
    for (let i = 0; i < M; i += GROUP) {
      const mb = min(GROUP, M - i);
      packColumns(kb, mb, at(A, k * lda + i), lda, columns);
      for (let r = 0; r < mb; r += TILE) {
        let c = C + next * (i + r);
        let b = scratch;
        const a = at(columns, r * kb);
        for (let j = 0; j < N; j += PANEL, b += panel, c += ROW)
          columnsProduct(min(TILE, mb - r), kb, a, b, c, next, N - j);
      }
    }
  }
}
