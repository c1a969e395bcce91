/** Losses that large errors do not rule: Huber's (1964), and the pinball loss of quantiles (Koenker 1978). */
import { LANES, accumulate, ends, get, mul, put, splat, sub } from "../vector";
import { read, write } from "./scalar";

/**
 * Σ w·ℓ(z - y), ℓ(e) = ½e² for |e| ≤ δ, else δ(|e| - ½δ): c(e - ½c) with c = e clipped to ±δ.
 *
 * z, target, w [n]; overwritten: slope [n] w·c, curve [n] w where |e| ≤ δ, else 0.
 */
export function huberLoss(
  n: i32,
  delta: f64,
  z: usize,
  target: usize,
  w: usize,
  slope: usize,
  curve: usize,
): f64 {
  const top = splat(delta);
  const bottom = splat(-delta);
  const half = splat(0.5);
  let sum = f64x2.splat(0);
  for (; n > 0; n -= LANES, z += 16, target += 16, w += 16, slope += 16, curve += 16) {
    const e = sub(get(z, n), get(target, n));
    const weight = get(w, n);
    const c = v128.pmax<Float>(v128.pmin<Float>(e, top), bottom);
    const s = mul(weight, c);
    put(slope, n, s);
    put(curve, n, v128.and(weight, v128.eq<Float>(c, e)));
    sum = accumulate(sum, mul(s, sub(e, mul(half, c))));
  }
  return ends(sum);
}

/**
 * Σ w·max(τ(y - z), (τ - 1)(y - z)) over rows, targets and levels τ.
 *
 * z [R,D·Q], the Q quantiles of a target side by side; target, w [R,D]; levels [Q]; slope [R,D·Q] the
 * weighted derivatives, overwritten: -τ below the target, 1 - τ above it, 0 on it.
 */
export function quantileLoss(
  R: i32,
  D: i32,
  Q: i32,
  levels: usize,
  z: usize,
  target: usize,
  w: usize,
  slope: usize,
): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < R * D; ++i) {
    const y = read(target, i);
    const weight = read(w, i);
    let own: f64 = 0;
    for (let q = 0; q < Q; ++q) {
      const level = read(levels, q);
      const e = y - read(z, i * Q + q);
      const s = e > 0 ? -level : e < 0 ? 1 - level : 0;
      own -= s * e;
      write(slope, i * Q + q, weight * s);
    }
    sum += weight * own;
  }
  return sum;
}
