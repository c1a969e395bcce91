/** Words whose places are known: their states without an alignment. */
import { DataError, show } from "../../wasm/errors.ts";
import type { Example } from "../acoustic/examples.ts";
import { silenceOf, type WordStates } from "./topology.ts";

/** Where words sound, [from, to) in seconds. */
export type Places = readonly (readonly [from: number, to: number])[];

/** A recording's labels with their places, and its steps at so many a second. */
export interface Placed {
  readonly labels: readonly number[];
  readonly places: Places;
  readonly steps: number;
  readonly rate: number;
}

/** States [T]: those of a word share its time alike, all else is silence. */
export function statesInPlaces(
  shape: WordStates,
  { labels, places, steps, rate }: Placed,
): Int32Array<ArrayBuffer> {
  const path = new Int32Array(steps).fill(silenceOf(shape));
  places.forEach(([from, to], i) => {
    for (let t = 0; t < steps; ++t) {
      const share = ((t + 0.5) / rate - from) / (to - from);
      if (share >= 0 && share < 1) path[t] = (labels[i] + share) * shape.states;
    }
  });
  return path;
}

/** The places of one recording. Throws DataError where they are not those of its words. */
function checkPlaces(where: string, places: unknown, { labels, samples, rate }: Example): Places {
  if (!Array.isArray(places) || places.length !== labels.length)
    throw new DataError(
      `${where}: places are ${show(places)}, want [from, to] of each of its ${labels.length} words`,
    );
  const seconds = samples.length / rate;
  let end = 0;
  places.forEach((place: Places[number], j) => {
    const [from, to] = Array.isArray(place) ? place : [NaN, NaN];
    if (!(from >= end && to > from && to <= seconds))
      throw new DataError(
        `${where}: place ${j} is ${show(place)}, want seconds [from, to], one behind the other, ` +
          `from ${end} to ${seconds}`,
      );
    end = to;
  });
  return places;
}

/** The places of each recording; undefined unless all that say something have them. Throws DataError. */
export function readPlaces(
  who: string,
  items: readonly { readonly places?: Places }[],
  examples: readonly Example[],
): ReadonlyMap<Example, Places> | undefined {
  const arePlaced = items.every(({ places }, i) => places !== undefined || examples[i].labels.length === 0);
  if (!arePlaced) return undefined;
  return new Map(
    items.map(({ places = [] }, i) => [
      examples[i],
      checkPlaces(`${who}: recording ${i}`, places, examples[i]),
    ]),
  );
}
