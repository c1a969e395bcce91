/**
 * Mixtures of M Gaussians with diagonal covariance (Bishop 1994) in the coordinates of a net: rows
 * [logits M | means M·D | ln σ M·D].
 *
 *   -ln p(y) = lse(logits) - lse(aₘ),  aₘ = logitₘ - Σ_d (½ln 2π + ln σ + ½t²),  t = (y - μ)/σ
 *   ∂ logit = π - γ    ∂μ = -γ·t/σ    ∂ ln σ = γ(1 - t²),   γ the responsibilities
 */
import { at } from "../vector";
import { expOf, lnOf, read, write } from "./scalar";

/** ½·ln 2π. */
@inline const HALF_LOG_TWO_PI: f64 = 0.9189385332046727;

/** Largest of x [n]. */
export function topOf(n: i32, x: usize): f64 {
  let top = read(x, 0);
  for (let i = 1; i < n; ++i) top = max(top, read(x, i));
  return top;
}
/** Σ e^(x - top) over x [n]. */
export function sumExp(n: i32, x: usize, top: f64): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; ++i) sum += expOf(read(x, i) - top);
  return sum;
}
/** y [n] = softmax of z [n]. */
export function shares(n: i32, z: usize, y: usize): void {
  const top = topOf(n, z);
  const scale = 1 / sumExp(n, z, top);
  for (let i = 0; i < n; ++i) write(y, i, expOf(read(z, i) - top) * scale);
}
/** out [n] = 0. */
export function clear(n: i32, out: usize): void {
  for (let i = 0; i < n; ++i) write(out, i, 0);
}

/**
 * Σ w·(-ln p(y)), nats. z [R,M(1+2D)], target [R,D], w [R]; slope [R,M(1+2D)] the weighted derivatives,
 * overwritten.
 */
export function mixtureLoss(R: i32, M: i32, D: i32, z: usize, target: usize, w: usize, slope: usize): f64 {
  const columns = M * (1 + 2 * D);
  let sum: f64 = 0;
  for (; R > 0; --R, z = at(z, columns), slope = at(slope, columns), target = at(target, D), w = at(w, 1)) {
    const weight = read(w, 0);
    if (weight == 0) clear(columns, slope);
    else sum += weight * mixtureRow(M, D, z, target, weight, slope);
  }
  return sum;
}

/** One row: -ln p, and its derivatives times the weight. */
function mixtureRow(M: i32, D: i32, z: usize, target: usize, weight: f64, slope: usize): f64 {
  const means = at(z, M);
  const logs = at(means, M * D);
  for (let m = 0; m < M; ++m) {
    let a = read(z, m);
    for (let d = 0; d < D; ++d) {
      const j = m * D + d;
      const t = (read(target, d) - read(means, j)) * expOf(-read(logs, j));
      a -= HALF_LOG_TWO_PI + read(logs, j) + 0.5 * t * t;
    }
    write(slope, m, a);
  }
  const top = topOf(M, slope);
  const joint = sumExp(M, slope, top);
  const topLogit = topOf(M, z);
  const whole = sumExp(M, z, topLogit);
  const meansSlope = at(slope, M);
  const logsSlope = at(meansSlope, M * D);
  for (let m = 0; m < M; ++m) {
    const share = (weight * expOf(read(slope, m) - top)) / joint;
    write(slope, m, (weight * expOf(read(z, m) - topLogit)) / whole - share);
    for (let d = 0; d < D; ++d) {
      const j = m * D + d;
      const inverse = expOf(-read(logs, j));
      const t = (read(target, d) - read(means, j)) * inverse;
      write(meansSlope, j, -share * t * inverse);
      write(logsSlope, j, share * (1 - t * t));
    }
  }
  return topLogit + lnOf(whole) - top - lnOf(joint);
}

/** y [R,M(1+2D)] = weights, means, standard deviations of z, overwritten. */
export function mixtureParameters(R: i32, M: i32, D: i32, z: usize, y: usize): void {
  const columns = M * (1 + 2 * D);
  for (; R > 0; --R, z = at(z, columns), y = at(y, columns)) {
    shares(M, z, y);
    for (let i = M; i < M + M * D; ++i) write(y, i, read(z, i));
    for (let i = M + M * D; i < columns; ++i) write(y, i, expOf(read(z, i)));
  }
}
