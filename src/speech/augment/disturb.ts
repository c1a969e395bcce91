/**
 * Features varied while they are learned from: time stretched, bands moved as by another throat (Jaitly &
 * Hinton 2013), stretches of time and bands hidden (Park et al. 2019).
 */
import type { Random } from "../../wasm/random.ts";
import type { AugmentSpec } from "./options.ts";

/** From -1 to 1. */
const signed = (random: Random): number => 2 * random.uniform() - 1;

/** Columns of a frame: `bands` of a spectrum, and as many differences of them each time. */
export interface Columns {
  readonly F: number;
  readonly bands: number;
}

/** Where column f of a frame is taken from, when bands are moved by a factor. */
const moved = ({ bands }: Columns, f: number, warp: number): number =>
  f - (f % bands) + Math.min(bands - 1, (f % bands) * warp);

/** Features x [T,F] at T' evenly spaced times, band f taken from f·warp, both between neighbors linearly. */
function resampled(x: ArrayLike<number>, columns: Columns, steps: number, warp: number): Float32Array {
  const { F, bands } = columns;
  const T = x.length / F;
  const out = new Float32Array(steps * F);
  const slope = steps > 1 ? (T - 1) / (steps - 1) : 0;
  for (let t = 0; t < steps; ++t) {
    const time = Math.min(T - 1, t * slope);
    const [t0, t1] = [Math.floor(time), Math.min(T - 1, Math.floor(time) + 1)];
    for (let f = 0; f < F; ++f) {
      const band = moved(columns, f, warp);
      const f0 = Math.floor(band);
      const f1 = (f0 + 1) % bands === 0 ? f0 : f0 + 1;
      const early = x[t0 * F + f0] + (band - f0) * (x[t0 * F + f1] - x[t0 * F + f0]);
      const late = x[t1 * F + f0] + (band - f0) * (x[t1 * F + f1] - x[t1 * F + f0]);
      out[t * F + f] = early + (time - t0) * (late - early);
    }
  }
  return out;
}

/** Features [T,F] with band f taken from f·warp, as another throat would have said them: a new array. */
export const moveBands = (x: ArrayLike<number>, columns: Columns, warp: number): Float32Array =>
  resampled(x, columns, x.length / columns.F, warp);

/** Nats of a decibel of power. */
const DECIBEL = 0.2302585092994046;
/** Bands whose gain is drawn; those between have gains between. */
const KNOTS = 4;

/** Adds a gain to each band of features [T,F], the same at all times, in place. */
function colored(x: Float32Array, { F, bands }: Columns, color: number, random: Random): void {
  const gains = Array.from({ length: KNOTS }, () => color * DECIBEL * signed(random));
  const at = Float64Array.from({ length: bands }, (_, f) => {
    const place = ((KNOTS - 1) * f) / Math.max(1, bands - 1);
    const knot = Math.min(KNOTS - 2, Math.floor(place));
    return gains[knot] + (place - knot) * (gains[knot + 1] - gains[knot]);
  });
  for (let from = 0; from < x.length; from += F) for (let f = 0; f < bands; ++f) x[from + f] += at[f];
}

/** Features [T,F], stretched, warped and colored: a new array of at least `min` steps. */
export function bent(
  x: ArrayLike<number>,
  columns: Columns,
  { stretch, warp, color }: AugmentSpec,
  random: Random,
  min: number,
): Float32Array {
  const T = x.length / columns.F;
  const steps = Math.max(min, Math.round(T * (1 + stretch * signed(random))));
  const out = resampled(x, columns, steps, 1 + warp * signed(random));
  if (color > 0) colored(out, columns, color, random);
  return out;
}

/** Hides a stretch of time and some bands of standardized features [T,F], in place: they become 0. */
export function hide(
  x: Float64Array | Float32Array,
  { F, bands: B }: Columns,
  { timeMask, bandMask }: AugmentSpec,
  random: Random,
  frameRate: number,
): void {
  const T = x.length / F;
  const steps = Math.floor(random.uniform() * Math.min(T / 2, timeMask * frameRate + 1));
  const from = Math.floor(random.uniform() * (T - steps + 1));
  x.fill(0, from * F, (from + steps) * F);
  const bands = Math.floor(random.uniform() * (bandMask * B + 1));
  const low = Math.floor(random.uniform() * (B - bands + 1));
  for (let at = low; at < x.length; at += B) x.fill(0, at, at + bands);
}
