/** Recordings with their texts, which models that hear learn from and are measured on. */
import { DataError, show } from "../../wasm/errors.ts";
import type { TextRecording } from "../recognizer/spec.ts";
import type { Example } from "./examples.ts";
import { checkHeard, readSound } from "./recording.ts";

/** How to read recordings. */
interface Reading {
  /** Samples a second of those that do not say it. */
  readonly rate: number;
  /** The labels of a text. Throws DataError. */
  labelsOf(who: string, text: string): readonly number[];
}

/**
 * Recordings with the labels of their texts. Throws DataError on what is none, and where words are said in
 * silence or in noise that is cut off.
 */
export function readTextRecordings(
  who: string,
  items: readonly TextRecording[],
  { rate, labelsOf }: Reading,
): Example[] {
  if (!Array.isArray(items) || items.length === 0)
    throw new DataError(`${who}: items are ${show(items)}, want an array of at least one { samples, text }`);
  return (items as readonly TextRecording[]).map((item, i) => {
    const where = `${who}: recording ${i}`;
    const sound = readSound(where, item, rate);
    const labels = labelsOf(`${where}: text`, item.text);
    if (labels.length > 0) checkHeard(`${where} (${show(item.text)})`, sound);
    return { ...sound, labels };
  });
}
