/** Arrays of n reals: fills, sums, products and inner products. */
import { LANES, add, at, get, mul, put, splat, promoteHigh, promoteLow } from "../vector";

/** out [n] = value. */
export function fill(n: i32, value: Float, out: usize): void {
  const v = v128.splat<Float>(value);
  let i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES, out += 32) {
    v128.store(out, v);
    v128.store(out, v, 16);
  }
  for (; i < n; i += LANES, out += 16) put(out, n - i, v);
}

/** y [n] += a·x [n]. */
export function addScaled(n: i32, a: f64, x: usize, y: usize): void {
  const s = splat(a);
  let i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES, x += 32, y += 32) {
    const y0 = add(v128.load(y), mul(s, v128.load(x)));
    const y1 = add(v128.load(y, 16), mul(s, v128.load(x, 16)));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  for (; i < n; i += LANES, x += 16, y += 16) put(y, n - i, add(get(y, n - i), mul(s, get(x, n - i))));
}

/** y [n] = a·x [n] + b·y. */
export function axpby(n: i32, a: f64, x: usize, b: f64, y: usize): void {
  const s = splat(a);
  const t = splat(b);
  let i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES, x += 32, y += 32) {
    const y0 = add(mul(s, v128.load(x)), mul(t, v128.load(y)));
    const y1 = add(mul(s, v128.load(x, 16)), mul(t, v128.load(y, 16)));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  for (; i < n; i += LANES, x += 16, y += 16)
    put(y, n - i, add(mul(s, get(x, n - i)), mul(t, get(y, n - i))));
}

/** x [n] = a·x. */
export function scale(n: i32, a: f64, x: usize): void {
  const s = splat(a);
  let i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES, x += 32) {
    const x0 = mul(s, v128.load(x));
    const x1 = mul(s, v128.load(x, 16));
    v128.store(x, x0);
    v128.store(x, x1, 16);
  }
  for (; i < n; i += LANES, x += 16) put(x, n - i, mul(s, get(x, n - i)));
}

/** out [n] = x [n] ⊙ y [n], overwritten; out may be x or y. */
function mulSpan(n: i32, x: usize, y: usize, out: usize): void {
  let i = 0;
  for (; i + 2 * LANES <= n; i += 2 * LANES, x += 32, y += 32, out += 32) {
    const v0 = mul(v128.load(x), v128.load(y));
    const v1 = mul(v128.load(x, 16), v128.load(y, 16));
    v128.store(out, v0);
    v128.store(out, v1, 16);
  }
  for (; i < n; i += LANES, x += 16, y += 16, out += 16) put(out, n - i, mul(get(x, n - i), get(y, n - i)));
}
export { mulSpan as mul };

/**
 * Σ x [n] ⊙ y [n] in f64. Element i goes to partial sum i mod 8; the eight are added in pairs (i, i+2),
 * (0..3, 4..7), then even + odd.
 */
export function dot(n: i32, x: usize, y: usize): f64 {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let i = 0; i < n; i += 8) {
    const m = n - i;
    const p = at(x, i);
    const q = at(y, i);
    if (sizeof<Float>() == 4) {
      const x0 = get(p, m);
      const x1 = get(p + 16, m - 4);
      const y0 = get(q, m);
      const y1 = get(q + 16, m - 4);
      s0 = f64x2.add(s0, f64x2.mul(promoteLow(x0), promoteLow(y0)));
      s1 = f64x2.add(s1, f64x2.mul(promoteHigh(x0), promoteHigh(y0)));
      s2 = f64x2.add(s2, f64x2.mul(promoteLow(x1), promoteLow(y1)));
      s3 = f64x2.add(s3, f64x2.mul(promoteHigh(x1), promoteHigh(y1)));
    } else {
      s0 = f64x2.add(s0, f64x2.mul(get(p, m), get(q, m)));
      s1 = f64x2.add(s1, f64x2.mul(get(p + 16, m - 2), get(q + 16, m - 2)));
      s2 = f64x2.add(s2, f64x2.mul(get(p + 32, m - 4), get(q + 32, m - 4)));
      s3 = f64x2.add(s3, f64x2.mul(get(p + 48, m - 6), get(q + 48, m - 6)));
    }
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** 1 if every x [n] is finite, else 0. */
export function allFinite(n: i32, x: usize): i32 {
  let sum = splat(0); // x·0 is 0 for a finite x, else NaN
  for (let i = 0; i < n; i += LANES, x += 16) sum = add(sum, mul(get(x, n - i), splat(0)));
  return <i32>!v128.any_true(v128.ne<Float>(sum, sum));
}

/** 1 if every x [n] is +0 or -0, else 0; NaN is not. */
export function allZero(n: i32, x: usize): i32 {
  for (; n > 0; n -= LANES, x += 16) if (v128.any_true(v128.ne<Float>(get(x, n), splat(0)))) return 0;
  return 1;
}
