/**
 * Tables of numbers in text: tab, semicolon, comma or blanks between the cells, a header or none, quotes,
 * missing cells, decimal points or commas. Lines that begin with # above the table are left out.
 */
import { DataError } from "../wasm/errors.ts";

/** A table, read when a column is asked for. */
export interface CsvTable {
  /** Of the columns; "1", "2", … without a header. */
  readonly names: readonly string[];
  readonly rows: number;
  /**
   * Numbers of a column by its name, or its place from 1; NaN where a cell is missing. DataError names the
   * line of a cell that is no number.
   */
  column(name: string): Float64Array;
  /** Names of the columns that hold nothing but numbers and missing cells. */
  numeric(): string[];
}

interface Row {
  readonly cells: readonly string[];
  /** Of its first line, from 1. */ readonly number: number;
}

const MISSING = new Set(["", "na", "n/a", "nan", "null", ".", "?", "-"]);
const isMissing = (cell: string): boolean => MISSING.has(cell.trim().toLowerCase());
const isPlain = (cell: string): boolean => cell.trim() !== "" && Number.isFinite(Number(cell));

/**
 * The more special separator first: a comma may stand inside the numbers of a table with semicolons, hardly a
 * semicolon in one with commas.
 */
const SEPARATORS = ["\t", ";", ",", " "] as const;
type Separator = (typeof SEPARATORS)[number];

/** What commas inside a number mean: 0,5 is a half, or 1,234 a thousand and more. */
type Commas = "decimal" | "thousands" | "none";
const DECIMAL = /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+(?:e[+-]?\d+)?$/i;
const THOUSANDS = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;

/** The number in a cell, NaN where it is missing, undefined where it is neither. */
function numberIn(cell: string, commas: Commas): number | undefined {
  const text = cell.trim();
  if (isPlain(text)) return Number(text);
  if (isMissing(text)) return NaN;
  if (commas === "decimal" && DECIMAL.test(text)) return Number(text.replaceAll(".", "").replace(",", "."));
  return commas !== "none" && THOUSANDS.test(text) ? Number(text.replaceAll(",", "")) : undefined;
}

/**
 * Commas between the cells leave quoted ones to group thousands. With semicolons or tabs they are decimal,
 * but where the column has decimal points as well: what would be read a thousandfold too small there is then
 * no number, or thousands.
 */
function commasOf(separator: Separator, column: readonly string[]): Commas {
  if (separator === " ") return "none";
  return separator === "," || column.some((cell) => /^[+-]?\d*(?:,\d{3})*\.\d+$/.test(cell.trim()))
    ? "thousands"
    : "decimal";
}

/**
 * Rows of cells; a separator or line break inside quotes is text, a quote inside quotes is written twice. The
 * line's number where a quote never ends.
 */
function parse(text: string, separator: Separator, first: number): Row[] | number {
  const rows: Row[] = [];
  const blanks = separator === " " ? " \t" : " ";
  const within = (at: number, set: string): boolean => at < text.length && set.includes(text[at]);
  const stop = separator === " " ? " \t\n" : `${separator}\n`;
  for (let at = 0, line = first; at < text.length; ++at, ++line) {
    const from = at;
    const number = line;
    const row: string[] = [];
    for (; ; ++at) {
      let begin = at;
      while (within(begin, blanks)) ++begin;
      if (text[begin] === '"') {
        let cell = "";
        for (at = begin + 1; at < text.length && !(text[at] === '"' && text[at + 1] !== '"'); ++at) {
          if (text[at] === '"') ++at;
          if (text[at] === "\n") ++line;
          cell += text[at];
        }
        if (at >= text.length) return number;
        row.push(cell);
        while (at < text.length && !stop.includes(text[at])) ++at;
      } else {
        at = separator === " " ? begin : at;
        const start = at;
        while (at < text.length && !stop.includes(text[at])) ++at;
        row.push(text.slice(start, at).trim());
      }
      if (separator === " ") {
        while (within(at, blanks)) ++at;
        if (at < text.length && text[at] !== "\n") --at;
      }
      if (at >= text.length || text[at] === "\n") break;
    }
    if (text.slice(from, at).trim() !== "") rows.push({ cells: row, number });
  }
  return rows;
}

/**
 * The table by the first separator that gives every row the same number of cells; else by one that the first
 * row has, which then is at fault.
 */
function split(name: string, text: string, first: number): { separator: Separator; table: Row[] } {
  let ragged: { separator: Separator; table: Row[] } | undefined;
  let open: number | undefined;
  for (const separator of SEPARATORS) {
    if (ragged && separator === " ") break; // words may have blanks between them
    if (!text.includes(separator)) continue;
    const table = parse(text, separator, first);
    if (typeof table === "number") {
      open ??= table;
      continue;
    }
    const width = table[0].cells.length;
    if (width === 1) continue;
    if (table.every(({ cells }) => cells.length === width)) return { separator, table };
    ragged ??= { separator, table };
  }
  if (ragged) return ragged;
  const table = parse(text, ",", first);
  if (typeof table === "number")
    throw new DataError(`${name}: line ${open ?? table} opens a quote that never ends, want a second "`);
  return { separator: ",", table };
}

/**
 * Reads a table. `name` begins messages; DataError on empty files, rows of another width, and quotes that
 * never end.
 */
export function readCsv(text: string, name = "table"): CsvTable {
  const all = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const above = /^(?:[ \t]*(?:#[^\n]*)?\n)*(?:[ \t]*#[^\n]*$)?/.exec(all)![0];
  const content = all.slice(above.length);
  if (content.trim() === "") throw new DataError(`${name}: the file is empty, want lines of numbers`);
  const { separator, table } = split(name, content, above.split("\n").length);
  const head = table[0].cells;
  const loose = separator === "\t" || separator === ";" ? "decimal" : "thousands";
  const headed = head.some((cell) => numberIn(cell, loose) === undefined);
  const body = headed ? table.slice(1) : table;
  const names = headed ? head : head.map((_, i) => String(i + 1));
  if (body.length === 0) throw new DataError(`${name}: there is a header and nothing below it`);
  for (const row of body)
    if (row.cells.length !== names.length)
      throw new DataError(
        `${name}: line ${row.number} has ${row.cells.length} cells, want ${names.length} as in ` +
          `line ${table[0].number}`,
      );
  const place = (wanted: string): number => {
    const at = names.indexOf(wanted);
    const byPlace = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
    if (at >= 0) return at;
    if (byPlace >= 0 && byPlace < names.length) return byPlace;
    throw new DataError(`${name}: there is no column "${wanted}", want one of ${names.join(", ")}`);
  };
  const numbers = (at: number): (number | undefined)[] => {
    const cells = body.map((row) => row.cells[at]);
    const commas = commasOf(separator, cells);
    return cells.map((cell) => numberIn(cell, commas));
  };
  return {
    names,
    rows: body.length,
    column(wanted) {
      const at = place(wanted);
      return Float64Array.from(numbers(at), (value, i) => {
        if (value !== undefined) return value;
        throw new DataError(
          `${name}: line ${body[i].number}, column "${names[at]}" ` +
            `is ${JSON.stringify(body[i].cells[at])}, want a number`,
        );
      });
    },
    numeric: () =>
      names.filter((_, at) => {
        const values = numbers(at);
        return values.every((v) => v !== undefined) && values.some((v) => v === v);
      }),
  };
}
