/** Text as a task: symbols are characters, and each step's target is the next character. */
import { DataError, knownOptions, whole } from "../wasm/errors.ts";
import type { Item, Task } from "../train/task.ts";
import { wrongClasses } from "./long-lag/scoring.ts";

/** The characters of a text, each with its number: its place in code-point order. */
export class Vocabulary {
  /** Characters by number. */
  readonly characters: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  /** Characters must be different; `Vocabulary.of` finds them in a text. */
  constructor(characters: readonly string[]) {
    this.characters = [...characters];
    this.#numbers = new Map(this.characters.map((c, i) => [c, i]));
    if (!characters.length || this.#numbers.size !== characters.length) {
      throw new DataError(
        `vocabulary: ${characters.length} characters, ${this.#numbers.size} of them different; want ` +
          "at least one and none twice",
      );
    }
  }

  /** All characters of a text. */
  static of(text: string): Vocabulary {
    return new Vocabulary([...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!));
  }

  /** V, the number of characters. */
  get size(): number {
    return this.characters.length;
  }

  /** The numbers of a text's characters; DataError for one that is not in the vocabulary. */
  encode(text: string): Int32Array<ArrayBuffer> {
    const ids: number[] = [];
    for (const c of text) {
      const id = this.#numbers.get(c);
      if (id === undefined)
        throw new DataError(
          `vocabulary: character ${JSON.stringify(c)} at place ${ids.length} is not among ` +
            `the ${this.size} known ones`,
        );
      ids.push(id);
    }
    return Int32Array.from(ids);
  }

  /** The text of some numbers. */
  decode(ids: ArrayLike<number>): string {
    return Array.from(ids, (id) => this.characters[id] ?? "\ufffd").join("");
  }
}

export interface TextOptions {
  /** Steps of a training sequence. Default 64. */
  window?: number;
  /** Characters to count on; those of the text otherwise. */
  vocabulary?: Vocabulary;
}

/** A text to be predicted one character ahead. */
export interface TextTask extends Task {
  readonly vocabulary: Vocabulary;
  /** The text as numbers [length]. */
  readonly ids: Int32Array;
  /**
   * The whole text in at most n pieces of equal length that follow each other, the last maybe shorter: for
   * evaluation.
   */
  pieces(n: number): Item[];
}

/** Next-character prediction: windows at random places for training, pieces in order for evaluation. */
export function text(content: string, options: TextOptions = {}): TextTask {
  knownOptions("text", options, ["window", "vocabulary"]);
  const window = whole("text", "window", options.window ?? 64, 1);
  if (content.length < 2) throw new DataError(`text: ${content.length} characters, want at least 2`);
  const vocabulary = options.vocabulary ?? Vocabulary.of(content);
  const ids = vocabulary.encode(content);
  const steps = Math.min(window, ids.length - 1);
  const item = (from: number, length: number): Item => ({
    input: ids.slice(from, from + length),
    target: ids.slice(from + 1, from + length + 1),
  });
  const counts = new Int32Array(vocabulary.size);
  for (const id of ids) ++counts[id];
  return {
    name: "text",
    input: vocabulary.size,
    symbols: true,
    output: vocabulary.size,
    loss: "softmax",
    vocabulary,
    ids,
    batch: (n, random) =>
      Array.from({ length: n }, () => item(random.integer(0, ids.length - 1 - steps), steps)),
    pieces(n) {
      const length = Math.ceil((ids.length - 1) / n);
      const starts = Array.from({ length: n }, (_, i) => i * length).filter((from) => from < ids.length - 1);
      return starts.map((from) => item(from, Math.min(length, ids.length - 1 - from)));
    },
    chance: steps * (1 - counts.reduce((a, b) => Math.max(a, b)) / ids.length),
    wrong: wrongClasses,
    rule: "the most probable character is the one that comes",
  };
}
