/** Derivatives of the gate functions, written in their values. */
import { add, mul, splat, sub } from "../vector";

/** tanh' = (1 - y)(1 + y). */
@inline
export function tanhSlope(y: v128): v128 {
  return mul(sub(splat(1), y), add(splat(1), y));
}

/** σ' = y(1 - y). */
@inline
export function logisticSlope(y: v128): v128 {
  return mul(y, sub(splat(1), y));
}
