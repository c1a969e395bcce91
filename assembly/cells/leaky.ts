/** Leaky integrator units (Jaeger et al. 2007): h = (1-leak)·h₀ + leak·f(z). */
import { LANES, add, at, flush, get, mul, put, splat } from "../vector";
import { LOGISTIC, RELU, TANH, activation, derivative } from "../activations";

// @ts-ignore: decorator
@inline
function rows(kind: i32, B: i32, H: i32, leak: f64, pre: usize, h0: usize, h: usize, partials: usize): void {
  const a = splat(leak), keep = splat(1 - leak);
  for (let b = 0; b < B; ++b) {
    const s = H * b, p = at(partials, 2 * s);
    for (let j = 0; j < H; j += LANES) {
      const n = H - j, y = activation(kind, get(at(pre, s + j), n));
      put(at(h, s + j), n, flush(add(mul(keep, get(at(h0, s + j), n)), mul(a, y))));
      if (partials) {
        put(at(p, j), n, flush(mul(a, derivative(kind, y))));
        put(at(p, H + j), n, keep);
      }
    }
  }
}

/**
 * One step: h = (1-leak)·h₀ + leak·f(z), kind as in activate.
 *
 * pre       [B,H]   z
 * h0, h     [B,H]   state before and after; h is overwritten, flushed
 * partials  [B,2H]  ∂h/∂z ∂h/∂h₀, overwritten; 0 for none
 */
export function leakyStep(kind: i32, B: i32, H: i32, leak: f64, pre: usize, h0: usize, h: usize, partials: usize): void {
  if (kind == TANH) rows(TANH, B, H, leak, pre, h0, h, partials);
  else if (kind == LOGISTIC) rows(LOGISTIC, B, H, leak, pre, h0, h, partials);
  else if (kind == RELU) rows(RELU, B, H, leak, pre, h0, h, partials);
  else rows(0, B, H, leak, pre, h0, h, partials);
}
