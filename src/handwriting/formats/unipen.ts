/**
 * UNIPEN 1.0 (Guyon et al. 1994): keywords that begin with a dot in the first column. Strokes are the
 * coordinates between .PEN_DOWN and .PEN_UP; `.SEGMENT WORD 3-5 OK "text"` names strokes, counted from 0, and
 * what they say; `.INCLUDE` brings the strokes from another file of the folder `include`. UNIPEN's y grows
 * upwards: it is turned.
 */
import { knownOptions } from "../../wasm/errors.ts";
import { readText, type Folder } from "../../formats/folder.ts";
import { decimal } from "../../formats/text.ts";
import { InkPoints, isCoordinate, POINT, type Ink } from "../ink.ts";
import { faultIn, type Fault, type InkFormat } from "./ink-format.ts";

/** A keyword with what stands behind it, over as many lines as it takes. */
interface Statement {
  readonly keyword: string;
  readonly argument: string;
  readonly line: number;
}

const isLineEnd = (c: number): boolean => c === 10 || c === 13;
const isSpace = (c: number): boolean => c === 32 || (c >= 9 && c <= 13);

/** Whether a keyword may begin at a place: a dot in the first column. */
const startsKeyword = (text: string, at: number): boolean =>
  text[at] === "." && (at === 0 || isLineEnd(text.charCodeAt(at - 1)));

function* statements(text: string): Generator<Statement, void, void> {
  const KEYWORD = /\.([A-Z_0-9]+)/y;
  let keyword = "";
  let from = 0;
  let line = 1;
  let keywordLine = 1;
  for (let at = 0; at < text.length; ++at) {
    if (startsKeyword(text, at)) {
      KEYWORD.lastIndex = at;
      const found = KEYWORD.exec(text)?.[1];
      if (found !== undefined) {
        if (keyword) yield { keyword, argument: text.slice(from, at), line: keywordLine };
        keyword = found;
        from = at + found.length + 1;
        keywordLine = line;
      }
    }
    if (isLineEnd(text.charCodeAt(at)) && !(text[at] === "\r" && text[at + 1] === "\n")) ++line;
  }
  if (keyword) yield { keyword, argument: text.slice(from), line: keywordLine };
}

/** The words of a text. */
function* wordsOf(text: string): Generator<string, void, void> {
  const WORD = /\S+/g;
  for (let match = WORD.exec(text); match; match = WORD.exec(text)) yield match[0];
}

/** The text in the first quotes, in which a backslash stands before quotes and backslashes. */
function quoted(argument: string): string | undefined {
  const from = argument.indexOf('"') + 1;
  if (from === 0) return undefined;
  for (let at = from; at < argument.length; ++at) {
    if (argument[at] === "\\") ++at;
    else if (argument[at] === '"') return argument.slice(from, at).replace(/\\([^])/g, "$1");
  }
  return undefined;
}

/** Strokes from one number to another, both included. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The spans of a delineation such as "3", "0-4" or "1,3-5"; places inside strokes ("2:10-3:5") are taken as
 * whole strokes. Undefined at the end where the text is none.
 */
function* spansOf(delineation: string): Generator<Span | undefined, void, void> {
  const SPAN = /(\d+)(?::\d+)?(?:-(\d+)(?::\d+)?)?(?:,|$)/y;
  do {
    const match = SPAN.exec(delineation);
    yield match ? { from: Number(match[1]), to: Number(match[2] ?? match[1]) } : undefined;
    if (!match) return;
  } while (SPAN.lastIndex < delineation.length);
}

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
  readonly #folder: Folder;
  readonly #level: string;
  readonly #included = new Set<string>();
  readonly #points: InkPoints;
  /** Where each stroke ends among the points. */
  readonly #ends: number[] = [];
  readonly #segments: Segment[] = [];
  #writer: string | undefined;

  constructor(folder: Folder, level: string) {
    this.#folder = folder;
    this.#level = level;
    this.#points = new InkPoints();
  }

  /** Reads a file and those that it includes. */
  async read(file: string): Promise<void> {
    this.#included.add(file);
    const fail = faultIn(this.#folder, file);
    let columns: Columns = { x: 0, y: 1, values: new Float64Array(2) };
    const text = await readText(this.#folder, file, { legacy: "latin1" });
    this.#points.reserve(text.length / SHORTEST_POINT);
    for (const statement of statements(text)) {
      const { keyword, argument } = statement;
      if (keyword === "COORD") columns = readColumns(statement, fail);
      else if (keyword === "PEN_DOWN") this.#readStroke(statement, columns, fail);
      else if (keyword === "WRITER_ID") this.#writer = argument.trim().slice(0, 200);
      else if (keyword === "SEGMENT") this.#readSegment(statement, fail);
      else if (keyword === "INCLUDE") await this.#include(statement, fail);
    }
  }

  async #include({ argument, line }: Statement, fail: Fault): Promise<void> {
    const [name = ""] = wordsOf(argument);
    const file = `include/${name}`;
    if (name.split("/").includes(".."))
      throw fail(line, `.INCLUDE ${name} is outside of the folder "include"`);
    if (this.#included.has(file)) throw fail(line, `.INCLUDE ${name} a second time, want each file once`);
    await this.read(file);
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

/**
 * The segments of one level ("WORD", "CHARACTER", …) of the files below a folder (default "data"). Unlabeled
 * segments are left out. Throws DataError that names file and line, before the first segment of a broken
 * file.
 */
export async function* readUnipen(
  folder: Folder,
  options: { level?: string; below?: string } = {},
): AsyncGenerator<Ink, void, void> {
  knownOptions("readUnipen", options, ["level", "below"]);
  const { level = "WORD", below = "data" } = options;
  for (const file of await folder.list(below)) {
    const document = new UnipenDocument(folder, level);
    await document.read(file);
    document.check();
    yield* document.inks(file);
  }
}

/** UNIPEN's own tree: every file below `data`. */
export const unipen: InkFormat = {
  holds: "UNIPEN's data",
  recognizes: async (folder) => (await folder.list("data")).length > 0,
  read: (folder) => readUnipen(folder),
};
