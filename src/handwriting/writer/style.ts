/** Hands in which a writer goes on: a word or two with their strokes, as steps of a pen. */
import { isObject } from "../../formats/json.ts";
import type { Network } from "../../models/network/network.ts";
import { DataError } from "../../wasm/errors.ts";
import type { Ink } from "../ink.ts";
import { readItems } from "../reader/learn.ts";
import type { WrittenText } from "../reader/spec.ts";
import { handCorners } from "./lessons.ts";
import { STEP, stepsOf } from "./steps.ts";
import { LONGEST_WORD, type WriterForm } from "./text.ts";

/** What was written in a hand. */
export interface Style {
  readonly text: string;
  /** [n,3] */
  readonly steps: Float32Array;
}

/** A hand among the notes of a net. */
export interface StyleNote {
  readonly name: string;
  readonly text: string;
  /** Steps, one number after another. */
  readonly steps: readonly number[];
}

const isNote = (note: unknown): note is StyleNote =>
  isObject(note) &&
  typeof note.name === "string" &&
  typeof note.text === "string" &&
  Array.isArray(note.steps) &&
  note.steps.length % STEP === 0 &&
  note.steps.every(Number.isFinite);

/** The hands that came with a net, by name. */
export function stylesOf(net: Network): Map<string, Style> {
  const { styles } = net.spec.notes as { styles?: unknown };
  const notes = Array.isArray(styles) ? styles.filter(isNote) : [];
  return new Map(notes.map(({ name, text, steps }) => [name, { text, steps: Float32Array.from(steps) }]));
}

/** The hand of a word or two. Throws DataError where there is too much of it. */
export function givenStyle(who: string, style: WrittenText, form: WriterForm): Style {
  const inks = readItems(`${who}: style`, [style], form.alphabet);
  const [{ text }] = inks;
  if ([...text].length > LONGEST_WORD)
    throw new DataError(
      `${who}: style has ${[...text].length} characters, want at most ${LONGEST_WORD}: a word or two`,
    );
  return { text, steps: stepsOf(handCorners(inks)[0]) };
}

/** A word of each hand from which a writer can go on in it: the first of five to nine letters. */
export function styleNotes(hands: readonly (readonly Ink[])[]): StyleNote[] {
  return hands.flatMap((inks, i) => {
    const place = inks.findIndex(({ text }) => /^[a-z]{5,9}$/.test(text));
    if (place < 0) return [];
    const steps = stepsOf(handCorners(inks)[place]);
    return [
      { name: inks[place].writer ?? `hand-${i}`, text: inks[place].text, steps: Array.from(steps, rounded) },
    ];
  });
}

const rounded = (x: number): number => Math.round(100 * x) / 100;
