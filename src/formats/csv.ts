/**
 * Tables of numbers in text: tab, semicolon, comma or blanks between the cells, a header or none, quotes,
 * missing cells, decimal points or commas. Lines that begin with # above the table are left out, and Excel's
 * `sep=;`. Every question is one pass over the text: a table holds no more than its names.
 */
import { DataError } from "../wasm/errors.ts";
import { ColumnKind, numberIn } from "./cell-number.ts";
import { CellScanner } from "./cells.ts";
import { findLayout, firstRow, type Layout } from "./table-layout.ts";

/** A table, read when a column is asked for. */
export interface CsvTable {
  /** Of the columns; "1", "2", … without a header. */
  readonly names: readonly string[];
  readonly rows: number;
  /**
   * Numbers of a column by its name, or its place from 1; NaN where a cell is missing. DataError names the
   * line of a cell that is no number; also where two columns have the name.
   */
  column(name: string): Float64Array;
  /** Cells of the column at a place from 0 as they stand in the table, "" where one is missing. */
  texts(at: number): string[];
  /** The same of a column by its name, or its place from 1. DataError where there is none, or two. */
  cells(name: string): string[];
  /**
   * Columns that hold nothing but numbers and missing cells: their names, or places where a name is not
   * theirs alone.
   */
  numeric(): string[];
  /**
   * The last of `numeric()`; where there is none, a DataError names the cell that hinders the fullest column.
   */
  lastNumeric(): string;
}

/** Calls `visit` for every row below the header. */
function eachRow(text: string, layout: Layout, visit: (scanner: CellScanner, first: boolean) => void): void {
  const scanner = new CellScanner(text, layout.separator, layout.start);
  let first = true;
  if (layout.headed && scanner.startRow()) while (scanner.readCell());
  while (scanner.startRow()) {
    visit(scanner, first);
    first = false;
  }
}

/** Rows that a blank line stands for: in a table of one column, a missing number between two others. */
const missingRows = (scanner: CellScanner, { width }: Layout, first: boolean): number =>
  width === 1 && !first ? scanner.blankLines : 0;

/** What each column holds, and how many rows there are; refuses rows of another width. */
function survey(name: string, text: string, layout: Layout): { kinds: ColumnKind[]; rows: number } {
  const kinds = Array.from({ length: layout.width }, () => new ColumnKind());
  let rows = 0;
  eachRow(text, layout, (scanner, first) => {
    rows += 1 + missingRows(scanner, layout, first);
    let cells = 0;
    let more = true;
    while (more) {
      more = scanner.readCell();
      kinds[cells++]?.add(scanner.text());
    }
    if (cells !== layout.width)
      throw new DataError(
        `${name}: line ${scanner.line} has ${cells} cells, want ${layout.width} as in ` +
          `line ${layout.firstLine}`,
      );
  });
  return { kinds, rows };
}

/** A cell of one column. */
interface PlacedCell {
  readonly text: string;
  readonly line: number;
}

/** Calls `visit` for every cell of the column at a place from 0; undefined for a row that a blank line is. */
function eachCell(text: string, layout: Layout, at: number, visit: (cell?: PlacedCell) => void): void {
  eachRow(text, layout, (scanner, first) => {
    for (let i = missingRows(scanner, layout, first); i > 0; --i) visit();
    let more = true;
    for (let place = 0; more; ++place) {
      more = scanner.readCell();
      if (place === at) visit({ text: scanner.text(), line: scanner.line });
    }
  });
}

/** The names of a table without its header: the places. */
const placeNames = (width: number): string[] => Array.from({ length: width }, (_, i) => String(i + 1));

/** A table that answers by passes over its text. */
class TextTable implements CsvTable {
  readonly #text: string;
  readonly #name: string;
  readonly #layout: Layout;
  readonly #kinds: readonly ColumnKind[];
  readonly names: readonly string[];
  readonly rows: number;

  constructor(text: string, name: string) {
    this.#text = text;
    this.#name = name;
    this.#layout = findLayout(name, text);
    const { kinds, rows } = survey(name, text, this.#layout);
    if (rows === 0) throw new DataError(`${name}: there is a header and nothing below it`);
    this.#kinds = kinds;
    this.rows = rows;
    const { headed, width } = this.#layout;
    const header = headed ? firstRow(text, this.#layout) : placeNames(width);
    this.names = header.length < width ? ["", ...header] : header;
  }

  column(wanted: string): Float64Array {
    const at = this.#placeOf(wanted);
    const commas = this.#kinds[at].commas(this.#layout.separator);
    const values = new Float64Array(this.rows);
    let row = 0;
    eachCell(this.#text, this.#layout, at, (cell) => {
      const value = cell ? numberIn(cell.text, commas) : NaN;
      if (value === undefined) throw this.#notNumber(at, cell!);
      values[row++] = value;
    });
    return values;
  }

  texts(at: number): string[] {
    const cells: string[] = [];
    eachCell(this.#text, this.#layout, at, (cell) => cells.push(cell?.text ?? ""));
    return cells;
  }

  cells(wanted: string): string[] {
    return this.texts(this.#placeOf(wanted));
  }

  numeric(): string[] {
    const counts = new Map<string, number>();
    for (const name of this.names) counts.set(name, (counts.get(name) ?? 0) + 1);
    return this.names.flatMap((name, at) => {
      const label = counts.get(name) === 1 ? name : String(at + 1);
      const isReachable = label === name || !counts.has(label);
      return isReachable && this.#kinds[at].isNumeric(this.#layout.separator) ? [label] : [];
    });
  }

  lastNumeric(): string {
    const last = this.numeric().at(-1);
    if (last !== undefined) return last;
    const { separator } = this.#layout;
    const counts = this.#kinds.map((kind) => kind.numbers(separator));
    const fullest = counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
    const commas = this.#kinds[fullest].commas(separator);
    eachCell(this.#text, this.#layout, fullest, (cell) => {
      if (cell && numberIn(cell.text, commas) === undefined) throw this.#notNumber(fullest, cell);
    });
    throw new DataError(`${this.#name}: no column holds a number, want at least one`);
  }

  /** The place, from 0, of a column by its name, or its place from 1. */
  #placeOf(wanted: string): number {
    const { names } = this;
    const at = names.indexOf(wanted);
    const again = names.indexOf(wanted, at + 1);
    if (at >= 0 && again >= 0)
      throw new DataError(
        `${this.#name}: columns ${at + 1} and ${again + 1} are both named "${wanted}", ` +
          "want one: give its place",
      );
    if (at >= 0) return at;
    const byPlace = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
    if (byPlace >= 0 && byPlace < names.length) return byPlace;
    const known = names.slice(0, 20).join(", ") + (names.length > 20 ? ", …" : "");
    throw new DataError(`${this.#name}: there is no column "${wanted}", want one of ${known}`);
  }

  #notNumber(at: number, cell: PlacedCell): DataError {
    return new DataError(
      `${this.#name}: line ${cell.line}, column "${this.names[at]}" ` +
        `is ${JSON.stringify(cell.text.slice(0, 100))}, want a number, or nothing or NA where it is missing`,
    );
  }
}

/**
 * Reads a table. `name` begins messages; DataError on empty files, rows of another width, and quotes that
 * never end.
 */
export const readCsv = (text: string, name = "table"): CsvTable => new TextTable(text, name);
