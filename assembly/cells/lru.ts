/**
 * The linear recurrent unit (Orvieto et al. 2023): h = λ⊙h₀ + γ⊙z, complex and diagonal, with
 *
 *   λ = r·e^(iθ)   r = exp(-e^ν)   θ = e^φ   γ = √(1 - r²)
 *
 * so that |λ| < 1 whatever is learned, and inputs of variance 1 give states of variance 1.
 */
import { LANES, TINY, add, at, flush, get, mul, put, splat, sub } from "../vector";
import { cosLanes, expLanes, sinLanes, tanhLanes } from "../elementary/lanes";

/** Rows that lruPrepare writes: γ, Re λ, Im λ, -Im λ, ∂ ln r/∂ν, ∂γ/∂ν, θ. */
@inline const GAMMA: i32 = 0;
@inline const REAL: i32 = 1;
@inline const IMAGINARY: i32 = 2;
@inline const RATE: i32 = 4;
@inline const GAMMA_SLOPE: i32 = 5;
@inline const PHASE: i32 = 6;

/** What all steps share: out [7,H] of polar [2,H] = ν φ; overwritten. */
export function lruPrepare(H: i32, polar: usize, out: usize): void {
  const next = at(0, H);
  const one = splat(1);
  for (let n = H; n > 0; n -= LANES, polar += 16, out += 16) {
    const rate = expLanes(get(polar, n));
    const phase = expLanes(get(polar + next, n));
    const t = tanhLanes(rate);
    const r = expLanes(v128.neg<Float>(rate));
    // 1 - r² = 2t/(1+t) keeps its digits where r is near 1
    const gamma = v128.sqrt<Float>(v128.div<Float>(add(t, t), add(one, t)));
    const share = v128.div<Float>(rate, v128.pmax<Float>(t, splat(TINY)));
    const sine = mul(r, sinLanes(phase));
    put(out, n, gamma);
    put(out + next, n, mul(r, cosLanes(phase)));
    put(out + 2 * next, n, sine);
    put(out + 3 * next, n, v128.neg<Float>(sine));
    put(out + 4 * next, n, v128.neg<Float>(rate));
    put(out + 5 * next, n, mul(mul(mul(splat(0.5), gamma), add(one, t)), mul(mul(r, r), share)));
    put(out + 6 * next, n, phase);
  }
}

/** n units; rows of `prepared` and blocks of pre and p `next` bytes apart. */
@inline
function turn(
  n: i32,
  next: usize,
  prepared: usize,
  pre: usize,
  x0: usize,
  y0: usize,
  x: usize,
  y: usize,
  p: usize,
): void {
  const c = get(prepared + REAL * next, n);
  const s = get(prepared + IMAGINARY * next, n);
  const gamma = get(prepared + GAMMA * next, n);
  const a = get(pre, n);
  const b = get(pre + next, n);
  const oldX = get(x0, n);
  const oldY = get(y0, n);
  const turnedX = sub(mul(c, oldX), mul(s, oldY));
  const turnedY = add(mul(s, oldX), mul(c, oldY));
  put(x, n, flush(add(turnedX, mul(gamma, a))));
  put(y, n, flush(add(turnedY, mul(gamma, b))));
  if (!p) return;
  const rate = get(prepared + RATE * next, n);
  const slope = get(prepared + GAMMA_SLOPE * next, n);
  const phase = get(prepared + PHASE * next, n);
  put(p, n, flush(add(mul(rate, turnedX), mul(slope, a))));
  put(p + next, n, flush(v128.neg<Float>(mul(phase, turnedY))));
  put(p + 2 * next, n, flush(add(mul(rate, turnedY), mul(slope, b))));
  put(p + 3 * next, n, flush(mul(phase, turnedX)));
}

/**
 * One step: x + iy = λ⊙(x₀ + iy₀) + γ⊙(a + ib).
 *
 * prepared        [7,H]   of lruPrepare
 * pre             [B,2H]  blocks a b
 * x0, y0, x, y    [B,H]   state before and after; x and y are overwritten, flushed
 * partials        [B,4H]  ∂x/∂ν ∂x/∂φ ∂y/∂ν ∂y/∂φ, overwritten; 0 for none
 */
export function lruStep(
  B: i32,
  H: i32,
  prepared: usize,
  pre: usize,
  x0: usize,
  y0: usize,
  x: usize,
  y: usize,
  partials: usize,
): void {
  const next = at(0, H);
  const last = H - (H % LANES);
  for (; B > 0; --B, pre += next) {
    let p = partials;
    let q = prepared;
    for (let j = 0; j < H; j += LANES) {
      const m = min(H - j, LANES);
      if (j < last) turn(LANES, next, q, pre, x0, y0, x, y, p);
      else turn(H - last, next, q, pre, x0, y0, x, y, p);
      pre = at(pre, m);
      x0 = at(x0, m);
      y0 = at(y0, m);
      x = at(x, m);
      y = at(y, m);
      q = at(q, m);
      if (p) p = at(p, m);
    }
    if (partials) partials += 4 * next;
  }
}
