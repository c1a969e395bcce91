/**
 * Forced alignment: which state of a known text each step of a recording belongs to, by Viterbi's algorithm
 * on the chain of that text with outside log-likelihoods; and where no model is known yet, by loudness.
 */
import { hmm } from "../../models/hmm/hmm.ts";
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
