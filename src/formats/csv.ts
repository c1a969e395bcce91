/**
 * Tables of numbers in text: tab, semicolon, bar, comma or blanks between cells, a header or none, quotes,
 * missing cells, decimal points or commas. Lines that begin with # above the table are left out, and Excel's
 * `sep=;`. Every question is one pass over the text: a table holds no more than its names.
 */
import { DataError } from "../wasm/errors.ts";
import { ColumnKind, numberIn } from "./cell-number.ts";
import { CellScanner } from "./cells.ts";
import { columnLabels, numberColumn, placeNames, placeOfColumn, type NumberTable } from "./number-table.ts";
import { findLayout, firstRow, type Layout } from "./table-layout.ts";

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

/** A table that answers by passes over its text. */
class TextTable implements NumberTable {
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
    const at = placeOfColumn(this.#name, this.names, wanted);
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

  place(row: number): string {
    let line = 0;
    let seen = 0;
    eachRow(this.#text, this.#layout, (scanner, first) => {
      seen += 1 + missingRows(scanner, this.#layout, first);
      if (line === 0 && seen > row) line = scanner.line;
      while (scanner.readCell());
    });
    return `line ${line}`;
  }

  cells(wanted: string): string[] {
    return this.texts(placeOfColumn(this.#name, this.names, wanted));
  }

  numeric(): string[] {
    const { separator } = this.#layout;
    const isNumeric = (at: number): boolean => this.#kinds[at].isNumeric(separator);
    return columnLabels(this.names).filter(
      (label, at): label is string => label !== undefined && isNumeric(at),
    );
  }

  lastNumeric(): string {
    const { separator } = this.#layout;
    const last = this.numeric().at(-1);
    const at = numberColumn(this.#kinds.map((kind) => kind.counts(separator)));
    if (last !== undefined && placeOfColumn(this.#name, this.names, last) >= at) return last;
    const commas = this.#kinds[at].commas(separator);
    eachCell(this.#text, this.#layout, at, (cell) => {
      if (cell && numberIn(cell.text, commas) === undefined) throw this.#notNumber(at, cell);
    });
    throw new DataError(`${this.#name}: no column holds a number, want at least one`);
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
export const readCsv = (text: string, name = "table"): NumberTable => new TextTable(text, name);
