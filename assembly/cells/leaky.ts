/** Leaky integrator units (Jaeger et al. 2007): h = (1-leak)·h₀ + leak·f(z). */
import { LANES, add, at, flush, get, mul, put, splat } from "../vector";
import { LOGISTIC, RELU, TANH, activate, derivative } from "../elementary/activations";
import { CHUNK, plane } from "../algebra/scratch";

/** ∂h/∂z of a constant kind from y [n]. */
@inline
function slopes(kind: i32, n: i32, leak: v128, y: usize, out: usize): void {
  for (; n > 0; n -= LANES, y += 16, out += 16) put(out, n, flush(mul(leak, derivative(kind, get(y, n)))));
}

/**
 * One step: h = (1-leak)·h₀ + leak·f(z), kind as in activate.
 *
 * pre       [B,H]   z
 * h0, h     [B,H]   state before and after; h is overwritten, flushed
 * partials  [B,2H]  ∂h/∂z ∂h/∂h₀, overwritten; 0 for none
 */
export function leakyStep(
  kind: i32,
  B: i32,
  H: i32,
  leak: f64,
  pre: usize,
  h0: usize,
  h: usize,
  partials: usize,
): void {
  const a = splat(leak);
  const keep = splat(1 - leak);
  const y = plane(0);
  for (let b = 0; b < B; ++b, partials = partials ? at(partials, 2 * H) : 0) {
    for (let j = 0; j < H; j += CHUNK) {
      const m = min(CHUNK, H - j);
      activate(kind, m, pre, y);
      for (let i = 0; i < m; i += LANES) {
        put(at(h, i), m - i, flush(add(mul(keep, get(at(h0, i), m - i)), mul(a, get(at(y, i), m - i)))));
      }
      pre = at(pre, m);
      h0 = at(h0, m);
      h = at(h, m);
      if (!partials) continue;
      const p = at(partials, j);
      if (kind == TANH) slopes(TANH, m, a, y, p);
      else if (kind == LOGISTIC) slopes(LOGISTIC, m, a, y, p);
      else if (kind == RELU) slopes(RELU, m, a, y, p);
      else slopes(0, m, a, y, p);
      for (let i = 0; i < m; i += LANES) put(at(p, H + i), m - i, keep);
    }
  }
}
