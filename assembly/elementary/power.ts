/**
 * Powers: xʸ = e^(y·ln|x|), the logarithm in more bits than the lanes have, special values as in ECMAScript's
 * Math.pow.
 */
import { LN2_HIGH, LN2_LOW, LOG_32, LOG_64, ONE, TWO, common, polynomial } from "./coefficients";
import { all, centered, exp, exponentOf, isSubnormal, log, mantissaOf } from "./elementary";

/** The upper 26 bits of x (Dekker 1971), so that products of such halves are exact. */
@inline
function upper(x: v128): v128 {
  const t = f64x2.mul(x, f64x2.splat(134217729)); // 2^27 + 1
  return f64x2.sub(t, f64x2.sub(t, x));
}
/** x·y - p for the rounded product p. */
@inline
function productError(x: v128, y: v128, p: v128): v128 {
  const x1 = upper(x);
  const x0 = f64x2.sub(x, x1);
  const y1 = upper(y);
  const y0 = f64x2.sub(y, y1);
  const high = f64x2.add(f64x2.add(f64x2.sub(f64x2.mul(x1, y1), p), f64x2.mul(x1, y0)), f64x2.mul(x0, y1));
  return f64x2.add(high, f64x2.mul(x0, y0));
}

/** aʸ of two f64 lanes, a ≥ 0: ln a as a sum of two, about 2^-60 exact. */
@inline
function magnitude64(a: v128, y: v128): v128 {
  const subnormal = isSubnormal<f64>(a);
  const bits = centered<f64>(a, subnormal);
  const e = exponentOf<f64>(bits, subnormal);
  const f = f64x2.sub(mantissaOf<f64>(bits), common<f64>(ONE));
  const d = f64x2.add(f, common<f64>(TWO));
  const s = f64x2.div(f, d);
  const product = f64x2.mul(s, d);
  const z = f64x2.mul(s, s);
  // what the quotient lost: f - s·(2 + f), both exact
  const lostD = f64x2.sub(f, f64x2.sub(d, common<f64>(TWO)));
  const lost = f64x2.sub(f64x2.sub(f64x2.sub(f, product), productError(s, d, product)), f64x2.mul(s, lostD));
  const small = f64x2.add(
    f64x2.mul(f64x2.mul(s, z), polynomial<f64>(z, LOG_32, 2, LOG_64, 6)),
    f64x2.div(f64x2.add(lost, lost), d),
  );
  const twice = f64x2.add(s, s);
  const whole = f64x2.mul(e, common<f64>(LN2_HIGH));
  const sum = f64x2.add(whole, twice);
  const rest = f64x2.add(
    f64x2.add(f64x2.sub(whole, sum), twice),
    f64x2.add(small, f64x2.mul(e, common<f64>(LN2_LOW))),
  );
  let high = f64x2.add(sum, rest);
  const low = f64x2.add(f64x2.sub(sum, high), rest);
  high = v128.bitselect(
    high,
    log<f64>(a),
    v128.and(f64x2.gt(a, all<f64>(0)), f64x2.lt(a, all<f64>(Infinity))),
  );
  const p = f64x2.mul(y, high);
  const tail = f64x2.add(productError(y, high, p), f64x2.mul(y, low));
  const m = exp<f64>(p);
  // beyond, m is 0, ∞ or nearly
  return v128.bitselect(f64x2.add(m, f64x2.mul(m, tail)), m, f64x2.lt(f64x2.abs(p), all<f64>(709)));
}

/** aʸ of four f32 lanes, through f64. */
@inline
function magnitude32(a: v128, y: v128): v128 {
  const low = exp<f64>(f64x2.mul(f64x2.promote_low_f32x4(y), log<f64>(f64x2.promote_low_f32x4(a))));
  const a1 = i64x2.shuffle(a, a, 1, 1);
  const y1 = i64x2.shuffle(y, y, 1, 1);
  const high = exp<f64>(f64x2.mul(f64x2.promote_low_f32x4(y1), log<f64>(f64x2.promote_low_f32x4(a1))));
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/**
 * xʸ. At most 1 ulp in f32 and 4 ulp in f64. For x < 0 the sign follows an odd whole y, NaN for a finite x <
 * 0 and y that is not whole. 1 for y = 0, NaN for |x| = 1 with infinite y.
 */
@inline
export function power<T>(x: v128, y: v128): v128 {
  const a = v128.abs<T>(x);
  let m: v128 = sizeof<T>() == 4 ? magnitude32(a, y) : magnitude64(a, y);
  const half = v128.mul<T>(y, all<T>(0.5));
  const whole = v128.eq<T>(v128.floor<T>(y), y);
  const odd = v128.and(whole, v128.ne<T>(v128.floor<T>(half), half));
  const negative = v128.and(v128.lt<T>(x, all<T>(0)), v128.gt<T>(x, all<T>(-Infinity)));
  m = v128.or(m, v128.and(v128.and(x, all<T>(-0.0)), odd));
  m = v128.or(m, v128.andnot(negative, whole));
  return v128.bitselect(all<T>(1), m, v128.eq<T>(y, all<T>(0)));
}
