/**
 * Numbers in the cells of tables: decimal points or commas, thousands grouped by points, commas, blanks or
 * apostrophes, and the words for a missing one.
 */
import type { CellCounts } from "./number-table.ts";
import { decimal } from "./text.ts";

/** What commas inside a number mean: 0,5 is a half, or 1,234 a thousand and more. */
export type Commas = "decimal" | "thousands" | "none";

/** How spreadsheets, R, Python and databases write that a number is missing; in lower case. */
const MISSING = new Set([
  "",
  "na",
  "n/a",
  "n.a.",
  "#n/a",
  "<na>",
  "nan",
  "-nan",
  "nat",
  "null",
  "none",
  "\\n",
  ".",
  "?",
  "-",
]);

const DECIMAL = /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+(?:e[+-]?\d+)?$/i;
const THOUSANDS = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
/** 1 210,5 with any blank of a typesetter, 1'210.5 with either apostrophe; what follows is decimal. */
const SPACED = /^[+-]?[1-9]\d{0,2}([ \u00a0\u2007\u2009\u202f'\u2019])\d{3}(?:\1\d{3})*(?:[.,]\d+)?$/;
const GROUPS = /[ \u00a0\u2007\u2009\u202f'\u2019]/g;
/** The minus sign of typesetters and of office programs. */
const MINUS = /\u2212/g;
const POINTED = /^[+-]?\d*(?:,\d{3})*\.\d+$/;

/** The number that a text with commas in it is; undefined where it is none. */
function groupedNumber(text: string, commas: Commas): number | undefined {
  if (SPACED.test(text)) return Number(text.replace(GROUPS, "").replace(",", "."));
  if (commas === "decimal" && DECIMAL.test(text)) return Number(text.replaceAll(".", "").replace(",", "."));
  return commas !== "none" && THOUSANDS.test(text) ? Number(text.replaceAll(",", "")) : undefined;
}

/** The number in a cell, NaN where it is missing, undefined where it is neither. */
export function numberIn(cell: string, commas: Commas): number | undefined {
  const text = cell.trim().replace(MINUS, "-");
  const plain = decimal(text);
  if (Number.isFinite(plain)) return plain;
  if (MISSING.has(text.toLowerCase())) return NaN;
  const value = groupedNumber(text, commas);
  return Number.isFinite(value) ? value : undefined;
}

/** What the cells of a column have in common, cell by cell. */
export class ColumnKind {
  /** Cells that are numbers whatever commas mean, and those that are under each meaning. */
  #plain = 0;
  #decimal = 0;
  #thousands = 0;
  #missing = 0;
  #pointed = false;
  /** Whether a cell groups thousands by what is no comma, and has one. */
  #spaced = false;
  #cells = 0;

  /** Takes one more cell into account. */
  add(cell: string): void {
    ++this.#cells;
    const value = numberIn(cell, "none");
    if (value === undefined) {
      if (numberIn(cell, "decimal") !== undefined) ++this.#decimal;
      if (numberIn(cell, "thousands") !== undefined) ++this.#thousands;
    } else if (Number.isNaN(value)) ++this.#missing;
    else ++this.#plain;
    this.#spaced ||= cell.includes(",") && SPACED.test(cell.trim().replace(MINUS, "-"));
    this.#pointed ||= cell.includes(".") && POINTED.test(cell.trim());
  }

  /**
   * What commas mean in the column. Commas between the cells leave quoted ones to group thousands. With
   * semicolons or tabs they are decimal, but where the column has decimal points as well: what would be read
   * a thousandfold too small there is then no number, or thousands. In a column with 1 210,5 they are
   * decimal.
   */
  commas(separator: string): Commas {
    if (separator === " ") return "none";
    if (this.#spaced) return "decimal";
    return separator === "," || this.#pointed ? "thousands" : "decimal";
  }

  /** How many cells are numbers. */
  numbers(separator: string): number {
    const more = { none: 0, decimal: this.#decimal, thousands: this.#thousands };
    return this.#plain + more[this.commas(separator)];
  }

  /** What the cells hold, counted. */
  counts(separator: string): CellCounts {
    const numbers = this.numbers(separator);
    return { cells: this.#cells, numbers, others: this.#cells - this.#missing - numbers };
  }

  /** Whether all cells are numbers or missing, and at least one is a number. */
  isNumeric(separator: string): boolean {
    const numbers = this.numbers(separator);
    return numbers > 0 && numbers + this.#missing === this.#cells;
  }
}
