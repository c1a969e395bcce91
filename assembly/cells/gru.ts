/**
 * Gated recurrent units: reset after the recurrent product (as in cuDNN), and reset before it in two stages
 * (Cho et al. 2014).
 */
import { LANES, add, at, flush, get, mul, put, splat, sub } from "../vector";
import { mapLogistic, mapTanh } from "../elementary/maps";
import { mulAddTo } from "../algebra/rows";
import { CHUNK, plane } from "../algebra/scratch";
import { logisticSlope, tanhSlope } from "./slopes";

/** n units: h, and the partials at p, blocks `next` bytes apart; planes 0 1 2 hold r, z, n at offset s. */
@inline
function blend(n: i32, s: usize, next: usize, candidate: usize, h0: usize, h: usize, p: usize): void {
  const z = get(plane(1) + s, n);
  const t = get(plane(2) + s, n);
  const old = get(h0, n);
  const open = sub(splat(1), z);
  put(h, n, flush(add(mul(open, t), mul(z, old))));
  if (!p) return;
  const r = get(plane(0) + s, n);
  const dx = mul(open, tanhSlope(t));
  put(p, n, flush(dx));
  put(p + next, n, flush(mul(dx, mul(get(candidate, n), logisticSlope(r)))));
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
  for (let b = 0; b < B; ++b, pre += 3 * next) {
    for (let j = 0; j < H; j += CHUNK) {
      const m = min(CHUNK, H - j);
      const last = m - (m % LANES);
      const candidate = pre + 3 * next;
      const p = partials ? at(partials, 5 * H * b + j) : 0;
      mapLogistic(m, pre + next, plane(0));
      mapLogistic(m, pre + 2 * next, plane(1));
      mulAddTo(m, plane(0), candidate, pre, plane(2));
      mapTanh(m, plane(2), plane(2));
      for (let k = 0; k < last; k += LANES)
        blend(LANES, at(0, k), next, at(candidate, k), at(h0, k), at(h, k), p ? at(p, k) : 0);
      if (last < m)
        blend(
          m - last,
          at(0, last),
          next,
          at(candidate, last),
          at(h0, last),
          at(h, last),
          p ? at(p, last) : 0,
        );
      const done = at(0, m);
      pre += done;
      h0 += done;
      h += done;
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
export function gruResetStep(
  B: i32,
  H: i32,
  pre: usize,
  h0: usize,
  q: usize,
  partials: usize,
  ldp: i32,
): void {
  for (let b = 0; b < B; ++b, pre = at(pre, 2 * H)) {
    for (let j = 0; j < H; j += CHUNK) {
      const m = min(CHUNK, H - j);
      const p = partials ? at(partials, ldp * b + j) : 0;
      mapLogistic(m, pre, plane(0));
      for (let k = 0; k < m; k += LANES) {
        const n = m - k;
        const r = get(at(plane(0), k), n);
        const old = get(at(h0, k), n);
        put(at(q, k), n, flush(mul(r, old)));
        if (!p) continue;
        put(at(p, k), n, flush(mul(old, logisticSlope(r))));
        put(at(p, H + k), n, r);
      }
      pre = at(pre, m);
      h0 = at(h0, m);
      q = at(q, m);
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
export function gruBlendStep(
  B: i32,
  H: i32,
  pre: usize,
  h0: usize,
  h: usize,
  partials: usize,
  ldp: i32,
): void {
  for (let b = 0; b < B; ++b, pre = at(pre, 2 * H)) {
    for (let j = 0; j < H; j += CHUNK) {
      const m = min(CHUNK, H - j);
      const p = partials ? at(partials, ldp * b + j) : 0;
      mapLogistic(m, at(pre, H), plane(0));
      mapTanh(m, at(pre, 2 * H), plane(1));
      for (let k = 0; k < m; k += LANES) {
        const n = m - k;
        const z = get(at(plane(0), k), n);
        const t = get(at(plane(1), k), n);
        const old = get(at(h0, k), n);
        const open = sub(splat(1), z);
        put(at(h, k), n, flush(add(mul(open, t), mul(z, old))));
        if (!p) continue;
        put(at(p, k), n, flush(mul(sub(old, t), logisticSlope(z))));
        put(at(p, H + k), n, flush(mul(open, tanhSlope(t))));
        put(at(p, 2 * H + k), n, z);
      }
      pre = at(pre, m);
      h0 = at(h0, m);
      h = at(h, m);
    }
  }
}
