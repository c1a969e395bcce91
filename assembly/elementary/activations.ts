/** The activation functions by kind, and products with their derivatives written in y = f(x). */
import { LANES, add, flush, get, mul, put, splat, sub } from "../vector";
import { mapLogistic, mapTanh } from "./maps";

@inline export const IDENTITY: i32 = 0;
@inline export const TANH: i32 = 1;
@inline export const LOGISTIC: i32 = 2;
@inline export const RELU: i32 = 3;

/** f'(x) for a constant kind, from y = f(x): 1, 1 - y², y(1 - y), 1 where y > 0. */
@inline
export function derivative(kind: i32, y: v128): v128 {
  if (kind == TANH) return mul(sub(splat(1), y), add(splat(1), y));
  if (kind == LOGISTIC) return mul(y, sub(splat(1), y));
  if (kind == RELU) return v128.and(splat(1), v128.gt<Float>(y, splat(0)));
  return splat(1);
}

/**
 * y [n] = f(x [n]), overwritten; y may be x. kind: 0 identity, 1 tanh, 2 logistic, 3 relu. relu takes NaN to
 * NaN.
 */
export function activate(kind: i32, n: i32, x: usize, y: usize): void {
  if (kind == TANH) mapTanh(n, x, y);
  else if (kind == LOGISTIC) mapLogistic(n, x, y);
  else if (kind == RELU) {
    for (; n > 0; n -= LANES, x += 16, y += 16) {
      const v = get(x, n);
      put(y, n, v128.andnot(v, v128.le<Float>(v, splat(0))));
    }
  } else {
    for (; n > 0; n -= LANES, x += 16, y += 16) put(y, n, get(x, n));
  }
}

@inline
function productSpan(kind: i32, n: i32, y: usize, u: usize, out: usize): void {
  for (; n >= 2 * LANES; n -= 2 * LANES, y += 32, u += 32, out += 32) {
    const o0 = flush(add(v128.load(out), mul(derivative(kind, v128.load(y)), v128.load(u))));
    const o1 = flush(add(v128.load(out, 16), mul(derivative(kind, v128.load(y, 16)), v128.load(u, 16))));
    v128.store(out, o0);
    v128.store(out, o1, 16);
  }
  for (; n > 0; n -= LANES, y += 16, u += 16, out += 16) {
    put(out, n, flush(add(get(out, n), mul(derivative(kind, get(y, n)), get(u, n)))));
  }
}

/** out [n] = flush(out + f'(x) ⊙ u [n]) with y [n] = f(x): J·v and Jᵀ·u of activate. */
export function activationProduct(kind: i32, n: i32, y: usize, u: usize, out: usize): void {
  if (kind == TANH) productSpan(TANH, n, y, u, out);
  else if (kind == LOGISTIC) productSpan(LOGISTIC, n, y, u, out);
  else if (kind == RELU) productSpan(RELU, n, y, u, out);
  else productSpan(IDENTITY, n, y, u, out);
}
