/** What a front end computes: its options, checked, with their defaults. */
import { OptionError, inRange, knownOptions, oneOf, show, whole, seedOption } from "../wasm/errors.ts";

/** Seconds of a frame where none are given. */
export const FRAME = 0.025;

/** Options of `frontEnd`. Times are seconds, frequencies hertz. */
export interface FrontEndOptions {
  /** Samples a second that features are computed from. Recordings of other rates are resampled. */
  readonly rate: number;
  /** Mel bands. Default 40, below 16 kHz 26. */
  readonly bands?: number;
  /** Length of a frame. Default 0.025. */
  readonly frame?: number;
  /** From one frame to the next, at most a frame. Default 0.01. */
  readonly hop?: number;
  /** By name, periodic as in scipy and torch, or one weight a sample of a frame. Default "hann". */
  readonly window?: "hann" | "hamming" | "rectangular" | ArrayLike<number>;
  /**
   * Points of the transform: even, at least a frame, with prime factors 2, 3 and 5. Default: a power of two.
   */
  readonly fft?: number;
  /** Lowest frequency of the bands. Default 20. */
  readonly low?: number;
  /** Highest frequency of the bands. Default: half the rate. */
  readonly high?: number;
  /**
   * "log": ln of a band's energy, at least ln 1e-10. "pcen": per-channel energy normalization (Wang et al.
   * 2017), which levels steady noise and loudness. "power": as it is. Default "log".
   */
  readonly energy?: "log" | "pcen" | "power";
  /** Cepstral coefficients in place of the bands (orthonormal DCT-II). Default: none. */
  readonly cepstra?: number;
  /** Differences over time beside the features: 1 first, 2 second ones too, over 5 frames. Default 0. */
  readonly deltas?: 0 | 1 | 2;
  /**
   * "recording": each column to mean 0 and variance 1 over the whole recording (not while streaming).
   * "level": logarithms of bands relative to the mean of the loudest frame, at least 8 below it (not while
   * streaming). "running": by means over the last 3 seconds. Default "none".
   */
  readonly normalize?: "none" | "recording" | "level" | "running";
  /** a of x_t - a·x_{t-1}. Default 0.97. */
  readonly preEmphasis?: number;
  /** Standard deviation of noise added to the samples, drawn from the seed. Default 0. */
  readonly dither?: number;
  /** Default 1. */
  readonly seed?: number;
}

/** The options, complete. `width`, `hop` and `fft` are in samples. */
export interface FrontEndSpec {
  /** Samples a second. */
  readonly rate: number;
  /** Mel bands. */
  readonly bands: number;
  /** Samples of a frame. */
  readonly width: number;
  /** Samples from one frame to the next. */
  readonly hop: number;
  /** Points of the transform. */
  readonly fft: number;
  /** By name, or [width] its weights. */
  readonly window: "hann" | "hamming" | "rectangular" | readonly number[];
  /** Lowest frequency of the bands, hertz. */
  readonly low: number;
  /** Highest frequency of the bands, hertz. */
  readonly high: number;
  /** What becomes of a band's energy, as in `FrontEndOptions`. */
  readonly energy: "log" | "pcen" | "power";
  /** Cepstral coefficients; 0: the bands themselves. */
  readonly cepstra: number;
  /** 0: none; 1: first differences; 2: second ones too. */
  readonly deltas: 0 | 1 | 2;
  /** Over what the columns are normalized, as in `FrontEndOptions`. */
  readonly normalize: "none" | "recording" | "level" | "running";
  /** a of x_t - a·x_{t-1}. */
  readonly preEmphasis: number;
  /** Standard deviation of the noise added to the samples, in their units. */
  readonly dither: number;
  /** Of that noise. */
  readonly seed: number;
}

const who = "frontEnd";
const names = [
  "rate",
  "bands",
  "frame",
  "hop",
  "window",
  "fft",
  "low",
  "high",
  "energy",
  "cepstra",
  "deltas",
  "normalize",
  "preEmphasis",
  "dither",
  "seed",
];
/** Bounds of a sample rate: telephones to ultrasound. */
const LOWEST_RATE = 1000;
const HIGHEST_RATE = 768_000;
const LARGEST_FFT = 2 ** 16;

/** The rate, if it is a whole number of hertz that a recording can have. */
export const sampleRate = (from: string, rate: unknown): number =>
  whole(from, "rate", rate, LOWEST_RATE, HIGHEST_RATE);

function powerOfTwo(min: number): number {
  let n = 2;
  while (n < min) n *= 2;
  return n;
}

function transformSize(width: number, wanted: number | undefined): number {
  if (wanted === undefined) return powerOfTwo(width);
  let left = whole(who, "fft", wanted, 2, LARGEST_FFT);
  for (const prime of [2, 3, 5]) while (left % prime === 0) left /= prime;
  if (left !== 1 || wanted % 2 === 1 || wanted < width)
    throw new OptionError(
      `${who}: fft is ${wanted}, want an even number of at least ${width}, the ` +
        "samples of a frame, with no prime " +
        "factors but 2, 3 and 5",
    );
  return wanted;
}

function readWindow(window: FrontEndOptions["window"], width: number): FrontEndSpec["window"] {
  if (window === undefined) return "hann";
  if (typeof window === "string")
    return oneOf(who, "window", window as string, ["hann", "hamming", "rectangular"] as const);
  const weights = Array.from(window);
  if (weights.length !== width || !weights.every(Number.isFinite))
    throw new OptionError(
      `${who}: window is ${show(weights)}, want ${width} finite weights, one a sample of a frame`,
    );
  return weights;
}

function readNormalize({
  normalize = "none",
  cepstra,
  energy = "log",
}: FrontEndOptions): FrontEndSpec["normalize"] {
  oneOf(who, "normalize", normalize, ["none", "recording", "level", "running"]);
  if (normalize === "level" && (cepstra !== undefined || energy !== "log"))
    throw new OptionError(
      `${who}: normalize is "level", which levels logarithms of bands; want energy "log" and no cepstra`,
    );
  return normalize;
}

/** The options, checked. Throws OptionError. */
export function readFrontEndOptions(options: FrontEndOptions): FrontEndSpec {
  knownOptions(who, options, names);
  const rate = sampleRate(who, options?.rate);
  const width = Math.round(inRange(who, "frame", options.frame ?? FRAME, 2 / rate, 1) * rate);
  const hop = Math.round(inRange(who, "hop", options.hop ?? 0.01, 1 / rate, width / rate) * rate);
  const high = inRange(who, "high", options.high ?? rate / 2, 0, rate / 2);
  const bands = whole(who, "bands", options.bands ?? (rate < 16_000 ? 26 : 40), 1, 1024);
  return {
    rate,
    bands,
    width,
    hop,
    fft: transformSize(width, options.fft),
    window: readWindow(options.window, width),
    low: inRange(who, "low", options.low ?? 20, 0, high),
    high,
    energy: oneOf(who, "energy", options.energy ?? "log", ["log", "pcen", "power"]),
    cepstra: options.cepstra === undefined ? 0 : whole(who, "cepstra", options.cepstra, 1, bands),
    deltas: whole(who, "deltas", options.deltas ?? 0, 0, 2) as 0 | 1 | 2,
    normalize: readNormalize(options),
    preEmphasis: inRange(who, "preEmphasis", options.preEmphasis ?? 0.97, 0, 1),
    dither: inRange(who, "dither", options.dither ?? 0, 0, 1),
    seed: seedOption(who, options.seed ?? 1),
  };
}
