/**
 * Minimal gated units (Feng et al. 2024): gates see the input alone, so that a step has no product with the
 * old state, only numbers unit by unit.
 */
import { LANES, TINY, add, at, flush, get, mul, put, splat, sub } from "../vector";
import { logisticLanes } from "../elementary/lanes";
import { logisticSlope } from "./slopes";

/** n units of minGruStep; blocks `next` bytes apart. */
@inline
function blend(n: i32, next: usize, pre: usize, h0: usize, h: usize, p: usize): void {
  const z = logisticLanes(get(pre, n));
  const candidate = get(pre + next, n);
  const old = get(h0, n);
  const keep = sub(splat(1), z);
  put(h, n, flush(add(mul(keep, old), mul(z, candidate))));
  if (!p) return;
  put(p, n, flush(mul(sub(candidate, old), logisticSlope(z))));
  put(p + next, n, flush(z));
  put(p + 2 * next, n, flush(keep));
}

/**
 * One step of the minimal GRU: z = σ(z_z), h = (1-z)⊙h₀ + z⊙n.
 *
 * pre       [B,2H]  gate blocks z n
 * h0, h     [B,H]   state before and after; h is overwritten, flushed
 * partials  [B,3H]  ∂h/∂z_z ∂h/∂n ∂h/∂h₀, overwritten; 0 for none
 */
export function minGruStep(B: i32, H: i32, pre: usize, h0: usize, h: usize, partials: usize): void {
  const next = at(0, H);
  const last = H - (H % LANES);
  for (; B > 0; --B, pre += 2 * next, h0 += next, h += next) {
    for (let j = 0; j < last; j += LANES)
      blend(LANES, next, at(pre, j), at(h0, j), at(h, j), partials ? at(partials, j) : 0);
    if (last < H)
      blend(H - last, next, at(pre, last), at(h0, last), at(h, last), partials ? at(partials, last) : 0);
    if (partials) partials += 3 * next;
  }
}

/** n units of minLstmStep; blocks `next` bytes apart. */
@inline
function share(n: i32, next: usize, pre: usize, h0: usize, h: usize, p: usize): void {
  const i = logisticLanes(get(pre, n));
  const f = logisticLanes(get(pre + next, n));
  const candidate = get(pre + 2 * next, n);
  const old = get(h0, n);
  const sum = v128.pmax<Float>(add(i, f), splat(TINY));
  const write = v128.div<Float>(i, sum);
  const keep = v128.div<Float>(f, sum);
  put(h, n, flush(add(mul(keep, old), mul(write, candidate))));
  if (!p) return;
  const slope = mul(mul(write, keep), sub(candidate, old));
  put(p, n, flush(mul(slope, sub(splat(1), i))));
  put(p + next, n, flush(mul(slope, sub(f, splat(1)))));
  put(p + 2 * next, n, flush(write));
  put(p + 3 * next, n, flush(keep));
}

/**
 * One step of the minimal LSTM: i = σ(zᵢ), f = σ(z_f), h = (f⊙h₀ + i⊙n)/(i + f).
 *
 * pre       [B,3H]  gate blocks i f n
 * h0, h     [B,H]   state before and after; h is overwritten, flushed; 0 where both gates are
 * partials  [B,4H]  ∂h/∂zᵢ ∂h/∂z_f ∂h/∂n ∂h/∂h₀, overwritten; 0 for none
 */
export function minLstmStep(B: i32, H: i32, pre: usize, h0: usize, h: usize, partials: usize): void {
  const next = at(0, H);
  const last = H - (H % LANES);
  for (; B > 0; --B, pre += 3 * next, h0 += next, h += next) {
    for (let j = 0; j < last; j += LANES)
      share(LANES, next, at(pre, j), at(h0, j), at(h, j), partials ? at(partials, j) : 0);
    if (last < H)
      share(H - last, next, at(pre, last), at(h0, last), at(h, last), partials ? at(partials, last) : 0);
    if (partials) partials += 4 * next;
  }
}
