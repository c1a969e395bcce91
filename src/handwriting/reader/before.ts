/**
 * What stands before some ink, for a language: ln P(next | ink so far) becomes ln P(next | before, ink so
 * far). Of the text before its last line counts, without characters that the net does not know; where a
 * language cannot go on from all of it, the word that it ends with; where not from that, nothing.
 */
import type { LanguageModel } from "../../inference/beam-search.ts";
import { OptionError, show } from "../../wasm/errors.ts";
import { encodeText } from "../script.ts";

/** Characters before the ink that a language is asked about: more than any count depends on. */
const MOST = 1000;

/** Whether a language knows how labels go on. */
const goesOn = (language: LanguageModel, labels: readonly number[]): boolean =>
  Array.from(language.nextLogProbabilities(labels)).some((logP) => logP > -Infinity);

/** A language after a text, in characters of an alphabet. Throws OptionError on what is no text. */
export function languageAfter(
  who: string,
  language: LanguageModel,
  before: string,
  alphabet: string,
): LanguageModel {
  if (typeof before !== "string")
    throw new OptionError(`${who}: before is ${show(before)}, want the text before the ink`);
  const known = new Set(alphabet);
  const start = Math.max(before.lastIndexOf("\n"), before.lastIndexOf("\r")) + 1;
  const line = [...before.slice(start)].filter((c) => known.has(c)).slice(-MOST);
  const ends = [line, line.slice(line.lastIndexOf(" ") + 1)];
  const labels = ends.map((text) => [...encodeText(text.join(""), alphabet)]);
  const found = labels.find((context) => context.length > 0 && goesOn(language, context));
  if (!found) return language;
  return { nextLogProbabilities: (prefix) => language.nextLogProbabilities([...found, ...prefix]) };
}
