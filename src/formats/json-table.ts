/**
 * Tables in JSON: a value a line, or one array of them. A row is a number, an array of cells, or an object
 * whose members are columns; null and the words for a missing number are missing.
 */
import { DataError, show } from "../wasm/errors.ts";
import { numberIn } from "./cell-number.ts";
import { isObject, parseJson } from "./json.ts";
import {
  columnLabels,
  numberColumn,
  placeNames,
  placeOfColumn,
  type CellCounts,
  type NumberTable,
} from "./number-table.ts";
import { lines } from "./text.ts";

/** How a text of JSON begins; a table of other kinds does not. */
const JSON_START = /^\ufeff?\s*(?:\{\s*["}]|\[\s*[-\d"[{n\]])/;

/** Whether a text looks like JSON lines, or a JSON array. */
export const isJsonTable = (text: string): boolean => JSON_START.test(text.slice(0, 1000));

/** A row, and the line on which it begins. */
interface Row {
  readonly value: unknown;
  readonly line: number;
}

/** The text with every string between quotes made of x alone, so that brackets and commas are structure. */
const structure = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => "x".repeat(quoted.length));

/** The lines on which the elements of a JSON array begin. */
function elementLines(text: string): number[] {
  const found: number[] = [];
  let [depth, line] = [0, 1];
  let expected = false; // an element may begin here
  for (const c of structure(text)) {
    if (c === "\n") ++line;
    if (expected && !/[\s\]]/.test(c)) {
      found.push(line);
      expected = false;
    }
    if (c === "]" || c === "}") --depth;
    expected ||= (c === "," && depth === 1) || (c === "[" && depth === 0);
    if (c === "[" || c === "{") ++depth;
  }
  return found;
}

/** The rows of a text that is one array, undefined where it is not; or a row each line. */
function readRows(text: string, name: string): Row[] {
  const broken = (line: number) => (fault: string) =>
    new DataError(`${name}: line ${line}: ${fault}; want one JSON array, or a JSON value on each line`);
  const filled = [...lines(text)].filter(({ from, to }) => text.slice(from, to).trim() !== "");
  const byLine = (): Row[] =>
    filled.map(({ from, to, number }) => ({
      value: parseJson(text.slice(from, to), broken(number)),
      line: number,
    }));
  const isLines = filled.length > 1 && isWhole(text.slice(filled[0].from, filled[0].to));
  if (isLines || !text.trimStart().startsWith("[")) return byLine();
  const whole = parseJson(text, broken(filled[0].number)) as unknown[];
  const places = elementLines(text);
  return whole.map((value, i) => ({ value, line: places[i] }));
}

/** Whether a line is a JSON value of its own. */
function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The names of the columns: members in the order in which they come, or places. */
function namesOf(rows: readonly Row[], name: string): string[] {
  const [{ value: first }] = rows;
  const kind = (value: unknown): string => {
    if (isObject(value)) return "an object";
    return Array.isArray(value) ? "an array" : "a number";
  };
  const members = new Set<string>();
  for (const { value, line } of rows) {
    if (kind(value) !== kind(first))
      throw new DataError(
        `${name}: line ${line} is ${show(value)}, want ${kind(first)} as in line ${rows[0].line}`,
      );
    if (isObject(value)) Object.keys(value).forEach((key) => members.add(key));
    else if (Array.isArray(value) && value.length !== (first as unknown[]).length)
      throw new DataError(
        `${name}: line ${line} has ${value.length} cells, want ${(first as unknown[]).length} as in ` +
          `line ${rows[0].line}`,
      );
  }
  if (isObject(first)) return [...members];
  return placeNames(Array.isArray(first) ? first.length : 1);
}

/** The number that a cell says, NaN where it is missing, undefined where it is none. */
function cellNumber(cell: unknown): number | undefined {
  if (cell === null || cell === undefined) return NaN;
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : undefined;
  return typeof cell === "string" ? numberIn(cell, "none") : undefined;
}

/** A cell as text. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}

/** A table whose rows are values of JSON. */
class JsonTable implements NumberTable {
  readonly names: readonly string[];
  readonly #name: string;
  readonly #rows: readonly Row[];

  constructor(text: string, name: string) {
    this.#name = name;
    this.#rows = readRows(text, name);
    if (this.#rows.length === 0) throw new DataError(`${name}: there are no rows, want at least one`);
    this.names = namesOf(this.#rows, name);
    if (this.names.length === 0) throw new DataError(`${name}: the rows are empty, want numbers in them`);
  }

  get rows(): number {
    return this.#rows.length;
  }

  column(wanted: string): Float64Array {
    return this.#numbers(placeOfColumn(this.#name, this.names, wanted));
  }

  texts(at: number): string[] {
    return this.#rows.map((row) => cellText(this.#cell(row, at)));
  }

  place(row: number): string {
    return `line ${this.#rows[row].line}`;
  }

  cells(wanted: string): string[] {
    return this.texts(placeOfColumn(this.#name, this.names, wanted));
  }

  numeric(): string[] {
    const isNumeric = (at: number): boolean => {
      const found = this.#rows.map((row) => cellNumber(this.#cell(row, at)));
      return found.every((v) => v !== undefined) && found.some((v) => !Number.isNaN(v));
    };
    return columnLabels(this.names).filter(
      (label, at): label is string => label !== undefined && isNumeric(at),
    );
  }

  lastNumeric(): string {
    const last = this.numeric().at(-1);
    const at = numberColumn(this.names.map((_, column) => this.#counts(column)));
    if (last !== undefined && placeOfColumn(this.#name, this.names, last) >= at) return last;
    this.#numbers(at);
    throw new DataError(`${this.#name}: no column holds a number, want at least one`);
  }

  #counts(at: number): CellCounts {
    const found = this.#rows.map((row) => cellNumber(this.#cell(row, at)));
    const others = found.filter((v) => v === undefined).length;
    const missing = found.filter((v) => Number.isNaN(v)).length;
    return { cells: found.length, numbers: found.length - others - missing, others };
  }

  #cell({ value }: Row, at: number): unknown {
    if (isObject(value)) return Object.hasOwn(value, this.names[at]) ? value[this.names[at]] : null;
    return Array.isArray(value) ? value[at] : value;
  }

  /** The column at a place. Throws DataError that names line and column. */
  #numbers(at: number): Float64Array {
    return Float64Array.from(this.#rows, (row) => {
      const cell = this.#cell(row, at);
      const value = cellNumber(cell);
      if (value !== undefined) return value;
      throw new DataError(
        `${this.#name}: line ${row.line}, column "${this.names[at]}" is ${cellText(cell).slice(0, 100)}, ` +
          "want a number, or null where it is missing",
      );
    });
  }
}

/** Reads such a table. `name` begins messages. Throws DataError that names line, or line and column. */
export const readJsonTable = (text: string, name = "table"): NumberTable => new JsonTable(text, name);
