/** Powers: xʸ = e^(y·ln|x|), the logarithm in more bits than the lanes have, special values as in ECMAScript's Math.pow. */
import { all, exp, log } from "./elementary";

/** |x|ʸ of two f64 lanes. */
// @ts-ignore: decorator
@inline
function magnitude64(a: v128, y: v128): v128 {
  return exp<f64>(f64x2.mul(y, log<f64>(a)));
}

/** |x|ʸ of four f32 lanes, through f64. */
// @ts-ignore: decorator
@inline
function magnitude32(a: v128, y: v128): v128 {
  const low = magnitude64(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(y));
  const a1 = i64x2.shuffle(a, a, 1, 1), y1 = i64x2.shuffle(y, y, 1, 1);
  const high = magnitude64(f64x2.promote_low_f32x4(a1), f64x2.promote_low_f32x4(y1));
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/**
 * xʸ. For x < 0 the sign follows an odd whole y, NaN for y that is not whole. 1 for y = 0, NaN for |x| = 1 with infinite y.
 */
// @ts-ignore: decorator
@inline
export function power<T>(x: v128, y: v128): v128 {
  const a = v128.abs<T>(x);
  let m: v128 = sizeof<T>() == 4 ? magnitude32(a, y) : magnitude64(a, y);
  const half = v128.mul<T>(y, all<T>(0.5));
  const whole = v128.eq<T>(v128.floor<T>(y), y);
  const odd = v128.and(whole, v128.ne<T>(v128.floor<T>(half), half));
  const sign = v128.and(x, all<T>(-0.0));
  m = v128.or(m, v128.and(sign, odd));
  m = v128.or(m, v128.andnot(v128.lt<T>(x, all<T>(0)), whole));
  return v128.bitselect(all<T>(1), m, v128.eq<T>(y, all<T>(0)));
}
