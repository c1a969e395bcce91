/**
 * Parameter updates, fused. Running averages are flushed (vector.ts): without a gradient they decay and would
 * become subnormal.
 */
import { LANES, add, flush, get, mul, put, splat, sub } from "../vector";

/**
 * Classical momentum (Polyak 1964): v [n] = mu·v - rate·g [n]; theta [n] += v. v and theta are overwritten.
 */
export function momentumUpdate(n: i32, rate: f64, mu: f64, g: usize, v: usize, theta: usize): void {
  const r = splat(rate);
  const m = splat(mu);
  for (; n >= 2 * LANES; n -= 2 * LANES, g += 32, v += 32, theta += 32) {
    const v0 = flush(sub(mul(m, v128.load(v)), mul(r, v128.load(g))));
    const v1 = flush(sub(mul(m, v128.load(v, 16)), mul(r, v128.load(g, 16))));
    const t0 = add(v128.load(theta), v0);
    const t1 = add(v128.load(theta, 16), v1);
    v128.store(v, v0);
    v128.store(v, v1, 16);
    v128.store(theta, t0);
    v128.store(theta, t1, 16);
  }
  for (; n > 0; n -= LANES, g += 16, v += 16, theta += 16) {
    const now = flush(sub(mul(m, get(v, n)), mul(r, get(g, n))));
    put(v, n, now);
    put(theta, n, add(get(theta, n), now));
  }
}

/** a/b, and 0 where b is 0: a unit without a gradient, and no ε, stays where it is. */
@inline
function quotient(a: v128, b: v128): v128 {
  return v128.andnot(v128.div<Float>(a, b), v128.eq<Float>(b, splat(0)));
}

/**
 * Adam (Kingma and Ba 2015): m = β₁m + (1-β₁)g, v = β₂v + (1-β₂)g², θ -= rate ·
 * m·correction1/(√(v·correction2) + ε), where correction_i = 1/(1 - β_iᵗ). g [n]; m, v, theta [n] are
 * overwritten.
 */
export function adamUpdate(
  n: i32,
  rate: f64,
  beta1: f64,
  beta2: f64,
  epsilon: f64,
  correction1: f64,
  correction2: f64,
  g: usize,
  m: usize,
  v: usize,
  theta: usize,
): void {
  const b1 = splat(beta1);
  const a1 = splat(1 - beta1);
  const b2 = splat(beta2);
  const a2 = splat(1 - beta2);
  const step = splat(rate * correction1);
  const c2 = splat(correction2);
  const e = splat(epsilon);
  for (; n > 0; n -= LANES, g += 16, m += 16, v += 16, theta += 16) {
    const x = get(g, n);
    const first = flush(add(mul(b1, get(m, n)), mul(a1, x)));
    const second = flush(add(mul(b2, get(v, n)), mul(a2, mul(x, x))));
    put(m, n, first);
    put(v, n, second);
    const size = add(v128.sqrt<Float>(mul(second, c2)), e);
    put(theta, n, sub(get(theta, n), quotient(mul(step, first), size)));
  }
}

/**
 * RMSProp (Tieleman and Hinton 2012): v = decay·v + (1-decay)g², θ -= rate·g/(√v + ε). g [n]; v, theta [n]
 * are overwritten.
 */
export function rmspropUpdate(
  n: i32,
  rate: f64,
  decay: f64,
  epsilon: f64,
  g: usize,
  v: usize,
  theta: usize,
): void {
  const r = splat(rate);
  const d = splat(decay);
  const a = splat(1 - decay);
  const e = splat(epsilon);
  for (; n > 0; n -= LANES, g += 16, v += 16, theta += 16) {
    const x = get(g, n);
    const second = flush(add(mul(d, get(v, n)), mul(a, mul(x, x))));
    put(v, n, second);
    put(theta, n, sub(get(theta, n), quotient(mul(r, x), add(v128.sqrt<Float>(second), e))));
  }
}
