/**
 * What a recognizer learns from a voice without texts. The words are those that the net hears by now. Where
 * they sound is what it heard before it got used to the voice: learned from its own places, round after
 * round, the ends of words would wander into the silence beside them.
 */
import type { Hmm } from "../../models/hmm/model.ts";
import { Pace } from "../../train/pace.ts";
import type { AbortSignal } from "../../wasm/platform.ts";
import type { Guess } from "../acoustic/adapt.ts";
import type { ReadSound } from "../acoustic/recording.ts";
import { Aligner } from "./align.ts";
import { wordsOfPath, type WordStates } from "./topology.ts";
import { guessStates } from "./training.ts";

/** How a recognizer hears. */
interface Hearing {
  readonly shape: WordStates;
  readonly loop: Hmm;
  /** [N] */
  readonly stay: Float64Array;
  /** ln p(step | state) [T,N] of a recording, as the net is by now. */
  readonly logs: (sound: ReadSound) => Float64Array;
}

/** Guesses at the states of recordings. */
export class VoiceGuesses {
  readonly #hearing: Hearing;
  readonly #aligner: Aligner;
  readonly #before = new Map<ReadSound, Float64Array>();

  constructor(hearing: Hearing) {
    this.#hearing = hearing;
    this.#aligner = new Aligner(hearing.shape, hearing.stay);
  }

  /** Hears all recordings with the net as it is, with pauses for the page. */
  async hear(sounds: readonly ReadSound[], signal?: AbortSignal): Promise<void> {
    const pace = new Pace();
    for (const sound of sounds) {
      if (signal?.aborted) return;
      await pace.breathe();
      this.#before.set(sound, this.#hearing.logs(sound));
    }
  }

  /** The states of the words that the net hears by now, where they were heard at first. */
  async guess(sound: ReadSound): Promise<Guess> {
    const { shape, loop, logs } = this.#hearing;
    const now = guessStates(loop, logs(sound));
    const words = wordsOfPath(shape, Int32Array.from(now.labels)).map(({ word }) => word);
    const path = await this.#aligner.path(this.#before.get(sound)!, words);
    return path ? { ...now, labels: [...path] } : now;
  }

  /** Gives the memory back. */
  dispose(): void {
    this.#aligner.dispose();
  }
}
