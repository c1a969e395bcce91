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
  /** The file of each item. */
  readonly files: readonly string[];
  readonly words: readonly string[];
  readonly rate: number;
}

/**
 * Whether all names are those of one word, who says it, and which time that is: `0_george_12`. Who is never
 * a word too, and some say a word more than once.
 */
function areTakes(names: readonly (readonly string[])[]): boolean {
  const words = new Set(names.map(([word]) => word));
  const spoken = new Set(names.map(([word, who]) => `${word}_${who}`));
  return (
    spoken.size < names.length &&
    names.every(
      ([, who, take, ...more]) =>
        more.length === 0 && /^\d+$/.test(take ?? "") && !/^\d*$/.test(who) && !words.has(who),
    )
  );
}

/**
 * The text of each file: that of the .txt beside it, else of its name, parts of it parted by underscores. Of
 * names like `0_george_12` the first part is the text; of others all of them.
 */
function textsOf(paths: readonly string[]): string[] {
  const names = paths.map((path) => basename(path, extname(path)));
  const beside = paths.map((path, i) => join(dirname(path), `${names[i]}.txt`));
  const written = beside.map((path) => (existsSync(path) ? readFileSync(path, "utf8") : undefined));
  const parts = names.map((name) => name.split("_"));
  const words = areTakes(parts.filter((_, i) => written[i] === undefined)) ? 1 : Infinity;
  return parts.map((list, i) => (written[i] ?? list.slice(0, words).join(" ")).trim().replace(/\s+/g, " "));
}

/** Reads recordings with their texts. */
export async function readTexts(folder: string): Promise<TextData> {
  let rate = 0;
  const items: TextRecording[] = [];
  const files = recordingsIn(folder);
  const paths = files.map((file) => join(folder, file));
  for (const [i, text] of textsOf(paths).entries()) {
    const recording = await readRecording(paths[i]);
    rate ||= recording.rate;
    items.push({ samples: recording.samples, rate: recording.rate, text });
  }
  const words = [...new Set(items.flatMap(({ text }) => text.split(" ").filter(Boolean)))].sort();
  return { items, files, words, rate };
}
