/** Recordings in folders: WAV files by word, or with their texts. Errors name the file. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { readWav, type Recording, type TextRecording, type WordRecording } from "../../speech/index.ts";
import { DataError } from "../../wasm/errors.ts";
import { UsageError } from "../command.ts";
import { readFileBytes } from "../disk.ts";

/** Paths of the WAV files below a folder, in order. Throws UsageError where there is none. */
function wavFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    throw new UsageError(`--data ${folder}: ${(error as Error).message}`);
  }
  const files = names.filter((name) => name.toLowerCase().endsWith(".wav")).sort();
  if (files.length === 0) throw new UsageError(`--data ${folder}: no WAV files, want some`);
  return files;
}

/** A recording of a file. */
export function readRecording(path: string): Recording {
  try {
    return readWav(readFileBytes(path));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${path}: ${error.message}`, { cause: error });
  }
}

/** The word of a file: its folder's name, else its own up to the first underscore. */
const wordOf = (file: string): string =>
  file.includes(sep) ? file.split(sep)[0] : basename(file).split(/[_.]/)[0];

/** Recordings of words, and of everything else as background. */
export interface WordData {
  readonly words: readonly string[];
  readonly items: readonly WordRecording[];
  readonly rate: number;
}

/** Folders whose recordings hold none of the words. */
const BACKGROUND = /^(_?background|noise|other|unknown|silence)(_.*)?$/i;

/** Reads words; `wanted`: only these are words, all others background. */
export function readWords(folder: string, wanted: readonly string[] | undefined): WordData {
  const files = wavFiles(folder);
  const found = [...new Set(files.map(wordOf))].filter((word) => !BACKGROUND.test(word));
  const words = wanted ?? found;
  const missing = words.find((word) => !found.includes(word));
  if (missing !== undefined)
    throw new UsageError(`--words: no recordings of "${missing}", want some of ${found.join(", ")}`);
  let rate = 0;
  const items = files.map((file) => {
    const recording = readRecording(join(folder, file));
    rate ||= recording.rate;
    const word = wordOf(file);
    return { samples: recording.samples, rate: recording.rate, word: words.includes(word) ? word : null };
  });
  return { words, items, rate };
}

/** Recordings with their texts, and the words of those. */
export interface TextData {
  readonly items: readonly TextRecording[];
  readonly words: readonly string[];
  readonly rate: number;
}

/** The text of a file: that of the .txt beside it, else the words of its name, parted by underscores. */
function textOf(path: string): string {
  const beside = join(dirname(path), `${basename(path).slice(0, -4)}.txt`);
  const text = existsSync(beside)
    ? readFileSync(beside, "utf8")
    : basename(path).slice(0, -4).replaceAll("_", " ");
  return text.trim().replace(/\s+/g, " ");
}

/** Reads recordings with their texts. */
export function readTexts(folder: string): TextData {
  let rate = 0;
  const items = wavFiles(folder).map((file) => {
    const path = join(folder, file);
    const recording = readRecording(path);
    rate ||= recording.rate;
    return { samples: recording.samples, rate: recording.rate, text: textOf(path) };
  });
  const words = [...new Set(items.flatMap(({ text }) => text.split(" ").filter(Boolean)))].sort();
  return { items, words, rate };
}
