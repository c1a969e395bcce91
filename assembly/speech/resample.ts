/**
 * Another sample rate, by a windowed sinc in polyphase form (Crochiere & Rabiner 1983): for a ratio up/down
 * in lowest terms
 *
 *   y_m = Σ_j taps[phase, j]·x_{k-j}      k = ⌊m·down/up⌋,  phase = m·down mod up
 */
import { sin } from "../elementary/trigonometric";

@inline
function at(p: usize, i: i32): usize {
  return p + ((<usize>i) << 3);
}

/** The modified Bessel function I₀, by its power series; relative error below 1e-14 for |x| ≤ 20. */
function bessel0(x: f64): f64 {
  const quarter = 0.25 * x * x;
  let term: f64 = 1;
  let sum: f64 = 1;
  for (let k = 1; k < 80; ++k) {
    term *= quarter / (<f64>k * <f64>k);
    sum += term;
  }
  return sum;
}

/** sin(πx)/(πx). */
function sinc(x: f64): f64 {
  if (x == 0) return 1;
  const angle = 3.141592653589793 * x;
  return f64x2.extract_lane(sin<f64>(f64x2.splat(angle)), 0) / angle;
}

/**
 * filter [2·half+1]: the low pass at `cutoff` (1: half the sample rate) in a Kaiser window of shape beta, of
 * sum `gain`.
 */
export function kaiserLowPass(half: i32, cutoff: f64, beta: f64, gain: f64, filter: usize): void {
  const scale = 1 / bessel0(beta);
  let sum: f64 = 0;
  for (let i = -half; i <= half; ++i) {
    const place = <f64>i / <f64>half;
    const window = bessel0(beta * sqrt(max<f64>(0, 1 - place * place))) * scale;
    const tap = cutoff * sinc(cutoff * <f64>i) * window;
    store<f64>(at(filter, half + i), tap);
    sum += tap;
  }
  for (let i = 0; i <= 2 * half; ++i) {
    store<f64>(at(filter, i), (load<f64>(at(filter, i)) / sum) * gain);
  }
}

/**
 * y [count]: outputs m = start … start+count-1. filter [L]; x begins at input sample `origin`, and inputs
 * outside [origin, origin+n) are 0. Sums ascend in the inputs.
 */
export function resample(
  up: i32,
  down: i32,
  L: i32,
  filter: usize,
  origin: i64,
  n: i32,
  x: usize,
  start: i64,
  count: i32,
  y: usize,
): void {
  const half = <i64>((L - 1) >> 1);
  for (let i = 0; i < count; ++i) {
    const position = (start + i) * down + half; // in steps of 1/up samples, the filter's last tap at 0
    const last = min<i64>(position / up, origin + n - 1);
    const first = max<i64>(origin, (max<i64>(0, position - (L - 1)) + up - 1) / up);
    let sum: f64 = 0;
    for (let k = first; k <= last; ++k) {
      sum += load<f64>(at(filter, <i32>(position - k * up))) * load<f64>(at(x, <i32>(k - origin)));
    }
    store<f64>(at(y, i), sum);
  }
}
