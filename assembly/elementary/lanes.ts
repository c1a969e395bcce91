/** Elementary functions of one vector of reals, called rather than inlined: for kernels of few steps each. */
import { LANES, get, put } from "../vector";
import { cos, sin } from "./trigonometric";
import { exp, logistic, softplus, tanh } from "./elementary";

/** eˣ. */
export function expLanes(x: v128): v128 {
  return exp<Float>(x);
}
/** 1/(1 + e⁻ˣ). */
export function logisticLanes(x: v128): v128 {
  return logistic<Float>(x);
}
/** ln(1 + eˣ). */
export function softplusLanes(x: v128): v128 {
  return softplus<Float>(x);
}
/** tanh x. */
export function tanhLanes(x: v128): v128 {
  return tanh<Float>(x);
}
/** sin x. */
export function sinLanes(x: v128): v128 {
  return sin<Float>(x);
}
/** cos x. */
export function cosLanes(x: v128): v128 {
  return cos<Float>(x);
}

/** y [n] = ln(1 + eˣ), overwritten; y may be x. */
export function mapSoftplus(n: i32, x: usize, y: usize): void {
  for (; n > 0; n -= LANES, x += 16, y += 16) put(y, n, softplusLanes(get(x, n)));
}
