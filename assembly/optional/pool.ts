/** Sums and maxima over steps: what pooling and attention over time add to the rows of a step. */
import { LANES, accumulate, add, at, ends, get, mul, put, splat } from "../vector";

/** y [n] = max(y, x), best [n] = t where x was larger. */
export function maxSpan(n: i32, x: usize, t: f64, y: usize, best: usize): void {
  const step = splat(t);
  for (; n > 0; n -= LANES, x += 16, y += 16, best += 16) {
    const v = get(x, n);
    const old = get(y, n);
    const larger = v128.gt<Float>(v, old);
    put(y, n, v128.bitselect(v, old, larger));
    put(best, n, v128.bitselect(step, get(best, n), larger));
  }
}

/** out [n] += u where best [n] = t. */
export function addWhere(n: i32, t: f64, best: usize, u: usize, out: usize): void {
  const step = splat(t);
  for (; n > 0; n -= LANES, best += 16, u += 16, out += 16) {
    const chosen = v128.eq<Float>(get(best, n), step);
    put(out, n, add(get(out, n), v128.and(get(u, n), chosen)));
  }
}

/** y [R,C] += a [R] ⊙ x [R,C]: each row by its own factor. */
export function addScaledRows(R: i32, C: i32, a: usize, x: usize, y: usize): void {
  for (; R > 0; --R, a = at(a, 1), x = at(x, C), y = at(y, C)) {
    const s = v128.splat<Float>(load<Float>(a));
    for (let n = C, p = x, q = y; n > 0; n -= LANES, p += 16, q += 16)
      put(q, n, add(get(q, n), mul(s, get(p, n))));
  }
}

/** out [R] += Σ_c x ⊙ y, x and y [R,C]. */
export function rowDots(R: i32, C: i32, x: usize, y: usize, out: usize): void {
  for (; R > 0; --R, x = at(x, C), y = at(y, C), out = at(out, 1)) {
    let sum = f64x2.splat(0);
    for (let n = C, p = x, q = y; n > 0; n -= LANES, p += 16, q += 16)
      sum = accumulate(sum, mul(get(p, n), get(q, n)));
    store<Float>(out, load<Float>(out) + <Float>ends(sum));
  }
}
