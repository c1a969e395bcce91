/**
 * Forced alignment: which state of a known text each step of a recording belongs to, by Viterbi's algorithm
 * on the chain of that text with outside log-likelihoods; and where no model is known yet, by loudness.
 */
import { hmm } from "../../models/hmm/hmm.ts";
import { DataError, show } from "../../wasm/errors.ts";
import type { Example } from "../acoustic/examples.ts";
import type { Hmm } from "../../models/hmm/model.ts";
import { silenceOf, statesOfText, stateCount, textChain, type WordStates } from "./topology.ts";

/** Aligns recordings with their texts, one model of a chain a text. */
export class Aligner {
  readonly #shape: WordStates;
  readonly #stay: Float64Array;
  readonly #chains = new Map<string, { readonly model: Hmm; readonly places: readonly number[] }>();

  /** `stay` [N]: the probability that a state lasts one step longer. */
  constructor(shape: WordStates, stay: Float64Array) {
    this.#shape = shape;
    this.#stay = stay;
  }

  /**
   * States [T] of a text by logs [T,N] ln p(step | state); undefined where the recording has fewer steps than
   * the text has states.
   */
  async path(logs: Float64Array, text: readonly number[]): Promise<Int32Array | undefined> {
    const N = stateCount(this.#shape);
    const T = logs.length / N;
    if (T < text.length * this.#shape.states) return undefined;
    const { model, places } = await this.#chain(text);
    const K = places.length;
    const rows = new Float64Array(T * K);
    for (let t = 0; t < T; ++t) for (let i = 0; i < K; ++i) rows[t * K + i] = logs[t * N + places[i]];
    // the text ends with the recording: in its last state, or in the silence behind it
    rows.fill(-Infinity, (T - 1) * K, T * K - Math.min(2, K));
    const { states } = model.viterbi([rows])[0];
    return states.map((i) => places[i]);
  }

  /** Gives the memory back. */
  dispose(): void {
    for (const { model } of this.#chains.values()) model.dispose();
    this.#chains.clear();
  }

  async #chain(text: readonly number[]) {
    const key = text.join(" ");
    const known = this.#chains.get(key);
    if (known) return known;
    const places = statesOfText(this.#shape, text);
    const chain = textChain(this.#shape, places, this.#stay);
    const model = await hmm({ states: places.length, emission: "outside", ...chain });
    const made = { model, places };
    this.#chains.set(key, made);
    return made;
  }
}

/** A step sounds above this part of the way from the softest to the loudest. */
const SOUNDS = 0.4;

/** Steps that count as sounding by their loudness [T], and stand beside no silence of one step. */
function sounding(loudness: Float64Array): boolean[] {
  const sorted = loudness.slice().sort();
  const low = sorted[Math.floor(0.05 * (sorted.length - 1))];
  const high = sorted[Math.floor(0.95 * (sorted.length - 1))];
  return Array.from(loudness, (x) => x >= low + SOUNDS * (high - low));
}

/** A first alignment: soft steps are silence, the others are shared out evenly among the text's states. */
export function flatStart(shape: WordStates, loudness: Float64Array, text: readonly number[]): Int32Array {
  const loud = sounding(loudness);
  const states = statesOfText(shape, text).filter((state) => state !== silenceOf(shape));
  const count = loud.filter(Boolean).length;
  let seen = 0;
  return Int32Array.from(loud, (sounds) =>
    sounds && states.length > 0 ? states[Math.floor((seen++ * states.length) / count)] : silenceOf(shape),
  );
}

/** Where words sound, [from, to) in seconds. */
export type Places = readonly (readonly [from: number, to: number])[];

/** The alignment that is known: each word's states share its time alike, all else is silence. */
export function statesInPlaces(
  shape: WordStates,
  { labels, places, steps, rate }: { labels: readonly number[]; places: Places; steps: number; rate: number },
): Int32Array {
  const path = new Int32Array(steps).fill(silenceOf(shape));
  places.forEach(([from, to], i) => {
    for (let t = 0; t < steps; ++t) {
      const share = ((t + 0.5) / rate - from) / (to - from);
      if (share >= 0 && share < 1) path[t] = (labels[i] + share) * shape.states;
    }
  });
  return path;
}

/** The places of each recording, checked; undefined unless all that say something have them. Throws DataError. */
export function readPlaces(
  who: string,
  items: readonly { readonly places?: Places }[],
  examples: readonly Example[],
): Places[] | undefined {
  const arePlaced = items.every(({ places }, i) => places !== undefined || examples[i].labels.length === 0);
  if (!arePlaced) return undefined;
  return items.map(({ places = [] }, i) => {
    const { labels, samples, rate } = examples[i];
    const where = `${who}: recording ${i}`;
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
  });
}
