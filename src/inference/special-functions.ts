/**
 * Functions of one real that structural models need, by plain arithmetic and the kernels' logarithms, so
 * that they have the same bits in every engine.
 */
import type { Elementwise } from "./elementwise.ts";

/** ln and exp, and ln Γ. */
export type Logs = Pick<Elementwise, "log" | "exp" | "logGamma">;

const PI = 3.141592653589793;

/**
 * cos x and sin x for 0 ≤ x ≤ π, by their series at x/16 and four doublings of the angle; error below
 * 1e-14.
 */
export function cosineAndSine(x: number): readonly [number, number] {
  const small = x / 16;
  const square = small * small;
  let cosine = 0;
  let sine = 0;
  for (let k = 12; k >= 1; --k) {
    cosine = ((1 + cosine) * -square) / ((2 * k - 1) * (2 * k));
    sine = ((1 + sine) * -square) / (2 * k * (2 * k + 1));
  }
  let c = 1 + cosine;
  let s = small * (1 + sine);
  for (let i = 0; i < 4; ++i) [c, s] = [c * c - s * s, 2 * s * c];
  return [c, s];
}

/** cos and sin of 2π·fraction, 0 ≤ fraction ≤ ½. */
export const turned = (fraction: number): readonly [number, number] => cosineAndSine(2 * PI * fraction);

const CENTER = [
  [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716],
  [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572],
];
const TAIL = [
  [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968],
  [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416],
];

const horner = (coefficients: readonly number[], last: number, x: number): number =>
  coefficients.reduce((sum, c) => sum * x + c, 0) * x + last;

/** The z with Φ(z) = p, 0 < p < 1; relative error below 1.2e-9 (Acklam's rational approximation). */
export function normalQuantile(p: number, { log }: Logs): number {
  const edge = 0.02425;
  if (p > 1 - edge) return -normalQuantile(1 - p, { log } as Logs);
  if (p >= edge) {
    const q = p - 0.5;
    const r = q * q;
    return (horner(CENTER[0], 2.506628277459239, r) * q) / horner(CENTER[1], 1, r);
  }
  const q = Math.sqrt(-2 * log([p])[0]);
  return horner(TAIL[0], 2.938163982698783, q) / horner(TAIL[1], 1, q);
}

/** A tail probability front·rest in two factors, of which one may be too small to be a number. */
interface Tail {
  /** ln front. */
  readonly front: number;
  readonly rest: number;
}

/** P(X > z) = exp(front)·rest of a gamma variable of shape a and scale 1, z ≥ a + 1: Lentz's fraction. */
function gammaFraction(a: number, z: number, front: number): Tail {
  let b = z + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 10_000; ++i) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return { front, rest: h };
}

/** P(X > z) of a gamma variable of shape a and scale 1, in two factors. */
function gammaTail(a: number, z: number, { log, exp, logGamma }: Logs): Tail {
  if (!(z > 0)) return { front: 0, rest: 1 };
  const front = a * log([z])[0] - z - logGamma([a])[0];
  if (z >= a + 1) return gammaFraction(a, z, front);
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < 10_000 && term > 1e-17 * sum; ++n) {
    term *= z / (a + n);
    sum += term;
  }
  return { front: 0, rest: Math.max(0, 1 - exp([front])[0] * sum) };
}

/**
 * P(χ² > x) with k degrees of freedom: the regularized incomplete gamma function, by its series or
 * fraction.
 */
export function chiSquaredTail(x: number, k: number, logs: Logs): number {
  const { front, rest } = gammaTail(k / 2, x / 2, logs);
  return logs.exp([front])[0] * rest;
}

/** ln P(X > z) of a gamma variable of shape a and scale 1, however far out z is. */
export function logGammaTail(a: number, z: number, logs: Logs): number {
  const { front, rest } = gammaTail(a, z, logs);
  return front + logs.log([rest])[0];
}
