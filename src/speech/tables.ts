/**
 * The fixed numbers of a front end: window, mel bands, cosine transform. Transcendental functions are the
 * kernels'.
 */
import { elementwise } from "../wasm/elementwise.ts";
import { OptionError } from "../wasm/errors.ts";
import type { SpeechEngine } from "./engine.ts";
import type { FrontEndSpec } from "./options.ts";

const PI = 3.141592653589793;

const range = (n: number, f: (i: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => f(i));

/** One weight a sample of a frame: a - (1-a)·cos(2πi/width), a = ½ (Hann) or 0.54 (Hamming). */
export function windowWeights(engine: SpeechEngine, { window, width }: FrontEndSpec): Float64Array {
  if (typeof window !== "string") return Float64Array.from(window);
  if (window === "rectangular") return new Float64Array(width).fill(1);
  const a = window === "hann" ? 0.5 : 0.54;
  const cosines = elementwise(
    engine,
    "mapCos",
    range(width, (i) => (2 * PI * i) / width),
  );
  return cosines.map((c) => a - (1 - a) * c);
}

/** Triangles over the bins of a spectrum: band b weighs count[b] bins from first[b] on. */
export interface Bands {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Those of band 0, then those of band 1, and so on. */
  readonly weights: Float64Array;
}

/**
 * Triangles whose corners are equally far apart on the mel scale m = 1127·ln(1 + f/700) (O'Shaughnessy 1987;
 * the definition of HTK and torchaudio). Throws OptionError where a band is narrower than a bin.
 */
export function melBands(engine: SpeechEngine, { bands, low, high, fft, rate }: FrontEndSpec): Bands {
  const [from, to] = elementwise(engine, "mapLog", Float64Array.of(1 + low / 700, 1 + high / 700));
  const logs = range(bands + 2, (i) => from + ((to - from) * i) / (bands + 1));
  const corners = elementwise(engine, "mapExp", logs).map((e) => 700 * (e - 1));
  const first = new Int32Array(bands);
  const count = new Int32Array(bands);
  const weights: number[] = [];
  for (let b = 0; b < bands; ++b) {
    const [left, top, right] = corners.subarray(b, b + 3);
    for (let k = 0; k <= fft / 2; ++k) {
      const f = (k * rate) / fft;
      const weight = Math.min((f - left) / (top - left), (right - f) / (right - top));
      if (!(weight > 0)) continue;
      if (count[b] === 0) first[b] = k;
      ++count[b];
      weights.push(weight);
    }
    if (count[b] === 0)
      throw new OptionError(
        `frontEnd: band ${b} of ${bands}, ${left.toFixed(0)} to ${right.toFixed(0)} ` +
          "Hz, holds no bin of a transform of " +
          `${fft} points; want fewer bands, a larger fft or a higher low`,
      );
  }
  return { first, count, weights: Float64Array.from(weights) };
}

/** [bands, cepstra] the orthonormal DCT-II, √(2/B)·cos(πc(b+½)/B), the first column over √2. */
export function cosineBasis(engine: SpeechEngine, bands: number, cepstra: number): Float64Array {
  const angles = range(bands * cepstra, (i) => {
    const b = Math.floor(i / cepstra);
    return (PI * (i % cepstra) * (b + 0.5)) / bands;
  });
  const scale = Math.sqrt(2 / bands);
  return elementwise(engine, "mapCos", angles).map(
    (c, i) => c * (i % cepstra === 0 ? Math.sqrt(1 / bands) : scale),
  );
}
