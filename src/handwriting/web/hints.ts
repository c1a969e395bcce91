/** Hints of the web's proposal, as languages of a reader: which characters, and what text before them. */
import type { LanguageModel } from "../../inference/beam-search.ts";
import { engine } from "../../wasm/engine.ts";
import { DataError, show } from "../../wasm/errors.ts";
import { englishTexts } from "../reader/english.ts";
import { readingLanguage, type ReadingLanguage } from "../reader/language.ts";
import type { HandwritingReader } from "../reader/reader.ts";
import type { ReaderLanguage } from "../reader/spec.ts";
import type { HandwritingHints } from "./proposal.ts";

/** Most predictions beside the best. */
const MAX_ALTERNATIVES = 100;

/** Characters of each kind of text; undefined where all may be. */
const CHARACTERS: ReadonlyMap<string, string | undefined> = new Map([
  ["text", undefined],
  ["number", "0123456789.,-+"],
  ["email", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@-_+%"],
  ["per-character", undefined],
]);

/** Kinds of text that are told apart. */
export const RECOGNITION_TYPES: readonly string[] = [...CHARACTERS.keys()];

/** Hints, checked. */
export interface DrawingHints {
  readonly alternatives: number;
  /** The characters that may be said; undefined where all may. */
  readonly characters: ReadonlySet<string> | undefined;
  /** Whether what is written is a language. */
  readonly isText: boolean;
  /** What stands before the drawing. */
  readonly before: string;
}

/** What a recognizer reads with. */
export interface RecognizerSource {
  readonly reader: HandwritingReader;
  readonly language: ReaderLanguage | undefined;
}

/** Options of `reader.read` that hints stand for. */
export interface HintedLanguage {
  readonly language: LanguageModel;
  readonly weight: number;
  readonly bonus: number;
  readonly before?: string;
}

/** The characters that hints allow; undefined where all are. Throws TypeError on a set that is none. */
function charactersOf(kind: string | undefined, graphemeSet: unknown): Set<string> | undefined {
  const usual = kind === undefined ? undefined : CHARACTERS.get(kind);
  if (graphemeSet === undefined) return usual === undefined ? undefined : new Set(usual);
  if (!Array.isArray(graphemeSet) || graphemeSet.some((one: unknown) => typeof one !== "string"))
    throw new TypeError(`startDrawing: graphemeSet is ${show(graphemeSet)}, want an array of characters`);
  const given = (graphemeSet as readonly string[]).flatMap((one) => [...one]);
  return new Set(usual === undefined ? given : given.filter((c) => usual.includes(c)));
}

/** Hints of a drawing. Throws TypeError on what is none; kinds that are not known have no effect. */
export function readHints(hints: HandwritingHints): DrawingHints {
  if (hints === null || typeof hints !== "object")
    throw new TypeError(`startDrawing: hints are ${show(hints)}, want an object such as { alternatives: 3 }`);
  const { alternatives = 3, recognitionType = "text", textContext = "", graphemeSet } = hints;
  if (!Number.isInteger(alternatives) || alternatives < 0)
    throw new TypeError(`startDrawing: alternatives is ${show(alternatives)}, want a whole number`);
  if (typeof textContext !== "string")
    throw new TypeError(
      `startDrawing: textContext is ${show(textContext)}, want the text before the drawing`,
    );
  return {
    alternatives: Math.min(alternatives, MAX_ALTERNATIVES),
    characters: charactersOf(recognitionType, graphemeSet),
    isText: recognitionType === "text" || !CHARACTERS.has(recognitionType),
    before: textContext,
  };
}

/** Languages that readers have counted. */
const counted = new WeakMap<HandwritingReader, Map<ReaderLanguage, Promise<ReadingLanguage>>>();

/** The language of a recognizer, counted once for a reader. Rejects with OptionError and DataError. */
export async function countedLanguage(source: {
  readonly reader: HandwritingReader;
  readonly language: ReaderLanguage;
}): Promise<ReadingLanguage> {
  const { reader, language } = source;
  const count = async (): Promise<ReadingLanguage> =>
    readingLanguage("createHandwritingRecognizer", language, reader.characters, await engine("float64"));
  const all = counted.get(reader) ?? new Map<ReaderLanguage, Promise<ReadingLanguage>>();
  counted.set(reader, all);
  const found = all.get(language) ?? count();
  all.set(language, found);
  return found;
}

/** What may be written in a drawing; undefined where no hint, and nobody, says. */
async function languageOf(
  { reader, language }: RecognizerSource,
  { isText, before }: DrawingHints,
): Promise<ReadingLanguage | undefined> {
  if (!isText || (language === undefined && before === "")) return undefined;
  try {
    return await countedLanguage({ reader, language: language ?? (await englishTexts()) });
  } catch (error) {
    // a hint that cannot be heeded has no effect
    if (language === undefined && error instanceof DataError) return undefined;
    throw error;
  }
}

/** ln P [V+1] of characters among some: 0 for each, and for the end; undefined where a reader knows none. */
function logsOf(reader: HandwritingReader, allowed: ReadonlySet<string>): number[] | undefined {
  const known = [...reader.characters];
  if (!known.some((c) => allowed.has(c))) return undefined;
  return [...known.map((c) => (allowed.has(c) ? 0 : -Infinity)), 0];
}

/** What hints say of a drawing, as options of its reader; undefined where they say nothing of it. */
export async function hintedLanguage(
  source: RecognizerSource,
  hints: DrawingHints,
): Promise<HintedLanguage | undefined> {
  const logs = hints.characters && logsOf(source.reader, hints.characters);
  const found = await languageOf(source, hints);
  if (!found) return logs && { language: { nextLogProbabilities: () => logs }, weight: 1, bonus: 0 };
  const { language: texts } = found;
  const language: LanguageModel = logs
    ? {
        nextLogProbabilities: (prefix) =>
          Array.from(texts.nextLogProbabilities(prefix), (p, i) => p + logs[i]),
      }
    : texts;
  return { ...found, language, before: hints.before };
}
