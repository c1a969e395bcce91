/** The arithmetic peak that the products are measured against: twelve independent multiply-and-add chains in registers, no memory. */

/** 12 multiplications and additions of whole vectors a round: rounds · 24 · lanes flop. */
export function peak(rounds: i32): f32 {
  const a = f32x4.splat(1e-12);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(1), c2 = f32x4.splat(2), c3 = f32x4.splat(3), c4 = f32x4.splat(4), c5 = f32x4.splat(5);
  let c6 = f32x4.splat(6), c7 = f32x4.splat(7), c8 = f32x4.splat(8), c9 = f32x4.splat(9), c10 = f32x4.splat(10), c11 = f32x4.splat(11);
  for (let i = 0; i < rounds; ++i) {
    c0 = f32x4.add(c0, f32x4.mul(a, c0)); c1 = f32x4.add(c1, f32x4.mul(a, c1)); c2 = f32x4.add(c2, f32x4.mul(a, c2));
    c3 = f32x4.add(c3, f32x4.mul(a, c3)); c4 = f32x4.add(c4, f32x4.mul(a, c4)); c5 = f32x4.add(c5, f32x4.mul(a, c5));
    c6 = f32x4.add(c6, f32x4.mul(a, c6)); c7 = f32x4.add(c7, f32x4.mul(a, c7)); c8 = f32x4.add(c8, f32x4.mul(a, c8));
    c9 = f32x4.add(c9, f32x4.mul(a, c9)); c10 = f32x4.add(c10, f32x4.mul(a, c10)); c11 = f32x4.add(c11, f32x4.mul(a, c11));
  }
  const low = f32x4.add(f32x4.add(c0, c1), f32x4.add(f32x4.add(c2, c3), f32x4.add(c4, c5)));
  const high = f32x4.add(f32x4.add(c6, c7), f32x4.add(f32x4.add(c8, c9), f32x4.add(c10, c11)));
  return f32x4.extract_lane(f32x4.add(low, high), 0);
}
