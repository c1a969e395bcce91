/**
 * Another recording of the same words, made from one: faster or slower, louder or softer, with noise (Ko et
 * al. 2015). Random numbers come from the generator alone, so a seed repeats them.
 */
import { elementwise } from "../../wasm/elementwise.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { seedOption } from "../../wasm/errors.ts";
import { speechEngine, type SpeechEngine } from "../engine.ts";
import { joined, Resampler } from "../resampler.ts";
import { readSamples, type Samples } from "../samples.ts";
import { engine } from "../../wasm/engine.ts";
import { readAugmentOptions, type AugmentOptions, type AugmentSpec } from "./options.ts";

/** ln 10 / 20: decibels of an amplitude as nats. */
const DECIBEL = 0.11512925464970229;
/** Noise is between this softer than the loudest allowed, and that; decibels. */
const NOISE_RANGE = 20;

/** From -1 to 1. */
const signed = (random: Random): number => 2 * random.uniform() - 1;

/** The amplitude of decibels. */
const amplitude = (engine: SpeechEngine, decibels: number): number =>
  elementwise(engine, "mapExp", [decibels * DECIBEL])[0];

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

/** n standard normals. */
export function whiteNoise(engine: SpeechEngine, n: number, random: Random): Float64Array {
  const [key0, key1] = Random.key(random.integer(0, 2 ** 31));
  const ptr = engine.memory.allocate((n + 2) * Float64Array.BYTES_PER_ELEMENT);
  try {
    engine.kernels.randomNormal(n, key0, key1, streams.recordings, 0, ptr);
    return engine.memory.reals(ptr, n).slice() as Float64Array;
  } finally {
    engine.memory.free(ptr);
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
  { speed, gain, noise }: AugmentSpec,
  random: Random,
): Float64Array {
  const percent = 100 + Math.round(100 * speed * signed(random));
  const out = faster(engine, x, percent).slice();
  const power = out.reduce((sum, v) => sum + v * v, 0) / out.length;
  if (noise < Infinity && power > 0) {
    const below = amplitude(engine, -noise - NOISE_RANGE * random.uniform());
    addNoise(engine, out, Math.sqrt(power) * below, random);
  }
  const factor = amplitude(engine, gain * signed(random));
  return out.map((v) => v * factor);
}

/**
 * A varied copy of a recording: `await augment(samples, { speed: 0.1, noise: 20, seed: 3 })`. Throws
 * OptionError, DataError.
 */
export async function augment(
  samples: Samples,
  options: Pick<AugmentOptions, "speed" | "gain" | "noise"> & { readonly seed?: number } = {},
): Promise<Float32Array<ArrayBuffer>> {
  const { seed = 1, ...rest } = options;
  const spec = readAugmentOptions(rest);
  const x = readSamples("augment", samples);
  const random = new Random(await engine("float64"), seedOption("augment", seed), streams.recordings);
  return Float32Array.from(distorted(await speechEngine(), x, spec, random));
}
