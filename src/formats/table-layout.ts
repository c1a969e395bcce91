/**
 * How a table stands in its text: where it begins, what separates its cells, how many they are, and its
 * header.
 */
import { DataError } from "../wasm/errors.ts";
import { ColumnKind, numberIn } from "./cell-number.ts";
import { CellScanner, isLineEnd, SEPARATORS, type Separator } from "./cells.ts";

export interface Layout {
  readonly separator: Separator;
  /** Where the first row begins. */
  readonly start: Start;
  /** Its line. */
  readonly firstLine: number;
  /** Cells of a row. A header may have one less: R writes none above the names of the rows. */
  readonly width: number;
  readonly headed: boolean;
}

interface Start {
  readonly at: number;
  readonly line: number;
}

/** A table wider than this is refused: its names alone would take many times the text's size. */
const MAX_COLUMNS = 100_000;

/** Behind the blank lines and comments above a table, and what `sep=;` says there. */
function skipPreamble(text: string): { start: Start; declared: string | undefined } {
  let declared: string | undefined;
  let line = 1;
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    let end = at;
    while (end < text.length && !isLineEnd(text[end])) ++end;
    const first = text.slice(at, Math.min(end, at + 1000)).trim();
    const excel = /^sep=(.)$/.exec(text.slice(at, Math.min(end, at + 6)));
    if (first !== "" && !first.startsWith("#") && (!excel || declared)) break;
    declared ??= excel?.[1];
    at = end + (text[end] === "\r" && text[end + 1] === "\n" ? 2 : 1);
    ++line;
  }
  return { start: { at, line }, declared };
}

/** What one separator makes of a text. */
interface Trial {
  readonly separator: Separator;
  /** Cells of the first row, and of those below it. */
  readonly first: number;
  readonly width: number;
  readonly firstLine: number;
  readonly regular: boolean;
  /** Whether every row below the first is one cell. */
  readonly single: boolean;
  readonly openQuote: number | undefined;
}

function countCells(scanner: CellScanner): number {
  let cells = 1;
  while (scanner.readCell()) ++cells;
  return cells;
}

/**
 * Whether a first row of one cell less is a header above rows with names, as R writes it: names in quotes, or
 * the places of the rows. Else commas may be decimal.
 */
const mayBeShort = (separator: Separator, scanner: CellScanner, row: number): boolean =>
  scanner.quoted || separator !== "," || scanner.text() === String(row);

function trySeparator(text: string, separator: Separator, start: Start): Trial {
  const scanner = new CellScanner(text, separator, start);
  scanner.startRow();
  const firstLine = scanner.line;
  const first = countCells(scanner);
  let width = first;
  let regular = true;
  let named = true;
  let single = true;
  for (let row = 1; scanner.startRow() && scanner.openQuote === undefined; ++row) {
    let cells = 1;
    const more = scanner.readCell();
    named &&= mayBeShort(separator, scanner, row);
    if (more) cells += countCells(scanner);
    if (row === 1 && cells === first + 1 && named) width = cells;
    regular &&= cells === width;
    single &&= cells === 1;
  }
  if (width > first && !named) [width, regular] = [first, false];
  return { separator, first, width, firstLine, regular, single, openQuote: scanner.openQuote };
}

/**
 * The first separator that gives every row the same number of cells; else one that the first row has, which
 * then is at fault.
 */
function chooseSeparator(name: string, text: string, start: Start): Trial {
  let ragged: Trial | undefined;
  let openQuote: number | undefined;
  for (const separator of SEPARATORS) {
    if (ragged && separator === " ") break; // words may have blanks between them
    if (!text.includes(separator)) continue;
    const trial = trySeparator(text, separator, start);
    openQuote ??= trial.openQuote;
    if (trial.openQuote !== undefined || trial.width === 1) continue;
    if (trial.regular) return trial;
    if (separator === " " && trial.single) break; // a name of several words above one column
    ragged ??= trial;
  }
  if (ragged) return ragged;
  const trial = trySeparator(text, ",", start);
  if (trial.openQuote !== undefined)
    throw new DataError(
      `${name}: line ${openQuote ?? trial.openQuote} opens a quote that never ends, want a second "`,
    );
  return trial;
}

/** The cells of the first row. */
export function firstRow(text: string, { separator, start }: Pick<Layout, "separator" | "start">): string[] {
  return rowsFrom(text, separator, start, 1)[0];
}

function rowsFrom(text: string, separator: Separator, start: Start, count: number): string[][] {
  const scanner = new CellScanner(text, separator, start);
  const rows: string[][] = [];
  while (rows.length < count && scanner.startRow()) {
    const row: string[] = [];
    let more = true;
    while (more) {
      more = scanner.readCell();
      row.push(scanner.text());
    }
    rows.push(row);
  }
  return rows;
}

/** "9 a 9" of "24 Dec 2020": what two dates, or two codes, of one kind share. */
const shapeOf = (cell: string): string => cell.replace(/\d+/g, "9").replace(/\p{L}+/gu, "a");

/**
 * Whether the first row is a header: it has a cell that is no number, and is not data like the row below it.
 * It is data where it has a number, and its other cells have the digits and the shape of those below: dates,
 * codes.
 */
function isHeader(
  first: readonly string[],
  second: readonly string[] | undefined,
  loose: Separator,
): boolean {
  const commas = new ColumnKind().commas(loose);
  const isNumber = (cell: string): boolean => Number.isFinite(numberIn(cell, commas));
  const words = first.map((cell) => numberIn(cell, commas) === undefined);
  if (!words.includes(true)) return false;
  if (!second || !first.some((cell, i) => isNumber(cell) && isNumber(second[i] ?? ""))) return true;
  const alike = (cell: string, i: number): boolean =>
    /\d/.test(cell) && cell.length < 100 && shapeOf(cell) === shapeOf((second[i] ?? "").slice(0, 100));
  return !first.every((cell, i) => !words[i] || alike(cell, i));
}

/** The layout of a table; DataError on empty texts and quotes that never end. `name` begins messages. */
export function findLayout(name: string, text: string): Layout {
  const { start, declared } = skipPreamble(text);
  if (!new CellScanner(text, ",", start).startRow())
    throw new DataError(`${name}: the file is empty, want lines of numbers`);
  const known = SEPARATORS.find((separator) => separator === declared);
  const trial = known ? trySeparator(text, known, start) : chooseSeparator(name, text, start);
  if (trial.openQuote !== undefined)
    throw new DataError(`${name}: line ${trial.openQuote} opens a quote that never ends, want a second "`);
  const { separator, width, firstLine, first } = trial;
  if (width > MAX_COLUMNS)
    throw new DataError(`${name}: line ${firstLine} has ${width} cells, want at most ${MAX_COLUMNS}`);
  const [head, below] = rowsFrom(text, separator, start, 2);
  const headed = first < width || isHeader(head, below, separator === " " ? "," : separator);
  return { separator, start, firstLine, width, headed };
}
