/**
 * Vectors of LANES reals, the only pointer arithmetic helpers, and the flush rule.
 *
 * `Float` is f32 or f64, chosen by the build. All addresses are byte addresses, all counts are elements.
 *
 * The flush rule. WebAssembly cannot set flush-to-zero, and arithmetic on subnormals is 5 to 100 times
 * slower, so whatever decays (adjoints, tangents, states, running averages) is set to +0 when |v| < TINY.
 * TINY is 2^-96 in f32 and 2^-960 in f64: 30 and 62 binary orders above the least normal, so that products
 * with ordinary weights are still normal, and far below anything that can move a sum of meaningful terms. NaN
 * and infinities pass. The rule is part of the bits.
 */

/** Reals in a v128: 4 or 2. */
export const LANES: i32 = 16 / sizeof<Float>();
/** Bytes of a real. */
export const SIZE: usize = sizeof<Float>();
/** See the flush rule above. */
@inline export const TINY: f64 =
  sizeof<Float>() == 4 ? 1.262177448353619e-29 /* 2^-96 */ : 1.0261342003245941e-289; /* 2^-960 */

/** Address of element i. */
@inline
export function at(p: usize, i: i32): usize {
  return p + ((<usize>i) << alignof<Float>());
}

/** LANES copies of x, rounded to Float. */
@inline
export function splat(x: f64): v128 {
  return v128.splat<Float>(<Float>x);
}

@inline
export function add(a: v128, b: v128): v128 {
  return v128.add<Float>(a, b);
}
@inline
export function sub(a: v128, b: v128): v128 {
  return v128.sub<Float>(a, b);
}
@inline
export function mul(a: v128, b: v128): v128 {
  return v128.mul<Float>(a, b);
}

/** v where |v| ≥ TINY or NaN, else +0. */
@inline
export function flush(v: v128): v128 {
  return v128.andnot(v, v128.lt<Float>(v128.abs<Float>(v), splat(TINY)));
}

/** The first n < LANES elements at p; the other lanes are 0. Nothing else is read. */
export function loadPart(p: usize, n: i32): v128 {
  if (n <= 0) return f64x2.splat(0);
  if (sizeof<Float>() == 8) return v128.load64_zero(p);
  if (n == 1) return v128.load32_zero(p);
  const pair = v128.load64_zero(p);
  return n == 2 ? pair : v128.load_lane<u32>(p + 8, pair, 2);
}

/** Writes the first n < LANES lanes of v at p and nothing else. */
export function storePart(p: usize, n: i32, v: v128): void {
  if (n <= 0) return;
  if (sizeof<Float>() == 8) v128.store_lane<u64>(p, v, 0);
  else if (n == 1) v128.store_lane<u32>(p, v, 0);
  else {
    v128.store_lane<u64>(p, v, 0);
    if (n > 2) v128.store_lane<u32>(p + 8, v, 2);
  }
}

/** min(n, LANES) elements at p, the other lanes 0; without a branch where n is a constant. */
@inline
export function get(p: usize, n: i32): v128 {
  return n >= LANES ? v128.load(p) : loadPart(p, n);
}

/** Writes min(n, LANES) lanes of v at p. */
@inline
export function put(p: usize, n: i32, v: v128): void {
  if (n >= LANES) v128.store(p, v);
  else storePart(p, n, v);
}

/** Lanes below n of v, the others from `rest`. */
@inline
export function firstLanes(v: v128, n: i32, rest: v128): v128 {
  if (n >= LANES) return v;
  const lane: v128 = sizeof<Float>() == 4 ? i32x4(0, 1, 2, 3) : i64x2(0, 1);
  const within: v128 =
    sizeof<Float>() == 4 ? i32x4.lt_s(lane, i32x4.splat(n)) : i64x2.lt_s(lane, i64x2.splat(n));
  return v128.bitselect(v, rest, within);
}

/** Lane 0 of v. */
@inline
export function first(v: v128): Float {
  return v128.extract_lane<Float>(v, 0);
}

/** Sum of the lanes in f64, in the order ((0+1)+2)+3. */
@inline
export function total(v: v128): f64 {
  let sum = <f64>v128.extract_lane<Float>(v, 0) + <f64>v128.extract_lane<Float>(v, 1);
  if (sizeof<Float>() == 4) sum = sum + <f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3);
  return sum;
}

/** Lanes 0 and 1 as f64. */
@inline
export function promoteLow(v: v128): v128 {
  return sizeof<Float>() == 4 ? f64x2.promote_low_f32x4(v) : v;
}

/** Lanes 2 and 3 as f64 (f32 only). */
@inline
export function promoteHigh(v: v128): v128 {
  return f64x2.promote_low_f32x4(i64x2.shuffle(v, v, 1, 1));
}

/** sum + the lanes of v, in f64; both halves of an f32 vector go to the same two lanes. */
@inline
export function accumulate(sum: v128, v: v128): v128 {
  sum = f64x2.add(sum, promoteLow(v));
  return sizeof<Float>() == 4 ? f64x2.add(sum, promoteHigh(v)) : sum;
}
/** Both halves of a sum of `accumulate`. */
@inline
export function ends(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
