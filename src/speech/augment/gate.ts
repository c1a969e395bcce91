/**
 * What a recorder keeps of a word that stops where it hears nothing: the frames around the loudest one, as
 * far as each is above a gate. A stop before the end of a word ends it there, and soft sounds at its ends are
 * lost: of "six" often no more than its vowel is left.
 */
import { DataError, inRange, knownOptions } from "../../wasm/errors.ts";
import { framePowers } from "../frame-powers.ts";
import { speechEngine } from "../engine.ts";
import { sampleRate } from "../options.ts";
import { readSamples, type Samples } from "../samples.ts";
import { amplitude } from "./noise.ts";

/** Seconds that are kept at least, where there are so many. */
const SHORTEST = 0.1;

/** Samples [from, to) of x around its loudest frame whose frames have this share of its amplitude or more. */
export function aboveGate(x: Float64Array, rate: number, share: number): readonly [from: number, to: number] {
  const { powers, width } = framePowers(x, rate);
  if (powers.length === 0) return [0, x.length];
  const loudest = powers.reduce((most, p) => Math.max(most, p), 0);
  const level = share * share * loudest;
  let first = powers.indexOf(loudest);
  let end = first + 1;
  while (first > 0 && powers[first - 1] >= level) --first;
  while (end < powers.length && powers[end] >= level) ++end;
  const from = first * width;
  return [from, Math.min(x.length, Math.max(end * width, from + Math.round(SHORTEST * rate)))];
}

/** How a recorder hears. */
export interface GateOptions {
  /** Decibels below the loudest frame of 10 ms at which it hears nothing. Default 15. */
  readonly decibels?: number;
  /** Samples a second. Default 16000. */
  readonly rate?: number;
}

/**
 * What a recorder keeps of a word that stops where it hears nothing: `await gated(samples, { rate: 8000,
 * decibels: 12 })`. Throws OptionError, DataError.
 */
export async function gated(samples: Samples, options: GateOptions = {}): Promise<Float32Array<ArrayBuffer>> {
  const who = "gated";
  knownOptions(who, options, ["decibels", "rate"]);
  const rate = sampleRate(who, options.rate ?? 16_000);
  const decibels = inRange(who, "decibels", options.decibels ?? 15, 0, 200);
  const x = readSamples(who, samples);
  if (x.length === 0) throw new DataError(`${who}: 0 samples, want a recording of a word`);
  const share = amplitude(await speechEngine(), -decibels);
  return Float32Array.from(x.subarray(...aboveGate(x, rate, share)));
}
