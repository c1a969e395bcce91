/** A language model read word by word: the probabilities of the word that comes next, its state kept. */
import type { Floats } from "../../wasm/memory.ts";
import type { Stream } from "../network/stream.ts";
import { DISPOSE } from "../lifetime.ts";
import type { WordTable } from "./words.ts";

/** A sequence of words in progress. */
export class LanguageModelStream {
  readonly #vocabulary: WordTable;
  readonly #stream: Stream;
  #probabilities: Floats;

  /** Use `lm.stream()`. */
  constructor(vocabulary: WordTable, stream: Stream) {
    this.#vocabulary = vocabulary;
    this.#stream = stream;
    this.#probabilities = stream.step(vocabulary.size);
  }

  /** P(next word) [V], a copy. */
  get probabilities(): Floats {
    return this.#probabilities.slice();
  }

  /** Reads a word, or its number; P(next word) [V]. Throws DataError on unknown words, DisposedError. */
  step(word: number | string): Floats {
    this.#probabilities = this.#stream.step(this.#vocabulary.number("stream.step: the word", word));
    return this.probabilities;
  }

  /** Back to the start of a sequence. */
  reset(): this {
    this.#probabilities = this.#stream.reset().step(this.#vocabulary.size);
    return this;
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#stream.dispose();
  }

  /** `using stream = lm.stream()`. */
  [DISPOSE](): void {
    this.dispose();
  }
}
