/** Recordings as users give them to models, checked: what is no sound is named before anything is learned. */
import { DataError, ShapeError, show } from "../../wasm/errors.ts";
import { FRAME, sampleRate } from "../options.ts";
import { readSamples, type Samples } from "../samples.ts";

/** One recording of one channel. */
export interface Sound {
  /** In [-1, 1], or 16-bit integers. */
  readonly samples: Samples;
  /** Samples a second. Default: the model's rate. */
  readonly rate?: number;
}

/** A recording, checked. */
export interface ReadSound {
  readonly samples: Float64Array;
  readonly rate: number;
}

/** Standard deviation of the noise that models add to what they hear: it hides what is softer. */
export const DITHER = 1e-4;
/** A recording of which more than this share is at its loudest value is cut off there. */
const CLIPPED = 0.05;
/** Below so many samples the loudest value says nothing. */
const FEW = 100;

/**
 * The recording. Throws DataError on what is none, OptionError on rates that no recording has, ShapeError on
 * fewer samples than a frame.
 */
export function readSound(who: string, sound: Sound, rate: number): ReadSound {
  if (sound === null || typeof sound !== "object" || !("samples" in sound))
    throw new DataError(`${who} is ${show(sound)}, want { samples, rate? }`);
  const { samples } = sound;
  const first = (samples as unknown as ArrayLike<unknown> | undefined)?.[0];
  if (typeof first === "object" && first !== null)
    throw new DataError(
      `${who}: samples hold ${samples.length} channels, want one; take one, ` +
        "or their mean as readWav does",
    );
  const read = readSamples(who, samples);
  if (read.length === 0) throw new DataError(`${who}: 0 samples, want at least a frame`);
  const own = sampleRate(who, sound.rate ?? rate);
  const frame = Math.round(FRAME * own);
  if (read.length < frame)
    throw new ShapeError(`${who}: ${read.length} samples are shorter than a frame of ${frame} at ${own} Hz`);
  return { samples: read, rate: own };
}

/** The highest sample beside the lowest. */
function rangeOf(samples: Float64Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (const x of samples) {
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  return high - low;
}

/**
 * Whether a recording holds no sound: its samples are all alike, or within the dither of one value. Nothing
 * was said in it, whatever a net makes of the dither, which models that level loudness hear at full level.
 */
export function isSilent({ samples }: ReadSound): boolean {
  return rangeOf(samples) <= 2 * DITHER;
}

/**
 * Scores [T,K] of a recording, whose last class is silence: a blank, or no word. Those of a silent one are
 * overwritten: silence is `certain` at every step, and the others are `impossible`. Default: probabilities.
 */
export function silenced<Scores extends Float32Array | Float64Array>(
  sound: ReadSound,
  scores: Scores,
  K: number,
  { certain = 1, impossible = 0 } = {},
): Scores {
  if (!isSilent(sound)) return scores;
  scores.fill(impossible);
  for (let at = K - 1; at < scores.length; at += K) scores[at] = certain;
  return scores;
}

/** Throws DataError where a recording that is to hold a word is silent. */
export function checkSounds(who: string, sound: ReadSound): void {
  if (!isSilent(sound)) return;
  const { length } = sound.samples;
  const range = rangeOf(sound.samples);
  const got = range === 0 ? `are ${sound.samples[0]}` : `lie within ${range}`;
  throw new DataError(
    `${who} is silent: all ${length} samples ${got}, want a range above ${2 * DITHER}; record it again`,
  );
}

/** Throws DataError where a recording that is to teach a word is silent, or cut off at its loudest. */
export function checkHeard(who: string, sound: ReadSound): void {
  checkSounds(who, sound);
  const { samples } = sound;
  const peak = samples.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  const loud = samples.reduce((count, x) => count + Number(Math.abs(x) >= 0.999 * peak), 0);
  if (samples.length >= FEW && loud > CLIPPED * samples.length)
    throw new DataError(
      `${who} is clipped: ${loud} of ${samples.length} samples are at the largest value ${peak}; ` +
        "record it with less gain",
    );
}
