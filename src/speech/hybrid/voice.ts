/**
 * What a recognizer learns from a voice without texts. The words are those that the net hears by now. Where
 * they sound is what it heard before it got used to the voice: learned from its own places, round after
 * round, the ends of words would wander into the silence beside them.
 */
import type { Hmm } from "../../models/hmm/model.ts";
import { Pace } from "../../train/pace.ts";
import type { Floats } from "../../wasm/memory.ts";
import type { AbortSignal } from "../../wasm/platform.ts";
import type { HeardPart } from "../acoustic/adapt.ts";
import type { ReadSound } from "../acoustic/recording.ts";
import { Aligner } from "./align.ts";
import { stateCount, wordsOfPath, type PathWord, type WordStates } from "./topology.ts";

/** How a recognizer hears. */
interface Hearing {
  readonly shape: WordStates;
  readonly words: readonly string[];
  readonly loop: Hmm;
  /** [N] */
  readonly stay: Float64Array;
  readonly stepSeconds: number;
  /** Probabilities [T,N] of the states in a recording, as the net is by now. */
  readonly probabilities: (sound: ReadSound) => Floats;
  /** ln p(step | state) [T,N] of such probabilities. */
  readonly logs: (probabilities: Floats) => Float64Array;
}

/** The words of a voice, for `adaptNet`. */
export class VoiceWords {
  readonly #hearing: Hearing;
  readonly #aligner: Aligner;
  readonly #before = new Map<ReadSound, Float64Array>();

  constructor(hearing: Hearing) {
    this.#hearing = hearing;
    this.#aligner = new Aligner(hearing.shape, hearing.stay);
  }

  /** Hears where words may stand in all recordings, with the net as it is, with pauses for the page. */
  async placeAll(sounds: readonly ReadSound[], signal?: AbortSignal): Promise<void> {
    const pace = new Pace();
    for (const sound of sounds) {
      if (signal?.aborted) return;
      await pace.breathe();
      const { probabilities, logs } = this.#hearing;
      this.#before.set(sound, logs(probabilities(sound)));
    }
  }

  /** The words that the net hears by now, by probabilities [T,N], with their states as heard at first. */
  async hear(sound: ReadSound, now: Floats): Promise<HeardPart[]> {
    const { shape, loop, logs, words, stepSeconds } = this.#hearing;
    const [{ states }] = loop.viterbi([logs(now)]);
    const said = wordsOfPath(shape, states);
    const known = await this.#aligner.path(
      this.#before.get(sound)!,
      said.map(({ word }) => word),
    );
    const path = known ?? states;
    const ends = endsOf(wordsOfPath(shape, path), path.length);
    return said.map((one, i) => ({
      word: words[one.word],
      confidence: this.#shareOf(one, now),
      labels: [...path.subarray(ends[i], ends[i + 1])],
      until: i + 1 < said.length ? ends[i + 1] * stepSeconds : Infinity,
    }));
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#aligner.dispose();
  }

  /** How probable a word's states are at its steps, in the mean. */
  #shareOf({ word, from, to }: PathWord, probabilities: Floats): number {
    const { shape } = this.#hearing;
    const N = stateCount(shape);
    let sum = 0;
    for (let t = from; t < to; ++t)
      for (let s = 0; s < shape.states; ++s) sum += probabilities[t * N + word * shape.states + s];
    return sum / (to - from);
  }
}

/** Steps at which the parts of words begin and end: in the middle of the silences between them. */
const endsOf = (placed: readonly PathWord[], steps: number): number[] => [
  0,
  ...placed.slice(1).map(({ from }, i) => Math.floor((placed[i].to + from) / 2)),
  steps,
];
