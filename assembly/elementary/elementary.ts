/**
 * exp, log, tanh, logistic and softplus of a v128 of f32 or f64 lanes (T), without branches.
 *
 * Range reduction with a two-part ln 2, then a polynomial (coefficients.ts). Only IEEE add, multiply, divide
 * and bit operations in a fixed order, so the bits are the same everywhere. The errors stated are the largest
 * seen in test/assembly, rounded up.
 */
import {
  EXP_32,
  EXP_64,
  EXP_MIN,
  EXP_MAX,
  HALF,
  LN2_HIGH,
  LN2_LOW,
  LOG1P_32,
  LOG1P_64,
  LOG2_E,
  LOGISTIC_MIN,
  LOG_32,
  LOG_64,
  ONE,
  ROUND,
  TANH_32,
  TANH_64,
  TANH_BIAS,
  TANH_MAX,
  TWO,
  common,
  polynomial,
} from "./coefficients";

/** LANES copies of x, as an immediate. */
@inline
export function all<T>(x: f64): v128 {
  return v128.splat<T>(<T>x);
}

/** An integer n in the low bits of t, moved to the exponent field. */
@inline
function exponent<T>(t: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.shl(t, 23) : i64x2.shl(t, 52);
}
/** Integer sum of the bits. */
@inline
function addBits<T>(a: v128, b: v128): v128 {
  return sizeof<T>() == 4 ? i32x4.add(a, b) : i64x2.add(a, b);
}

/**
 * eʳ - 1 for r = x - n·ln 2, |r| ≤ ln2/2, as (x - n·HIGH) + (r²·Q(r) - n·LOW): the first difference is exact.
 */
@inline
function expm1Rest<T>(x: v128, n: v128): v128 {
  const high = v128.sub<T>(x, v128.mul<T>(n, common<T>(LN2_HIGH)));
  const low = v128.mul<T>(n, common<T>(LN2_LOW));
  const r = v128.sub<T>(high, low);
  return v128.add<T>(
    high,
    v128.sub<T>(v128.mul<T>(v128.mul<T>(r, r), polynomial<T>(r, EXP_32, 4, EXP_64, 10)), low),
  );
}

/**
 * eˣ. At most 1 ulp in both precisions. Above ln of the largest real: ∞. Below ln of the least normal one
 * (-87.336, -708.396): 0, so no result is subnormal. NaN stays NaN.
 */
@inline
export function exp<T>(x: v128): v128 {
  const t = v128.add<T>(v128.mul<T>(x, common<T>(LOG2_E)), common<T>(ROUND));
  const p = expm1Rest<T>(x, v128.sub<T>(t, common<T>(ROUND)));
  // in the bits: 2^128 itself is not a real, 2^128·0.8 is
  let y = addBits<T>(v128.add<T>(p, common<T>(ONE)), exponent<T>(t));
  y = v128.bitselect(y, v128.add<T>(x, all<T>(Infinity)), v128.le<T>(x, common<T>(EXP_MAX)));
  return v128.andnot(y, v128.lt<T>(x, common<T>(EXP_MIN)));
}

/** σ(x) = 1/(1 + e⁻ˣ). At most 2 ulp. Below -87 (f32), -708 (f64): 0. NaN stays NaN. */
@inline
export function logistic<T>(x: v128): v128 {
  const lowest = common<T>(LOGISTIC_MIN);
  const zero = all<T>(0); // not neg: V8 13.6 (Node 24) joins two f64x2.neg of loaded vectors into a wrong one
  const u = v128.pmax<T>(v128.pmin<T>(v128.sub<T>(zero, x), v128.sub<T>(zero, lowest)), lowest);
  const t = v128.add<T>(v128.mul<T>(u, common<T>(LOG2_E)), common<T>(ROUND));
  const p = expm1Rest<T>(u, v128.sub<T>(t, common<T>(ROUND)));
  const scale = addBits<T>(exponent<T>(t), common<T>(ONE));
  // 1 + scale·(1 + p), the larger of 1 and scale added last
  const one = common<T>(ONE);
  const inner = v128.add<T>(v128.mul<T>(scale, p), v128.pmin<T>(scale, one));
  const y = v128.div<T>(one, v128.add<T>(inner, v128.pmax<T>(scale, one)));
  return v128.andnot(y, v128.lt<T>(x, lowest));
}

/**
 * tanh x = e/(e + 2), e = e²ˣ - 1 at |x|; for small |x| as |x| + (e - 2|x| - |x|·e)/(e + 2), whose second
 * term is small. At most 2 ulp, odd to the bit; ±1 from 9.02 (f32), 19.07 (f64) on. NaN stays NaN.
 */
@inline
export function tanh<T>(x: v128): v128 {
  const sign = all<T>(-0.0);
  const a = v128.pmin<T>(v128.andnot(x, sign), common<T>(TANH_MAX));
  const u = v128.add<T>(a, a);
  const t = v128.add<T>(
    v128.sub<T>(v128.mul<T>(u, common<T>(LOG2_E)), common<T>(TANH_BIAS)),
    common<T>(ROUND),
  );
  const n = v128.sub<T>(t, common<T>(ROUND));
  const small = v128.eq<T>(n, all<T>(0));
  const r = v128.sub<T>(
    v128.sub<T>(u, v128.mul<T>(n, common<T>(LN2_HIGH))),
    v128.mul<T>(n, common<T>(LN2_LOW)),
  );
  const q = v128.mul<T>(v128.mul<T>(r, r), polynomial<T>(r, TANH_32, 5, TANH_64, 10));
  const p = v128.add<T>(r, q);
  const scale = addBits<T>(exponent<T>(t), common<T>(ONE));
  const e = v128.add<T>(v128.mul<T>(scale, p), v128.sub<T>(scale, common<T>(ONE)));
  const over = v128.bitselect(v128.sub<T>(q, v128.mul<T>(a, p)), e, small);
  const y = v128.add<T>(v128.and(a, small), v128.div<T>(over, v128.add<T>(e, common<T>(TWO))));
  return v128.or(y, v128.and(x, sign));
}

/** Which x > 0 are subnormal. */
@inline
export function isSubnormal<T>(x: v128): v128 {
  return v128.lt<T>(x, all<T>(sizeof<T>() == 4 ? 1.1754943508222875e-38 : 2.2250738585072014e-308));
}
/**
 * The bits of x = 2^e·m, m in [√½, √2), as those of 1 + e: the bits above those of √½ are e, the others m.
 */
@inline
export function centered<T>(x: v128, subnormal: v128): v128 {
  const normal = v128.bitselect(
    v128.mul<T>(x, all<T>(sizeof<T>() == 4 ? 8388608 : 4503599627370496)),
    x,
    subnormal,
  );
  return sizeof<T>() == 4
    ? i32x4.add(normal, i32x4.splat(0x3f800000 - 0x3f3504f3))
    : i64x2.add(normal, i64x2.splat(0x3ff0000000000000 - 0x3fe6a09e667f3bcd));
}
/** e, of centered bits. */
@inline
export function exponentOf<T>(bits: v128, subnormal: v128): v128 {
  const e =
    sizeof<T>() == 4
      ? v128.sub<T>(v128.or(i32x4.shr_u(bits, 23), all<T>(8388608)), all<T>(8388608 + 127))
      : v128.sub<T>(
          v128.or(i64x2.shr_u(bits, 52), all<T>(4503599627370496)),
          all<T>(4503599627370496 + 1023),
        );
  return v128.sub<T>(e, v128.and(subnormal, all<T>(sizeof<T>() == 4 ? 23 : 52)));
}
/** m, of centered bits. */
@inline
export function mantissaOf<T>(bits: v128): v128 {
  return sizeof<T>() == 4
    ? i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3))
    : i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), i64x2.splat(0x3fe6a09e667f3bcd));
}

/** ln x. At most 1 ulp; subnormal x are taken as they are. ln 0 = -∞, ln ∞ = ∞, NaN for x < 0 and NaN. */
@inline
export function log<T>(x: v128): v128 {
  const subnormal = isSubnormal<T>(x);
  const bits = centered<T>(x, subnormal);
  const e = exponentOf<T>(bits, subnormal);
  const m = mantissaOf<T>(bits);
  // ln(1 + f) = 2·atanh(s) = f - s·(f - R), s = f/(2 + f); written with f²/2 to keep the leading terms exact
  const f = v128.sub<T>(m, common<T>(ONE));
  const s = v128.div<T>(f, v128.add<T>(f, common<T>(TWO)));
  const z = v128.mul<T>(s, s);
  const half = v128.mul<T>(v128.mul<T>(f, f), common<T>(HALF));
  const q = polynomial<T>(z, LOG_32, 2, LOG_64, 6);
  const tail = v128.add<T>(
    v128.mul<T>(s, v128.add<T>(half, v128.mul<T>(z, q))),
    v128.mul<T>(e, common<T>(LN2_LOW)),
  );
  let y = v128.add<T>(v128.mul<T>(e, common<T>(LN2_HIGH)), v128.sub<T>(f, v128.sub<T>(half, tail)));
  y = v128.bitselect(y, x, v128.lt<T>(x, all<T>(Infinity)));
  y = v128.or(y, v128.lt<T>(x, all<T>(0)));
  return v128.bitselect(all<T>(-Infinity), y, v128.eq<T>(x, all<T>(0)));
}

/** ln(1 + u) for 0 ≤ u ≤ 1: 2·atanh(u/(2 + u)). At most 2 ulp. */
@inline
export function log1pUnit<T>(u: v128): v128 {
  const s = v128.div<T>(u, v128.add<T>(u, common<T>(TWO)));
  const z = v128.mul<T>(s, s);
  return v128.add<T>(
    v128.add<T>(s, s),
    v128.mul<T>(v128.mul<T>(s, z), polynomial<T>(z, LOG1P_32, 4, LOG1P_64, 11)),
  );
}

/** ln(1 + eᶻ) = max(z, 0) + ln(1 + e^-|z|), stable for every z. At most 3 ulp where it is normal. */
@inline
export function softplus<T>(z: v128): v128 {
  const tail = log1pUnit<T>(exp<T>(v128.or(z, all<T>(-0.0))));
  return v128.add<T>(v128.pmax<T>(z, all<T>(0)), tail);
}
