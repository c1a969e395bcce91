/**
 * Random numbers without state: Philox4x32-10 (Salmon et al. 2011) maps a key and a counter to 128 bits, so
 * element i of any array depends only on (key, stream, counter, i). The arrays use counter words (counter +
 * block, carry, stream, kind); one block gives two uniforms or normals or four mask elements, so a caller
 * moves on by ceil(n/2) or ceil(n/4) blocks.
 *
 * All is computed in integers and f64 and then rounded: both precisions agree to the last bit of the narrower
 * one.
 */
import { SIZE, at } from "./vector";
import { all, log } from "./elementary/elementary";
import { sinQuadrant } from "./elementary/trigonometric";

/** One block: 4 u32 words at out. The constants are those of the paper. */
export function randomBlock(key0: i32, key1: i32, c0: i32, c1: i32, c2: i32, c3: i32, out: usize): void {
  let k0 = <u32>key0;
  let k1 = <u32>key1;
  let x0 = <u32>c0;
  let x1 = <u32>c1;
  let x2 = <u32>c2;
  let x3 = <u32>c3;
  for (let round = 0; round < 10; ++round) {
    const p0 = <u64>x0 * 0xd2511f53;
    const p1 = <u64>x2 * 0xcd9e8d57;
    x0 = (<u32>(p1 >> 32)) ^ x1 ^ k0;
    x1 = <u32>p1;
    x2 = (<u32>(p0 >> 32)) ^ x3 ^ k1;
    x3 = <u32>p0;
    k0 += 0x9e3779b9; // the golden ratio
    k1 += 0xbb67ae85; // √3 - 1
  }
  store<u32>(out, x0);
  store<u32>(out, x1, 4);
  store<u32>(out, x2, 8);
  store<u32>(out, x3, 12);
}

@inline const NORMAL: i32 = 1;
@inline const DROPOUT: i32 = 2;

/** A block's words, kept in the module's own memory. */
const words = memory.data(32);

/** Block `index` behind `counter` of an array of one kind, to `words`. */
@inline
function arrayBlock(key0: i32, key1: i32, stream: i32, counter: i32, kind: i32, index: i32): void {
  const c = <u64>(<u32>counter) + <u64>index;
  randomBlock(key0, key1, <i32>c, <i32>(c >> 32), stream, kind, words);
}

/** Two words as 53 bits. */
@inline
function bits53(p: usize): u64 {
  return (((<u64>load<u32>(p)) << 32) | (<u64>load<u32>(p, 4))) >> 11;
}

/**
 * Two standard normals from the words of one block (Box and Muller 1958), in f64: √(-2 ln u) · (cos, sin) of
 * 2πv.
 */
function normals(block: usize): v128 {
  const u = <f64>(bits53(block) + 1) * 1.1102230246251565e-16; // (0, 1], steps of 2^-53
  const radius = sqrt(-2 * f64x2.extract_lane(log<f64>(all<f64>(u)), 0));
  const turn = <f64>bits53(block + 8) * 4.440892098500626e-16; // quarters in [0, 4), steps of 2^-51
  const quarter = nearest(turn);
  const r = (turn - quarter) * 1.5707963267948966; // π/2
  const s = sinQuadrant<f64>(all<f64>(r), i64x2(<i64>quarter + 1, <i64>quarter));
  return f64x2.mul(all<f64>(radius), s);
}

/** Two standard normals as f64 at out, from the block of this key and counter. */
export function normalBlock(key0: i32, key1: i32, c0: i32, c1: i32, c2: i32, c3: i32, out: usize): void {
  randomBlock(key0, key1, c0, c1, c2, c3, out);
  v128.store(out, normals(out));
}

/**
 * out [n] standard normal: elements 2b and 2b+1 are normalBlock of counter words (counter + b, carry, stream,
 * 1).
 */
export function randomNormal(n: i32, key0: i32, key1: i32, stream: i32, counter: i32, out: usize): void {
  for (let i = 0; i < n; i += 2, out += 2 * SIZE) {
    arrayBlock(key0, key1, stream, counter, NORMAL, i >> 1);
    const pair = normals(words);
    store<Float>(out, <Float>f64x2.extract_lane(pair, 0));
    if (i + 1 < n) store<Float>(at(out, 1), <Float>f64x2.extract_lane(pair, 1));
  }
}

/**
 * out [n] = 1/keep with probability keep, else 0; overwritten: elements `first` and on of a mask whose
 * element i takes word i mod 4 of the block with counter words (i/4, draw, stream, 2). Masks of two draws
 * share no word, whatever their sizes.
 */
export function dropoutMask(
  first: i32,
  n: i32,
  key0: i32,
  key1: i32,
  stream: i32,
  draw: i32,
  keep: f64,
  out: usize,
): void {
  const value = <Float>(1 / keep);
  const limit = keep * 4294967296;
  for (let i = first; i < first + n; ++i, out += SIZE) {
    if (i == first || !(i & 3)) randomBlock(key0, key1, i >> 2, draw, stream, DROPOUT, words);
    store<Float>(out, <f64>load<u32>(words + 4 * (i & 3)) < limit ? value : <Float>0);
  }
}
