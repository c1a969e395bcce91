/**
 * Student's t (location μ, scale s, degrees of freedom ν) in the coordinates of a net:
 *
 *   μ = z₀    s = softplus(z₁)    ν = 2 + softplus(z₂): the variance s²ν/(ν-2) exists
 *   -ln p(y) = lnΓ(ν/2) - lnΓ((ν+1)/2) + ½ln(πν) + ln s + (ν+1)/2·ln(1 + t²/ν),  t = (y - μ)/s
 */
import { digamma, logGamma } from "../inference/gamma";
import { lnOf, log1pOf, logisticOf, read, softplusOf, write } from "./scalar";

/** ½·ln π. */
@inline const HALF_LOG_PI: f64 = 0.5723649429247001;
/** From here on the series of the ratio of gammas are exact to rounding. */
@inline const LARGE: f64 = 1e4;
/** Below it softplus is eᶻ, and its logarithm z. */
@inline const SMALL: f64 = -30;

/** lnΓ(x + ½) - lnΓ(x). */
function gammaRatio(x: f64): f64 {
  if (x < LARGE) return logGamma(x + 0.5) - logGamma(x);
  return 0.5 * lnOf(x) - 1 / (8 * x) + 1 / (192 * x * x * x);
}
/** ψ(x + ½) - ψ(x). */
function gammaRatioSlope(x: f64): f64 {
  if (x < LARGE) return digamma(x + 0.5) - digamma(x);
  return (0.5 + 1 / (8 * x)) / x;
}

/**
 * Σ w·(-ln p(y)), nats. z [R·D,3], target, w [R·D], n = R·D; slope [R·D,3] the weighted derivatives,
 * overwritten.
 */
export function studentLoss(n: i32, z: usize, target: usize, w: usize, slope: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; ++i) {
    const weight = read(w, i);
    if (weight == 0) {
      for (let j = 0; j < 3; ++j) write(slope, 3 * i + j, 0);
      continue;
    }
    const a = read(z, 3 * i + 1);
    const b = read(z, 3 * i + 2);
    const s = softplusOf(a);
    const v = 2 + softplusOf(b);
    const t = (read(target, i) - read(z, 3 * i)) / s;
    const u = (t * t) / v;
    const bend = log1pOf(u);
    const pull = (v + 1) / (v + t * t);
    sum +=
      weight *
      (0.5 * lnOf(v) + HALF_LOG_PI - gammaRatio(0.5 * v) + (a < SMALL ? a : lnOf(s)) + 0.5 * (v + 1) * bend);
    write(slope, 3 * i, -weight * pull * (t / s));
    write(slope, 3 * i + 1, weight * ((1 - pull * t * t) / s) * logisticOf(a));
    write(
      slope,
      3 * i + 2,
      0.5 * weight * (1 / v - gammaRatioSlope(0.5 * v) + bend - pull * u) * logisticOf(b),
    );
  }
  return sum;
}

/** y [n,3] = μ, s, ν of z [n,3], overwritten. */
export function studentParameters(n: i32, z: usize, y: usize): void {
  for (let i = 0; i < 3 * n; i += 3) {
    write(y, i, read(z, i));
    write(y, i + 1, softplusOf(read(z, i + 1)));
    write(y, i + 2, 2 + softplusOf(read(z, i + 2)));
  }
}
