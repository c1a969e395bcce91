/**
 * Points that fill a cube evenly (Sobol' 1967; direction numbers of Joe & Kuo 2008), shifted by bits of a
 * seed, which keeps them as even: of the first 2^k points each of 2^k equal slices along an axis holds one.
 */
import type { Random } from "../../wasm/random.ts";

const BITS = 32;

/** Of each dimension: the inner coefficients of its primitive polynomial, as bits, and the first m. */
const DIMENSIONS: readonly { readonly a: number; readonly m: readonly number[] }[] = [
  { a: 0, m: [1] },
  { a: 1, m: [1, 3] },
  { a: 1, m: [1, 3, 1] },
  { a: 2, m: [1, 1, 1] },
  { a: 1, m: [1, 1, 3, 3] },
];

/** The numbers v_1..v_32 of an axis, whose exclusive sums are its coordinates: m_i/2^i as 32 bits. */
function directions(axis: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (axis === 0) return v.map((_, i) => 2 ** (BITS - 1 - i));
  const { a, m } = DIMENSIONS[axis - 1];
  const s = m.length;
  for (let i = 0; i < BITS; ++i) {
    if (i < s) {
      v[i] = m[i] * 2 ** (BITS - 1 - i);
      continue;
    }
    let next = v[i - s] ^ (v[i - s] >>> s);
    for (let k = 1; k < s; ++k) if ((a >>> (s - 1 - k)) & 1) next ^= v[i - k];
    v[i] = next;
  }
  return v;
}

/** Points [axes ≤ 6] in [0, 1), one after another. `random` draws the shift. */
export function* sobolPoints(axes: number, random: Random): Generator<number[], never, void> {
  const v = Array.from({ length: axes }, (_, axis) => directions(axis));
  const x = Uint32Array.from({ length: axes }, () => random.bits());
  for (let n = 0; ; ++n) {
    yield Array.from(x, (bits) => bits / 2 ** BITS);
    // by Gray's code one bit of n changes: its lowest 0
    let c = 0;
    for (let rest = n; (rest & 1) === 1; rest >>>= 1) ++c;
    for (let axis = 0; axis < axes; ++axis) x[axis] ^= v[axis][c];
  }
}
