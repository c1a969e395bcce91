/** Reading a folder of handwriting in whatever format it is, with the split that each piece belongs to. */
import type { AbortSignal } from "../wasm/platform.ts";
import type { Folder } from "../formats/folder.ts";
import { DataError, knownOptions } from "../wasm/errors.ts";
import { iamOnDB } from "./formats/iam-ondb.ts";
import { inkFolder } from "./formats/ink-folder.ts";
import type { InkFormat } from "./formats/ink-format.ts";
import { inkml } from "./formats/inkml.ts";
import { unipen } from "./formats/unipen.ts";
import type { Ink } from "./ink.ts";

/** In the order in which a folder is asked. */
const formats: readonly InkFormat[] = [inkFolder, iamOnDB, unipen, inkml];

/** What `readFolder` reads, and whom it tells. */
export interface ReadFolderOptions {
  /** Which pieces: those of one split; default "all". */
  readonly split?: string;
  /** Ends the reading with its reason. */
  readonly signal?: AbortSignal;
  /** Called with a sentence about what was done to the data: splits made, pieces left out. */
  readonly onNotice?: (sentence: string) => void;
}

/**
 * Pieces that belong to no split get one by their place: every tenth writer, the first of all included, is
 * "valid", the others "train". A piece without a writer is one of its own, and so is every piece where there
 * is one writer only.
 */
export function withSplits(inks: readonly Ink[]): Ink[] {
  const writers = inks.map(({ writer }, i) => (writer === undefined ? i : writer));
  const alone = new Set(writers).size < 2;
  const place = new Map<string | number, number>();
  return inks.map((ink, i) => {
    const writer = alone ? i : writers[i];
    if (!place.has(writer)) place.set(writer, place.size);
    return { ...ink, split: place.get(writer)! % 10 === 0 ? "valid" : "train" };
  });
}

async function formatOf(folder: Folder): Promise<InkFormat> {
  for (const format of formats) if (await format.recognizes(folder)) return format;
  const wanted = formats.map(({ holds }) => holds).join(", or ");
  throw new DataError(`${folder.name}: no handwriting, want ${wanted}`);
}

/** The pieces that say what is written; refuses a folder in which none does. */
function labeled(inks: readonly Ink[], folder: Folder, onNotice: (sentence: string) => void): Ink[] {
  const known = inks.filter(({ text }) => text !== "");
  if (known.length === 0 && inks.length > 0)
    throw new DataError(`${folder.name}: none of ${inks.length} pieces says what is written, want labels`);
  if (known.length < inks.length)
    onNotice(
      `${folder.name}: ${inks.length - known.length} of ${inks.length} pieces do not say what is written ` +
        "and are left out.",
    );
  return known;
}

/**
 * The labeled pieces of one split of a folder: index.json and ink.bin, IAM-OnDB's own tree, UNIPEN's, or
 * InkML files. Where no piece has a split, `withSplits` gives it one. Throws DataError where there is none,
 * and where a file is broken.
 */
export async function readHandwriting(folder: Folder, options: ReadFolderOptions = {}): Promise<Ink[]> {
  knownOptions("readHandwriting", options, ["split", "signal", "onNotice"]);
  const { split = "all", signal, onNotice = () => {} } = options;
  const all: Ink[] = [];
  for await (const ink of (await formatOf(folder)).read(folder)) {
    signal?.throwIfAborted();
    all.push(ink);
  }
  let inks = labeled(all, folder, onNotice);
  if (split === "all" && inks.length > 0) return inks;
  if (inks.length > 0 && inks.every((ink) => ink.split === undefined)) {
    inks = withSplits(inks);
    const unit = new Set(inks.map(({ writer }) => writer)).size > 1 ? "writer" : "line";
    onNotice(`${folder.name} has no splits: every tenth ${unit} is "valid", the others "train".`);
  }
  const chosen = inks.filter((ink) => ink.split === split);
  if (chosen.length > 0) return chosen;
  const splits = [...new Set(inks.map((ink) => ink.split ?? "none"))].join(", ");
  throw new DataError(
    `${folder.name}: no handwriting of split "${split}"` +
      (splits ? `, there is ${splits}; "all" takes every line` : ""),
  );
}
