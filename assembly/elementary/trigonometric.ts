/**
 * sin and cos of a v128 of f32 or f64 lanes (T).
 *
 * |x| is reduced by multiples of π/2 in four parts of few bits, so that every product n·part is exact (Cody
 * and Waite 1980), up to WAVE_MOST; the rare lane beyond it is reduced in integers with 192 bits of 2/π
 * (Payne and Hanek 1983). Constants: coefficients.ts.
 */
import {
  COS_32,
  COS_64,
  HALF,
  HALF_PI,
  ONE,
  ROUND,
  SIN_32,
  SIN_64,
  TWO_OVER_PI,
  WAVE_MAX,
  common,
  polynomial,
} from "./coefficients";
import { all } from "./elementary";

/** 2/π as a binary fraction: 1280 bits, most significant word first. */
const PI_BITS = memory.data<u64>([
  0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
  0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
  0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
  0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
]);

/** High 64 bits of a·b. */
function mulHigh(a: u64, b: u64): u64 {
  const a0 = a & 0xffffffff;
  const a1 = a >> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >> 32;
  const middle = a1 * b0 + ((a0 * b0) >> 32);
  const other = a0 * b1 + (middle & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

/** 64 bits of 2/π from bit `from` on (bit 0 is worth 1/2). */
function piBits(from: i32): u64 {
  const word = PI_BITS + ((<usize>(from >> 6)) << 3);
  const shift = <u64>(from & 63);
  const high = load<u64>(word);
  return shift == 0 ? high : (high << shift) | (load<u64>(word, 8) >> (64 - shift));
}

/**
 * x·2/π modulo 4 for a finite x ≥ 2^13: quarter turns in [-0.5, 4), with the relative precision of f64 near
 * whole numbers.
 */
function hugeQuarters(x: f64, whole: bool): f64 {
  const bits = reinterpret<u64>(x);
  const e = <i32>(bits >> 52) - 1075; // x = m·2^e
  const m = (bits & 0x000fffffffffffff) | 0x0010000000000000;
  // bits of 2/π worth 2^(2-e) and more give multiples of 4; with e < 2 the window starts with zeros
  let high: u64;
  let middle: u64;
  let low: u64;
  const from = e - 2;
  if (from >= 0) {
    high = piBits(from);
    middle = piBits(from + 64);
    low = piBits(from + 128);
  } else {
    const s = <u64>-from; // s ≤ 63: x ≥ 2^13 has e ≥ -39
    const w0 = piBits(0);
    const w1 = piBits(64);
    const w2 = piBits(128);
    high = w0 >> s;
    middle = (w0 << (64 - s)) | (w1 >> s);
    low = (w1 << (64 - s)) | (w2 >> s);
  }
  // m · 0.high middle low, modulo 1, is a fraction of 4 quarter turns
  let f1 = m * middle;
  let f0 = mulHigh(m, middle) + m * high;
  const carry = mulHigh(m, low);
  f1 += carry;
  if (f1 < carry) ++f0;
  const quadrant = (f0 + 0x2000000000000000) >> 62; // to the nearest quarter turn
  if (whole) return <f64>quadrant;
  let r0 = f0 - (quadrant << 62);
  let r1 = f1; // signed 128-bit remainder
  const negative = <i64>r0 < 0;
  if (negative) {
    r0 = ~r0;
    r1 = ~r1 + 1;
    if (r1 == 0) ++r0;
  }
  const r = <f64>r0 * 2.168404344971009e-19 /* 2^-62 */ + <f64>r1 * 1.1754943508222875e-38; /* 2^-126 */
  return negative ? -r : r;
}

/** One lane of the exact reduction: the multiple of π/2 (whole), or the rest in radians. */
function hugeLane<T>(x: T, whole: bool): T {
  if (!(<f64>x < Infinity)) return <T>NaN;
  const quarters = hugeQuarters(<f64>x, whole);
  return <T>(whole ? quarters : quarters * 1.5707963267948966);
}

/** Each lane of |x| that is beyond the limit through the exact reduction; the others from `short`. */
function hugeLanes<T>(a: v128, short: v128, beyond: v128, whole: bool): v128 {
  let y = v128.splat<T>(hugeLane<T>(v128.extract_lane<T>(a, 0), whole));
  y = v128.replace_lane<T>(y, 1, hugeLane<T>(v128.extract_lane<T>(a, 1), whole));
  if (sizeof<T>() == 4) {
    y = f32x4.replace_lane(y, 2, <f32>hugeLane<T>(v128.extract_lane<T>(a, 2), whole));
    y = f32x4.replace_lane(y, 3, <f32>hugeLane<T>(v128.extract_lane<T>(a, 3), whole));
  }
  return v128.bitselect(y, short, beyond);
}

/** sin(r + quadrant·π/2) for |r| ≤ π/4; the low bits of `turns` hold the quadrant. */
@inline
export function sinQuadrant<T>(r: v128, turns: v128): v128 {
  const z = v128.mul<T>(r, r);
  const s = v128.add<T>(r, v128.mul<T>(v128.mul<T>(r, z), polynomial<T>(z, SIN_32, 2, SIN_64, 6)));
  const half = v128.mul<T>(z, common<T>(HALF));
  const lead = v128.sub<T>(common<T>(ONE), half);
  const rest = v128.sub<T>(v128.sub<T>(common<T>(ONE), lead), half); // what rounding 1 - z/2 lost
  const c = v128.add<T>(
    lead,
    v128.add<T>(rest, v128.mul<T>(v128.mul<T>(z, z), polynomial<T>(z, COS_32, 2, COS_64, 5))),
  );
  if (sizeof<T>() == 4) {
    const odd = i32x4.neg(v128.and(turns, i32x4.splat(1)));
    return v128.xor(v128.bitselect(c, s, odd), i32x4.shl(v128.and(turns, i32x4.splat(2)), 30));
  }
  const odd = i64x2.neg(v128.and(turns, i64x2.splat(1)));
  return v128.xor(v128.bitselect(c, s, odd), i64x2.shl(v128.and(turns, i64x2.splat(2)), 62));
}

/** sin (shift 0) or cos (shift 1, even in x). */
@inline
function wave<T>(x: v128, shift: i32): v128 {
  const a = v128.abs<T>(x);
  const four = sizeof<T>() == 4;
  let n = v128.sub<T>(
    v128.add<T>(v128.mul<T>(a, common<T>(TWO_OVER_PI)), common<T>(ROUND)),
    common<T>(ROUND),
  );
  let r = v128.sub<T>(a, v128.mul<T>(n, common<T>(HALF_PI)));
  r = v128.sub<T>(r, v128.mul<T>(n, common<T>(HALF_PI + 1)));
  r = v128.sub<T>(r, v128.mul<T>(n, common<T>(HALF_PI + 2)));
  r = v128.sub<T>(r, v128.mul<T>(n, common<T>(HALF_PI + 3)));
  const near = v128.le<T>(a, common<T>(WAVE_MAX));
  if (!(four ? i32x4.all_true(near) : i64x2.all_true(near))) {
    const beyond = v128.not(near);
    n = hugeLanes<T>(a, n, beyond, true);
    r = hugeLanes<T>(a, r, beyond, false);
  }
  const turns = v128.add<T>(shift ? v128.add<T>(n, common<T>(ONE)) : n, common<T>(ROUND));
  return sinQuadrant<T>(r, turns);
}

/** sin x. At most 2 ulp for every finite x, odd to the bit; NaN for ±∞ and NaN. */
@inline
export function sin<T>(x: v128): v128 {
  return v128.xor(wave<T>(x, 0), v128.and(x, all<T>(-0.0)));
}

/** cos x. At most 2 ulp for every finite x, even to the bit; NaN for ±∞ and NaN. */
@inline
export function cos<T>(x: v128): v128 {
  return wave<T>(x, 1);
}
