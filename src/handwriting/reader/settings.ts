/** The options of reading, checked, with what they leave out. */
import { OptionError, inRange, knownOptions, whole } from "../../wasm/errors.ts";
import type { ReadingLanguage, ReadingLanguages } from "./language.ts";
import type { ReadOptions } from "./spec.ts";

const WIDTH = 16; // prefixes that the search keeps
const MAX_ALTERNATIVES = 1000;

const names = ["alternatives", "language", "before", "weight", "bonus", "width"] as const;

/** Options with defaults. */
export interface Settings {
  readonly alternatives: number;
  readonly width: number;
  /** Of the first line: after what stands before it. */
  readonly language: ReadingLanguage | undefined;
  /** Of every line that begins a line of text. */
  readonly onwards: ReadingLanguage | undefined;
}

/** The settings of a line, counted from 0: what stands before the ink stands before the first. */
export const ofLine = (settings: Settings, line: number): Settings =>
  line === 0 ? settings : { ...settings, language: settings.onwards };

/** Rejects with OptionError, and with DataError on a language that is none. */
export async function readSettings(
  who: string,
  options: ReadOptions,
  languages: ReadingLanguages,
): Promise<Settings> {
  knownOptions(who, options, names);
  const { alternatives = 1, width = WIDTH, weight, bonus, language, before } = options;
  const found = language === undefined ? undefined : await languages.of(who, language);
  if (!found && (weight !== undefined || bonus !== undefined || before !== undefined))
    throw new OptionError(`${who}: weight, bonus and before are those of a language; give { language }`);
  const onwards = found && {
    language: found.language,
    weight: inRange(who, "weight", weight ?? found.weight, 0, 1e3),
    bonus: inRange(who, "bonus", bonus ?? found.bonus, -1e3, 1e3),
  };
  return {
    alternatives: whole(who, "alternatives", alternatives, 1, MAX_ALTERNATIVES),
    width: Math.max(whole(who, "width", width, 1, 10_000), alternatives),
    language: onwards && { ...onwards, language: languages.after(who, onwards.language, before) },
    onwards,
  };
}
