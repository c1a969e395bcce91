/** Long short-term memory as first published (Hochreiter and Schmidhuber 1997): no forget gate, centered logistic squashing. */
import { LANES, add, at, flush, get, mul, put, splat, sub } from "../vector";
import { logistic, tanh } from "../elementary";

/** n units of one row; `next` is the byte distance of gate and partial blocks. */
// @ts-ignore: decorator
@inline
function units(n: i32, next: usize, gRange: f64, hRange: f64, pre: usize, c0: usize, h: usize, c: usize, p: usize, peep: usize): void {
  const one = splat(1), half = splat(0.5), old = get(c0, n);
  let zi = get(pre, n);
  if (peep) zi = add(zi, mul(get(peep, n), old));
  const i = logistic<Float>(zi), t = tanh<Float>(mul(half, get(pre + next, n))), g = mul(splat(gRange), t);
  const now = flush(add(old, mul(i, g)));
  let zo = get(pre + 2 * next, n);
  if (peep) zo = add(zo, mul(get(peep + next, n), now));
  const o = logistic<Float>(zo), s = tanh<Float>(mul(half, now)), u = mul(splat(hRange), s);
  put(c, n, now);
  put(h, n, flush(mul(o, u)));
  if (!p) return;
  put(p, n, flush(mul(g, mul(i, sub(one, i)))));
  put(p + next, n, flush(mul(i, mul(splat(0.5 * gRange), mul(sub(one, t), add(one, t))))));
  put(p + 2 * next, n, one);
  put(p + 3 * next, n, flush(mul(u, mul(o, sub(one, o)))));
  put(p + 4 * next, n, flush(mul(o, mul(splat(0.5 * hRange), mul(sub(one, s), add(one, s))))));
}

/**
 * One step and its partial derivatives at fixed pre-activations.
 *
 *   i = σ(zᵢ)   g = gRange·tanh(z_g/2)   o = σ(z_o)      c = c₀ + i⊙g      h = o⊙hRange·tanh(c/2)
 *
 * The paper's g = 4σ - 2 is gRange 2, its h = 2σ - 1 is hRange 1.
 *
 * pre       [B,3H]  z, gate order i g o, without the peepholes' terms
 * c0        [B,H]   cell state before
 * h, c      [B,H]   output and cell state after, overwritten, flushed
 * partials  [B,5H]  ∂c/∂zᵢ ∂c/∂z_g ∂c/∂c₀ ∂h/∂z_o ∂h/∂c, overwritten; 0 for none
 * peep      [2,H]   zᵢ += p₀⊙c₀, z_o += p₁⊙c; 0 for none
 */
export function lstm1997Step(
  B: i32, H: i32, pre: usize, c0: usize, h: usize, c: usize, partials: usize, peep: usize, gRange: f64, hRange: f64,
): void {
  const next = at(0, H);
  for (let b = 0; b < B; ++b) {
    const z = at(pre, 3 * H * b), s = at(0, H * b), d = partials ? at(partials, 5 * H * b) : 0;
    for (let j = 0; j < H; j += LANES) {
      const o = at(0, j), n = H - j;
      units(n, next, gRange, hRange, z + o, c0 + s + o, h + s + o, c + s + o, d ? d + o : 0, peep ? peep + o : 0);
    }
  }
}
