/** Texts as a writer reads them: numbers of characters, and the words in which a text is written. */
import { DataError, show } from "../../wasm/errors.ts";
import { checkCharacters } from "../characters.ts";
import { isObject } from "../../formats/json.ts";
import type { Network } from "../../models/network/network.ts";
import type { SoftWindowLayer } from "../../models/network/optional/soft-window-layer.ts";

/** What a net that writes says of itself: its notes. */
export interface WriterScript {
  /** Characters in the order of their numbers, from 1 on; the end of a text stands behind the last. */
  readonly alphabet: string;
}

/** A net that writes, read from its spec. */
export interface WriterForm extends WriterScript {
  /** Numbers of a text: its characters, its end, and zeros. */
  readonly length: number;
  /** Units in front of the window's symbols. */
  readonly units: number;
}

/** Numbers of a text. */
export const TEXT_LENGTH = 32;
/** Longest run of characters that is written at once; longer words are written in parts. */
export const LONGEST_WORD = 14;

/** The form of a net that writes. Throws DataError on other nets. */
export function writerForm(who: string, net: Network): WriterForm {
  const { layers, loss, notes } = net.spec;
  const window = layers[0] as SoftWindowLayer;
  const { writer } = notes as { writer?: WriterScript };
  const draws = isObject(loss) && loss.kind === "mixture" && loss.over === "pen";
  if (window.type !== "softWindow" || !draws || typeof writer?.alphabet !== "string")
    throw new DataError(`${who}: the net does not write, want one of unrolled train writer`);
  const { alphabet } = writer;
  if (window.symbols !== [...alphabet].length + 1 || window.length <= 2 * LONGEST_WORD + 1)
    throw new DataError(`${who}: the net reads other texts than its notes say, want one as it was saved`);
  return { alphabet, length: window.length, units: window.units };
}

/** Throws DataError where there is no text, or one with characters that the net has not learned. */
export function checkText(who: string, text: unknown, { alphabet }: WriterScript): string {
  if (typeof text !== "string" || text.trim() === "")
    throw new DataError(`${who}: text is ${show(text)}, want some characters`);
  checkCharacters(who, text.replaceAll("\n", ""), alphabet);
  return text;
}

/** [length] the numbers of a text, its end, and zeros. */
export function encodeWriting(text: string, { alphabet, length }: WriterForm): Float64Array {
  const numbers = new Float64Array(length);
  const known = [...alphabet];
  const characters = [...text];
  characters.forEach((c, i) => (numbers[i] = known.indexOf(c) + 1));
  numbers[characters.length] = known.length + 1;
  return numbers;
}

/** A run of characters that is written at once. */
export interface Run {
  readonly text: string;
  /** Whether a space stands before it, and not the first part of its word. */
  readonly spaced: boolean;
}

/** The words of a line, in parts where they are long. */
export function runsOf(line: string): Run[] {
  const words = line.split(" ").filter((word) => word !== "");
  return words.flatMap((word) => {
    const characters = [...word];
    const count = Math.ceil(characters.length / LONGEST_WORD);
    const size = Math.ceil(characters.length / count);
    return Array.from({ length: count }, (_, i) => ({
      text: characters.slice(i * size, (i + 1) * size).join(""),
      spaced: i === 0,
    }));
  });
}
