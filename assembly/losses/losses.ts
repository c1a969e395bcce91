/**
 * Losses on network outputs: value in f64, gradient and Gauss-Newton curvature added. z [R,O] or [R,K], w
 * weights of units or rows. Values are summed in lanes (element i in lane i mod LANES) and rounded to f64
 * before every addition.
 */
import {
  LANES,
  accumulate,
  add,
  at,
  ends,
  first,
  firstLanes,
  get,
  mul,
  put,
  splat,
  sub,
  total,
} from "../vector";
import { all, log } from "../elementary/elementary";
import { mapExp, mapLogistic, mapSoftplus } from "../elementary/maps";
import { CHUNK, plane } from "../algebra/scratch";

/** Σ ½·w·(z-y)². z, target, w [R,O]. */
export function squaredValue(R: i32, O: i32, z: usize, target: usize, w: usize): f64 {
  let sum = f64x2.splat(0);
  for (let n = R * O; n > 0; n -= LANES, z += 16, target += 16, w += 16) {
    const e = sub(get(z, n), get(target, n));
    sum = accumulate(sum, mul(get(w, n), mul(e, e)));
  }
  return 0.5 * ends(sum);
}

/** dz [R,O] += scale·w·(z-y). z, target, w [R,O]. */
export function squaredGradient(
  R: i32,
  O: i32,
  z: usize,
  target: usize,
  w: usize,
  scale: f64,
  dz: usize,
): void {
  const s = splat(scale);
  for (let n = R * O; n > 0; n -= LANES, z += 16, target += 16, w += 16, dz += 16) {
    put(dz, n, add(get(dz, n), mul(mul(s, get(w, n)), sub(get(z, n), get(target, n)))));
  }
}

/** out [R,O] += scale·w·rz. w, rz [R,O]. */
export function squaredCurvature(R: i32, O: i32, w: usize, scale: f64, rz: usize, out: usize): void {
  const s = splat(scale);
  for (let n = R * O; n > 0; n -= LANES, w += 16, rz += 16, out += 16) {
    put(out, n, add(get(out, n), mul(mul(s, get(w, n)), get(rz, n))));
  }
}

/** Σ w·(ln(1 + eᶻ) - y·z), in nats, for z the logit of P(y = 1). z, target, w [R,O]. */
export function bernoulliValue(R: i32, O: i32, z: usize, target: usize, w: usize): f64 {
  let sum = f64x2.splat(0);
  for (let left = R * O; left > 0; left -= CHUNK) {
    const m = min(CHUNK, left);
    mapSoftplus(m, z, plane(0));
    for (let n = m, s = plane(0); n > 0; n -= LANES, z += 16, target += 16, w += 16, s += 16) {
      sum = accumulate(sum, mul(get(w, n), sub(get(s, n), mul(get(target, n), get(z, n)))));
    }
  }
  return ends(sum);
}

/** dz [R,O] += scale·w·(σ(z)-y). z, target, w [R,O]. */
export function bernoulliGradient(
  R: i32,
  O: i32,
  z: usize,
  target: usize,
  w: usize,
  scale: f64,
  dz: usize,
): void {
  const s = splat(scale);
  for (let left = R * O; left > 0; left -= CHUNK, z = at(z, CHUNK)) {
    const m = min(CHUNK, left);
    mapLogistic(m, z, plane(0));
    for (let n = m, p = plane(0); n > 0; n -= LANES, p += 16, target += 16, w += 16, dz += 16) {
      put(dz, n, add(get(dz, n), mul(mul(s, get(w, n)), sub(get(p, n), get(target, n)))));
    }
  }
}

/** out [R,O] += scale·w·p(1-p)·rz, p = σ(z). z, w, rz [R,O]. */
export function bernoulliCurvature(
  R: i32,
  O: i32,
  z: usize,
  w: usize,
  scale: f64,
  rz: usize,
  out: usize,
): void {
  const s = splat(scale);
  const one = splat(1);
  for (let left = R * O; left > 0; left -= CHUNK, z = at(z, CHUNK)) {
    const m = min(CHUNK, left);
    mapLogistic(m, z, plane(0));
    for (let n = m, q = plane(0); n > 0; n -= LANES, q += 16, w += 16, rz += 16, out += 16) {
      const p = get(q, n);
      put(out, n, add(get(out, n), mul(mul(s, get(w, n)), mul(mul(p, sub(one, p)), get(rz, n)))));
    }
  }
}

/** Largest of a row. */
@inline
function rowMax(K: i32, z: usize): Float {
  const lowest = splat(-Infinity);
  let m = lowest;
  for (let n = K; n > 0; n -= LANES, z += 16) m = v128.pmax<Float>(m, firstLanes(get(z, n), n, lowest));
  let top = first(m);
  for (let i = 1; i < LANES; ++i) top = max(top, i == 1 ? v128.extract_lane<Float>(m, 1) : lane(m, i));
  return top;
}
/** Lane 2 or 3 of an f32 vector. */
@inline
function lane(v: v128, i: i32): Float {
  return sizeof<Float>() == 4
    ? <Float>(i == 2 ? f32x4.extract_lane(v, 2) : f32x4.extract_lane(v, 3))
    : <Float>0;
}

/** out [n] = exp(z - top), and the sum so far plus its elements by lane. */
@inline
function expShifted(n: i32, z: usize, top: v128, out: usize, sum: v128): v128 {
  for (let m = n, x = z, y = out; m > 0; m -= LANES, x += 16, y += 16) put(y, m, sub(get(x, m), top));
  mapExp(n, out, out);
  for (let m = n, y = out; m > 0; m -= LANES, y += 16) sum = add(sum, get(y, m));
  return sum;
}

/** p [R,K] = softmax of each row of z [R,K], overwritten; p may be z. */
export function softmaxProbabilities(R: i32, K: i32, z: usize, p: usize): void {
  for (; R > 0; --R, z = at(z, K), p = at(p, K)) {
    const s = splat(1 / total(expShifted(K, z, v128.splat<Float>(rowMax(K, z)), p, splat(0))));
    for (let n = K, y = p; n > 0; n -= LANES, y += 16) put(y, n, mul(get(y, n), s));
  }
}

/** Σ_r w·(ln Σ_k e^z - z[id]), in nats: the cross entropy of class ids [R] (i32). z [R,K], w [R]. */
export function softmaxValue(R: i32, K: i32, z: usize, ids: usize, w: usize): f64 {
  let value: f64 = 0;
  for (; R > 0; --R, z = at(z, K), ids += 4, w = at(w, 1)) {
    const top = rowMax(K, z);
    const t = v128.splat<Float>(top);
    let sum = splat(0);
    for (let k = 0; k < K; k += CHUNK) sum = expShifted(min(CHUNK, K - k), at(z, k), t, plane(0), sum);
    const partition = f64x2.extract_lane(log<f64>(all<f64>(total(sum))), 0);
    value += <f64>load<Float>(w) * (partition + (<f64>top - <f64>load<Float>(at(z, load<i32>(ids)))));
  }
  return value;
}

/** dz [R,K] += scale·w·(p - onehot(id)). p [R,K] probabilities, ids [R] (i32), w [R]. */
export function softmaxGradient(R: i32, K: i32, p: usize, ids: usize, w: usize, scale: f64, dz: usize): void {
  for (; R > 0; --R, p = at(p, K), dz = at(dz, K), ids += 4, w = at(w, 1)) {
    const s = <Float>scale * load<Float>(w);
    const v = v128.splat<Float>(s);
    const id = load<i32>(ids);
    const there = load<Float>(at(dz, id)) + s * (load<Float>(at(p, id)) - 1);
    for (let n = K, x = p, y = dz; n > 0; n -= LANES, x += 16, y += 16)
      put(y, n, add(get(y, n), mul(v, get(x, n))));
    store<Float>(at(dz, id), there);
  }
}

/** out [R,K] += scale·w·(p⊙r - p·(pᵀr)), r = rz. p, rz [R,K], w [R]. */
export function softmaxCurvature(
  R: i32,
  K: i32,
  p: usize,
  w: usize,
  scale: f64,
  rz: usize,
  out: usize,
): void {
  for (; R > 0; --R, p = at(p, K), rz = at(rz, K), out = at(out, K), w = at(w, 1)) {
    const s = v128.splat<Float>(<Float>scale * load<Float>(w));
    let sum = f64x2.splat(0);
    for (let n = K, x = p, y = rz; n > 0; n -= LANES, x += 16, y += 16)
      sum = accumulate(sum, mul(get(x, n), get(y, n)));
    const mean = splat(ends(sum));
    for (let n = K, x = p, y = rz, o = out; n > 0; n -= LANES, x += 16, y += 16, o += 16) {
      put(o, n, add(get(o, n), mul(mul(s, get(x, n)), sub(get(y, n), mean))));
    }
  }
}
