/** Recordings in folders: WAV and FLAC files by word, or with their texts. Errors name the file. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, extname, join, sep } from "node:path";
import {
  readFlac,
  readWav,
  type Recording,
  type TextRecording,
  type WordRecording,
} from "../../speech/index.ts";
import { DataError } from "../../wasm/errors.ts";
import { UsageError } from "../command.ts";
import { readFileBytes } from "../disk.ts";

const isRecording = (name: string): boolean => [".wav", ".flac"].includes(extname(name).toLowerCase());

/** Paths of the recordings below a folder, in order. Throws UsageError where there is none. */
function recordingsIn(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    throw new UsageError(`--data ${folder}: ${(error as Error).message}`);
  }
  const files = names.filter(isRecording).sort();
  if (files.length === 0) throw new UsageError(`--data ${folder}: no WAV or FLAC files, want some`);
  return files;
}

/** A recording of a file: FLAC where its name says so, else WAV. */
export async function readRecording(path: string): Promise<Recording> {
  try {
    const bytes = readFileBytes(path);
    return extname(path).toLowerCase() === ".flac" ? await readFlac(bytes) : readWav(bytes);
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
export async function readWords(folder: string, wanted: readonly string[] | undefined): Promise<WordData> {
  const files = recordingsIn(folder);
  const found = [...new Set(files.map(wordOf))].filter((word) => !BACKGROUND.test(word));
  const words = wanted ?? found;
  const missing = words.find((word) => !found.includes(word));
  if (missing !== undefined)
    throw new UsageError(`--words: no recordings of "${missing}", want some of ${found.join(", ")}`);
  let rate = 0;
  const items: WordRecording[] = [];
  for (const file of files) {
    const recording = await readRecording(join(folder, file));
    rate ||= recording.rate;
    const word = wordOf(file);
    items.push({
      samples: recording.samples,
      rate: recording.rate,
      word: words.includes(word) ? word : null,
    });
  }
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
  const name = basename(path, extname(path));
  const beside = join(dirname(path), `${name}.txt`);
  const text = existsSync(beside) ? readFileSync(beside, "utf8") : name.replaceAll("_", " ");
  return text.trim().replace(/\s+/g, " ");
}

/** Reads recordings with their texts. */
export async function readTexts(folder: string): Promise<TextData> {
  let rate = 0;
  const items: TextRecording[] = [];
  for (const file of recordingsIn(folder)) {
    const path = join(folder, file);
    const recording = await readRecording(path);
    rate ||= recording.rate;
    items.push({ samples: recording.samples, rate: recording.rate, text: textOf(path) });
  }
  const words = [...new Set(items.flatMap(({ text }) => text.split(" ").filter(Boolean)))].sort();
  return { items, words, rate };
}
