/** Tables of numbers, whatever their file: columns by their names, or by their places from 1. */
import { DataError } from "../wasm/errors.ts";

/** A table, read when a column is asked for. */
export interface NumberTable {
  /** Of the columns; "1", "2", … without a header. */
  readonly names: readonly string[];
  readonly rows: number;
  /**
   * Numbers of a column by its name, or its place from 1; NaN where a cell is missing. DataError names the
   * line of a cell that is no number; also where two columns have the name.
   */
  column(name: string): Float64Array;
  /** Where the row at a place from 0 stands in the file: "line 3", or "row 3" where it has no lines. */
  place(row: number): string;
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
   * The last of `numeric()`. A DataError names the cell that hinders where a later column holds numbers but
   * for a few cells, or no column is of numbers: the fullest one's then.
   */
  lastNumeric(): string;
}

/** The names of a table that has none: the places. */
export const placeNames = (width: number): string[] => Array.from({ length: width }, (_, i) => String(i + 1));

/** The place, from 0, of a column by its name, or its place from 1. Throws DataError; `who`: the table. */
export function placeOfColumn(who: string, names: readonly string[], wanted: string): number {
  const at = names.indexOf(wanted);
  const again = names.indexOf(wanted, at + 1);
  if (at >= 0 && again >= 0)
    throw new DataError(
      `${who}: columns ${at + 1} and ${again + 1} are both named "${wanted}", want one: give its place`,
    );
  if (at >= 0) return at;
  const byPlace = /^\d+$/.test(wanted) ? Number(wanted) - 1 : -1;
  if (byPlace >= 0 && byPlace < names.length) return byPlace;
  const known = names.slice(0, 20).join(", ") + (names.length > 20 ? ", …" : "");
  throw new DataError(`${who}: there is no column "${wanted}", want one of ${known}`);
}

/** Of each column what `placeOfColumn` finds it by: its name, or its place; undefined where neither does. */
export function columnLabels(names: readonly string[]): (string | undefined)[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return names.map((name, at) => {
    const label = counts.get(name) === 1 ? name : String(at + 1);
    return label === name || !counts.has(label) ? label : undefined;
  });
}

/** How many cells a column has, and of them numbers, and what is neither a number nor missing. */
export interface CellCounts {
  readonly cells: number;
  readonly numbers: number;
  readonly others: number;
}

/** Whether a column is meant to hold numbers: at most a quarter of its cells say something else. */
const isMeant = ({ cells, numbers, others }: CellCounts): boolean => numbers > 0 && 4 * others <= cells;

/** The place of the last column that is meant to hold numbers; where none is, of the fullest of them. */
export function numberColumn(columns: readonly CellCounts[]): number {
  const meant = columns.map(isMeant).lastIndexOf(true);
  if (meant >= 0) return meant;
  const numbers = columns.map((column) => column.numbers);
  return numbers.lastIndexOf(numbers.reduce((a, b) => Math.max(a, b)));
}
