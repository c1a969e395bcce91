/**
 * UNIPEN 1.0 (Guyon et al. 1994): keywords that begin with a dot in the first column. Strokes are the
 * coordinates between .PEN_DOWN and .PEN_UP; `.SEGMENT WORD 3-5 OK "text"` names strokes, counted from 0, and
 * what they say; `.INCLUDE` brings the strokes from another file of the folder `include`. UNIPEN's y grows
 * upwards: it is turned.
 */
import { knownOptions } from "../../wasm/errors.ts";
import { broken, readText, type Folder } from "../../formats/folder.ts";
import { pointsOf, type Ink } from "./ink.ts";

interface Statement {
  readonly keyword: string;
  readonly argument: string;
  readonly line: number;
}

/** Keywords with what stands behind them, over as many lines as it takes. */
function* statements(text: string): Generator<Statement, void, void> {
  let keyword = "";
  let parts: string[] = [];
  let from = 0;
  let line = 0;
  for (const row of text.split(/\r?\n/)) {
    ++line;
    const match = /^\.([A-Z_0-9]+)\s*(.*)$/.exec(row);
    if (!match) {
      parts.push(row);
      continue;
    }
    if (keyword) yield { keyword, argument: parts.join("\n"), line: from };
    keyword = match[1]!;
    parts = [match[2]];
    from = line;
  }
  if (keyword) yield { keyword, argument: parts.join("\n"), line: from };
}

/** Places of X and Y among the columns of `.COORD X Y T P`, and how many there are. */
interface Columns {
  readonly x: number;
  readonly y: number;
  readonly count: number;
}

function readStroke(
  folder: Folder,
  file: string,
  { argument, line }: Statement,
  columns: Columns,
): [number, number][] {
  const stroke: [number, number][] = [];
  argument.split("\n").forEach((row, i) => {
    const values = row.trim() === "" ? [] : row.trim().split(/\s+/).map(Number);
    if (values.length % columns.count !== 0 || values.some((v) => !Number.isFinite(v))) {
      throw broken(folder, file, line + i, `"${row.trim()}", want ${columns.count} numbers a point`);
    }
    for (let p = 0; p < values.length; p += columns.count)
      stroke.push([values[p + columns.x], -values[p + columns.y]]);
  });
  return stroke;
}

/**
 * Indices of a delineation such as "3", "0-4" or "1,3-5"; places inside strokes ("2:10-3:5") are taken as
 * whole strokes.
 */
function delineation(text: string): number[] | undefined {
  const indices: number[] = [];
  for (const part of text.split(",")) {
    const match = /^(\d+)(?::\d+)?(?:-(\d+)(?::\d+)?)?$/.exec(part);
    if (!match) return undefined;
    for (let i = Number(match[1]); i <= Number(match[2] ?? match[1]); ++i) indices.push(i);
  }
  return indices;
}

/**
 * The segments of one level ("WORD", "CHARACTER", …) of the files below a folder (default "data"). Unlabeled
 * segments are left out.
 */
export async function* readUnipen(
  folder: Folder,
  options: { level?: string; below?: string } = {},
): AsyncGenerator<Ink, void, void> {
  knownOptions("readUnipen", options, ["level", "below"]);
  const { level = "WORD", below = "data" } = options;
  for (const file of await folder.list(below)) {
    const strokes: [number, number][][] = [];
    const segments: { line: number; strokes: number[]; text: string }[] = [];
    let writer: string | undefined;
    const scan = async (name: string, depth: number): Promise<void> => {
      let columns: Columns = { x: 0, y: 1, count: 2 };
      for (const statement of statements(await readText(folder, name))) {
        const { keyword, argument, line } = statement;
        const words = argument.trim().split(/\s+/);
        if (keyword === "COORD") {
          columns = { x: words.indexOf("X"), y: words.indexOf("Y"), count: words.length };
          if (columns.x < 0 || columns.y < 0)
            throw broken(folder, name, line, `.COORD ${words.join(" ")}, want X and Y among them`);
        } else if (keyword === "PEN_DOWN") strokes.push(readStroke(folder, name, statement, columns));
        else if (keyword === "WRITER_ID") writer = argument.trim();
        else if (keyword === "INCLUDE") {
          if (depth > 7)
            throw broken(folder, name, line, ".INCLUDE goes deeper than 8 files; a file may include itself");
          await scan(`include/${words[0]}`, depth + 1);
        } else if (keyword === "SEGMENT" && words[0] === level) {
          const text = /"((?:[^"\\]|\\.)*)"/.exec(argument)?.[1]?.replace(/\\(.)/g, "$1");
          const places = delineation(words[1] ?? "");
          if (!places)
            throw broken(folder, name, line, `"${words[1]}", want the numbers of strokes such as 0-4`);
          if (text !== undefined) segments.push({ line, strokes: places, text });
        }
      }
    };
    await scan(file, 0);
    for (const [i, segment] of segments.entries()) {
      const missing = segment.strokes.find((s) => s >= strokes.length);
      if (missing !== undefined)
        throw broken(
          folder,
          file,
          segment.line,
          `stroke ${missing}, want one of the ${strokes.length} there are`,
        );
      yield {
        id: `${file}#${i}`,
        text: segment.text,
        split: undefined,
        writer,
        points: pointsOf(segment.strokes.map((s) => strokes[s])),
      };
    }
  }
}
