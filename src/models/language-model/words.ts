/** Sequences of words: numbers, strings of a vocabulary, or a text whose characters are the words. */
import { DataError, show } from "../../wasm/errors.ts";
import type { DataItem } from "../../data/item.ts";
import type { NetworkSpec } from "../network/spec.ts";

/** A sequence: numbers of words, words, or a string whose characters are the words. */
export type Words = ArrayLike<number> | readonly string[] | string;
/** Many sequences, or a single one: its words' numbers, or a string. An array of strings is many. */
export type WordSequences = readonly Words[] | ArrayLike<number> | string;

/** Whether data are one sequence by themselves. */
export const isBare = (data: WordSequences): data is ArrayLike<number> | string =>
  typeof data === "string" ||
  ArrayBuffer.isView(data) ||
  typeof (data as ArrayLike<unknown> | null)?.[0] === "number";

/** The words that a model knows. */
export class WordTable {
  /** V. The number V itself is the start symbol. */
  readonly size: number;
  readonly words: readonly string[] | undefined;
  readonly #numbers: ReadonlyMap<string, number> | undefined;

  constructor(size: number, words?: readonly string[]) {
    this.size = size;
    this.words = words;
    this.#numbers = words && new Map(words.map((word, i) => [word, i]));
  }

  /** The number of one word. Throws DataError on others. */
  number(who: string, word: unknown): number {
    const id = typeof word === "string" ? this.#numbers?.get(word) : word;
    if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id < this.size) return id;
    const want =
      typeof word === "string" && this.#numbers
        ? "one of the vocabulary"
        : `a number from 0 to ${this.size - 1}`;
    throw new DataError(`${who} is ${show(word)}, want ${want}`);
  }

  /** Numbers of a sequence of words. Throws DataError. */
  encode(who: string, sequence: Words): Int32Array {
    const { length } = Object(sequence ?? 0) as { length?: unknown };
    if (typeof sequence === "function" || typeof length !== "number")
      throw new DataError(`${who} is ${show(sequence)}, want words or their numbers`);
    const words = typeof sequence === "string" ? [...sequence] : sequence;
    // one after another: a length that is a lie takes no memory
    const numbers: number[] = [];
    for (let t = 0; t < words.length; ++t) numbers.push(this.number(`${who}: word ${t}`, words[t]));
    return Int32Array.from(numbers);
  }

  /** The start symbol and the words of a history. */
  prompt(who: string, history: Words | undefined): number[] {
    return [this.size, ...(history === undefined ? [] : this.encode(`${who}: history`, history))];
  }

  /** Inputs begin with the start symbol, targets are the words. Throws DataError on what is no sequence. */
  items(who: string, sequences: WordSequences): (DataItem & { input: Int32Array; target: Int32Array })[] {
    const list = isBare(sequences) ? [sequences] : sequences;
    if (!Array.isArray(list) || list.length === 0)
      throw new DataError(
        `${who}: ${Array.isArray(list) ? "no sequences" : `sequences are ${show(list)}`}, ` +
          "want an array of at least one",
      );
    return (list as readonly Words[]).map((sequence, i) => {
      const target = this.encode(`${who}: sequence ${i}`, sequence);
      if (target.length === 0) throw new DataError(`${who}: sequence ${i} is empty, want at least one word`);
      const input = new Int32Array(target.length).fill(this.size);
      input.set(target.subarray(0, -1), 1);
      return { input, target };
    });
  }
}

/** Checks that a loaded net is a language model whose vocabulary fits its layers. Throws DataError. */
export function checkVocabulary(who: string, { notes, layers, loss }: NetworkSpec): void {
  const { kind, size, words } = notes ?? {};
  if (kind !== "language model")
    throw new DataError(
      `${who}: the file holds a net that is not a language model; load it with network.load`,
    );
  const [first, last] = [layers[0], layers[layers.length - 1]];
  const isSize =
    first.type === "embedding" &&
    first.symbols - 1 === size &&
    last.type === "dense" &&
    last.units === size &&
    loss === "softmax";
  if (!isSize)
    throw new DataError(`${who}: a vocabulary of ${show(size)} words does not fit the net's layers`);
  if (words === undefined) return;
  const isWords = Array.isArray(words) && words.every((word) => typeof word === "string");
  if (!isWords || words.length !== size || new Set(words).size !== size)
    throw new DataError(`${who}: the vocabulary is ${show(words)}, want ${size} different words`);
}
