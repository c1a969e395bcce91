/**
 * Long short-term memory with exponential gates (sLSTM, Beck et al. 2024). Its cell c and normalizer n grow
 * without bound; what enters the output is their quotient. The state kept is that quotient r = c/n and the
 * logarithm l = ln n, which hold the same and never overflow: no other stabilizer is needed.
 */
import { LANES, add, at, flush, get, mul, put, splat, sub } from "../vector";
import { logisticLanes, softplusLanes, tanhLanes } from "../elementary/lanes";
import { logisticSlope, tanhSlope } from "./slopes";

/**
 * One step: n = f⊙n₀ + eⁱ and c = f⊙c₀ + eⁱ⊙tanh(z), h = σ(o)⊙c/n, in r and l
 *
 *   w = eⁱ/n = σ(zᵢ - ln f - l₀)     r = r₀ + w⊙(tanh(z) - r₀)     l = ln f + l₀ - ln(1-w)     h = σ(o)⊙r
 *
 * exponential  1: f = e^z_f; 0: f = σ(z_f)
 * pre          [B,4H]   gate blocks i f z o
 * r0, r        [B,H]    quotient before and after; r is overwritten, flushed
 * l0, l        [B,H]    logarithm before and after; overwritten, flushed
 * h            [B,H]    output, overwritten, flushed
 * partials     [B,10H]  ∂r by zᵢ z_f z_z r₀ l₀, ∂l by zᵢ z_f l₀, ∂h by z_o r, overwritten; 0 for none
 */
export function slstmStep(
  exponential: i32,
  B: i32,
  H: i32,
  pre: usize,
  r0: usize,
  l0: usize,
  h: usize,
  r: usize,
  l: usize,
  partials: usize,
): void {
  const next = at(0, H);
  const one = splat(1);
  for (; B > 0; --B, pre += 3 * next) {
    let p = partials;
    for (let n = H; n > 0; n -= LANES) {
      const m = min(n, LANES);
      const zf = get(pre + next, m);
      const forgotten = softplusLanes(v128.neg<Float>(zf));
      const kept = add(exponential ? zf : v128.neg<Float>(forgotten), get(l0, m));
      const d = sub(get(pre, m), kept);
      const w = logisticLanes(d);
      const rest = logisticLanes(v128.neg<Float>(d));
      const z = tanhLanes(get(pre + 2 * next, m));
      const o = logisticLanes(get(pre + 3 * next, m));
      const old = get(r0, m);
      const to = sub(z, old);
      const value = add(old, mul(w, to));
      put(r, m, flush(value));
      put(l, m, flush(add(kept, softplusLanes(d))));
      put(h, m, flush(mul(o, value)));
      if (p) {
        const slope = exponential ? one : logisticLanes(v128.neg<Float>(zf)); // of ln f by z_f
        const q = mul(mul(w, rest), to);
        put(p, m, flush(q));
        put(p + next, m, flush(v128.neg<Float>(mul(q, slope))));
        put(p + 2 * next, m, flush(mul(w, tanhSlope(z))));
        put(p + 3 * next, m, flush(rest));
        put(p + 4 * next, m, flush(v128.neg<Float>(q)));
        put(p + 5 * next, m, flush(w));
        put(p + 6 * next, m, flush(mul(rest, slope)));
        put(p + 7 * next, m, flush(rest));
        put(p + 8 * next, m, flush(mul(value, logisticSlope(o))));
        put(p + 9 * next, m, flush(o));
        p = at(p, m);
      }
      pre = at(pre, m);
      r0 = at(r0, m);
      l0 = at(l0, m);
      h = at(h, m);
      r = at(r, m);
      l = at(l, m);
    }
    if (partials) partials += 10 * next;
  }
}
