/**
 * Matrices [R,C] with row strides ld*: edge products, row sums, copies, and rows gathered by id. A matrix
 * without gaps is swept as one row; every element has the same bits either way.
 */
import { LANES, add, at, flush, get, mul, put, splat } from "../vector";

/** y [n] = flush(y + p ⊙ x): one row of mulAdd. */
@inline
function mulAddSpan(n: i32, p: usize, x: usize, y: usize): void {
  let i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES, p += 32, x += 32, y += 32) {
    const y0 = flush(add(v128.load(y), mul(v128.load(p), v128.load(x))));
    const y1 = flush(add(v128.load(y, 16), mul(v128.load(p, 16), v128.load(x, 16))));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  for (; i < n; i += LANES, p += 16, x += 16, y += 16) {
    put(y, n - i, flush(add(get(y, n - i), mul(get(p, n - i), get(x, n - i)))));
  }
}

/** y [R,C] = flush(y + p ⊙ x): the product along an edge, forwards and backwards. */
export function mulAdd(R: i32, C: i32, p: usize, ldp: i32, x: usize, ldx: i32, y: usize, ldy: i32): void {
  if (ldp == C && ldx == C && ldy == C) {
    C *= R;
    R = 1;
  }
  for (; R > 0; --R, p = at(p, ldp), x = at(x, ldx), y = at(y, ldy)) mulAddSpan(C, p, x, y);
}

/** y [R,C] = flush(y + w ⊙ x) with the same w [C] for each row. */
export function mulAddRow(R: i32, C: i32, w: usize, x: usize, ldx: i32, y: usize, ldy: i32): void {
  for (; R > 0; --R, x = at(x, ldx), y = at(y, ldy)) mulAddSpan(C, w, x, y);
}

/** y [R,C] = flush(y + a·|p| ⊙ x): the curvature that structural damping adds. */
export function mulAddAbs(
  R: i32,
  C: i32,
  a: f64,
  p: usize,
  ldp: i32,
  x: usize,
  ldx: i32,
  y: usize,
  ldy: i32,
): void {
  const scale = splat(<Float>a);
  for (; R > 0; --R, p = at(p, ldp), x = at(x, ldx), y = at(y, ldy)) {
    for (let i = 0; i < C; i += LANES) {
      const n = C - i;
      const o = <usize>i * sizeof<Float>();
      put(
        y + o,
        n,
        flush(add(get(y + o, n), mul(mul(scale, v128.abs<Float>(get(p + o, n))), get(x + o, n)))),
      );
    }
  }
}

/** out [n] = y + p ⊙ x, overwritten: a pre-activation and its peephole. */
export function mulAddTo(n: i32, p: usize, x: usize, y: usize, out: usize): void {
  for (; n > 0; n -= LANES, p += 16, x += 16, y += 16, out += 16)
    put(out, n, add(get(y, n), mul(get(p, n), get(x, n))));
}

/** y [n] += x. */
@inline
function addSpan(n: i32, x: usize, y: usize): void {
  let i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES, x += 32, y += 32) {
    const y0 = add(v128.load(y), v128.load(x));
    const y1 = add(v128.load(y, 16), v128.load(x, 16));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  for (; i < n; i += LANES, x += 16, y += 16) put(y, n - i, add(get(y, n - i), get(x, n - i)));
}

/** y [n] = x. */
@inline
function copySpan(n: i32, x: usize, y: usize): void {
  let i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES, x += 32, y += 32) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    v128.store(y, x0);
    v128.store(y, x1, 16);
  }
  for (; i < n; i += LANES, x += 16, y += 16) put(y, n - i, get(x, n - i));
}

/** y [R,C] += row [C]. */
export function addRow(R: i32, C: i32, row: usize, y: usize, ldy: i32): void {
  for (; R > 0; --R, y = at(y, ldy)) addSpan(C, row, y);
}

/** y [R,C] = row [C] in each row. */
export function setRows(R: i32, C: i32, row: usize, y: usize, ldy: i32): void {
  for (; R > 0; --R, y = at(y, ldy)) copySpan(C, row, y);
}

/** y [R,C] = x [R,C]; they do not overlap. */
export function copyRows(R: i32, C: i32, x: usize, ldx: i32, y: usize, ldy: i32): void {
  if (ldx == C && ldy == C) {
    C *= R;
    R = 1;
  }
  for (; R > 0; --R, x = at(x, ldx), y = at(y, ldy)) copySpan(C, x, y);
}

/** y [R,C] += x [R,C]. */
export function addRows(R: i32, C: i32, x: usize, ldx: i32, y: usize, ldy: i32): void {
  if (ldx == C && ldy == C) {
    C *= R;
    R = 1;
  }
  for (; R > 0; --R, x = at(x, ldx), y = at(y, ldy)) addSpan(C, x, y);
}

/** out [C] += Σ_r x [R,C], rows in ascending order. */
export function sumRows(R: i32, C: i32, x: usize, ldx: i32, out: usize): void {
  const next = at(0, ldx);
  for (; R >= 4; R -= 4, x += 4 * next) {
    // four rows a sweep: out is loaded and stored once
    for (let c = 0, p = x; c < C; c += LANES, p += 16) {
      const n = C - c;
      const o = at(out, c);
      const s = add(add(get(o, n), get(p, n)), get(p + next, n));
      put(o, n, add(add(s, get(p + 2 * next, n)), get(p + 3 * next, n)));
    }
  }
  for (; R > 0; --R, x += next) addSpan(C, x, out);
}

/** out [C] += Σ_r x ⊙ y, x and y [R,C], rows in ascending order. */
export function sumProducts(R: i32, C: i32, x: usize, ldx: i32, y: usize, ldy: i32, out: usize): void {
  const nextX = at(0, ldx);
  const nextY = at(0, ldy);
  for (; R >= 4; R -= 4, x += 4 * nextX, y += 4 * nextY) {
    for (let c = 0, p = x, q = y; c < C; c += LANES, p += 16, q += 16) {
      const n = C - c;
      const o = at(out, c);
      let s = add(get(o, n), mul(get(p, n), get(q, n)));
      s = add(s, mul(get(p + nextX, n), get(q + nextY, n)));
      s = add(s, mul(get(p + 2 * nextX, n), get(q + 2 * nextY, n)));
      put(o, n, add(s, mul(get(p + 3 * nextX, n), get(q + 3 * nextY, n))));
    }
  }
  for (; R > 0; --R, x += nextX, y += nextY) {
    for (let c = 0; c < C; c += LANES) {
      const n = C - c;
      const o = at(out, c);
      put(o, n, add(get(o, n), mul(get(at(x, c), n), get(at(y, c), n))));
    }
  }
}

/** out [R,C] = table [·,C] at ids [R] (i32). */
export function gatherRows(R: i32, C: i32, table: usize, ids: usize, out: usize, ldo: i32): void {
  for (; R > 0; --R, ids += 4, out = at(out, ldo)) copySpan(C, at(table, load<i32>(ids) * C), out);
}

/** table [·,C] += x [R,C] at ids [R] (i32), rows in ascending order. */
export function scatterAddRows(R: i32, C: i32, x: usize, ldx: i32, ids: usize, table: usize): void {
  for (; R > 0; --R, ids += 4, x = at(x, ldx)) addSpan(C, x, at(table, load<i32>(ids) * C));
}
