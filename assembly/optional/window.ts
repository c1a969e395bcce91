/**
 * A soft window over a text, K Gaussians that only move on (Graves 2013, equations 46 to 51). Rows of
 * pre-activations [α̂ K | β̂ K | κ̂ K]:
 *
 *   α = e^α̂,  β = e^β̂,  κ = κ₀ + e^κ̂,  φ(u) = Σₖ αₖ·exp(-βₖ(κₖ - u)²)
 *   w[c] = Σ φ(u) over the places u that hold c
 *
 * text [B,U]: 1 to V the symbol at place u = 0, 1, …, anything else none. Row b of a step reads row b of it.
 */
import { exp } from "../elementary/elementary";
import { LANES, accumulate, add, at, ends, flush, get, mul, put, splat, sub } from "../vector";

/** The symbol at place u, below V, or -1 where there is none. */
@inline
function symbolAt(text: usize, u: i32, V: i32): i32 {
  const c = <f64>load<Float>(at(text, u));
  return c >= 1 && c <= <f64>V ? <i32>c - 1 : -1;
}

/** -x; see `logistic` for why it is no neg. */
@inline
function minus(x: v128): v128 {
  return sub(splat(0), x);
}

/**
 * One step of B sequences. shape [B,3K]: the pre-activations, which become [α | β | e^κ̂]; before, now [B,K]
 * κ₀ and κ; w [B,V], row stride ldw. now and w are overwritten.
 */
export function windowStep(
  B: i32,
  K: i32,
  U: i32,
  V: i32,
  text: usize,
  before: usize,
  shape: usize,
  now: usize,
  w: usize,
  ldw: i32,
): void {
  for (; B > 0; --B, text = at(text, U), before = at(before, K), now = at(now, K), w = at(w, ldw)) {
    for (let n = 3 * K, p = shape; n > 0; n -= LANES, p += 16) put(p, n, exp<Float>(get(p, n)));
    for (let k = 0; k < K; k += LANES)
      put(at(now, k), K - k, add(get(at(before, k), K - k), get(at(shape, 2 * K + k), K - k)));
    for (let v = 0; v < V; ++v) store<Float>(at(w, v), 0);
    for (let u = 0; u < U; ++u) {
      const c = symbolAt(text, u, V);
      if (c < 0) continue;
      const place = splat(u);
      let sum = f64x2.splat(0);
      for (let k = 0; k < K; k += LANES) {
        const d = sub(get(at(now, k), K - k), place);
        const e = exp<Float>(minus(mul(get(at(shape, K + k), K - k), mul(d, d))));
        sum = accumulate(sum, mul(get(at(shape, k), K - k), e));
      }
      const p = at(w, c);
      store<Float>(p, <Float>(<f64>load<Float>(p) + ends(sum)));
    }
    shape = at(shape, 3 * K);
  }
}

/**
 * Adjoints of a step: dshape [B,3K] += those of the pre-activations, given dw [B,V] (row stride ldw) and in
 * dkappa [B,K] those of κ from later steps, which become those of κ₀.
 */
export function windowAdjoint(
  B: i32,
  K: i32,
  U: i32,
  V: i32,
  text: usize,
  shape: usize,
  now: usize,
  dw: usize,
  ldw: i32,
  dkappa: usize,
  dshape: usize,
): void {
  for (; B > 0; --B, text = at(text, U), shape = at(shape, 3 * K), now = at(now, K)) {
    for (let k = 0; k < K; k += LANES) {
      const n = K - k;
      const alpha = get(at(shape, k), n);
      const beta = get(at(shape, K + k), n);
      const kappa = get(at(now, k), n);
      let da = splat(0);
      let db = splat(0);
      let dk = splat(0);
      for (let u = 0; u < U; ++u) {
        const c = symbolAt(text, u, V);
        if (c < 0) continue;
        const d = sub(kappa, splat(u));
        const bd = mul(beta, d);
        const q = mul(bd, d);
        const g = v128.splat<Float>(load<Float>(at(dw, c)));
        const e = mul(g, mul(alpha, exp<Float>(minus(q))));
        da = add(da, e);
        db = sub(db, mul(e, q));
        const eb = mul(e, bd);
        dk = sub(dk, add(eb, eb));
      }
      const all = flush(add(get(at(dkappa, k), n), dk));
      put(at(dkappa, k), n, all);
      addTo(at(dshape, k), n, da);
      addTo(at(dshape, K + k), n, db);
      addTo(at(dshape, 2 * K + k), n, mul(all, get(at(shape, 2 * K + k), n)));
    }
    dw = at(dw, ldw);
    dkappa = at(dkappa, K);
    dshape = at(dshape, 3 * K);
  }
}

@inline
function addTo(p: usize, n: i32, v: v128): void {
  put(p, n, add(get(p, n), v));
}

/**
 * Tangents of a step: rnow [B,K] overwritten, rw [B,V] (row stride ldw) += , of rbefore [B,K] and
 * rshape [B,3K], those of the pre-activations.
 */
export function windowTangent(
  B: i32,
  K: i32,
  U: i32,
  V: i32,
  text: usize,
  shape: usize,
  now: usize,
  rbefore: usize,
  rshape: usize,
  rnow: usize,
  rw: usize,
  ldw: i32,
): void {
  for (; B > 0; --B, text = at(text, U), shape = at(shape, 3 * K), now = at(now, K)) {
    for (let k = 0; k < K; k += LANES) {
      const n = K - k;
      const own = mul(get(at(shape, 2 * K + k), n), get(at(rshape, 2 * K + k), n));
      put(at(rnow, k), n, flush(add(get(at(rbefore, k), n), own)));
    }
    for (let u = 0; u < U; ++u) {
      const c = symbolAt(text, u, V);
      if (c < 0) continue;
      const place = splat(u);
      let sum = f64x2.splat(0);
      for (let k = 0; k < K; k += LANES) {
        const n = K - k;
        const d = sub(get(at(now, k), n), place);
        const bd = mul(get(at(shape, K + k), n), d);
        const q = mul(bd, d);
        const e = mul(get(at(shape, k), n), exp<Float>(minus(q)));
        const along = mul(add(bd, bd), get(at(rnow, k), n));
        const r = sub(sub(get(at(rshape, k), n), mul(q, get(at(rshape, K + k), n))), along);
        sum = accumulate(sum, mul(e, r));
      }
      const p = at(rw, c);
      store<Float>(p, <Float>(<f64>load<Float>(p) + ends(sum)));
    }
    rbefore = at(rbefore, K);
    rshape = at(rshape, 3 * K);
    rnow = at(rnow, K);
    rw = at(rw, ldw);
  }
}
