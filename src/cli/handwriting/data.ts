/** Handwriting on disk for the commands: which format a folder is in, and its lines by split. */
import { readIamOnDB } from "../../handwriting/formats/iam-ondb.ts";
import { readInk, type Ink } from "../../handwriting/formats/ink.ts";
import { readInkML } from "../../handwriting/formats/inkml.ts";
import { readText, type Folder } from "../../formats/folder.ts";
import { readUnipen } from "../../handwriting/formats/unipen.ts";
import { DataError } from "../../wasm/errors.ts";
import { diskFolder } from "../disk.ts";

/** Files of task IAM-OnDB-t1 that list the forms of a split. */
const iamSplits = {
  train: "trainset.txt",
  valid: "testset_v.txt",
  valid2: "testset_t.txt",
  test: "testset_f.txt",
} as const;

async function exists(folder: Folder, file: string): Promise<boolean> {
  try {
    for await (const _ of folder.open(file)) return true;
  } catch {
    return false;
  }
  return false;
}

/** Which form of IAM-OnDB belongs to which split, if the lists are there. */
async function iamForms(folder: Folder): Promise<Map<string, string> | undefined> {
  const forms = new Map<string, string>();
  for (const [split, file] of Object.entries(iamSplits)) {
    if (await exists(folder, file))
      for (const form of (await readText(folder, file)).split(/\s+/)) if (form) forms.set(form, split);
  }
  return forms.size > 0 ? forms : undefined;
}

async function* inkml(folder: Folder): AsyncGenerator<Ink, void, void> {
  for (const file of await folder.list(".")) if (file.endsWith(".inkml")) yield readInkML(folder, file);
}

/**
 * Lines that belong to no split get one by their place: every tenth writer, the first of all included, is
 * "valid", the others "train". A line without a writer is one of its own, and so is every line where there is
 * one writer only.
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

/**
 * The lines of one split of a folder: index.json and ink.bin, IAM-OnDB's own tree, UNIPEN's, or InkML files.
 * "all" takes every line. Where no line has a split, `withSplits` gives it one, and `say` is told.
 */
export async function readHandwriting(
  path: string,
  split: string,
  { signal, say }: { signal?: AbortSignal; say?: (line: string) => void } = {},
): Promise<Ink[]> {
  const folder = diskFolder(path);
  const all = split === "all";
  const source = (await exists(folder, "index.json"))
    ? readInk(folder)
    : (await folder.list("lineStrokes")).length > 0
      ? readIamOnDB(folder, { splits: await iamForms(folder) })
      : (await folder.list("data")).length > 0
        ? readUnipen(folder)
        : inkml(folder);
  let lines: Ink[] = [];
  for await (const ink of source) {
    signal?.throwIfAborted();
    lines.push(ink);
  }
  if (!all && lines.length > 0 && lines.every((ink) => ink.split === undefined)) {
    lines = withSplits(lines);
    say?.(
      `${path} has no splits: every ` +
        `tenth ${new Set(lines.map(({ writer }) => writer)).size > 1 ? "writer" : "line"} is "valid", ` +
        `the others "train".`,
    );
  }
  const inks = lines.filter((ink) => all || ink.split === split);
  const splits = new Set(lines.map((ink) => ink.split ?? "none"));
  if (inks.length === 0) {
    throw new DataError(
      `${path}: no handwriting of split "${split}"${
        splits.size > 0
          ? `, there is ${[...splits].join(", ")}; "all" takes every line`
          : "; want index.json with ink.bin, or lineStrokes with ascii, or UNIPEN's data, or .inkml files"
      }`,
    );
  }
  return inks;
}
