/** Tables of numbers in text: comma, semicolon, tab or blanks between the cells, a header or none, quotes, missing cells. */
import { DataError } from "../wasm/errors.ts";

/** A table, read when a column is asked for. */
export interface CsvTable {
  /** Of the columns; "1", "2", … without a header. */
  readonly names: readonly string[];
  readonly rows: number;
  /** Numbers of a column by its name, or its place from 1; NaN where a cell is missing. DataError names the line of a cell that is no number. */
  column(name: string): Float64Array;
  /** Names of the columns that hold nothing but numbers and missing cells. */
  numeric(): string[];
}

const MISSING = new Set(["", "na", "n/a", "nan", "null", ".", "?", "-"]);
const isNumber = (cell: string): boolean => cell !== "" && Number.isFinite(Number(cell));

/** Cells of one line. A quote inside quotes is written twice. */
function cells(line: string, separator: string): string[] {
  if (separator === " ") return line.trim().split(/\s+/);
  const out: string[] = [];
  for (let at = 0; at <= line.length;) {
    if (line[at] === '"') {
      let end = at + 1, text = "";
      for (; end < line.length && !(line[end] === '"' && line[end + 1] !== '"'); ++end) { if (line[end] === '"') ++end; text += line[end]; }
      out.push(text);
      at = line.indexOf(separator, end);
    } else {
      const end = line.indexOf(separator, at);
      out.push(line.slice(at, end < 0 ? undefined : end).trim());
      at = end;
    }
    if (at < 0) return out;
    ++at;
  }
  return out;
}

/** Reads a table. `name` begins messages; DataError on empty files and lines of another width. */
export function readCsv(text: string, name = "table"): CsvTable {
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/).map((line, i) => ({ line, number: i + 1 })).filter(({ line }) => line.trim() !== "");
  if (lines.length === 0) throw new DataError(`${name}: the file is empty, want lines of numbers`);
  const first = lines[0]!.line, separator = [",", ";", "\t"].find((s) => first.includes(s)) ?? " ";
  const table = lines.map(({ line, number }) => ({ cells: cells(line, separator), number })), head = table[0]!.cells, headed = head.some((cell) => !isNumber(cell) && !MISSING.has(cell.toLowerCase()));
  const body = headed ? table.slice(1) : table, names = headed ? head : head.map((_, i) => String(i + 1));
  if (body.length === 0) throw new DataError(`${name}: there is a header and nothing below it`);
  for (const row of body) if (row.cells.length !== names.length) throw new DataError(`${name}: line ${row.number} has ${row.cells.length} cells, want ${names.length} as in line ${table[0]!.number}`);
  const place = (wanted: string): number => {
    const at = names.indexOf(wanted), byPlace = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
    if (at >= 0) return at;
    if (byPlace >= 0 && byPlace < names.length) return byPlace;
    throw new DataError(`${name}: there is no column "${wanted}", want one of ${names.join(", ")}`);
  };
  return {
    names, rows: body.length,
    column(wanted) {
      const at = place(wanted);
      return Float64Array.from(body, ({ cells: row, number }) => {
        const cell = row[at]!;
        if (MISSING.has(cell.toLowerCase())) return NaN;
        if (isNumber(cell)) return Number(cell);
        throw new DataError(`${name}: line ${number}, column "${names[at]}" is ${JSON.stringify(cell)}, want a number`);
      });
    },
    numeric: () => names.filter((_, at) => body.every(({ cells: row }) => isNumber(row[at]!) || MISSING.has(row[at]!.toLowerCase())) && body.some(({ cells: row }) => isNumber(row[at]!))),
  };
}
