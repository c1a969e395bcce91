/** What a net of handwriting reads and writes: the form of its input, and the characters of its classes. */
import type { DataItem } from "../data/item.ts";
import type { Network } from "../models/network/network.ts";
import { DataError } from "../wasm/errors.ts";
import type { Ink } from "./ink.ts";
import { checkInkInput, inkFeatures, inkWidth, type InkInput } from "./input.ts";

/** How a net reads ink and writes text. Plain data: the notes of a saved net. */
export interface Script {
  /** How ink becomes inputs. */
  readonly input: InkInput;
  /** Characters in the order of their classes; the blank stands behind the last. */
  readonly alphabet: string;
}

/** The notes that a net of handwriting carries. Throws DataError on other nets. */
export function scriptOf(net: Network): Script {
  const { script } = net.spec.notes as { script?: Script };
  if (typeof script?.alphabet !== "string" || typeof script.input !== "object" || script.input === null)
    throw new DataError(
      "handwriting: the net has no notes of its alphabet and input, want one trained on handwriting",
    );
  const width = inkWidth(checkInkInput("handwriting", script.input));
  if (net.spec.input !== width)
    throw new DataError(
      `handwriting: the net takes ${JSON.stringify(net.spec.input)} values a step and its notes say ${width}`,
    );
  return script;
}

/** The characters of some lines, in code-point order. */
export function alphabetOf(inks: readonly Ink[]): string {
  return [...new Set(inks.flatMap((ink) => [...ink.text]))]
    .sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!)
    .join("");
}

/**
 * The characters of some lines that an alphabet lacks, each as often as it occurs. A net can only miss them.
 */
export function unknownCharacters(inks: readonly Pick<Ink, "text">[], alphabet: string): string[] {
  const known = new Set(alphabet);
  return inks.flatMap(({ text }) => [...text].filter((c) => !known.has(c)));
}

/** Classes of a text's characters. Throws DataError for one that is not in the alphabet. */
export function encodeText(text: string, alphabet: string): Int32Array {
  const known = new Map([...alphabet].map((c, i) => [c, i]));
  return Int32Array.from([...text], (c) => {
    const k = known.get(c);
    if (k === undefined)
      throw new DataError(
        `handwriting: character ${JSON.stringify(c)} of ${JSON.stringify(text)} is not in the ` +
          `alphabet ${JSON.stringify(alphabet)}`,
      );
    return k;
  });
}

/** The text of some classes. */
export function decodeText(labels: ArrayLike<number>, alphabet: string): string {
  const characters = [...alphabet];
  return Array.from(labels, (k) => characters[k] ?? "").join("");
}

/** Refuses ink without a text: it would count as nothing written. */
export function checkLabeled(who: string, { id, text }: Pick<Ink, "id" | "text">): void {
  if (typeof text === "string" && text !== "") return;
  throw new DataError(`${who}: ink "${id}" does not say what is written, want a text; leave such ink out`);
}

/** One line as an item of training data. Throws DataError where it has no text, or no points. */
export function handwritingItem(ink: Ink, script: Script): DataItem {
  checkLabeled("handwritingItem", ink);
  return {
    input: inkFeatures(ink.points, script.input).input,
    target: encodeText(ink.text, script.alphabet),
  };
}
