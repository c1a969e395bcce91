/**
 * What label smoothing ε adds to the cross entropy of classes (Szegedy et al. 2016): the target becomes
 * (1 - ε)·onehot + ε/K, so the loss grows by ε·(z[id] - mean z).
 */
import { LANES, add, at, get, put } from "../vector";
import { read } from "./scalar";

/** Σ w·(z[id] - mean_k z). z [R,K], ids [R] (i32), w [R]. */
export function smoothingValue(R: i32, K: i32, z: usize, ids: usize, w: usize): f64 {
  let value: f64 = 0;
  for (let r = 0; r < R; ++r, z = at(z, K)) {
    let sum: f64 = 0;
    for (let k = 0; k < K; ++k) sum += read(z, k);
    value += read(w, r) * (read(z, load<i32>(ids + 4 * r)) - sum / K);
  }
  return value;
}

/** dz [R,K] += scale·w·(onehot(id) - 1/K). */
export function smoothingGradient(R: i32, K: i32, ids: usize, w: usize, scale: f64, dz: usize): void {
  for (let r = 0; r < R; ++r, dz = at(dz, K)) {
    const s = scale * read(w, r);
    const all = v128.splat<Float>(<Float>(-s / K));
    for (let n = K, p = dz; n > 0; n -= LANES, p += 16) put(p, n, add(get(p, n), all));
    const own = at(dz, load<i32>(ids + 4 * r));
    store<Float>(own, load<Float>(own) + <Float>s);
  }
}
