/** Elementary functions of one f64, by the vector code, and reals read as f64: for single numbers. */
import { at } from "../vector";
import { exp, log, log1pUnit, logistic, softplus } from "../elementary/elementary";

/** Element i of an array of Float. */
@inline
export function read(p: usize, i: i32): f64 {
  return <f64>load<Float>(at(p, i));
}
/** Writes element i. */
@inline
export function write(p: usize, i: i32, x: f64): void {
  store<Float>(at(p, i), <Float>x);
}

/** eˣ. */
export function expOf(x: f64): f64 {
  return f64x2.extract_lane(exp<f64>(f64x2.splat(x)), 0);
}
/** ln x. */
export function lnOf(x: f64): f64 {
  return f64x2.extract_lane(log<f64>(f64x2.splat(x)), 0);
}
/** ln(1 + x) for x ≥ 0. */
export function log1pOf(x: f64): f64 {
  return x <= 1 ? f64x2.extract_lane(log1pUnit<f64>(f64x2.splat(x)), 0) : lnOf(1 + x);
}
/** ln(1 + eˣ). */
export function softplusOf(x: f64): f64 {
  return f64x2.extract_lane(softplus<f64>(f64x2.splat(x)), 0);
}
/** 1/(1 + e⁻ˣ), the derivative of softplus. */
export function logisticOf(x: f64): f64 {
  return f64x2.extract_lane(logistic<f64>(f64x2.splat(x)), 0);
}
