/**
 * exp, log, tanh, logistic and softplus of a v128 of f32 or f64 lanes (T), without branches.
 *
 * Range reduction with a two-part ln 2, then a polynomial; coefficients come from `node assembly/fit.mjs`. Only IEEE add, multiply,
 * divide and bit operations in a fixed order, so the bits are the same everywhere. Errors are the largest seen in test/assembly.
 */

// ln 2 = HIGH + LOW; HIGH has 16 (f32) or 42 (f64) bits, so that n·HIGH is exact for every exponent n.
// @ts-ignore: decorator
@inline const LN2_HIGH_32: f64 = 0.693145751953125;
// @ts-ignore: decorator
@inline const LN2_LOW_32: f64 = 1.4286068203094173e-06;
// @ts-ignore: decorator
@inline const LN2_HIGH_64: f64 = 0.6931471805598903;
// @ts-ignore: decorator
@inline const LN2_LOW_64: f64 = 5.497923018708371e-14;
// @ts-ignore: decorator
@inline const LOG2_E: f64 = 1.4426950408889634;

/** LANES copies of a constant. */
// @ts-ignore: decorator
@inline
export function all<T>(x: f64): v128 { return v128.splat<T>(<T>x); }
// @ts-ignore: decorator
@inline
function ln2High<T>(): v128 { return all<T>(sizeof<T>() == 4 ? LN2_HIGH_32 : LN2_HIGH_64); }
// @ts-ignore: decorator
@inline
function ln2Low<T>(): v128 { return all<T>(sizeof<T>() == 4 ? LN2_LOW_32 : LN2_LOW_64); }
/** 1.5·2^23 or 1.5·2^52: adding it rounds to an integer, which the low bits of the sum then hold. */
// @ts-ignore: decorator
@inline
export function rounder<T>(): v128 { return all<T>(sizeof<T>() == 4 ? 12582912 : 6755399441055744); }
/** p·x + c. */
// @ts-ignore: decorator
@inline
export function horner<T>(p: v128, x: v128, c: f64): v128 { return v128.add<T>(v128.mul<T>(p, x), all<T>(c)); }
/** An integer n in the low bits of t, moved to the exponent field. */
// @ts-ignore: decorator
@inline
function exponent<T>(t: v128): v128 { return sizeof<T>() == 4 ? i32x4.shl(t, 23) : i64x2.shl(t, 52); }
/** Integer sum of the bits. */
// @ts-ignore: decorator
@inline
function addBits<T>(a: v128, b: v128): v128 { return sizeof<T>() == 4 ? i32x4.add(a, b) : i64x2.add(a, b); }

/** x - n·ln 2 for an integer n. */
// @ts-ignore: decorator
@inline
function reduce<T>(x: v128, n: v128): v128 {
  return v128.sub<T>(v128.sub<T>(x, v128.mul<T>(n, ln2High<T>())), v128.mul<T>(n, ln2Low<T>()));
}

/** eʳ - 1 for |r| ≤ ln2/2: r + r²·Q(r). */
// @ts-ignore: decorator
@inline
function expm1Small<T>(r: v128): v128 {
  let q: v128;
  if (sizeof<T>() == 4) {
    q = horner<T>(all<T>(0.0013926203361634337), r, 0.008363194882419041);
    q = horner<T>(q, r, 0.0416665544984137);
    q = horner<T>(q, r, 0.166665768946066);
  } else {
    q = horner<T>(all<T>(2.0914707069612355e-9), r, 2.510524515390137e-8);
    q = horner<T>(q, r, 2.7557273594799413e-7);
    q = horner<T>(q, r, 2.755725533255441e-6);
    q = horner<T>(q, r, 2.480158732558584e-5);
    q = horner<T>(q, r, 1.9841269874873975e-4);
    q = horner<T>(q, r, 1.3888888888883737e-3);
    q = horner<T>(q, r, 8.33333333332612e-3);
    q = horner<T>(q, r, 0.04166666666666667);
    q = horner<T>(q, r, 0.1666666666666667);
  }
  q = horner<T>(q, r, 0.5);
  return v128.add<T>(r, v128.mul<T>(v128.mul<T>(r, r), q));
}

/**
 * eˣ. At most 1 ulp in both precisions. Above ln of the largest real: ∞. Below ln of the least normal one (-87.336, -708.396): 0, so no
 * result is subnormal. NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function exp<T>(x: v128): v128 {
  const t = v128.add<T>(v128.mul<T>(x, all<T>(LOG2_E)), rounder<T>());
  const p = expm1Small<T>(reduce<T>(x, v128.sub<T>(t, rounder<T>())));
  let y = addBits<T>(v128.add<T>(p, all<T>(1)), exponent<T>(t)); // in the bits: 2^128 itself is not a real, 2^128·0.8 is
  y = v128.bitselect(y, v128.add<T>(x, all<T>(Infinity)), v128.le<T>(x, all<T>(sizeof<T>() == 4 ? 88.72283 : 709.782712893384)));
  return v128.andnot(y, v128.lt<T>(x, all<T>(sizeof<T>() == 4 ? -87.33654 : -708.3964185322641)));
}

/**
 * σ(x) = 1/(1 + e⁻ˣ). At most 2.5 ulp. Below -87 (f32), -708 (f64): 0. NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
export function logistic<T>(x: v128): v128 {
  const least = all<T>(sizeof<T>() == 4 ? -87 : -708);
  const u = v128.pmax<T>(v128.pmin<T>(v128.neg<T>(x), v128.neg<T>(least)), least);
  const t = v128.add<T>(v128.mul<T>(u, all<T>(LOG2_E)), rounder<T>());
  const p = expm1Small<T>(reduce<T>(u, v128.sub<T>(t, rounder<T>())));
  const scale = addBits<T>(exponent<T>(t), all<T>(1));
  const y = v128.div<T>(all<T>(1), v128.add<T>(v128.mul<T>(scale, p), v128.add<T>(scale, all<T>(1))));
  return v128.andnot(y, v128.lt<T>(x, least));
}

/** tanh x = t/(t + 2), t = e²ˣ - 1 at |x|. At most 2.5 ulp, odd to the bit; ±1 from 9.02 (f32), 19.07 (f64) on. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function tanh<T>(x: v128): v128 {
  const sign = all<T>(-0.0);
  const limit = all<T>(sizeof<T>() == 4 ? 9.1 : 19.1);
  const a = v128.pmin<T>(v128.andnot(x, sign), limit);
  const u = v128.add<T>(a, a);
  const t = v128.add<T>(v128.mul<T>(u, all<T>(LOG2_E)), rounder<T>());
  const p = expm1Small<T>(reduce<T>(u, v128.sub<T>(t, rounder<T>())));
  const scale = addBits<T>(exponent<T>(t), all<T>(1));
  const e = v128.add<T>(v128.mul<T>(scale, p), v128.sub<T>(scale, all<T>(1)));
  const y = v128.div<T>(e, v128.add<T>(e, all<T>(2)));
  return v128.or(y, v128.and(x, sign));
}

/** ln x. At most 1 ulp; subnormal x are taken as they are. ln 0 = -∞, ln ∞ = ∞, NaN for x < 0 and NaN. */
// @ts-ignore: decorator
@inline
export function log<T>(x: v128): v128 {
  const tiny = v128.lt<T>(x, all<T>(sizeof<T>() == 4 ? 1.1754943508222875e-38 : 2.2250738585072014e-308));
  const normal = v128.bitselect(v128.mul<T>(x, all<T>(sizeof<T>() == 4 ? 8388608 : 4503599627370496)), x, tiny);
  // x = 2^e·m with m in [√½, √2): the bits above those of √½ are e, the others m
  let e: v128, m: v128;
  if (sizeof<T>() == 4) {
    const bits = i32x4.add(normal, i32x4.splat(0x3f800000 - 0x3f3504f3));
    e = v128.sub<T>(v128.or(i32x4.shr_u(bits, 23), all<T>(8388608)), all<T>(8388608 + 127));
    m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  } else {
    const bits = i64x2.add(normal, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
    e = v128.sub<T>(v128.or(i64x2.shr_u(bits, 52), all<T>(4503599627370496)), all<T>(4503599627370496 + 1023));
    m = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e667f3bcd));
  }
  e = v128.sub<T>(e, v128.and(tiny, all<T>(sizeof<T>() == 4 ? 23 : 52)));
  // ln(1 + f) = 2·atanh(s) = f - s·(f - R), s = f/(2 + f); written with f²/2 to keep the leading terms exact
  const f = v128.sub<T>(m, all<T>(1)), s = v128.div<T>(f, v128.add<T>(f, all<T>(2))), z = v128.mul<T>(s, s);
  let q: v128;
  if (sizeof<T>() == 4) {
    q = horner<T>(all<T>(0.29579975746473025), z, 0.39988779985346423);
    q = horner<T>(q, z, 0.6666668504099458);
  } else {
    q = horner<T>(all<T>(0.14616484198366603), z, 0.1533171880828007);
    q = horner<T>(q, z, 0.18182889209266595);
    q = horner<T>(q, z, 0.22222211133642084);
    q = horner<T>(q, z, 0.2857142862598255);
    q = horner<T>(q, z, 0.3999999999989949);
    q = horner<T>(q, z, 0.666666666666667);
  }
  const half = v128.mul<T>(v128.mul<T>(f, f), all<T>(0.5));
  const tail = v128.add<T>(v128.mul<T>(s, v128.add<T>(half, v128.mul<T>(z, q))), v128.mul<T>(e, ln2Low<T>()));
  let y = v128.add<T>(v128.mul<T>(e, ln2High<T>()), v128.sub<T>(f, v128.sub<T>(half, tail)));
  y = v128.bitselect(y, x, v128.lt<T>(x, all<T>(Infinity)));
  y = v128.or(y, v128.lt<T>(x, all<T>(0)));
  return v128.bitselect(all<T>(-Infinity), y, v128.eq<T>(x, all<T>(0)));
}

/** ln(1 + u) for 0 ≤ u ≤ 1: 2·atanh(u/(2 + u)). At most 2 ulp. */
// @ts-ignore: decorator
@inline
export function log1pUnit<T>(u: v128): v128 {
  const s = v128.div<T>(u, v128.add<T>(u, all<T>(2))), z = v128.mul<T>(s, s);
  let q: v128;
  if (sizeof<T>() == 4) {
    q = horner<T>(all<T>(0.23229070168356789), z, 0.2170565694134363);
    q = horner<T>(q, z, 0.285924124458943);
    q = horner<T>(q, z, 0.39999705329926133);
    q = horner<T>(q, z, 0.666666673232843);
  } else {
    q = horner<T>(all<T>(0.152394569500184), z, 0.06329335155343918);
    q = horner<T>(q, z, 0.09943223896396348);
    q = horner<T>(q, z, 0.10480229576921894);
    q = horner<T>(q, z, 0.11768012629305745);
    q = horner<T>(q, z, 0.13333176115594045);
    q = horner<T>(q, z, 0.15384620283714326);
    q = horner<T>(q, z, 0.18181818085339407);
    q = horner<T>(q, z, 0.222222222233406);
    q = horner<T>(q, z, 0.28571428571421886);
    q = horner<T>(q, z, 0.40000000000000013);
    q = horner<T>(q, z, 0.6666666666666666);
  }
  return v128.add<T>(v128.add<T>(s, s), v128.mul<T>(v128.mul<T>(s, z), q));
}

/** ln(1 + eᶻ) = max(z, 0) + ln(1 + e^-|z|), stable for every z. At most 3 ulp. */
// @ts-ignore: decorator
@inline
export function softplus<T>(z: v128): v128 {
  const tail = log1pUnit<T>(exp<T>(v128.or(z, all<T>(-0.0))));
  return v128.add<T>(v128.pmax<T>(z, all<T>(0)), tail);
}
