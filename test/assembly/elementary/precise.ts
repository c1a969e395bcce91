/**
 * Elementary functions in 1400-bit fixed point: the reference that the f64 kernels are measured against in
 * units of the last place.
 */

const BITS = 1400n;
const ONE = 1n << BITS;
const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;
const over = (a: bigint, b: bigint): bigint => (a << BITS) / b;

/** An exact double as integer and exponent: x = m·2^e. */
function parts(x: number): { m: bigint; e: number } {
  let e = 0;
  while (!Number.isInteger(x)) {
    x *= 2;
    --e;
  }
  return { m: BigInt(x), e };
}
const fixed = (x: number): bigint => {
  const { m, e } = parts(x);
  return (m << BITS) >> BigInt(-e);
};
/** Σ term, each from the last, until it vanishes. */
function series(first: bigint, next: (term: bigint, k: bigint) => bigint): bigint {
  let sum = 0n;
  for (let term = first, k = 1n; term !== 0n; term = next(term, k++)) sum += term;
  return sum;
}
const arctan = (inverse: bigint, sign: bigint): bigint => {
  // of 1/inverse; sign 1 makes it hyperbolic
  let sum = 0n;
  for (let power = ONE / inverse, k = 1n; power !== 0n; power = (sign * power) / (inverse * inverse), k += 2n)
    sum += power / k;
  return sum;
};
const LN2 = 2n * arctan(3n, 1n);
const PI = 16n * arctan(5n, -1n) - 4n * arctan(239n, -1n);

/** A real m·2^(e-1400). */
export interface Real {
  m: bigint;
  e: number;
}

function expFixed(x: bigint): Real {
  const n = (2n * x + LN2) / (2n * LN2) - (2n * x + LN2 < 0n ? 1n : 0n);
  const r = x - n * LN2;
  return { m: series(ONE, (term, k) => times(term, r) / k), e: Number(n) };
}
export const exp = (x: number): Real => expFixed(fixed(x));
function logFixed(x: number): bigint {
  const { m, e } = parts(x);
  const length = m.toString(2).length;
  const unit = (m << BITS) >> BigInt(length);
  const s = over(unit - ONE, unit + ONE);
  const z = times(s, s);
  let sum = 0n;
  for (let power = s, k = 1n; power / k !== 0n; power = times(power, z), k += 2n) sum += power / k;
  return 2n * sum + BigInt(length + e) * LN2;
}
export const log = (x: number): Real => ({ m: logFixed(x), e: 0 });
const plain = ({ m, e }: Real): bigint => (e >= 0 ? m << BigInt(e) : m >> BigInt(-e));
export const tanh = (x: number): Real => {
  const e = plain(expFixed(2n * fixed(x)));
  return { m: over(e - ONE, e + ONE), e: 0 };
};
export const logistic = (x: number): Real => ({ m: over(ONE, ONE + plain(expFixed(-fixed(x)))), e: 0 });
const wave = (x: bigint): bigint => {
  // sin, of x reduced to a turn
  const r = x % (2n * PI);
  const z = times(r, r);
  return series(r, (term, k) => -times(term, z) / (2n * k * (2n * k + 1n)));
};
export const sin = (x: number): Real => ({ m: wave(fixed(x)), e: 0 });
export const cos = (x: number): Real => ({ m: wave(fixed(x) + PI / 2n), e: 0 });
export const pow = (x: number, y: number): Real => expFixed(times(logFixed(x), fixed(y)));

/** |got - want| in units of want's last place of a format with `digits` bits of significand. */
export function ulps(got: number, { m, e }: Real, digits: number): number {
  const negative = m < 0n;
  const size = negative ? -m : m;
  const top = size.toString(2).length - 1 + e - Number(BITS); // 2^top ≤ |want|
  const unit = top - digits + 1;
  const scale = 30 - unit; // differences are counted in 2^(unit - 30)
  const g = parts(negative ? -got : got);
  const shift = (value: bigint, by: number): bigint => (by >= 0 ? value << BigInt(by) : value >> BigInt(-by));
  const difference = shift(g.m, g.e + scale) - shift(size, e - Number(BITS) + scale);
  return Math.abs(Number(difference)) / 2 ** 30;
}
