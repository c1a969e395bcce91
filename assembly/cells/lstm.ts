/** Long short-term memory with forget gate (Gers et al. 2000) and optional peepholes (Gers et al. 2002). */
import { LANES, add, at, flush, get, mul, put } from "../vector";
import { mapLogistic, mapTanh } from "../elementary/maps";
import { mulAddTo } from "../algebra/rows";
import { CHUNK, plane } from "../algebra/scratch";
import { logisticSlope, tanhSlope } from "./slopes";

/** n units: c = f⊙c₀ + i⊙g from planes 0 1 2 at offset s. */
@inline
function cells(n: i32, s: usize, c0: usize, c: usize): void {
  const i = get(plane(0) + s, n);
  const f = get(plane(1) + s, n);
  const g = get(plane(2) + s, n);
  put(c, n, flush(add(mul(f, get(c0, n)), mul(i, g))));
}

/** n units: h = o⊙u, and the partials at p, blocks `next` bytes apart. */
@inline
function outputs(n: i32, s: usize, next: usize, c0: usize, h: usize, p: usize): void {
  const o = get(plane(3) + s, n);
  const u = get(plane(4) + s, n);
  put(h, n, flush(mul(o, u)));
  if (!p) return;
  const i = get(plane(0) + s, n);
  const f = get(plane(1) + s, n);
  const g = get(plane(2) + s, n);
  put(p, n, flush(mul(g, logisticSlope(i))));
  put(p + next, n, flush(mul(get(c0, n), logisticSlope(f))));
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
 * h, c      [B,H]   output and cell state after, overwritten, flushed; c may be c0 where partials is 0
 * partials  [B,6H]  ∂c/∂zᵢ ∂c/∂z_f ∂c/∂z_g ∂c/∂c₀ ∂h/∂z_o ∂h/∂c, overwritten; 0 for none
 * peep      [3,H]   zᵢ += p₀⊙c₀, z_f += p₁⊙c₀, z_o += p₂⊙c; 0 for none
 */
export function lstmStep(
  B: i32,
  H: i32,
  pre: usize,
  c0: usize,
  h: usize,
  c: usize,
  partials: usize,
  peep: usize,
): void {
  const next = at(0, H);
  for (let b = 0; b < B; ++b, pre += 3 * next) {
    for (let j = 0; j < H; j += CHUNK) {
      const m = min(CHUNK, H - j);
      const last = m - (m % LANES);
      let p = partials ? at(partials, 6 * H * b + j) : 0;
      if (peep) {
        mulAddTo(m, at(peep, j), c0, pre, plane(0));
        mulAddTo(m, at(peep, H + j), c0, pre + next, plane(1));
        mapLogistic(m, plane(0), plane(0));
        mapLogistic(m, plane(1), plane(1));
      } else {
        mapLogistic(m, pre, plane(0));
        mapLogistic(m, pre + next, plane(1));
      }
      mapTanh(m, pre + 2 * next, plane(2));
      for (let k = 0; k < last; k += LANES) cells(LANES, at(0, k), at(c0, k), at(c, k));
      if (last < m) cells(m - last, at(0, last), at(c0, last), at(c, last));
      if (peep) {
        mulAddTo(m, at(peep, 2 * H + j), c, pre + 3 * next, plane(3));
        mapLogistic(m, plane(3), plane(3));
      } else mapLogistic(m, pre + 3 * next, plane(3));
      mapTanh(m, c, plane(4));
      for (let k = 0; k < last; k += LANES)
        outputs(LANES, at(0, k), next, at(c0, k), at(h, k), p ? at(p, k) : 0);
      if (last < m) outputs(m - last, at(0, last), next, at(c0, last), at(h, last), p ? at(p, last) : 0);
      const done = at(0, m);
      pre += done;
      c0 += done;
      h += done;
      c += done;
    }
  }
}
