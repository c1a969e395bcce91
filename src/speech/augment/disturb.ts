/**
 * Features varied while they are learned from: time stretched, bands moved as by another throat (Jaitly &
 * Hinton 2013), stretches of time and bands hidden (Park et al. 2019).
 */
import type { Random } from "../../wasm/random.ts";
import type { AugmentSpec } from "./options.ts";

/** From -1 to 1. */
const signed = (random: Random): number => 2 * random.uniform() - 1;

/** Features x [T,F] at T' evenly spaced times, band f taken from f·warp, both between neighbors linearly. */
function resampled(x: ArrayLike<number>, F: number, steps: number, warp: number): Float32Array {
  const T = x.length / F;
  const out = new Float32Array(steps * F);
  const slope = steps > 1 ? (T - 1) / (steps - 1) : 0;
  for (let t = 0; t < steps; ++t) {
    const time = Math.min(T - 1, t * slope);
    const [t0, t1] = [Math.floor(time), Math.min(T - 1, Math.floor(time) + 1)];
    for (let f = 0; f < F; ++f) {
      const band = Math.min(F - 1, f * warp);
      const [f0, f1] = [Math.floor(band), Math.min(F - 1, Math.floor(band) + 1)];
      const early = x[t0 * F + f0] + (band - f0) * (x[t0 * F + f1] - x[t0 * F + f0]);
      const late = x[t1 * F + f0] + (band - f0) * (x[t1 * F + f1] - x[t1 * F + f0]);
      out[t * F + f] = early + (time - t0) * (late - early);
    }
  }
  return out;
}

/** Features [T,F], stretched and warped: a new array of at least `min` steps. */
export function bent(
  x: ArrayLike<number>,
  F: number,
  { stretch, warp }: AugmentSpec,
  random: Random,
  min: number,
): Float32Array {
  const T = x.length / F;
  const steps = Math.max(min, Math.round(T * (1 + stretch * signed(random))));
  return resampled(x, F, steps, 1 + warp * signed(random));
}

/** Hides a stretch of time and some bands of standardized features [T,F], in place: they become 0. */
export function hide(
  x: Float64Array | Float32Array,
  F: number,
  { timeMask, bandMask }: AugmentSpec,
  random: Random,
  frameRate: number,
): void {
  const T = x.length / F;
  const steps = Math.floor(random.uniform() * Math.min(T / 2, timeMask * frameRate + 1));
  const from = Math.floor(random.uniform() * (T - steps + 1));
  x.fill(0, from * F, (from + steps) * F);
  const bands = Math.floor(random.uniform() * (bandMask * F + 1));
  const low = Math.floor(random.uniform() * (F - bands + 1));
  for (let t = 0; t < T; ++t) x.fill(0, t * F + low, t * F + low + bands);
}
