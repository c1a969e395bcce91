/**
 * IAM-OnDB in its original distribution (Liwicki & Bunke 2005): a text line is
 * lineStrokes/a01/a01-000/a01-000u-01.xml, and what its form says stands line by line behind "CSR:" in
 * ascii/a01/a01-000/a01-000u.txt.
 */
import { knownOptions } from "../../wasm/errors.ts";
import { broken, readText, type Folder } from "../../formats/folder.ts";
import { pointsOf, type Ink } from "./ink.ts";
import { tags } from "./xml.ts";

/** The strokes of one lineStrokes file. */
function readStrokes(folder: Folder, file: string, xml: string): [number, number][][] {
  const strokes: [number, number][][] = [];
  for (const { name, end, attributes, line } of tags(folder, file, xml)) {
    if (end) continue;
    if (name === "Stroke") strokes.push([]);
    if (name !== "Point") continue;
    const x = Number(attributes.x ?? NaN);
    const y = Number(attributes.y ?? NaN);
    if (!Number.isFinite(x) || !Number.isFinite(y))
      throw broken(folder, file, line, `point (${attributes.x}, ${attributes.y}), want two numbers`);
    if (strokes.length === 0) throw broken(folder, file, line, "a point outside of all strokes");
    strokes[strokes.length - 1].push([x, y]);
  }
  if (strokes.every((stroke) => stroke.length === 0)) throw broken(folder, file, 1, "no points");
  return strokes;
}

/** The lines of text behind "CSR:". */
function transcript(folder: Folder, file: string, text: string): string[] {
  const lines = text.split(/\r?\n/);
  const from = lines.findIndex((line) => line.trim() === "CSR:");
  if (from < 0) throw broken(folder, file, lines.length, 'no line "CSR:", behind which the text stands');
  return lines
    .slice(from + 1)
    .map((line) => line.trim())
    .filter((line) => line.length > 0);
}

/**
 * The text lines of the forms that `splits` names (form, as in "a01-000u": split), or of all forms; file by
 * file.
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
    if (form !== name) texts = transcript(folder, ascii, await readText(folder, ascii));
    form = name;
    const text = texts[Number(number) - 1];
    if (text === undefined)
      throw broken(folder, ascii, 1, `${texts.length} lines of text, want one for ${file}`);
    yield {
      id: `${name}-${number}`,
      text,
      split,
      writer: undefined,
      points: pointsOf(readStrokes(folder, file, await readText(folder, file))),
    };
  }
}
