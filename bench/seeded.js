/**
 * Made numbers that hang on nothing of the library, so that peers, pages and other versions get the same
 * ones.
 */

/** Uniform in [0, 1) (mulberry32, Ettinger 2017). */
export function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Uniform in (0, 1), from a seed of 1 to 2^31 - 2 (Park & Miller 1988). */
export function parkMiller(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** A number that is normal but for its tails, which end at ±6: the sum of twelve uniform ones. */
export const normalOf = (uniform) => Array.from({ length: 12 }, uniform).reduce((a, b) => a + b) - 6;

/** So many samples in ±1/8 that sound like noise, the same always. */
export const hiss = (length) =>
  Float32Array.from({ length }, (_, i) => (((i * 7919) % 2003) / 2003 - 0.5) / 4);
