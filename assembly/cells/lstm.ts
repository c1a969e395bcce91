/** Long short-term memory with forget gate (Gers et al. 2000) and optional peepholes (Gers et al. 2002). */
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
function units(n: i32, next: usize, pre: usize, c0: usize, h: usize, c: usize, p: usize, peep: usize): void {
  const old = get(c0, n);
  let zi = get(pre, n), zf = get(pre + next, n);
  if (peep) {
    zi = add(zi, mul(get(peep, n), old));
    zf = add(zf, mul(get(peep + next, n), old));
  }
  const i = logistic<Float>(zi), f = logistic<Float>(zf), g = tanh<Float>(get(pre + 2 * next, n));
  const now = flush(add(mul(f, old), mul(i, g)));
  let zo = get(pre + 3 * next, n);
  if (peep) zo = add(zo, mul(get(peep + 2 * next, n), now));
  const o = logistic<Float>(zo), u = tanh<Float>(now);
  put(c, n, now);
  put(h, n, flush(mul(o, u)));
  if (!p) return;
  put(p, n, flush(mul(g, logisticSlope(i))));
  put(p + next, n, flush(mul(old, logisticSlope(f))));
  put(p + 2 * next, n, flush(mul(i, tanhSlope(g))));
  put(p + 3 * next, n, f);
  put(p + 4 * next, n, flush(mul(u, logisticSlope(o))));
  put(p + 5 * next, n, flush(mul(o, tanhSlope(u))));
}

/**
 * One step and its partial derivatives at fixed pre-activations.
 *
 *   i = σ(zᵢ)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)      c = f⊙c₀ + i⊙g      h = o⊙tanh(c)
 *
 * pre       [B,4H]  z, gate order i f g o, without the peepholes' terms
 * c0        [B,H]   cell state before
 * h, c      [B,H]   output and cell state after, overwritten, flushed
 * partials  [B,6H]  ∂c/∂zᵢ ∂c/∂z_f ∂c/∂z_g ∂c/∂c₀ ∂h/∂z_o ∂h/∂c, overwritten; 0 for none
 * peep      [3,H]   zᵢ += p₀⊙c₀, z_f += p₁⊙c₀, z_o += p₂⊙c; 0 for none
 */
export function lstmStep(B: i32, H: i32, pre: usize, c0: usize, h: usize, c: usize, partials: usize, peep: usize): void {
  const next = at(0, H), whole = H - H % LANES;
  for (let b = 0; b < B; ++b) {
    let q = peep, p = partials, j = 0;
    for (; j < whole; j += LANES) {
      units(LANES, next, pre, c0, h, c, p, q);
      pre += 16; c0 += 16; h += 16; c += 16;
      if (p) p += 16;
      if (q) q += 16;
    }
    if (j < H) {
      units(H - j, next, pre, c0, h, c, p, q);
      const rest = at(0, H - j);
      pre += rest; c0 += rest; h += rest; c += rest;
    }
    pre += 3 * next;
    if (partials) partials += 6 * next;
  }
}
