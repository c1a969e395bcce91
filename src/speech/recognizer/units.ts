/** What a recognizer's labels are: words, characters or phones; and how texts become labels and come back. */
import { WordList } from "../../inference/word-list.ts";
import type { LanguageModel } from "../../inference/beam-search.ts";
import { DataError, OptionError, oneOf, show } from "../../wasm/errors.ts";

/** The units of a recognizer. */
export type UnitName = "words" | "characters" | "phones";

/** What names the labels, one for each kind of unit. */
export interface UnitSpec {
  /** "words": each word has a label. "characters": each character. "phones": those of a lexicon. */
  readonly units: UnitName;
  /** Of words: all of them. Of characters: the words that texts are made of; default: any spelling. */
  readonly words?: readonly string[];
  /** Of characters: all of them, without the space, which parts words. */
  readonly alphabet?: string;
  /** Of phones: how each word sounds, its phones parted by spaces: `{ two: "T UW" }`. */
  readonly lexicon?: Readonly<Record<string, string>>;
}

/** What stands between two words, where labels are smaller than words. */
const SEPARATOR = " ";

const fits = { words: ["words"], characters: ["words", "alphabet"], phones: ["lexicon"] } as const;

/** Names, each once, none empty or with a space. Throws OptionError. */
function namesOf(who: string, what: string, names: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(names) ? names : [];
  const good = (name: unknown): boolean => typeof name === "string" && name !== "" && !/\s/.test(name);
  if (list.length === 0 || !list.every(good))
    throw new OptionError(`${who}: ${what} is ${show(names)}, want an array of names without spaces`);
  if (new Set(list).size !== list.length) throw new OptionError(`${who}: ${what} names one twice`);
  return list as readonly string[];
}

/** How words are spelled in names of labels. */
function spellingsOf(who: string, spec: UnitSpec): Map<string, readonly string[]> | undefined {
  if (spec.units === "words") return undefined;
  if (spec.units === "characters")
    return spec.words && new Map(namesOf(who, "words", spec.words).map((word) => [word, [...word]]));
  const { lexicon } = spec;
  if (typeof lexicon !== "object" || lexicon === null)
    throw new OptionError(`${who}: lexicon is ${show(lexicon)}, want { word: "its phones" }`);
  const words = namesOf(who, "lexicon", Object.keys(lexicon));
  return new Map(words.map((word) => [word, namesOfPhones(`${who}: lexicon of "${word}"`, lexicon[word])]));
}

function namesOfPhones(who: string, phones: unknown): readonly string[] {
  const list = typeof phones === "string" ? phones.split(/\s+/).filter(Boolean) : [];
  if (list.length === 0) throw new OptionError(`${who} is ${show(phones)}, want phones parted by spaces`);
  return list;
}

/** Labels and texts. */
export class Units {
  readonly spec: UnitSpec;
  /** Names of the labels, without the blank; of smaller units than words the separator is the last. */
  readonly labels: readonly string[];
  /** Words that can be heard, where they are known. */
  readonly words: readonly string[] | undefined;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #spellings: ReadonlyMap<string, readonly string[]> | undefined;

  /** Throws OptionError. */
  constructor(who: string, spec: UnitSpec) {
    const units = oneOf(who, "units", spec.units, ["words", "characters", "phones"]);
    const allowed: readonly string[] = fits[units];
    for (const name of ["words", "alphabet", "lexicon"] as const)
      if (spec[name] !== undefined && !allowed.includes(name))
        throw new OptionError(`${who}: ${name} was given, but units "${units}" take ${allowed.join(", ")}`);
    this.spec = spec;
    this.#spellings = spellingsOf(who, spec);
    this.labels = this.#namesOfLabels(who);
    this.#numbers = new Map(this.labels.map((name, k) => [name, k]));
    this.words = units === "words" ? this.labels : this.#spellings && [...this.#spellings.keys()];
    for (const [word, spelling] of this.#spellings ?? []) this.#encodeWord(who, word, spelling);
  }

  /** Labels between those of two words; or, where each is a word, the word of each and of the blank. */
  get parts(): { readonly between?: readonly number[]; readonly wordOf?: readonly number[] } {
    return this.spec.units === "words"
      ? { wordOf: [...this.labels.keys(), -1] }
      : { between: [this.labels.length - 1] };
  }

  /** Labels of a text. Throws DataError on words or characters that it does not know. */
  encode(who: string, text: unknown): number[] {
    if (typeof text !== "string") throw new DataError(`${who} is ${show(text)}, want a text`);
    const words = text.split(/\s+/).filter(Boolean);
    const { between = [] } = this.parts;
    return words.flatMap((word, i) => {
      const own = this.#encodeWord(who, word, this.#spelling(who, word));
      return i > 0 ? [...between, ...own] : own;
    });
  }

  /** The words that labels spell: of phones only whole words of the lexicon. */
  decode(labels: readonly number[]): string[] {
    if (this.spec.units === "words") return labels.map((k) => this.labels[k]);
    const spelled = labels.map((k) => this.labels[k]);
    const parts: string[][] = [[]];
    for (const name of spelled)
      if (name === SEPARATOR) parts.push([]);
      else parts[parts.length - 1].push(name);
    const words = parts.filter((part) => part.length > 0);
    if (this.spec.units === "characters") return words.map((part) => part.join(""));
    const known = new Map([...this.#spellings!].map(([word, phones]) => [phones.join(" "), word]));
    return words.map((part) => known.get(part.join(" ")) ?? `[${part.join(" ")}]`);
  }

  /** Where each word's labels are among those of a text: first and behind the last. */
  wordRanges(labels: readonly number[]): (readonly [from: number, to: number])[] {
    if (this.spec.units === "words") return labels.map((_, i) => [i, i + 1] as const);
    const ranges: (readonly [number, number])[] = [];
    let from = 0;
    [...labels, this.labels.length - 1].forEach((k, i) => {
      if (k !== this.labels.length - 1) return;
      if (i > from) ranges.push([from, i]);
      from = i + 1;
    });
    return ranges;
  }

  /** The language of beam search, `words` what is known of how words follow each other. */
  language(words: LanguageModel | undefined): LanguageModel | undefined {
    if (this.spec.units === "words" || !this.#spellings) return words;
    const spellings = [...this.#spellings.values()].map((names) =>
      names.map((name) => this.#numbers.get(name)!),
    );
    const labels = this.labels.length;
    return new WordList({ labels, separator: labels - 1, spellings, ...(words ? { words } : {}) });
  }

  #namesOfLabels(who: string): readonly string[] {
    const { units, words, alphabet } = this.spec;
    if (units === "words") return namesOf(who, "words", words);
    if (units === "phones") return [...new Set([...this.#spellings!.values()].flat()), SEPARATOR];
    if (typeof alphabet !== "string" && !words)
      throw new OptionError(`${who}: units "characters" need an alphabet, or words`);
    const letters = alphabet ?? [...new Set(words!.join(""))].sort().join("");
    return [...namesOf(who, "alphabet", [...letters]), SEPARATOR];
  }

  #spelling(who: string, word: string): readonly string[] {
    if (this.spec.units === "words") return [word];
    if (this.spec.units === "characters") return [...word];
    const phones = this.#spellings!.get(word);
    if (phones) return phones;
    throw new DataError(`${who} has the word "${word}", which the lexicon lacks`);
  }

  #encodeWord(who: string, word: string, names: readonly string[]): number[] {
    return names.map((name) => {
      const k = this.#numbers.get(name);
      if (k !== undefined) return k;
      throw new DataError(
        `${who} has ${show(name)}${name === word ? "" : ` in "${word}"`}, which is none of ` +
          `${this.labels.length} labels: ${this.labels.slice(0, 12).join(" ")}`,
      );
    });
  }
}
