/**
 * Long short-term memory as first published (Hochreiter and Schmidhuber 1997): no forget gate, centered
 * logistic squashing.
 */
import { LANES, add, at, flush, get, mul, put, splat } from "../vector";
import { mapLogistic, mapTanh } from "../elementary/maps";
import { mulAddTo } from "../algebra/rows";
import { CHUNK, plane } from "../algebra/scratch";
import { logisticSlope, tanhSlope } from "./slopes";

/** out [n] = x/2. */
function halve(n: i32, x: usize, out: usize): void {
  for (; n > 0; n -= LANES, x += 16, out += 16) put(out, n, mul(splat(0.5), get(x, n)));
}

/** The partials of n units at p, blocks H apart: planes hold i, tanh(z_g/2), o, tanh(c/2). */
function derivatives(n: i32, H: i32, gRange: f64, hRange: f64, p: usize): void {
  const gates = splat(gRange);
  const outputs = splat(hRange);
  const halfGates = splat(0.5 * gRange);
  const halfOutputs = splat(0.5 * hRange);
  for (let k = 0; k < n; k += LANES, p += 16) {
    const m = n - k;
    const i = get(at(plane(0), k), m);
    const t = get(at(plane(1), k), m);
    const o = get(at(plane(2), k), m);
    const s = get(at(plane(3), k), m);
    put(p, m, flush(mul(mul(gates, t), logisticSlope(i))));
    put(at(p, H), m, flush(mul(i, mul(halfGates, tanhSlope(t)))));
    put(at(p, 2 * H), m, splat(1));
    put(at(p, 3 * H), m, flush(mul(mul(outputs, s), logisticSlope(o))));
    put(at(p, 4 * H), m, flush(mul(o, mul(halfOutputs, tanhSlope(s)))));
  }
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
 * h, c      [B,H]   output and cell state after, overwritten, flushed; c may be c0 where partials is 0
 * partials  [B,5H]  ∂c/∂zᵢ ∂c/∂z_g ∂c/∂c₀ ∂h/∂z_o ∂h/∂c, overwritten; 0 for none
 * peep      [2,H]   zᵢ += p₀⊙c₀, z_o += p₁⊙c; 0 for none
 */
export function lstm1997Step(
  B: i32,
  H: i32,
  pre: usize,
  c0: usize,
  h: usize,
  c: usize,
  partials: usize,
  peep: usize,
  gRange: f64,
  hRange: f64,
): void {
  const gates = splat(gRange);
  const outputs = splat(hRange);
  for (let b = 0; b < B; ++b, pre = at(pre, 2 * H)) {
    for (let j = 0; j < H; j += CHUNK) {
      const m = min(CHUNK, H - j);
      let zi = pre;
      let zo = at(pre, 2 * H);
      if (peep) mulAddTo(m, at(peep, j), c0, pre, (zi = plane(0)));
      mapLogistic(m, zi, plane(0));
      halve(m, at(pre, H), plane(1));
      mapTanh(m, plane(1), plane(1));
      for (let k = 0; k < m; k += LANES) {
        const n = m - k;
        const g = mul(gates, get(at(plane(1), k), n));
        put(at(c, k), n, flush(add(get(at(c0, k), n), mul(get(at(plane(0), k), n), g))));
      }
      if (peep) mulAddTo(m, at(peep, H + j), c, at(pre, 2 * H), (zo = plane(2)));
      mapLogistic(m, zo, plane(2));
      halve(m, c, plane(3));
      mapTanh(m, plane(3), plane(3));
      for (let k = 0; k < m; k += LANES) {
        const n = m - k;
        put(at(h, k), n, flush(mul(get(at(plane(2), k), n), mul(outputs, get(at(plane(3), k), n)))));
      }
      if (partials) derivatives(m, H, gRange, hRange, at(partials, 5 * H * b + j));
      pre = at(pre, m);
      c0 = at(c0, m);
      h = at(h, m);
      c = at(c, m);
    }
  }
}
