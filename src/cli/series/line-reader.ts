/**
 * Lines of a table as they come: JSON values, or cells between tabs, semicolons, bars, commas or blanks,
 * below a header or none. Each line gives one number; what stands before it, such as a date, names its step.
 */
import { SEPARATORS } from "../../formats/cells.ts";
import { numberIn } from "../../formats/cell-number.ts";
import { isObject, parseJson } from "../../formats/json.ts";
import { UsageError } from "../command.ts";

/** What a line says; NaN where its number is missing. */
export interface ReadLine {
  readonly value: number;
  /** What names the step, where something does. */
  readonly name: string | undefined;
}

/** The cells of a line, by the more special separator that is in it. */
function cellsOf(text: string): string[] {
  const separator = SEPARATORS.find((one) => one !== " " && text.includes(one)) ?? /\s+/;
  return text
    .trim()
    .split(separator)
    .map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

const textOf = (cell: unknown): string => {
  if (cell === null || cell === undefined) return "";
  return typeof cell === "string" ? cell : JSON.stringify(cell);
};

/** Reads one line after another. `column`: a name, or a place from 1; else the last cell of each line. */
export class LineReader {
  readonly #column: string | undefined;
  #names: readonly string[] = [];
  #line = 0;
  #read = 0;

  constructor(column: string | undefined) {
    this.#column = column;
  }

  /**
   * The next line; undefined for an empty one and the header. Throws UsageError that names line and column.
   */
  read(text: string): ReadLine | undefined {
    ++this.#line;
    if (text.trim() === "") return undefined;
    const isJson = /^\s*[[{]/.test(text);
    const cells = isJson ? this.#json(text) : cellsOf(text);
    const at = this.#placeIn(cells, isJson);
    const value = at < 0 ? undefined : numberIn(cells[at], "none");
    if (value === undefined && this.#read === 0 && !isJson && this.#names.length === 0) {
      this.#names = cells;
      return undefined;
    }
    if (value === undefined) throw this.#noNumber(cells, at);
    ++this.#read;
    const name = cells.filter((cell, i) => i !== at && cell !== "").slice(0, Math.max(at, 1));
    return { value, name: name.length > 0 ? name.join(" ") : undefined };
  }

  /** The cells of a JSON line; the members of an object give names. */
  #json(text: string): string[] {
    const value = parseJson(
      text,
      (fault) => new UsageError(`stdin: line ${this.#line}: ${fault}; want a JSON value on each line`),
    );
    if (!isObject(value)) return (value as unknown[]).map(textOf);
    this.#names = Object.keys(value);
    return Object.values(value).map(textOf);
  }

  /** Where the number stands; -1 where the column is not in the line. */
  #placeIn(cells: readonly string[], isJson: boolean): number {
    const column = this.#column;
    if (column === undefined) return cells.length - 1;
    const named = this.#names.indexOf(column);
    if (named >= 0) return named;
    const place = /^\d+$/.test(column) ? Number(column) - 1 : -1;
    if (place >= 0 && place < cells.length) return place;
    return this.#read === 0 && !isJson && this.#names.length === 0 ? cells.indexOf(column) : -1;
  }

  #noNumber(cells: readonly string[], at: number): UsageError {
    const name = this.#names[at] ?? (at >= 0 ? String(at + 1) : this.#column);
    const found = at >= 0 ? JSON.stringify((cells[at] ?? "").slice(0, 60)) : "missing";
    return new UsageError(`stdin: line ${this.#line}, column "${name}" is ${found}, want a number`);
  }
}
