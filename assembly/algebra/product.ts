/**
 * Products of small f64 matrices, row-major and unpacked: tiles of one or two rows by one, two or eight
 * columns, sums in ascending order of k. ld counts elements.
 */
import { at64, plus } from "./small";

/** Two rows of eight columns: registers for all sixteen sums. */
@inline
function tile28(
  K: i32,
  a: usize,
  lda: usize,
  step: usize,
  b: usize,
  ldb: usize,
  c: usize,
  ldc: usize,
  add: bool,
): void {
  let c0 = f64x2.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let d0 = c0;
  let d1 = c0;
  let d2 = c0;
  let d3 = c0;
  for (let k = 0; k < K; ++k) {
    const x = v128.load64_splat(a);
    const y = v128.load64_splat(a + lda);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    c0 = plus(c0, x, b0);
    c1 = plus(c1, x, b1);
    c2 = plus(c2, x, b2);
    c3 = plus(c3, x, b3);
    d0 = plus(d0, y, b0);
    d1 = plus(d1, y, b1);
    d2 = plus(d2, y, b2);
    d3 = plus(d3, y, b3);
    a += step;
    b += ldb;
  }
  const d = c + ldc;
  if (add) {
    c0 = f64x2.add(c0, v128.load(c));
    c1 = f64x2.add(c1, v128.load(c, 16));
    c2 = f64x2.add(c2, v128.load(c, 32));
    c3 = f64x2.add(c3, v128.load(c, 48));
    d0 = f64x2.add(d0, v128.load(d));
    d1 = f64x2.add(d1, v128.load(d, 16));
    d2 = f64x2.add(d2, v128.load(d, 32));
    d3 = f64x2.add(d3, v128.load(d, 48));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
  v128.store(d, d0);
  v128.store(d, d1, 16);
  v128.store(d, d2, 32);
  v128.store(d, d3, 48);
}

/** One row of eight columns. */
@inline
function tile18(K: i32, a: usize, step: usize, b: usize, ldb: usize, c: usize, add: bool): void {
  let c0 = f64x2.splat(0);
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  for (let k = 0; k < K; ++k) {
    const x = v128.load64_splat(a);
    c0 = plus(c0, x, v128.load(b));
    c1 = plus(c1, x, v128.load(b, 16));
    c2 = plus(c2, x, v128.load(b, 32));
    c3 = plus(c3, x, v128.load(b, 48));
    a += step;
    b += ldb;
  }
  if (add) {
    c0 = f64x2.add(c0, v128.load(c));
    c1 = f64x2.add(c1, v128.load(c, 16));
    c2 = f64x2.add(c2, v128.load(c, 32));
    c3 = f64x2.add(c3, v128.load(c, 48));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}

/** One row of two columns. */
@inline
function tile12(K: i32, a: usize, step: usize, b: usize, ldb: usize, c: usize, add: bool): void {
  let c0 = f64x2.splat(0);
  for (let k = 0; k < K; ++k) {
    c0 = plus(c0, v128.load64_splat(a), v128.load(b));
    a += step;
    b += ldb;
  }
  if (add) c0 = f64x2.add(c0, v128.load(c));
  v128.store(c, c0);
}

/** One element. */
@inline
function tile11(K: i32, a: usize, step: usize, b: usize, ldb: usize, c: usize, add: bool): void {
  let sum: f64 = 0;
  for (let k = 0; k < K; ++k) {
    sum = sum + load<f64>(a) * load<f64>(b);
    a += step;
    b += ldb;
  }
  store<f64>(c, add ? sum + load<f64>(c) : sum);
}

/** C [M,N] = or += A·B, where A's element (i, k) is at i·row + k·step bytes. */
@inline
function multiply(
  M: i32,
  N: i32,
  K: i32,
  A: usize,
  row: usize,
  step: usize,
  B: usize,
  ldb: i32,
  C: usize,
  ldc: i32,
  add: bool,
): void {
  const bRow = (<usize>ldb) << 3;
  const cRow = (<usize>ldc) << 3;
  let j = 0;
  for (; j + 8 <= N; j += 8) {
    let a = A;
    let c = at64(C, j);
    let i = 0;
    for (; i + 2 <= M; i += 2) {
      tile28(K, a, row, step, at64(B, j), bRow, c, cRow, add);
      a += 2 * row;
      c += 2 * cRow;
    }
    if (i < M) tile18(K, a, step, at64(B, j), bRow, c, add);
  }
  for (; j + 2 <= N; j += 2) {
    for (let i: usize = 0; i < <usize>M; ++i)
      tile12(K, A + i * row, step, at64(B, j), bRow, at64(C, j) + i * cRow, add);
  }
  if (j < N) {
    for (let i: usize = 0; i < <usize>M; ++i)
      tile11(K, A + i * row, step, at64(B, j), bRow, at64(C, j) + i * cRow, add);
  }
}

/** C [M,N] = A [M,K] · B [K,N]. */
export function product(
  M: i32,
  N: i32,
  K: i32,
  A: usize,
  lda: i32,
  B: usize,
  ldb: i32,
  C: usize,
  ldc: i32,
): void {
  multiply(M, N, K, A, (<usize>lda) << 3, 8, B, ldb, C, ldc, false);
}
/** C [M,N] += A [M,K] · B [K,N]. */
export function addProduct(
  M: i32,
  N: i32,
  K: i32,
  A: usize,
  lda: i32,
  B: usize,
  ldb: i32,
  C: usize,
  ldc: i32,
): void {
  multiply(M, N, K, A, (<usize>lda) << 3, 8, B, ldb, C, ldc, true);
}
/** C [M,N] += Aᵀ·B with A [K,M], B [K,N]: a sum of K outer products. */
export function addOuter(
  M: i32,
  N: i32,
  K: i32,
  A: usize,
  lda: i32,
  B: usize,
  ldb: i32,
  C: usize,
  ldc: i32,
): void {
  multiply(M, N, K, A, 8, (<usize>lda) << 3, B, ldb, C, ldc, true);
}
