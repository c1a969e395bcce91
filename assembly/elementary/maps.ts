/**
 * Elementary functions over arrays: y [n] = f(x [n]), y may be x. The last few take the same vector code, so
 * place never matters.
 */
import { LANES, get, put } from "../vector";
import { exp, log, logistic, softplus, tanh } from "./elementary";
import { power } from "./power";
import { cos } from "./trigonometric";

/** Reals taken at once: two vectors share the constants, and engines may join them. */
@inline const PAIR: i32 = 2 * LANES;
/** Buffers for the last n < PAIR reals of an array and the rest of their pair. */
const rest = memory.data(32, 16);
const restExponent = memory.data(32, 16);

/** Copies the last n reals to a pair, zero filled. */
function toPair(n: i32, x: usize, pair: usize): void {
  v128.store(pair, get(x, n));
  v128.store(pair, get(x + 16, n - LANES), 16);
}
/** Copies n reals from the pair. */
function fromPair(n: i32, y: usize): void {
  put(y, n, v128.load(rest));
  put(y + 16, n - LANES, v128.load(rest, 16));
}

/** y = eˣ; see elementary.ts and trigonometric.ts for errors and special values. */
export function mapExp(n: i32, x: usize, y: usize): void {
  for (; n >= PAIR; n -= PAIR, x += 32, y += 32) {
    const y0 = exp<Float>(v128.load(x));
    const y1 = exp<Float>(v128.load(x, 16));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  if (n <= 0) return;
  toPair(n, x, rest);
  mapExp(PAIR, rest, rest);
  fromPair(n, y);
}

/** y = ln x. */
export function mapLog(n: i32, x: usize, y: usize): void {
  for (; n >= PAIR; n -= PAIR, x += 32, y += 32) {
    const y0 = log<Float>(v128.load(x));
    const y1 = log<Float>(v128.load(x, 16));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  if (n <= 0) return;
  toPair(n, x, rest);
  mapLog(PAIR, rest, rest);
  fromPair(n, y);
}

/** y = tanh x. */
export function mapTanh(n: i32, x: usize, y: usize): void {
  for (; n >= PAIR; n -= PAIR, x += 32, y += 32) {
    const y0 = tanh<Float>(v128.load(x));
    const y1 = tanh<Float>(v128.load(x, 16));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  if (n <= 0) return;
  toPair(n, x, rest);
  mapTanh(PAIR, rest, rest);
  fromPair(n, y);
}

/** y = 1/(1 + e⁻ˣ). */
export function mapLogistic(n: i32, x: usize, y: usize): void {
  for (; n >= PAIR; n -= PAIR, x += 32, y += 32) {
    const y0 = logistic<Float>(v128.load(x));
    const y1 = logistic<Float>(v128.load(x, 16));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  if (n <= 0) return;
  toPair(n, x, rest);
  mapLogistic(PAIR, rest, rest);
  fromPair(n, y);
}

/** y = ln(1 + eˣ). */
export function mapSoftplus(n: i32, x: usize, y: usize): void {
  for (; n >= PAIR; n -= PAIR, x += 32, y += 32) {
    const y0 = softplus<Float>(v128.load(x));
    const y1 = softplus<Float>(v128.load(x, 16));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  if (n <= 0) return;
  toPair(n, x, rest);
  mapSoftplus(PAIR, rest, rest);
  fromPair(n, y);
}

/** y = cos x. */
export function mapCos(n: i32, x: usize, y: usize): void {
  for (; n >= PAIR; n -= PAIR, x += 32, y += 32) {
    const y0 = cos<Float>(v128.load(x));
    const y1 = cos<Float>(v128.load(x, 16));
    v128.store(y, y0);
    v128.store(y, y1, 16);
  }
  if (n <= 0) return;
  toPair(n, x, rest);
  mapCos(PAIR, rest, rest);
  fromPair(n, y);
}

/** out [n] = x^exponent [n]. */
export function mapPow(n: i32, x: usize, exponent: usize, out: usize): void {
  for (; n >= PAIR; n -= PAIR, x += 32, exponent += 32, out += 32) {
    const y0 = power<Float>(v128.load(x), v128.load(exponent));
    const y1 = power<Float>(v128.load(x, 16), v128.load(exponent, 16));
    v128.store(out, y0);
    v128.store(out, y1, 16);
  }
  if (n <= 0) return;
  toPair(n, x, rest);
  toPair(n, exponent, restExponent);
  mapPow(PAIR, rest, restExponent, rest);
  fromPair(n, out);
}
