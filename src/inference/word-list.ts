/**
 * A word list as a language model of beam search: letters, or phones, spell only words of the list, with
 * separators between, and finished words count by what a model of words says of them.
 *
 *   ln P(next label | prefix) = 0 while a word goes on as some word of the list does, -∞ where none does
 *   ln P(separator | … word)  = ln P_words(word | words before)
 *   ln P(end | … word)        = the same + ln P_words(end)
 */
import { DataError, OptionError, knownOptions, show, whole } from "../wasm/errors.ts";
import type { LanguageModel } from "./beam-search.ts";

/** A node of the tree of spellings. */
interface Branch {
  readonly next: Map<number, Branch>;
  /** The word that ends here. */
  word: number | undefined;
}

/** Words, and what is known of how they follow each other. */
export interface WordListOptions {
  /** V: labels 0..V-1 of the spellings, the separator among them. */
  readonly labels: number;
  /** The label between two words. */
  readonly separator: number;
  /** How each word is spelled, in labels. Words have numbers by their order. */
  readonly spellings: readonly (readonly number[])[];
  /** ln P of each word after those before, and last of the end, as an NGram has it. Default: all alike, 0. */
  readonly words?: LanguageModel;
}

/** Where a prefix stands: the words before, and the branch of the one at work. */
interface Place {
  readonly before: readonly number[];
  readonly at: Branch;
}

const who = "WordList";

/** The language of a word list. */
export class WordList implements LanguageModel {
  readonly #labels: number;
  readonly #separator: number;
  readonly #words: LanguageModel | undefined;
  readonly #count: number;
  readonly #root: Branch = { next: new Map(), word: undefined };

  /** Throws OptionError, and DataError where a spelling is empty, not of labels, or that of two words. */
  constructor(options: WordListOptions) {
    knownOptions(who, options, ["labels", "separator", "spellings", "words"]);
    this.#labels = whole(who, "labels", options.labels, 1, 2 ** 20);
    this.#separator = whole(who, "separator", options.separator, 0, this.#labels - 1);
    const { spellings, words } = options;
    if (!Array.isArray(spellings) || spellings.length === 0)
      throw new OptionError(`${who}: spellings is ${show(spellings)}, want an array of at least one`);
    if (words !== undefined && typeof words?.nextLogProbabilities !== "function")
      throw new OptionError(
        `${who}: words is ${show(words)}, want an object with nextLogProbabilities(prefix)`,
      );
    this.#words = words;
    this.#count = spellings.length;
    spellings.forEach((spelling: readonly number[], word) => this.#add(spelling, word));
  }

  /** ln P [V+1] of each label after the prefix, and last of the end. */
  nextLogProbabilities(prefix: readonly number[]): Float64Array {
    const out = new Float64Array(this.#labels + 1).fill(-Infinity);
    const place = this.#walk(prefix);
    if (!place) return out;
    const { before, at } = place;
    for (const label of at.next.keys()) out[label] = 0;
    if (prefix.length === 0) out[this.#labels] = this.#logs([])[this.#count];
    if (at.word === undefined) return out;
    const finished = this.#logs(before)[at.word];
    out[this.#separator] = finished;
    out[this.#labels] = finished + this.#logs([...before, at.word])[this.#count];
    return out;
  }

  /** The numbers of the words that labels spell. Throws DataError where they spell none. */
  wordsOf(labels: readonly number[]): number[] {
    const place = this.#walk(labels);
    if (labels.length === 0) return [];
    if (place?.at.word === undefined)
      throw new DataError(`${who}.wordsOf: labels ${show(labels)} spell no words of the list`);
    return [...place.before, place.at.word];
  }

  #add(spelling: readonly number[], word: number): void {
    const where = `${who}: spelling ${word}`;
    if (!Array.isArray(spelling) || spelling.length === 0)
      throw new DataError(`${where} is ${show(spelling)}, want labels, at least one`);
    let at = this.#root;
    for (const label of spelling as readonly number[]) {
      if (!Number.isInteger(label) || label < 0 || label >= this.#labels || label === this.#separator)
        throw new DataError(
          `${where} has ${show(label)}, want labels from 0 to ${this.#labels - 1} other than ` +
            `${this.#separator}, the separator`,
        );
      let next = at.next.get(label);
      if (!next) at.next.set(label, (next = { next: new Map(), word: undefined }));
      at = next;
    }
    if (at.word !== undefined)
      throw new DataError(`${where} is that of word ${at.word} too; keep one of the two`);
    at.word = word;
  }

  #walk(prefix: readonly number[]): Place | undefined {
    const before: number[] = [];
    let at = this.#root;
    for (const label of prefix) {
      if (label === this.#separator) {
        if (at.word === undefined) return undefined;
        before.push(at.word);
        at = this.#root;
        continue;
      }
      const next = at.next.get(label);
      if (!next) return undefined;
      at = next;
    }
    return { before, at };
  }

  #logs(before: readonly number[]): ArrayLike<number> {
    if (!this.#words) return new Float64Array(this.#count + 1);
    const logs = this.#words.nextLogProbabilities(before);
    if (logs?.length !== this.#count + 1)
      throw new DataError(
        `${who}: words gives ${logs?.length ?? "no"} values, want ${this.#count + 1}: one for each of ` +
          `${this.#count} words, and last the end`,
      );
    return logs;
  }
}
