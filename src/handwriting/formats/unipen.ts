/**
 * UNIPEN 1.0 (Guyon et al. 1994): keywords that begin with a dot in the first column. Strokes are the
 * coordinates between .PEN_DOWN and .PEN_UP; `.SEGMENT WORD 3-5 OK "text"` names strokes, counted from 0, and
 * what they say; `.INCLUDE` brings the strokes from another file of the folder `include`. UNIPEN's y grows
 * upwards: it is turned.
 */
import { DataError, knownOptions, OptionError, show } from "../../wasm/errors.ts";
import { readText, type Folder } from "../../formats/folder.ts";
import { decimal } from "../../formats/text.ts";
import { InkPoints, isCoordinate, POINT, strokesOf, type Ink } from "../ink.ts";
import { textOf, type FileContent } from "./content.ts";
import { checkPoints, type WrittenStrokes } from "./drawn-strokes.ts";
import {
  isLineEnd,
  isSpace,
  quoted,
  spansOf,
  statements,
  wordsOf,
  type Span,
  type Statement,
} from "./unipen-statements.ts";
import { faultIn, lineFault, type Fault, type InkFormat } from "./ink-format.ts";

/** Places of X and Y among the columns of `.COORD X Y T P`, and a buffer for the values of a point. */
interface Columns {
  readonly x: number;
  readonly y: number;
  readonly values: Float64Array;
}

/** Characters of a point such as "1 2" with its line end. */
const SHORTEST_POINT = 4;

interface Segment {
  readonly fail: (what: string) => Error;
  readonly delineation: string;
  readonly text: string;
}

/**
 * A stroke may belong to several segments of one level, but all segments together hold at most so many times
 * the strokes and points of the file.
 */
const MAX_REPEATS = 8;

/** One file with all that it includes. */
class UnipenDocument {
  readonly #level: string;
  readonly #points: InkPoints;
  /** Where each stroke ends among the points. */
  readonly #ends: number[] = [];
  readonly #segments: Segment[] = [];
  #writer: string | undefined;

  constructor(level: string) {
    this.#level = level;
    this.#points = new InkPoints();
  }

  /** Reads a text; `include` reads what it includes. */
  async take(
    text: string,
    fail: Fault,
    include: (name: string, line: number) => Promise<void>,
  ): Promise<void> {
    let columns: Columns = { x: 0, y: 1, values: new Float64Array(2) };
    this.#points.reserve(text.length / SHORTEST_POINT);
    for (const statement of statements(text)) {
      const { keyword, argument, line } = statement;
      if (keyword === "COORD") columns = readColumns(statement, fail);
      else if (keyword === "PEN_DOWN") this.#readStroke(statement, columns, fail);
      else if (keyword === "WRITER_ID") this.#writer = argument.trim().slice(0, 200);
      else if (keyword === "SEGMENT") this.#readSegment(statement, fail);
      else if (keyword === "INCLUDE") await include(wordsOf(argument).next().value ?? "", line);
    }
  }

  #readStroke({ argument, line }: Statement, columns: Columns, fail: Fault): void {
    const before = this.#points.count;
    const { x, y, values } = columns;
    let filled = 0;
    let row = line;
    for (let at = 0; at <= argument.length;) {
      const c = argument.charCodeAt(at);
      const isEnd = at === argument.length || isLineEnd(c);
      if (isEnd && filled > 0) throw wrongPoint(argument, at, columns, (what) => fail(row, what));
      if (isEnd && !(c === 13 && argument[at + 1] === "\n")) ++row;
      if (isEnd || isSpace(c)) {
        ++at;
        continue;
      }
      const end = wordEnd(argument, at);
      values[filled++] = decimal(argument.slice(at, end));
      at = end;
      if (!isCoordinate(values[filled - 1]))
        throw wrongPoint(argument, at, columns, (what) => fail(row, what));
      if (filled < values.length) continue;
      this.#points.add(values[x], -values[y]);
      filled = 0;
    }
    if (this.#points.count > before) this.#points.endStroke();
    this.#ends.push(this.#points.count);
  }

  #readSegment({ argument, line }: Statement, fail: Fault): void {
    const [level, delineation = ""] = wordsOf(argument);
    const text = quoted(argument);
    if (level !== this.#level || !text) return;
    this.#segments.push({ fail: (what) => fail(line, what), delineation, text });
  }

  /** Checks every segment against the strokes there are. */
  check(): void {
    let left = MAX_REPEATS * (this.#ends.length + this.#points.count);
    for (const { delineation, fail } of this.#segments) {
      let points = 0;
      for (const span of spansOf(delineation)) {
        if (!span || span.to < span.from)
          throw fail(`"${delineation.slice(0, 60)}", want the numbers of strokes such as 0-4`);
        if (span.to >= this.#ends.length)
          throw fail(
            `stroke ${Math.max(span.from, this.#ends.length)}, want one of ` +
              `the ${this.#ends.length} there are`,
          );
        points += this.#pointsOf(span);
        left -= span.to - span.from + 1;
      }
      left -= points;
      if (points === 0) throw fail("a segment without points");
      if (left < 0) throw fail(`segments that name every stroke more than ${MAX_REPEATS} times`);
    }
  }

  #start = (stroke: number): number => (stroke > 0 ? this.#ends[stroke - 1] : 0);

  #pointsOf({ from, to }: Span): number {
    return this.#ends[to] - this.#start(from);
  }

  /** The points of some spans: copied, but where one span is all there is. */
  #collect(spans: readonly Span[]): Float32Array {
    const count = spans.reduce((sum, span) => sum + this.#pointsOf(span), 0);
    if (spans.length === 1 && count === this.#points.count) return this.#points.slice();
    const points = new Float32Array(count * POINT);
    let at = 0;
    for (const span of spans) {
      points.set(this.#points.slice(this.#start(span.from), this.#ends[span.to]), at);
      at += this.#pointsOf(span) * POINT;
    }
    return points;
  }

  /** All its points. */
  get points(): Float32Array {
    return this.#points.slice();
  }

  /** The segments, once checked. */
  *inks(file: string): Generator<Ink, void, void> {
    for (const [i, { delineation, text }] of this.#segments.entries()) {
      const spans = [...spansOf(delineation)].filter((span) => span !== undefined);
      const points = this.#collect(spans);
      yield { id: `${file}#${i}`, text, split: undefined, writer: this.#writer, points };
    }
  }
}

/** Where the word ends that a place is in. */
function wordEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isSpace(text.charCodeAt(at))) ++at;
  return at;
}

/** What is wrong with the line of points around a place. */
function wrongPoint(text: string, at: number, { values }: Columns, fail: (what: string) => Error): Error {
  const start = Math.max(text.lastIndexOf("\n", at - 1), text.lastIndexOf("\r", at - 1)) + 1;
  const row = text
    .slice(start, start + 200)
    .split(/[\r\n]/)[0]
    .trim();
  return fail(`"${row.slice(0, 60)}", want ${values.length} numbers a point`);
}

function readColumns({ argument, line }: Statement, fail: Fault): Columns {
  const words = [...wordsOf(argument.slice(0, 1000))];
  const values = new Float64Array(words.length);
  const columns = { x: words.indexOf("X"), y: words.indexOf("Y"), values };
  if (columns.x < 0 || columns.y < 0)
    throw fail(line, `.COORD ${words.slice(0, 20).join(" ")}, want X and Y among them`);
  return columns;
}

/** Reads a file of a folder, and those that it includes, into a document. */
async function readInto(document: UnipenDocument, folder: Folder, file: string): Promise<void> {
  const included = new Set<string>();
  const read = async (name: string): Promise<void> => {
    included.add(name);
    const fail = faultIn(folder, name);
    await document.take(await readText(folder, name, { legacy: "latin1" }), fail, async (asked, line) => {
      const path = `include/${asked}`;
      if (asked.split("/").includes(".."))
        throw fail(line, `.INCLUDE ${asked} is outside of the folder "include"`);
      if (included.has(path)) throw fail(line, `.INCLUDE ${asked} a second time, want each file once`);
      await read(path);
    });
  };
  await read(file);
}

/** Checks the option `level`. */
function levelOf(who: string, level: unknown): string {
  if (typeof level === "string" && level !== "") return level;
  throw new OptionError(`${who}: level is ${show(level)}, want one such as "WORD"`);
}

/**
 * The segments of one level, such as "WORD", of the files below a folder (default "data"). Unlabeled segments
 * are left out. Throws DataError that names file and line, before the first segment of a broken
 * file.
 */
export async function* readUnipen(
  folder: Folder,
  options: { level?: string; below?: string } = {},
): AsyncGenerator<Ink, void, void> {
  knownOptions("readUnipen", options, ["level", "below"]);
  const { level = "WORD", below = "data" } = options;
  for (const file of await folder.list(below)) {
    const document = new UnipenDocument(level);
    await readInto(document, folder, file);
    document.check();
    yield* document.inks(file);
  }
}

/**
 * The pieces of a UNIPEN file, given as text or bytes: its labeled segments of one level (default "WORD"),
 * or, where there are none, all its strokes with text "". Throws DataError that names the line, also where
 * strokes are in another file (.INCLUDE).
 */
export async function readUnipenFile(
  content: FileContent,
  options: { level?: string } = {},
): Promise<WrittenStrokes[]> {
  const who = "readUnipenFile";
  knownOptions(who, options, ["level"]);
  const document = new UnipenDocument(levelOf(who, options.level ?? "WORD"));
  const fail = lineFault(who);
  await document.take(textOf(who, content, { legacy: "latin1" }), fail, async (name, line) => {
    throw fail(line, `.INCLUDE ${name.slice(0, 60)}, want one file with all strokes`);
  });
  if (document.points.length === 0) throw fail(1, "no strokes, want a UNIPEN file with .PEN_DOWN");
  document.check();
  const labeled = [...document.inks(who)];
  const inks = labeled.length > 0 ? labeled : [{ points: document.points, text: "" }];
  const count = inks.reduce((sum, { points }) => sum + points.length / POINT, 0);
  checkPoints(count, (what) => new DataError(`${who}: ${what}`));
  return inks.map(({ points, text }) => ({ strokes: strokesOf(points), text }));
}

/** UNIPEN's own tree: every file below `data`. */
export const unipen: InkFormat = {
  holds: "UNIPEN's data",
  recognizes: async (folder) => (await folder.list("data")).length > 0,
  read: (folder) => readUnipen(folder),
};
