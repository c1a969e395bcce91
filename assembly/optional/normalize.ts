/**
 * Rows with mean 0 and variance 1 (Ba et al. 2016): x̂ = (x - mean)·r, r = 1/√(variance + ε). The Jacobian
 * r·(I - 11ᵀ/C - x̂x̂ᵀ/C) is symmetric: one product serves tangents and adjoints.
 */
import { LANES, accumulate, add, at, ends, firstLanes, get, mul, put, splat, sub } from "../vector";

/** hat [R,C] = x̂ of x [R,C], rate [R] = r; both overwritten. */
export function normalizeRows(R: i32, C: i32, epsilon: f64, x: usize, hat: usize, rate: usize): void {
  const zero = splat(0);
  for (; R > 0; --R, x = at(x, C), hat = at(hat, C), rate = at(rate, 1)) {
    let sum = f64x2.splat(0);
    for (let n = C, p = x; n > 0; n -= LANES, p += 16) sum = accumulate(sum, get(p, n));
    const mean = splat(ends(sum) / C);
    sum = f64x2.splat(0);
    for (let n = C, p = x, q = hat; n > 0; n -= LANES, p += 16, q += 16) {
      const e = firstLanes(sub(get(p, n), mean), n, zero);
      put(q, n, e);
      sum = accumulate(sum, mul(e, e));
    }
    const r = 1 / sqrt(ends(sum) / C + epsilon);
    store<Float>(rate, <Float>r);
    const scale = splat(r);
    for (let n = C, q = hat; n > 0; n -= LANES, q += 16) put(q, n, mul(get(q, n), scale));
  }
}

/** out [R,C] += r·(u - mean(u) - x̂·mean(u⊙x̂)). u [R,C]. */
export function normalizeProduct(R: i32, C: i32, hat: usize, rate: usize, u: usize, out: usize): void {
  for (; R > 0; --R, hat = at(hat, C), u = at(u, C), out = at(out, C), rate = at(rate, 1)) {
    let sum = f64x2.splat(0);
    let along = f64x2.splat(0);
    for (let n = C, p = u, q = hat; n > 0; n -= LANES, p += 16, q += 16) {
      const v = get(p, n);
      sum = accumulate(sum, v);
      along = accumulate(along, mul(v, get(q, n)));
    }
    const mean = splat(ends(sum) / C);
    const share = splat(ends(along) / C);
    const r = v128.splat<Float>(load<Float>(rate));
    for (let n = C, p = u, q = hat, o = out; n > 0; n -= LANES, p += 16, q += 16, o += 16) {
      const v = sub(sub(get(p, n), mean), mul(get(q, n), share));
      put(o, n, add(get(o, n), mul(r, v)));
    }
  }
}
