/** What may be written, as a language model over the characters of a net. */
import type { LanguageModel } from "../../inference/beam-search.ts";
import { NGram } from "../../inference/ngram.ts";
import { WordList } from "../../inference/word-list.ts";
import type { Engine } from "../../wasm/engine.ts";
import { Pace } from "../../train/pace.ts";
import { DataError, OptionError, show } from "../../wasm/errors.ts";
import { encodeText } from "../script.ts";
import { languageAfter } from "./before.ts";
import type { ReaderLanguage } from "./spec.ts";

/** Characters that an n-gram of a text depends on, and itself. */
const ORDER = 6;
/** Longest text and most words: some seconds, and some hundred MB, of counting. */
const MAX_TEXT = 5_000_000;
const MAX_WORDS = 1_000_000;

/** The tag of a language, such as "en" or "zh-Hant-TW": no text that one would count. */
const TAG = /^[a-z]{2}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?$/;

/** A language with how much it counts where nothing is said. */
export interface ReadingLanguage {
  readonly language: LanguageModel;
  readonly weight: number;
  readonly bonus: number;
}

/** A word as it stands, and with a capital first letter. */
function spellings(word: string): readonly string[] {
  const [first = "", ...rest] = [...word];
  const capital = first.toUpperCase() + rest.join("");
  return capital === word ? [word] : [word, capital];
}

function ofWords(who: string, words: readonly string[], alphabet: string): LanguageModel {
  if (words.length === 0 || words.length > MAX_WORDS)
    throw new DataError(`${who}: ${words.length} words, want 1 to ${MAX_WORDS}`);
  const labels = [...alphabet].length;
  const separator = [...alphabet].indexOf(" ");
  const known = new Set(alphabet);
  const all = new Set<string>();
  words.forEach((word: unknown, i) => {
    if (typeof word !== "string" || word === "" || word.includes(" "))
      throw new DataError(`${who}: word ${i} is ${show(word)}, want one word`);
    const strange = [...word].find((c) => !known.has(c));
    if (strange !== undefined)
      throw new DataError(
        `${who}: word ${i} is ${show(word)}: the net does not know ${show(strange)}; leave it out`,
      );
    for (const spelling of spellings(word)) if ([...spelling].every((c) => known.has(c))) all.add(spelling);
  });
  const spelled = Array.from(all, (word) => [...encodeText(word, alphabet)]);
  if (separator >= 0) return new WordList({ labels, separator, spellings: spelled });
  // a net without a space says one word: the separator is a label of its own, left out of the answers
  const list = new WordList({ labels: labels + 1, separator: labels, spellings: spelled });
  return {
    nextLogProbabilities: (prefix) =>
      list.nextLogProbabilities(prefix).filter((_, label) => label !== labels),
  };
}

/** Counts a text line by line; a page goes on meanwhile. */
async function ofText(who: string, text: string, alphabet: string, engine: Engine): Promise<LanguageModel> {
  if (text.length > MAX_TEXT)
    throw new DataError(`${who}: a text of ${text.length} characters, want at most ${MAX_TEXT}`);
  const known = new Set(alphabet);
  const ngram = new NGram(engine, { labels: [...alphabet].length, order: ORDER });
  const pace = new Pace();
  let lines = 0;
  for (const line of text.split(/\r?\n/)) {
    const kept = [...line].filter((c) => known.has(c)).join("");
    if (kept === "") continue;
    ngram.add([...encodeText(kept, alphabet)]);
    ++lines;
    await pace.breathe();
  }
  if (lines === 0) throw new DataError(`${who}: a text without characters that the net knows`);
  return ngram;
}

/** The language of an option, for a net of some characters. Throws OptionError and DataError. */
export async function readingLanguage(
  who: string,
  language: ReaderLanguage,
  alphabet: string,
  engine: Engine,
): Promise<ReadingLanguage> {
  const name = `${who}: language`;
  if (typeof language === "string" && TAG.test(language))
    throw new OptionError(
      `${name} is ${show(language)}, a tag; want what may be written: await englishTexts(), another text, ` +
        "or a list of words",
    );
  if (typeof language === "string")
    return { language: await ofText(name, language, alphabet, engine), weight: 0.5, bonus: 1 };
  if (Array.isArray(language))
    return { language: ofWords(name, language as readonly string[], alphabet), weight: 1, bonus: 0 };
  const model = language as LanguageModel | null;
  if (typeof model?.nextLogProbabilities !== "function")
    throw new OptionError(
      `${name} is ${show(language)}, want a list of words, a text, or an object with ` +
        "nextLogProbabilities(prefix)",
    );
  return { language: model, weight: 0.5, bonus: 1 };
}

/** The languages of a reader: made once for a list or a model, and for the last text. */
export class ReadingLanguages {
  readonly #alphabet: string;
  readonly #engine: Engine;
  readonly #kept = new WeakMap<object, ReadingLanguage>();
  #last: { readonly text: string; readonly language: Promise<ReadingLanguage> } | undefined;

  constructor(alphabet: string, engine: Engine) {
    this.#alphabet = alphabet;
    this.#engine = engine;
  }

  /** A language after a text; itself where none is given. Throws OptionError on what is no text. */
  after(who: string, language: LanguageModel, before: string | undefined): LanguageModel {
    return before === undefined ? language : languageAfter(who, language, before, this.#alphabet);
  }

  /** The language of an option. Rejects with OptionError and DataError. */
  async of(who: string, option: ReaderLanguage): Promise<ReadingLanguage> {
    const make = (): Promise<ReadingLanguage> => readingLanguage(who, option, this.#alphabet, this.#engine);
    if (typeof option === "string") {
      // one count for all who read by it meanwhile; a text that is refused once is refused again
      if (this.#last?.text !== option) this.#last = { text: option, language: make() };
      return this.#last.language;
    }
    if (option === null || typeof option !== "object") return make();
    const language = this.#kept.get(option) ?? (await make());
    this.#kept.set(option, language);
    return language;
  }
}
