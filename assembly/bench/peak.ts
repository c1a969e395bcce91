/**
 * The arithmetic peak that kernels are measured against: independent multiply-and-add chains in registers, no
 * memory. Built with relaxed SIMD, each step is one fused instruction. The factor is an argument: V8 13.6
 * makes a constant one anew for each multiplication.
 */

/** c + a·c. */
@inline
function next(a: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, c, c);
  return f32x4.add(c, f32x4.mul(a, c));
}

/** 12 multiplications and additions of whole vectors a round: rounds · 24 · lanes flop. */
export function peak(rounds: i32, factor: f32): f32 {
  const a = f32x4.splat(factor);
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(1);
  let c2 = f32x4.splat(2);
  let c3 = f32x4.splat(3);
  let c4 = f32x4.splat(4);
  let c5 = f32x4.splat(5);
  let c6 = f32x4.splat(6);
  let c7 = f32x4.splat(7);
  let c8 = f32x4.splat(8);
  let c9 = f32x4.splat(9);
  let c10 = f32x4.splat(10);
  let c11 = f32x4.splat(11);
  for (let i = 0; i < rounds; ++i) {
    c0 = next(a, c0);
    c1 = next(a, c1);
    c2 = next(a, c2);
    c3 = next(a, c3);
    c4 = next(a, c4);
    c5 = next(a, c5);
    c6 = next(a, c6);
    c7 = next(a, c7);
    c8 = next(a, c8);
    c9 = next(a, c9);
    c10 = next(a, c10);
    c11 = next(a, c11);
  }
  const low = f32x4.add(f32x4.add(c0, c1), f32x4.add(f32x4.add(c2, c3), f32x4.add(c4, c5)));
  const high = f32x4.add(f32x4.add(c6, c7), f32x4.add(f32x4.add(c8, c9), f32x4.add(c10, c11)));
  return f32x4.extract_lane(f32x4.add(low, high), 0);
}

/** 24 vectors, which lie in pairs at address 0. */
const PAIRS: usize = 0;

/**
 * The same for an engine that joins two vectors into one of 256 bits: 12 chains of pairs, rounds · 48 · lanes
 * flop. Pairs are found by their stores.
 */
export function widePeak(rounds: i32, factor: f32): void {
  const a = f32x4.splat(factor);
  let l0 = v128.load(PAIRS, 0);
  let h0 = v128.load(PAIRS, 16);
  let l1 = v128.load(PAIRS, 32);
  let h1 = v128.load(PAIRS, 48);
  let l2 = v128.load(PAIRS, 64);
  let h2 = v128.load(PAIRS, 80);
  let l3 = v128.load(PAIRS, 96);
  let h3 = v128.load(PAIRS, 112);
  let l4 = v128.load(PAIRS, 128);
  let h4 = v128.load(PAIRS, 144);
  let l5 = v128.load(PAIRS, 160);
  let h5 = v128.load(PAIRS, 176);
  let l6 = v128.load(PAIRS, 192);
  let h6 = v128.load(PAIRS, 208);
  let l7 = v128.load(PAIRS, 224);
  let h7 = v128.load(PAIRS, 240);
  let l8 = v128.load(PAIRS, 256);
  let h8 = v128.load(PAIRS, 272);
  let l9 = v128.load(PAIRS, 288);
  let h9 = v128.load(PAIRS, 304);
  let l10 = v128.load(PAIRS, 320);
  let h10 = v128.load(PAIRS, 336);
  let l11 = v128.load(PAIRS, 352);
  let h11 = v128.load(PAIRS, 368);
  for (let i = 0; i < rounds; ++i) {
    l0 = next(a, l0);
    h0 = next(a, h0);
    l1 = next(a, l1);
    h1 = next(a, h1);
    l2 = next(a, l2);
    h2 = next(a, h2);
    l3 = next(a, l3);
    h3 = next(a, h3);
    l4 = next(a, l4);
    h4 = next(a, h4);
    l5 = next(a, l5);
    h5 = next(a, h5);
    l6 = next(a, l6);
    h6 = next(a, h6);
    l7 = next(a, l7);
    h7 = next(a, h7);
    l8 = next(a, l8);
    h8 = next(a, h8);
    l9 = next(a, l9);
    h9 = next(a, h9);
    l10 = next(a, l10);
    h10 = next(a, h10);
    l11 = next(a, l11);
    h11 = next(a, h11);
  }
  v128.store(PAIRS, l0, 0);
  v128.store(PAIRS, h0, 16);
  v128.store(PAIRS, l1, 32);
  v128.store(PAIRS, h1, 48);
  v128.store(PAIRS, l2, 64);
  v128.store(PAIRS, h2, 80);
  v128.store(PAIRS, l3, 96);
  v128.store(PAIRS, h3, 112);
  v128.store(PAIRS, l4, 128);
  v128.store(PAIRS, h4, 144);
  v128.store(PAIRS, l5, 160);
  v128.store(PAIRS, h5, 176);
  v128.store(PAIRS, l6, 192);
  v128.store(PAIRS, h6, 208);
  v128.store(PAIRS, l7, 224);
  v128.store(PAIRS, h7, 240);
  v128.store(PAIRS, l8, 256);
  v128.store(PAIRS, h8, 272);
  v128.store(PAIRS, l9, 288);
  v128.store(PAIRS, h9, 304);
  v128.store(PAIRS, l10, 320);
  v128.store(PAIRS, h10, 336);
  v128.store(PAIRS, l11, 352);
  v128.store(PAIRS, h11, 368);
}
