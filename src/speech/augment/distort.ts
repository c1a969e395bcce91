/**
 * Another recording of the same words, made from one: faster or slower, louder or softer, with noise (Ko et
 * al. 2015), in a room, by a telephone. Random numbers come from the generator alone, so a seed repeats them.
 */
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { knownOptions, seedOption } from "../../wasm/errors.ts";
import { speechEngine, type SpeechEngine } from "../engine.ts";
import { sampleRate } from "../options.ts";
import { joined, Resampler } from "../resampler.ts";
import { readSamples, type Samples } from "../samples.ts";
import { engine } from "../../wasm/engine.ts";
import { inRoom } from "./echoes.ts";
import { muffled } from "./muffle.ts";
import { amplitude, whiteNoise } from "./noise.ts";
import { readAugmentOptions, type AugmentOptions, type AugmentSpec } from "./options.ts";

/** Noise is between this softer than the loudest allowed, and that; decibels. */
const NOISE_RANGE = 20;

/** From -1 to 1. */
const signed = (random: Random): number => 2 * random.uniform() - 1;

/** The samples at another speed, in whole percents. */
function faster(engine: SpeechEngine, x: Float64Array, percent: number): Float64Array {
  if (percent === 100) return x;
  const resampler = new Resampler(engine, percent, 100);
  try {
    return joined([resampler.push(x), resampler.end()]);
  } finally {
    resampler.dispose();
  }
}

/** Adds noise of this deviation, white or with falling power toward high frequencies, in place. */
function addNoise(engine: SpeechEngine, x: Float64Array, deviation: number, random: Random): void {
  const noise = whiteNoise(engine, x.length, random);
  const a = random.uniform() < 0.5 ? 0 : 0.95 * random.uniform();
  const scale = deviation * Math.sqrt(1 - a * a);
  let colored = 0;
  for (let i = 0; i < x.length; ++i) {
    colored = a * colored + scale * noise[i];
    x[i] += colored;
  }
}

/** A distorted copy of samples x. */
export function distorted(
  engine: SpeechEngine,
  x: Float64Array,
  { speed, gain, noise, reverb, muffle }: AugmentSpec,
  rate: number,
  random: Random,
): Float64Array {
  const percent = 100 + Math.round(100 * speed * signed(random));
  const dry = faster(engine, x, percent);
  const isInRoom = reverb > 0 && random.uniform() < 0.5;
  const wet = isInRoom ? inRoom(engine, dry, reverb, rate, random) : dry;
  const isMuffled = muffle > 0 && random.uniform() < 0.5;
  const out = isMuffled ? muffled(engine, wet, 1 - muffle * random.uniform()) : wet.slice();
  const power = out.reduce((sum, v) => sum + v * v, 0) / out.length;
  if (noise < Infinity && power > 0) {
    const below = amplitude(engine, -noise - NOISE_RANGE * random.uniform());
    addNoise(engine, out, Math.sqrt(power) * below, random);
  }
  const factor = amplitude(engine, gain * signed(random));
  return out.map((v) => v * factor);
}

const DEFAULT_RATE = 16000;

/** What varies samples; all else of `AugmentOptions` varies features. */
const ofCopies = ["speed", "gain", "noise", "reverb", "muffle"] as const;

/** How one copy is varied. */
export interface CopyOptions extends Pick<AugmentOptions, (typeof ofCopies)[number]> {
  /** Of all that is drawn. Default 1. */
  readonly seed?: number;
  /** Samples a second, by which a room's echo falls. Default 16000. */
  readonly rate?: number;
}

/**
 * A varied copy of a recording: `await augment(samples, { speed: 0.1, noise: 20, seed: 3 })`. Throws
 * OptionError, DataError.
 */
export async function augment(
  samples: Samples,
  options: CopyOptions = {},
): Promise<Float32Array<ArrayBuffer>> {
  knownOptions("augment", options, ["seed", "rate", ...ofCopies]);
  const { seed = 1, rate = DEFAULT_RATE, ...rest } = options;
  const spec = readAugmentOptions(rest);
  const hertz = sampleRate("augment", rate);
  const x = readSamples("augment", samples);
  const random = new Random(await engine("float64"), seedOption("augment", seed), streams.recordings);
  return Float32Array.from(distorted(await speechEngine(), x, spec, hertz, random));
}
