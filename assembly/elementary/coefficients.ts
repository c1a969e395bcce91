/**
 * The constants of elementary.ts and trigonometric.ts in the module's memory, f32 and f64 side by side.
 *
 * V8 builds an immediate vector in three instructions each time it is used, but broadcasts one from memory in
 * a single load: a third of the time of tanh. Polynomials come from `node assembly/elementary/fit.mjs`,
 * lowest coefficient first.
 */

const COMMON_32 = memory.data<f32>(
  [
    1,
    2,
    0.5,
    1.4426950408889634, // log2 e
    12582912, // 1.5·2^23: adding it rounds to an integer, which the low bits of the sum then hold
    0.693145751953125,
    1.4286068203094173e-6, // ln 2 in two parts, the first of 16 bits: its product with an exponent is exact
    88.72283,
    -87.33654, // ln of the largest real; of the least normal one
    -87,
    9.1, // where logistic is 0; where tanh is 1
    0.29, // tanh rounds down more than up: less cancels in 2ⁿ(eʳ - 1) + (2ⁿ - 1)
    0.6366197723675814, // 2/π
    1.5703125,
    4.837512969970703e-4,
    7.549533620476723e-8,
    2.563344151594519e-12, // π/2 in four parts, the first three of 11 bits
    8192, // largest |x| whose product n·part is exact
  ],
  16,
);
const COMMON_64 = memory.data<f64>(
  [
    1,
    2,
    0.5,
    1.4426950408889634,
    6755399441055744, // 1.5·2^52
    0.6931471805598903,
    5.497923018708371e-14, // 42 bits
    709.782712893384,
    -708.3964185322641,
    -708,
    19.1,
    0.29,
    0.6366197723675814,
    1.5707963267341256,
    6.077100506303966e-11,
    2.0222662487111665e-21,
    8.4784276603689e-32, // 33 bits
    524288,
  ],
  16,
);
@inline export const ONE: i32 = 0;
@inline export const TWO: i32 = 1;
@inline export const HALF: i32 = 2;
@inline export const LOG2_E: i32 = 3;
@inline export const ROUND: i32 = 4;
@inline export const LN2_HIGH: i32 = 5;
@inline export const LN2_LOW: i32 = 6;
@inline export const EXP_MAX: i32 = 7;
@inline export const EXP_MIN: i32 = 8;
@inline export const LOGISTIC_MIN: i32 = 9;
@inline export const TANH_MAX: i32 = 10;
@inline export const TANH_BIAS: i32 = 11;
@inline export const TWO_OVER_PI: i32 = 12;
/** The first of the four parts of π/2. */
@inline export const HALF_PI: i32 = 13;
@inline export const WAVE_MAX: i32 = 17;

/** (eʳ - 1 - r)/r², |r| ≤ ln2/2. */
export const EXP_32 = memory.data<f32>([
  0.5, 0.166665768946066, 0.0416665544984137, 0.008363194882419041, 0.0013926203361634337,
]);
export const EXP_64 = memory.data<f64>([
  0.5, 0.1666666666666667, 0.04166666666666667, 0.00833333333332612, 0.0013888888888883737,
  0.00019841269874873975, 0.00002480158732558584, 0.000002755725533255441, 2.7557273594799413e-7,
  2.510524515390137e-8, 2.0914707069612355e-9,
]);
/** (eʳ - 1 - r)/r², -0.21·ln2 ≤ r ≤ 0.79·ln2. */
export const TANH_32 = memory.data<f32>([
  0.4999999986903627, 0.16666664890201618, 0.041666981494606875, 0.008333856788712594, 0.001376852435552269,
  0.00023137752747513045,
]);
export const TANH_64 = memory.data<f64>([
  0.5, 0.1666666666666667, 0.0416666666666672, 0.008333333333318349, 0.0013888888888703406,
  0.00019841269952432935, 0.000024801583951266267, 0.0000027557134268755046, 2.7571147488993927e-7,
  2.470562493505954e-8, 2.4797101743584457e-9,
]);
/** (2·atanh(s)/s - 2)/s² at s², s² ≤ (3 - √8)². */
export const LOG_32 = memory.data<f32>([0.6666668504099458, 0.39988779985346423, 0.29579975746473025]);
export const LOG_64 = memory.data<f64>([
  0.666666666666667, 0.3999999999989949, 0.2857142862598255, 0.22222211133642084, 0.18182889209266595,
  0.1533171880828007, 0.14616484198366603,
]);
/** (2·atanh(s)/s - 2)/s² at s², s² ≤ 1/9. */
export const LOG1P_32 = memory.data<f32>([
  0.666666673232843, 0.39999705329926133, 0.285924124458943, 0.2170565694134363, 0.23229070168356789,
]);
export const LOG1P_64 = memory.data<f64>([
  0.6666666666666666, 0.40000000000000013, 0.28571428571421886, 0.222222222233406, 0.18181818085339407,
  0.15384620283714326, 0.13333176115594045, 0.11768012629305745, 0.10480229576921894, 0.09943223896396348,
  0.06329335155343918, 0.152394569500184,
]);
/** (sin r/r - 1)/r² at r², |r| ≤ π/4. */
export const SIN_32 = memory.data<f32>([-0.16666664655991992, 0.008332747042492818, -0.00019587625680276993]);
export const SIN_64 = memory.data<f64>([
  -0.16666666666666666, 0.008333333333333331, -0.0001984126984126504, 0.000002755731921931959,
  -2.5052106225650122e-8, 1.60585305421325e-10, -7.586633672657066e-13,
]);
/** (cos r - 1 + r²/2)/r⁴ at r², |r| ≤ π/4. */
export const COS_32 = memory.data<f32>([
  0.04166666465316798, -0.0013888301805264362, 0.000024547676325688715,
]);
export const COS_64 = memory.data<f64>([
  0.041666666666666664, -0.0013888888888887389, 0.0000248015872987538, -2.755731726556589e-7,
  2.0876144984413913e-9, -1.1382539967177458e-11,
]);

/** LANES copies of entry i of a table. */
@inline
function entry<T>(table32: usize, table64: usize, i: i32): v128 {
  return sizeof<T>() == 4
    ? v128.load32_splat(table32 + ((<usize>i) << 2))
    : v128.load64_splat(table64 + ((<usize>i) << 3));
}

/** LANES copies of a common constant, by its name above. */
@inline
export function common<T>(name: i32): v128 {
  return entry<T>(COMMON_32, COMMON_64, name);
}

/** Σ cᵢ·xⁱ, i from 0 to degree32 ≤ 5 or degree64 ≤ 11 (constants), by Horner's rule. */
@inline
export function polynomial<T>(x: v128, table32: usize, degree32: i32, table64: usize, degree64: i32): v128 {
  if (sizeof<T>() == 4) {
    let q = v128.load32_splat(table32 + ((<usize>degree32) << 2));
    if (degree32 > 4) q = f32x4.add(f32x4.mul(q, x), v128.load32_splat(table32 + 16));
    if (degree32 > 3) q = f32x4.add(f32x4.mul(q, x), v128.load32_splat(table32 + 12));
    if (degree32 > 2) q = f32x4.add(f32x4.mul(q, x), v128.load32_splat(table32 + 8));
    if (degree32 > 1) q = f32x4.add(f32x4.mul(q, x), v128.load32_splat(table32 + 4));
    return f32x4.add(f32x4.mul(q, x), v128.load32_splat(table32));
  }
  let q = v128.load64_splat(table64 + ((<usize>degree64) << 3));
  if (degree64 > 10) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 80));
  if (degree64 > 9) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 72));
  if (degree64 > 8) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 64));
  if (degree64 > 7) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 56));
  if (degree64 > 6) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 48));
  if (degree64 > 5) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 40));
  if (degree64 > 4) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 32));
  if (degree64 > 3) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 24));
  if (degree64 > 2) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 16));
  if (degree64 > 1) q = f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64 + 8));
  return f64x2.add(f64x2.mul(q, x), v128.load64_splat(table64));
}
