/** Elementary functions over arrays: y [n] = f(x [n]), y may be x. The last lanes take the same vector code, so place never matters. */
import { LANES, get, put } from "./vector";
import { exp, log, logistic, tanh } from "./elementary";
import { power } from "./power";
import { cos, sin } from "./trigonometric";

/** y = eˣ; see elementary.ts for errors and special values, here and below. */
export function mapExp(n: i32, x: usize, y: usize): void {
  for (; n > 0; n -= LANES, x += 16, y += 16) put(y, n, exp<Float>(get(x, n)));
}

/** y = ln x. */
export function mapLog(n: i32, x: usize, y: usize): void {
  for (; n > 0; n -= LANES, x += 16, y += 16) put(y, n, log<Float>(get(x, n)));
}

/** y = tanh x. */
export function mapTanh(n: i32, x: usize, y: usize): void {
  for (; n > 0; n -= LANES, x += 16, y += 16) put(y, n, tanh<Float>(get(x, n)));
}

/** y = 1/(1 + e⁻ˣ). */
export function mapLogistic(n: i32, x: usize, y: usize): void {
  for (; n > 0; n -= LANES, x += 16, y += 16) put(y, n, logistic<Float>(get(x, n)));
}

/** y = sin x. */
export function mapSin(n: i32, x: usize, y: usize): void {
  for (; n > 0; n -= LANES, x += 16, y += 16) put(y, n, sin<Float>(get(x, n)));
}

/** y = cos x. */
export function mapCos(n: i32, x: usize, y: usize): void {
  for (; n > 0; n -= LANES, x += 16, y += 16) put(y, n, cos<Float>(get(x, n)));
}

/** out [n] = x^exponent [n]. */
export function mapPow(n: i32, x: usize, exponent: usize, out: usize): void {
  for (; n > 0; n -= LANES, x += 16, exponent += 16, out += 16) put(out, n, power<Float>(get(x, n), get(exponent, n)));
}
