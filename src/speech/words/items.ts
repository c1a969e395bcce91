/** What a spotter learns from and is asked: recordings with their word, checked. */
import { DataError, OptionError, show } from "../../wasm/errors.ts";
import type { Example } from "../acoustic/examples.ts";
import { checkHeard, readSound, type Sound } from "../acoustic/recording.ts";

/** A recording that holds one word, or none of them: background. */
export interface WordRecording extends Sound {
  /** One of the spotter's words; null: none. */
  readonly word: string | null;
}

/** The words of a spotter by number. */
export class Words {
  readonly names: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  /** Throws OptionError on what are no names, each once. */
  constructor(who: string, names: unknown) {
    const list: readonly unknown[] = Array.isArray(names) ? names : [];
    if (list.length === 0 || list.some((name) => typeof name !== "string" || name === ""))
      throw new OptionError(`${who}: words is ${show(names)}, want an array of at least one name`);
    if (new Set(list).size !== list.length) throw new OptionError(`${who}: words names one twice`);
    this.names = list as readonly string[];
    this.#numbers = new Map(this.names.map((name, w) => [name, w]));
  }

  /** The number of a word, null of none. Throws DataError on others. */
  number(who: string, word: unknown): number | null {
    if (word === null) return null;
    const w = this.#numbers.get(word as string);
    if (w !== undefined) return w;
    throw new DataError(`${who} is ${show(word)}, want one of ${this.names.join(", ")}, or null for none`);
  }
}

const fields = ["samples", "rate", "word"];

/** Recordings with their words. Throws DataError that names the first one that is wrong. */
export function readWordRecordings(
  who: string,
  items: readonly WordRecording[],
  words: Words,
  rate: number,
): Example[] {
  if (!Array.isArray(items) || items.length === 0)
    throw new DataError(`${who}: items are ${show(items)}, want an array of at least one { samples, word }`);
  return items.map((item: WordRecording, i) => {
    const where = `${who}: recording ${i}`;
    const sound = readSound(where, item, rate);
    const unknown = Object.keys(item).find((field) => !fields.includes(field));
    if (unknown !== undefined)
      throw new DataError(`${where}: unknown field "${unknown}", want samples, rate and word`);
    const word = words.number(`${where}: word`, item.word);
    if (word !== null) checkHeard(`${where} ("${item.word}")`, sound);
    return { ...sound, labels: word === null ? [] : [word] };
  });
}
