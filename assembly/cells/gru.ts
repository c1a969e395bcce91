/** Gated recurrent units: reset after the recurrent product (as in cuDNN), and reset before it in two stages (Cho et al. 2014). */
import { LANES, add, at, flush, get, mul, put, splat, sub } from "../vector";
import { logistic, tanh } from "../elementary";

/** 1 - y². */
// @ts-ignore: decorator
@inline
function tanhSlope(y: v128): v128 { return mul(sub(splat(1), y), add(splat(1), y)); }
/** y(1 - y). */
// @ts-ignore: decorator
@inline
function logisticSlope(y: v128): v128 { return mul(y, sub(splat(1), y)); }

/** n units of one row; `next` is the byte distance of gate and partial blocks. */
// @ts-ignore: decorator
@inline
function units(n: i32, next: usize, pre: usize, h0: usize, h: usize, p: usize): void {
  const one = splat(1), old = get(h0, n), candidate = get(pre + 3 * next, n);
  const r = logistic<Float>(get(pre + next, n)), z = logistic<Float>(get(pre + 2 * next, n));
  const t = tanh<Float>(add(get(pre, n), mul(r, candidate)));
  put(h, n, flush(add(mul(sub(one, z), t), mul(z, old))));
  if (!p) return;
  const dx = mul(sub(one, z), tanhSlope(t));
  put(p, n, flush(dx));
  put(p + next, n, flush(mul(dx, mul(candidate, logisticSlope(r)))));
  put(p + 2 * next, n, flush(mul(sub(old, t), logisticSlope(z))));
  put(p + 3 * next, n, flush(mul(dx, r)));
  put(p + 4 * next, n, z);
}

/**
 * One step, reset after the product.
 *
 *   r = σ(z_r)   z = σ(z_z)   n = tanh(n_x + r⊙n_h)      h = (1-z)⊙n + z⊙h₀
 *
 * pre       [B,4H]  gate blocks n_x z_r z_z n_h
 * h0, h     [B,H]   state before and after; h is overwritten, flushed
 * partials  [B,5H]  ∂h/∂n_x ∂h/∂z_r ∂h/∂z_z ∂h/∂n_h ∂h/∂h₀, overwritten; 0 for none
 */
export function gruStep(B: i32, H: i32, pre: usize, h0: usize, h: usize, partials: usize): void {
  const next = at(0, H);
  for (let b = 0; b < B; ++b) {
    const z = at(pre, 4 * H * b), s = at(0, H * b), d = partials ? at(partials, 5 * H * b) : 0;
    for (let j = 0; j < H; j += LANES) {
      const o = at(0, j);
      units(H - j, next, z + o, h0 + s + o, h + s + o, d ? d + o : 0);
    }
  }
}

/**
 * Reset before the product, stage 1: q = σ(z_r)⊙h₀, what the candidate's recurrent weights see.
 *
 * pre       [B,3H]       gate blocks r z n; only r is read
 * h0, q     [B,H]        state before; reset state, overwritten, flushed
 * partials  [B,2H], ldp  ∂q/∂z_r ∂q/∂h₀, overwritten; 0 for none
 */
export function gruResetStep(B: i32, H: i32, pre: usize, h0: usize, q: usize, partials: usize, ldp: i32): void {
  for (let b = 0; b < B; ++b) {
    for (let j = 0; j < H; j += LANES) {
      const n = H - j, r = logistic<Float>(get(at(pre, 3 * H * b + j), n)), old = get(at(h0, H * b + j), n);
      put(at(q, H * b + j), n, flush(mul(r, old)));
      if (partials) {
        const p = at(partials, ldp * b + j);
        put(p, n, flush(mul(old, logisticSlope(r))));
        put(at(p, H), n, r);
      }
    }
  }
}

/**
 * Reset before the product, stage 2: h = (1-z)⊙tanh(z_n) + z⊙h₀.
 *
 * pre       [B,3H]       gate blocks r z n; z and n are read
 * h0, h     [B,H]        state before and after; h is overwritten, flushed
 * partials  [B,3H], ldp  ∂h/∂z_z ∂h/∂z_n ∂h/∂h₀, overwritten; 0 for none
 */
export function gruBlendStep(B: i32, H: i32, pre: usize, h0: usize, h: usize, partials: usize, ldp: i32): void {
  const one = splat(1);
  for (let b = 0; b < B; ++b) {
    for (let j = 0; j < H; j += LANES) {
      const n = H - j, row = 3 * H * b + j, old = get(at(h0, H * b + j), n);
      const z = logistic<Float>(get(at(pre, row + H), n)), t = tanh<Float>(get(at(pre, row + 2 * H), n)), open = sub(one, z);
      put(at(h, H * b + j), n, flush(add(mul(open, t), mul(z, old))));
      if (partials) {
        const p = at(partials, ldp * b + j);
        put(p, n, flush(mul(sub(old, t), logisticSlope(z))));
        put(at(p, H), n, flush(mul(open, tanhSlope(t))));
        put(at(p, 2 * H), n, z);
      }
    }
  }
}
