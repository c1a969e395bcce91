/**
 * The gamma function's logarithm and its derivatives in f64, for densities of counts and waiting times. Small
 * arguments grow by the recurrence to where the asymptotic series holds (Abramowitz & Stegun 1964, 6.1.41,
 * 6.3.18, 6.4.12).
 */
import { log } from "../elementary/elementary";
import { get64, put64 } from "../algebra/small";

/** ½·ln 2π. */
@inline const HALF_LOG_TWO_PI: f64 = 0.9189385332046727;
/** The series' first omitted terms are below 1e-16 from here on. */
@inline const LARGE: f64 = 12;

/** ln x. */
@inline
export function logOf(x: f64): f64 {
  return f64x2.extract_lane(log<f64>(f64x2.splat(x)), 0);
}

/** δ(x) = ln Γ(x) - (x - ½)·ln x + x - ½·ln 2π, for x ≥ 12: Stirling's series, absolute error below 1e-16. */
@inline
export function stirlingError(x: f64): f64 {
  const r = 1 / (x * x);
  return (
    (1.0 / 12 -
      r * (1.0 / 360 - r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - (r * 691) / 360360))))) /
    x
  );
}

/** ln Γ(x) for x > 0; absolute error below 1e-15·max(1, |ln Γ|). */
export function logGamma(x: f64): f64 {
  let product: f64 = 1;
  while (x < LARGE) {
    product = product * x;
    x = x + 1;
  }
  return (x - 0.5) * logOf(x) - x + HALF_LOG_TWO_PI + stirlingError(x) - logOf(product);
}

/** ψ(x) = d ln Γ(x)/dx for x > 0; absolute error below 1e-14·max(1, |ψ|). */
export function digamma(x: f64): f64 {
  let sum: f64 = 0;
  while (x < LARGE) {
    sum = sum + 1 / x;
    x = x + 1;
  }
  const r = 1 / (x * x);
  const series =
    r *
    (1.0 / 12 - r * (1.0 / 120 - r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132 - (r * 691) / 32760)))));
  return logOf(x) - 0.5 / x - series - sum;
}

/** ψ′(x) for x > 0; relative error below 1e-14. */
export function trigamma(x: f64): f64 {
  let sum: f64 = 0;
  while (x < LARGE) {
    sum = sum + 1 / (x * x);
    x = x + 1;
  }
  const r = 1 / (x * x);
  const series =
    r * (1.0 / 6 - r * (1.0 / 30 - r * (1.0 / 42 - r * (1.0 / 30 - r * (5.0 / 66 - (r * 691) / 2730)))));
  return sum + (1 + 0.5 / x + series) / x;
}

/** out [n] = ln Γ(x). */
export function mapLogGamma(n: i32, x: usize, out: usize): void {
  for (let i = 0; i < n; ++i) put64(out, i, logGamma(get64(x, i)));
}

/** out [n] = ψ(x). */
export function mapDigamma(n: i32, x: usize, out: usize): void {
  for (let i = 0; i < n; ++i) put64(out, i, digamma(get64(x, i)));
}

/** out [n] = ψ′(x). */
export function mapTrigamma(n: i32, x: usize, out: usize): void {
  for (let i = 0; i < n; ++i) put64(out, i, trigamma(get64(x, i)));
}
