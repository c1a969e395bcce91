/** High sounds lost, as by a telephone or a cheap microphone. */
import { elementwise } from "../../wasm/elementwise.ts";
import type { SpeechEngine } from "../engine.ts";

const HALF_TURN = 3.141592653589793;
/** 1/(2Q) of the two sections of a Butterworth filter of order four. */
const DAMPINGS: readonly number[] = [0.9238795325112867, 0.3826834323650898];

/**
 * Samples x without what is above a share of half the rate: they fall by 24 dB an octave from there on. A
 * Butterworth filter, by the bilinear transform.
 */
export function muffled(engine: SpeechEngine, x: Float64Array, share: number): Float64Array {
  const [cosine] = elementwise(engine, "mapCos", [HALF_TURN * share]);
  const sine = Math.sqrt(1 - cosine * cosine);
  return DAMPINGS.reduce((y, damping) => lowPass(y, cosine, damping * sine), x);
}

/** One section of second order, of angle arccos(cosine) a sample. */
function lowPass(x: Float64Array, cosine: number, alpha: number): Float64Array {
  const scale = 1 / (1 + alpha);
  const b = ((1 - cosine) / 2) * scale;
  const a1 = -2 * cosine * scale;
  const a2 = (1 - alpha) * scale;
  const y = new Float64Array(x.length);
  for (let t = 0; t < x.length; ++t) {
    const [x1, x2] = [x[t - 1] ?? 0, x[t - 2] ?? 0];
    const [y1, y2] = [y[t - 1] ?? 0, y[t - 2] ?? 0];
    y[t] = b * (x[t] + 2 * x1 + x2) - a1 * y1 - a2 * y2;
  }
  return y;
}
