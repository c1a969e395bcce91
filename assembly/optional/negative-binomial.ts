/**
 * The negative binomial of counts (mean μ, dispersion α, variance μ + αμ²) in the coordinates of a net:
 *
 *   μ = softplus(z₀)    α = 10⁻⁶ + softplus(z₁)    r = 1/α
 *   ln p(y) = lnΓ(y + r) - lnΓ(r) - lnΓ(y + 1) - y·ln r + y·ln μ - (y + r)·ln(1 + αμ)
 */
import { digamma, logGamma, stirlingError } from "../inference/gamma";
import { expOf, lnOf, log1pOf, logisticOf, read, softplusOf, write } from "./scalar";

/** The least dispersion: beyond it the distribution is Poisson's to six digits. */
@inline const LEAST: f64 = 1e-6;
/** Stirling's series holds from here on. */
@inline const LARGE: f64 = 12;
/** Below it softplus is eᶻ, and its logarithm z. */
@inline const SMALL: f64 = -30;

/** lnΓ(y + r) - lnΓ(r) - y·ln r; where r is large by Stirling's series, so that nothing cancels. */
function rise(y: f64, r: f64): f64 {
  if (r < LARGE) return logGamma(y + r) - logGamma(r) - y * lnOf(r);
  return (r + y - 0.5) * log1pOf(y / r) - y + stirlingError(r + y) - stirlingError(r);
}

/** ψ(y + r) - ψ(r). */
function riseSlope(y: f64, r: f64): f64 {
  if (r < LARGE) return digamma(y + r) - digamma(r);
  const s = r + y;
  return log1pOf(y / r) + 0.5 * (1 / r - 1 / s) + (seriesOf(1 / (r * r)) - seriesOf(1 / (s * s)));
}
/** The tail of Stirling's series of ψ: ln x - 1/2x - ψ(x), as a function of x⁻². */
function seriesOf(q: f64): f64 {
  return q * (1.0 / 12 - q * (1.0 / 120 - q * (1.0 / 252 - q * (1.0 / 240 - q * (1.0 / 132)))));
}

/**
 * Σ w·(-ln p(y)), nats. z [n,2], target counts [n], w [n]; slope [n,2] the weighted derivatives,
 * overwritten.
 */
export function negativeBinomialLoss(n: i32, z: usize, target: usize, w: usize, slope: usize): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < n; ++i) {
    const weight = read(w, i);
    if (weight == 0) {
      write(slope, 2 * i, 0);
      write(slope, 2 * i + 1, 0);
      continue;
    }
    const y = read(target, i);
    const a = read(z, 2 * i);
    const b = read(z, 2 * i + 1);
    const tiny = a < SMALL;
    const mean = tiny ? expOf(a) : softplusOf(a);
    const dispersion = LEAST + softplusOf(b);
    const r = 1 / dispersion;
    const x = dispersion * mean;
    const bend = log1pOf(x);
    const logMean = tiny ? a : lnOf(mean);
    sum += weight * (logGamma(y + 1) - rise(y, r) - y * logMean + (y + r) * bend);
    // ∂/∂μ = (μ - y)/(μ(1 + αμ)); softplus′/μ is 1 where both vanish
    const share = tiny ? 1 : logisticOf(a) / mean;
    write(slope, 2 * i, (weight * (mean - y) * share) / (1 + x));
    const byR = riseSlope(y, r) - bend + (mean - y) / (r + mean);
    write(slope, 2 * i + 1, weight * r * r * byR * logisticOf(b));
  }
  return sum;
}

/** y [n,2] = μ, α of z [n,2], overwritten. */
export function negativeBinomialParameters(n: i32, z: usize, y: usize): void {
  for (let i = 0; i < 2 * n; i += 2) {
    write(y, i, softplusOf(read(z, i)));
    write(y, i + 1, LEAST + softplusOf(read(z, i + 1)));
  }
}
