/**
 * A word list as a language model of beam search: letters, or phones, spell only words of the list, with
 * separators between, and finished words count by what a model of words says of them.
 *
 *   ln P(next label | prefix) = 0 while a word goes on as some word of the list does, -∞ where none does
 *   ln P(separator | … word)  = ln P_words(word | words before)
 *   ln P(end | … word)        = the same + ln P_words(end)
 *
 * With a model of characters beside it a word at work counts by what that model says of its letters, so that
 * narrow beams keep likely words; once it is finished that is taken back, and the model of words decides:
 *
 *   ln P(next label | prefix) = ln P_characters(next | prefix)
 *   ln P(separator | … word)  = ln P_words(word | words before) - Σ ln P_characters(its letters)
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
  /**
   * ln P [V+1] of each label after those before, as an NGram of labels has it: counts while a word is at
   * work, and is taken back where it is finished. Default: none. Letters it thinks impossible cannot be
   * heard. */
  readonly characters?: LanguageModel;
}

/** Where a prefix stands: the words before, and the branch of the one at work. */
interface Place {
  readonly before: readonly number[];
  readonly at: Branch;
  /** Labels before the word at work. */
  readonly start: number;
}

const who = "WordList";

function modelOption(what: string, model: LanguageModel | undefined): LanguageModel | undefined {
  if (model === undefined || typeof model?.nextLogProbabilities === "function") return model;
  throw new OptionError(
    `${who}: ${what} is ${show(model)}, want an object with nextLogProbabilities(prefix)`,
  );
}

/** What a model says, of so many things and the end. Throws DataError where it speaks of another number. */
function logsOf(
  what: string,
  model: LanguageModel,
  prefix: readonly number[],
  count: number,
): ArrayLike<number> {
  const logs = model.nextLogProbabilities(prefix);
  if (logs?.length === count + 1) return logs;
  throw new DataError(
    `${who}: ${what} gives ${logs?.length ?? "no"} values, want ${count + 1}: one for each of ` +
      `${count} ${what === "words" ? what : "labels"}, and last the end`,
  );
}

/** The language of a word list. */
export class WordList implements LanguageModel {
  readonly #labels: number;
  readonly #separator: number;
  readonly #words: LanguageModel | undefined;
  readonly #characters: LanguageModel | undefined;
  readonly #count: number;
  readonly #root: Branch = { next: new Map(), word: undefined };

  /** Throws OptionError, and DataError where a spelling is empty, not of labels, or that of two words. */
  constructor(options: WordListOptions) {
    knownOptions(who, options, ["labels", "separator", "spellings", "words", "characters"]);
    this.#labels = whole(who, "labels", options.labels, 1, 2 ** 20);
    this.#separator = whole(who, "separator", options.separator, 0, this.#labels - 1);
    const { spellings, words } = options;
    if (!Array.isArray(spellings) || spellings.length === 0)
      throw new OptionError(`${who}: spellings is ${show(spellings)}, want an array of at least one`);
    this.#words = modelOption("words", words);
    this.#characters = modelOption("characters", options.characters);
    this.#count = spellings.length;
    spellings.forEach((spelling: readonly number[], word) => this.#add(spelling, word));
  }

  /** ln P [V+1] of each label after the prefix, and last of the end. */
  nextLogProbabilities(prefix: readonly number[]): Float64Array {
    const out = new Float64Array(this.#labels + 1).fill(-Infinity);
    const place = this.#walk(prefix);
    if (!place) return out;
    const { before, at, start } = place;
    const letters = this.#letters(prefix);
    for (const label of at.next.keys()) out[label] = letters?.[label] ?? 0;
    if (prefix.length === 0) out[this.#labels] = this.#logs([])[this.#count];
    if (at.word === undefined) return out;
    const finished = this.#logs(before)[at.word] - this.#spent(prefix, start);
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
    let start = 0;
    for (const [i, label] of prefix.entries()) {
      if (label === this.#separator) {
        if (at.word === undefined) return undefined;
        before.push(at.word);
        at = this.#root;
        start = i + 1;
        continue;
      }
      const next = at.next.get(label);
      if (!next) return undefined;
      at = next;
    }
    return { before, at, start };
  }

  #logs(before: readonly number[]): ArrayLike<number> {
    if (!this.#words) return new Float64Array(this.#count + 1);
    return logsOf("words", this.#words, before, this.#count);
  }

  #letters(prefix: readonly number[]): ArrayLike<number> | undefined {
    return this.#characters && logsOf("characters", this.#characters, prefix, this.#labels);
  }

  /** What the letters from `start` on have counted so far. */
  #spent(prefix: readonly number[], start: number): number {
    let sum = 0;
    for (let i = start; i < prefix.length; ++i) sum += this.#letters(prefix.slice(0, i))?.[prefix[i]] ?? 0;
    return sum;
  }
}
