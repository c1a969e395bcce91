/** A room around a recording: echoes that die away (Polack 1988), drawn anew for each copy. */
import { elementwise } from "../../wasm/elementwise.ts";
import type { Random } from "../../wasm/random.ts";
import type { SpeechEngine } from "../engine.ts";
import { amplitude, between, whiteNoise } from "./noise.ts";

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

/** The answer of a room that falls by 60 dB in so many seconds: noise that dies away (Polack 1988). */
function echoes(engine: SpeechEngine, seconds: number, rate: number, random: Random): Float64Array {
  const first = Math.round(between(random, FIRST_ECHO) * rate);
  const share = amplitude(engine, -between(random, ABOVE_ECHOES));
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

/** Samples x as a room sounds them that falls by 60 dB in `longest` seconds at most; as long as they are. */
export function inRoom(
  engine: SpeechEngine,
  x: Float64Array,
  longest: number,
  rate: number,
  random: Random,
): Float64Array {
  const h = echoes(engine, longest * between(random, SIZES), rate, random);
  const out = x.slice();
  for (let j = 0; j < h.length; ++j) {
    if (h[j] === 0) continue;
    for (let i = j; i < x.length; ++i) out[i] += h[j] * x[i - j];
  }
  return out;
}
