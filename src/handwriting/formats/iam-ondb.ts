/**
 * IAM-OnDB in its original distribution (Liwicki & Bunke 2005): a text line is
 * lineStrokes/a01/a01-000/a01-000u-01.xml, and what its form says stands line by line behind "CSR:" in
 * ascii/a01/a01-000/a01-000u.txt.
 */
import { knownOptions } from "../../wasm/errors.ts";
import { broken, readText, type Folder } from "../../formats/folder.ts";
import { decimal, lines } from "../../formats/text.ts";
import { InkPoints, isCoordinate, type Ink } from "../ink.ts";
import { faultIn, hasFile, type InkFormat } from "./ink-format.ts";
import { tags } from "./xml.ts";

/** The points of one lineStrokes file. */
async function readStrokes(folder: Folder, file: string): Promise<Float32Array> {
  const fail = faultIn(folder, file);
  const points = new InkPoints();
  let strokes = 0;
  for (const { name, end, attributes, line } of tags(
    await readText(folder, file, { legacy: "latin1" }),
    fail,
  )) {
    if (name === "Stroke" && end) points.endStroke();
    if (end) continue;
    if (name === "Stroke") ++strokes;
    if (name !== "Point") continue;
    const x = decimal(attributes.get("x") ?? "");
    const y = decimal(attributes.get("y") ?? "");
    if (!isCoordinate(x) || !isCoordinate(y))
      throw fail(line, `point (${attributes.get("x")}, ${attributes.get("y")}), want two numbers`);
    if (strokes === 0) throw fail(line, "a point outside of all strokes");
    points.add(x, y);
  }
  if (points.count === 0) throw fail(1, "no points");
  points.endStroke();
  return points.slice();
}

/** Lines of text of a form: a page has about ten. */
const MAX_LINES = 10_000;

/** The lines of text behind "CSR:". */
async function readTranscript(folder: Folder, file: string): Promise<string[]> {
  const text = await readText(folder, file, { legacy: "latin1" });
  const transcript: string[] = [];
  let isBehind = false;
  let last = 1;
  for (const { from, to, number } of lines(text)) {
    const line = text.slice(from, to).trim();
    if (isBehind && line.length > 0) transcript.push(line);
    isBehind ||= line === "CSR:";
    last = number;
    if (transcript.length > MAX_LINES)
      throw broken(folder, file, number, `more than ${MAX_LINES} lines of text, want those of one form`);
  }
  if (!isBehind) throw broken(folder, file, last, 'no line "CSR:", behind which the text stands');
  return transcript;
}

/**
 * The text lines of the forms that `splits` names (form, as in "a01-000u": split), or of all forms; file by
 * file. Throws DataError that names file and line.
 */
export async function* readIamOnDB(
  folder: Folder,
  options: { splits?: ReadonlyMap<string, string> } = {},
): AsyncGenerator<Ink, void, void> {
  knownOptions("readIamOnDB", options, ["splits"]);
  let form = "";
  let texts: string[] = [];
  for (const file of await folder.list("lineStrokes")) {
    const match = /^lineStrokes\/([^/]+\/[^/]+)\/(.+)-(\d+)\.xml$/.exec(file);
    if (!match) continue;
    const [, path, name, number] = match as unknown as [string, string, string, string];
    const split = options.splits?.get(name);
    if (options.splits && split === undefined) continue;
    const ascii = `ascii/${path}/${name}.txt`;
    if (form !== name) texts = await readTranscript(folder, ascii);
    form = name;
    const text = texts[Number(number) - 1];
    if (text === undefined)
      throw broken(folder, ascii, 1, `${texts.length} lines of text, want one for ${file}`);
    const points = await readStrokes(folder, file);
    yield { id: `${name}-${number}`, text, split, writer: undefined, points };
  }
}

/** Files of task IAM-OnDB-t1 that list the forms of a split. */
const splitFiles = {
  train: "trainset.txt",
  valid: "testset_v.txt",
  valid2: "testset_t.txt",
  test: "testset_f.txt",
} as const;

/** Which form belongs to which split, if the lists are there. */
async function readSplits(folder: Folder): Promise<Map<string, string> | undefined> {
  const forms = new Map<string, string>();
  for (const [split, file] of Object.entries(splitFiles)) {
    if (!(await hasFile(folder, file))) continue;
    for (const form of (await readText(folder, file)).split(/\s+/)) if (form) forms.set(form, split);
  }
  return forms.size > 0 ? forms : undefined;
}

/** IAM-OnDB's own tree, with the splits of its task if their lists are there. */
export const iamOnDB: InkFormat = {
  holds: "lineStrokes with ascii",
  recognizes: async (folder) => (await folder.list("lineStrokes")).length > 0,
  async *read(folder) {
    yield* readIamOnDB(folder, { splits: await readSplits(folder) });
  },
};
