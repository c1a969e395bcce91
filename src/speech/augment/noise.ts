/** What distortions are made of: noise, amplitudes, numbers of a range. */
import { elementwise } from "../../wasm/elementwise.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import type { SpeechEngine } from "../engine.ts";

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

/** ln 10 / 20: decibels of an amplitude as nats. */
const DECIBEL = 0.11512925464970229;
/** The amplitude of decibels. */
export const amplitude = (engine: SpeechEngine, decibels: number): number =>
  elementwise(engine, "mapExp", [decibels * DECIBEL])[0];

/** A number of a range. */
export const between = (random: Random, [from, to]: readonly [number, number]): number =>
  from + (to - from) * random.uniform();
