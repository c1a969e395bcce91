/**
 * Another recording of the same words, made from one: faster or slower, louder or softer, with noise (Ko et
 * al. 2015), in a room. Random numbers come from the generator alone, so a seed repeats them.
 */
import { elementwise } from "../../wasm/elementwise.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { seedOption } from "../../wasm/errors.ts";
import { speechEngine, type SpeechEngine } from "../engine.ts";
import { sampleRate } from "../options.ts";
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

/** How long rooms sound, of the longest. */
const SIZES = [0.2, 1] as const;
/** Echoes begin so many seconds after the sound. */
const FIRST_ECHO = [0.001, 0.011] as const;
/** Decibels of the sound itself above all of its echoes. */
const ABOVE_ECHOES = [-3, 10] as const;
/** ln 1000: 60 decibels of an amplitude as nats. */
const FALL = 6.907755278982137;
/** Of the time to fall by 60 dB so much is heard: what follows is softer than 36 dB. */
const HEARD = 0.6;
/** Share of the samples of an echo at which one arrives. */
const DENSITY = 0.3;

const between = ([from, to]: readonly [number, number], random: Random): number =>
  from + (to - from) * random.uniform();

/** The answer of a room that falls by 60 dB in so many seconds: noise that dies away (Polack 1988). */
function echoes(engine: SpeechEngine, seconds: number, rate: number, random: Random): Float64Array {
  const first = Math.round(between(FIRST_ECHO, random) * rate);
  const share = amplitude(engine, -between(ABOVE_ECHOES, random));
  const h = whiteNoise(engine, Math.round(HEARD * seconds * rate), random).fill(0, 0, first);
  const fall = elementwise(engine, "mapExp", [-FALL / (seconds * rate)])[0];
  let level = 1;
  let energy = 0;
  for (let i = 0; i < h.length; ++i, level *= fall) {
    h[i] *= random.uniform() < DENSITY ? level : 0;
    energy += h[i] * h[i];
  }
  return energy > 0 ? h.map((v) => (v * share) / Math.sqrt(energy)) : h;
}

/** Samples x as a room sounds them, as long as they are. */
function inRoom(engine: SpeechEngine, x: Float64Array, seconds: number, rate: number, random: Random) {
  const h = echoes(engine, seconds, rate, random);
  const out = x.slice();
  for (let j = 0; j < h.length; ++j) {
    if (h[j] === 0) continue;
    for (let i = j; i < x.length; ++i) out[i] += h[j] * x[i - j];
  }
  return out;
}

/** A distorted copy of samples x. */
export function distorted(
  engine: SpeechEngine,
  x: Float64Array,
  { speed, gain, noise, reverb }: AugmentSpec,
  rate: number,
  random: Random,
): Float64Array {
  const percent = 100 + Math.round(100 * speed * signed(random));
  const dry = faster(engine, x, percent);
  const seconds = reverb > 0 && random.uniform() < 0.5 ? reverb * between(SIZES, random) : 0;
  const out = seconds > 0 ? inRoom(engine, dry, seconds, rate, random) : dry.slice();
  const power = out.reduce((sum, v) => sum + v * v, 0) / out.length;
  if (noise < Infinity && power > 0) {
    const below = amplitude(engine, -noise - NOISE_RANGE * random.uniform());
    addNoise(engine, out, Math.sqrt(power) * below, random);
  }
  const factor = amplitude(engine, gain * signed(random));
  return out.map((v) => v * factor);
}

const DEFAULT_RATE = 16000;

/** How one copy is varied. */
export interface CopyOptions extends Pick<AugmentOptions, "speed" | "gain" | "noise" | "reverb"> {
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
  const { seed = 1, rate = DEFAULT_RATE, ...rest } = options;
  const spec = readAugmentOptions(rest);
  const hertz = sampleRate("augment", rate);
  const x = readSamples("augment", samples);
  const random = new Random(await engine("float64"), seedOption("augment", seed), streams.recordings);
  return Float32Array.from(distorted(await speechEngine(), x, spec, hertz, random));
}
