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

/**
 * Reads a table. `name` begins messages; DataError on empty files, rows of another width, and quotes that
 * never end.
 */
export function readCsv(text: string, name = "table"): CsvTable {
  const layout = findLayout(name, text);
  const { kinds, rows } = survey(name, text, layout);
  if (rows === 0) throw new DataError(`${name}: there is a header and nothing below it`);
  const header = layout.headed ? firstRow(text, layout) : placeNames(layout.width);
  const names = header.length < layout.width ? ["", ...header] : header;

  const placeOf = (wanted: string): number => {
    const at = names.indexOf(wanted);
    const again = names.indexOf(wanted, at + 1);
    if (at >= 0 && again >= 0)
      throw new DataError(
        `${name}: columns ${at + 1} and ${again + 1} are both named "${wanted}", want one: give its place`,
      );
    if (at >= 0) return at;
    const byPlace = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
    if (byPlace >= 0 && byPlace < names.length) return byPlace;
    const known = names.slice(0, 20).join(", ") + (names.length > 20 ? ", …" : "");
    throw new DataError(`${name}: there is no column "${wanted}", want one of ${known}`);
  };

  const notNumber = (at: number, cell: PlacedCell): DataError =>
    new DataError(
      `${name}: line ${cell.line}, column "${names[at]}" is ${JSON.stringify(cell.text.slice(0, 100))}, ` +
        "want a number, or nothing or NA where it is missing",
    );

  const column = (wanted: string): Float64Array => {
    const at = placeOf(wanted);
    const commas = kinds[at].commas(layout.separator);
    const values = new Float64Array(rows);
    let row = 0;
    eachCell(text, layout, at, (cell) => {
      const value = cell ? numberIn(cell.text, commas) : NaN;
      if (value === undefined) throw notNumber(at, cell!);
      values[row++] = value;
    });
    return values;
  };

  const numeric = (): string[] => {
    const counts = new Map<string, number>();
    for (const own of names) counts.set(own, (counts.get(own) ?? 0) + 1);
    return names.flatMap((own, at) => {
      const label = counts.get(own) === 1 ? own : String(at + 1);
      const reachable = label === own || !counts.has(label);
      return reachable && kinds[at].isNumeric(layout.separator) ? [label] : [];
    });
  };

  const lastNumeric = (): string => {
    const last = numeric().at(-1);
    if (last !== undefined) return last;
    const count = (kind: ColumnKind): number => kind.numbers(layout.separator);
    const fullest = kinds.reduce((best, kind, at) => (count(kind) > count(kinds[best]) ? at : best), 0);
    const commas = kinds[fullest].commas(layout.separator);
    eachCell(text, layout, fullest, (cell) => {
      if (cell && numberIn(cell.text, commas) === undefined) throw notNumber(fullest, cell);
    });
    throw new DataError(`${name}: no column holds a number, want at least one`);
  };

  const texts = (at: number): string[] => {
    const cells: string[] = [];
    eachCell(text, layout, at, (cell) => cells.push(cell?.text ?? ""));
    return cells;
  };

  return { names, rows, column, texts, numeric, lastNumeric };
}
