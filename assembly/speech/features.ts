/**
 * From samples to features of speech: windowed frames, their power spectra, energies of bands, logarithms or
 * per-channel energy normalization, cepstra. All buffers are doubles, row-major.
 */
import { log } from "../elementary/elementary";
import { power } from "../elementary/power";
import { powerSpectrum } from "./fft";

@inline
function at(p: usize, i: i32): usize {
  return p + ((<usize>i) << 3);
}

/**
 * spectra [T,n/2+1] = |DFT|² of T frames of x, frame t from sample t·hop on: `width` samples times window
 * [width], zeros up to n. roots [n] complex of rootsOfUnity; frame and work [n] are overwritten.
 */
export function frameSpectra(
  T: i32,
  hop: i32,
  width: i32,
  n: i32,
  x: usize,
  window: usize,
  roots: usize,
  frame: usize,
  work: usize,
  spectra: usize,
): void {
  for (let t = 0; t < T; ++t) {
    const from = at(x, t * hop);
    for (let i = 0; i < width; ++i) {
      store<f64>(at(frame, i), load<f64>(at(from, i)) * load<f64>(at(window, i)));
    }
    memory.fill(at(frame, width), 0, (<usize>(n - width)) << 3);
    powerSpectrum(n, roots, frame, work, at(spectra, t * ((n >> 1) + 1)));
  }
}

/**
 * out [T,B]: band b sums count_b bins of spectra [T,bins] from bin first_b on, each times its weight, in
 * ascending order. first, count [B] i32; weights: those of band 0, then those of band 1, and so on.
 */
export function bandEnergies(
  T: i32,
  bins: i32,
  B: i32,
  first: usize,
  count: usize,
  weights: usize,
  spectra: usize,
  out: usize,
): void {
  for (let t = 0; t < T; ++t) {
    const row = at(spectra, t * bins);
    let w = weights;
    for (let b = 0; b < B; ++b, out += 8) {
      const from = at(row, load<i32>(first + ((<usize>b) << 2)));
      const n = load<i32>(count + ((<usize>b) << 2));
      let sum: f64 = 0;
      for (let i = 0; i < n; ++i, w += 8) sum += load<f64>(w) * load<f64>(at(from, i));
      store<f64>(out, sum);
    }
  }
}

/** y [n] = ln max(x, floor). y may be x. */
export function logFloor(n: i32, floor: f64, x: usize, y: usize): void {
  for (let i = 0; i < n; ++i) {
    const value = max(load<f64>(at(x, i)), floor);
    store<f64>(at(y, i), f64x2.extract_lane(log<f64>(f64x2.splat(value)), 0));
  }
}

/** xʸ of one number. */
@inline
function pow1(x: f64, y: f64): f64 {
  return f64x2.extract_lane(power<f64>(f64x2.splat(x), f64x2.splat(y)), 0);
}

/**
 * Per-channel energy normalization (Wang et al. 2017), in place:
 *
 *   m ← (1 - s)·m + s·e      e ← (e/(ε + m)^α + δ)^r - δ^r
 *
 * e [T,B]; m [B] is the state, carried on; `started` is 0 at the first frame of a recording, where m = e.
 */
export function channelNormalization(
  T: i32,
  B: i32,
  started: i32,
  s: f64,
  alpha: f64,
  delta: f64,
  r: f64,
  m: usize,
  e: usize,
): void {
  const offset = pow1(delta, r);
  for (let t = 0; t < T; ++t) {
    for (let b = 0; b < B; ++b, e += 8) {
      const energy = load<f64>(e);
      const before = load<f64>(at(m, b));
      const smooth = started || t > 0 ? (1 - s) * before + s * energy : energy;
      store<f64>(at(m, b), smooth);
      store<f64>(e, pow1(energy / pow1(1e-6 + smooth, alpha) + delta, r) - offset);
    }
  }
}

/** out [T,C] = x [T,B] · basis [B,C], summed in ascending order. */
export function project(T: i32, B: i32, C: i32, x: usize, basis: usize, out: usize): void {
  for (let t = 0; t < T; ++t) {
    const row = at(x, t * B);
    for (let c = 0; c < C; ++c, out += 8) {
      let sum: f64 = 0;
      for (let b = 0; b < B; ++b) sum += load<f64>(at(row, b)) * load<f64>(at(basis, b * C + c));
      store<f64>(out, sum);
    }
  }
}

/**
 * Running mean and variance normalization, in place: both are means with weights that fall by 1 - 1/window a
 * frame (1/t in the first `window` frames).
 *
 *   μ ← μ + w·(x - μ)      v ← (1 - w)·(v + w·(x - μ_old)²)      x ← (x - μ)/√(v + ε)
 *
 * x [T,F]; mean, variance [F] are carried on; `seen` frames are before it.
 */
export function runningNormalization(
  T: i32,
  F: i32,
  seen: i32,
  window: i32,
  mean: usize,
  variance: usize,
  x: usize,
): void {
  for (let t = 0; t < T; ++t) {
    const w = 1 / <f64>min(seen + t + 1, window);
    for (let f = 0; f < F; ++f, x += 8) {
      const value = load<f64>(x);
      const m = load<f64>(at(mean, f));
      const gap = value - m;
      const now = m + w * gap;
      const v = (1 - w) * (load<f64>(at(variance, f)) + w * gap * gap);
      store<f64>(at(mean, f), now);
      store<f64>(at(variance, f), v);
      store<f64>(x, (value - now) / sqrt(v + 1e-8));
    }
  }
}
