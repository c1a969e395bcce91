/**
 * Pen movements (Graves 2013, equations 18 to 25): a mixture of M bivariate Gaussians for the offset, and a
 * Bernoulli for the end of a stroke. Rows of a net's coordinates:
 * [end | logits M | means M·2 | ln σ M·2 | correlations M].
 *
 *   aₘ = logitₘ - ln 2π - ln σ₁ - ln σ₂ - ½ln(1 - ρ²) - ½C·Z,  C = 1/(1 - ρ²),  Z = t₁² + t₂² - 2ρt₁t₂
 *   -ln p(y) = lse(logits) - lse(aₘ) + softplus(end) - y₃·end,   ρ = tanh
 */
import { at } from "../vector";
import { clear, shares, sumExp, topOf } from "./mixture";
import { expOf, lnOf, log1pOf, logisticOf, read, softplusOf, write } from "./scalar";

@inline const LOG_TWO_PI: f64 = 1.8378770664093453;
@inline const LOG_4: f64 = 1.3862943611198906;

/** tanh x, by e^-2|x|. */
function tanhOf(x: f64): f64 {
  const e = expOf(-2 * abs(x));
  return copysign((1 - e) / (1 + e), x);
}
/** ln(1 - tanh²x) = ln 4 - 2|x| - 2·ln(1 + e^-2|x|), which stays finite where tanh rounds to 1. */
function logSech2(x: f64): f64 {
  const a = 2 * abs(x);
  return LOG_4 - a - 2 * log1pOf(expOf(-a));
}

/**
 * Σ w·(-ln p(y)), nats. z [R,1+6M], target [R,3] offsets and 0 or 1, w [R]; slope [R,1+6M] the weighted
 * derivatives, overwritten.
 */
export function penLoss(R: i32, M: i32, z: usize, target: usize, w: usize, slope: usize): f64 {
  const columns = 1 + 6 * M;
  let sum: f64 = 0;
  for (; R > 0; --R, z = at(z, columns), slope = at(slope, columns), target = at(target, 3), w = at(w, 1)) {
    const weight = read(w, 0);
    if (weight == 0) {
      clear(columns, slope);
      continue;
    }
    const end = read(z, 0);
    const up = read(target, 2);
    write(slope, 0, weight * (logisticOf(end) - up));
    sum += weight * (softplusOf(end) - up * end + penRow(M, at(z, 1), target, weight, at(slope, 1)));
  }
  return sum;
}

/** The offsets of one row: -ln p, and the derivatives times the weight. */
function penRow(M: i32, z: usize, target: usize, weight: f64, slope: usize): f64 {
  const x = read(target, 0);
  const y = read(target, 1);
  for (let m = 0; m < M; ++m) {
    const i = M + 2 * m;
    const l1 = read(z, i + 2 * M);
    const l2 = read(z, i + 2 * M + 1);
    const t1 = (x - read(z, i)) * expOf(-l1);
    const t2 = (y - read(z, i + 1)) * expOf(-l2);
    const r = read(z, 5 * M + m);
    const log = logSech2(r);
    const q = t1 * t1 + t2 * t2 - 2 * tanhOf(r) * t1 * t2;
    write(slope, m, read(z, m) - LOG_TWO_PI - l1 - l2 - 0.5 * log - 0.5 * expOf(-log) * q);
  }
  const top = topOf(M, slope);
  const joint = sumExp(M, slope, top);
  const topLogit = topOf(M, z);
  const whole = sumExp(M, z, topLogit);
  for (let m = 0; m < M; ++m) {
    const share = (weight * expOf(read(slope, m) - top)) / joint;
    write(slope, m, (weight * expOf(read(z, m) - topLogit)) / whole - share);
    const i = M + 2 * m;
    const s1 = expOf(-read(z, i + 2 * M));
    const s2 = expOf(-read(z, i + 2 * M + 1));
    const t1 = (x - read(z, i)) * s1;
    const t2 = (y - read(z, i + 1)) * s2;
    const raw = read(z, 5 * M + m);
    const rho = tanhOf(raw);
    const c = expOf(-logSech2(raw));
    const p1 = c * (t1 - rho * t2);
    const p2 = c * (t2 - rho * t1);
    write(slope, i, -share * p1 * s1);
    write(slope, i + 1, -share * p2 * s2);
    write(slope, i + 2 * M, share * (1 - t1 * p1));
    write(slope, i + 2 * M + 1, share * (1 - t2 * p2));
    const q = t1 * t1 + t2 * t2 - 2 * rho * t1 * t2;
    write(slope, 5 * M + m, -share * (t1 * t2 + rho * (1 - c * q)));
  }
  return topLogit + lnOf(whole) - top - lnOf(joint);
}

/** y [R,1+6M] = P(end), weights, means, standard deviations, correlations of z, overwritten. */
export function penParameters(R: i32, M: i32, z: usize, y: usize): void {
  const columns = 1 + 6 * M;
  for (; R > 0; --R, z = at(z, columns), y = at(y, columns)) {
    write(y, 0, logisticOf(read(z, 0)));
    shares(M, at(z, 1), at(y, 1));
    for (let i = 1 + M; i < 1 + 3 * M; ++i) write(y, i, read(z, i));
    for (let i = 1 + 3 * M; i < 1 + 5 * M; ++i) write(y, i, expOf(read(z, i)));
    for (let i = 1 + 5 * M; i < columns; ++i) write(y, i, tanhOf(read(z, i)));
  }
}
