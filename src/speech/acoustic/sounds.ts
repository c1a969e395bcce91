/** What a model that hears is asked: one recording or many, bare samples or with their rate. */
import { DataError } from "../../wasm/errors.ts";
import type { Samples } from "../samples.ts";
import { readSound, type ReadSound, type Sound } from "./recording.ts";

/** One recording, or many: bare samples, or with their rate. */
export type Sounds = Samples | Sound | readonly (Samples | Sound)[];

const isSound = (x: unknown): x is Sound => typeof x === "object" && x !== null && "samples" in x;

/** Whether these are many recordings; one is bare samples, or `{ samples }`. */
export const isMany = (sounds: Sounds): sounds is readonly (Samples | Sound)[] =>
  Array.isArray(sounds) && typeof sounds[0] !== "number";

/** The recordings. Throws DataError on what is none. */
export function readSounds(who: string, sounds: Sounds, rate: number): ReadSound[] {
  const list: readonly (Samples | Sound)[] = isMany(sounds) ? sounds : [sounds];
  if (list.length === 0) throw new DataError(`${who}: no recordings, want at least one`);
  return list.map((one, i) =>
    readSound(isMany(sounds) ? `${who}: recording ${i}` : who, isSound(one) ? one : { samples: one }, rate),
  );
}
