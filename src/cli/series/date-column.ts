/** The column of dates in a table: what stands on the axis at each step, also beyond the end. */
import { readDates, type ReadDates } from "../../forecasting/date-formats.ts";
import {
  atPlaces,
  continuedMoment,
  inOrder,
  missingMoments,
  momentText,
  withMissing,
  type Moment,
} from "../../forecasting/dates.ts";
import type { NumberTable } from "../../formats/number-table.ts";
import { DataError } from "../../wasm/errors.ts";

/** Columns from the left among which dates are looked for. */
const LOOKED_AT = 4;

/** Dates beside a series. */
export interface Dates {
  /** Of each step. */
  readonly moments: readonly Moment[];
  /** Name of their column, or its place. */
  readonly column: string;
  /** "column when, day/month/year", and what was done to the rows. */
  readonly words: string;
  /** What stands at a step from 0, also beyond the end. */
  readonly stepName: (step: number) => string;
  /** The row of each step, from 0, where it is not the step: -1 where a date has none. */
  readonly rows?: Int32Array;
}

/** How dates are looked for. */
export interface DateSearch {
  /** Throws where the only dates are out of order, or one stands twice. Else there are then none. */
  readonly strict?: boolean;
}

/** Numbers from a column of the table, one for each step: NaN where a date has no row. */
export const inSteps = (values: Float64Array, { rows }: Pick<Dates, "rows">): Float64Array =>
  rows ? atPlaces(values, rows) : values;

/** Dates that fall. Whole numbers may be anything: years fall in the first column only. */
const falls = ({ moments, format }: ReadDates, at: number): boolean =>
  (at === 0 || isText(moments, format)) && moments.length > 1 && inOrder([...moments].reverse());

/** Whether cells can be nothing but dates, as years and seconds since 1970 could. */
const isText = ([{ grain }]: readonly Moment[], format: string): boolean =>
  grain !== "year" && !format.endsWith("since 1970");

/** Whether all rows have one date: that of the table, not of its steps. */
const isOne = ({ moments }: ReadDates): boolean =>
  moments.length > 1 && moments.every(({ ms }) => ms === moments[0].ms);

/** Refuses dates out of order. */
function notInOrder(table: NumberTable, at: number, moments: readonly Moment[]): DataError {
  const row = moments.findIndex(({ ms }, i) => i > 0 && ms <= moments[i - 1].ms);
  const [now, before] = [momentText(moments[row]), momentText(moments[row - 1])];
  const fault = now === before ? "the date of the row before it" : `a date before ${before}`;
  return new DataError(
    `${table.place(row)}, column "${table.names[at] || at + 1}" is ${now}, ${fault}, want dates that go ` +
      "one way: sort the rows, or name the columns with --column to count steps without dates",
  );
}

/** The dates as steps: from the oldest, with those that have no row. */
function datesOf(read: ReadDates, title: string): Dates {
  const back = !inOrder(read.moments);
  const given = back ? [...read.moments].reverse() : read.moments;
  const found = missingMoments(given);
  const moments = found ? withMissing(given, found) : given;
  const after = continuedMoment(moments);
  const stepName = (step: number): string => {
    if (step < moments.length) return momentText(moments[step]);
    const ahead = step - moments.length + 1;
    return after ? momentText(after(ahead)) : `+${ahead}`;
  };
  const places = found ?? Int32Array.from(given, (_, i) => i);
  const rows = back ? places.map((row) => (row < 0 ? row : given.length - 1 - row)) : found;
  const missing = moments.length - given.length;
  const words =
    `column ${title}, ${read.format}` +
    (read.guess ? ` (a guess: ${read.guess})` : "") +
    (back ? "; newest first, so the rows are reversed" : "") +
    (missing > 0 ? `; ${missing} date${missing > 1 ? "s" : ""} without a row: missing values` : "");
  return { moments, column: title, words, stepName, ...(rows ? { rows } : {}) };
}

/**
 * The dates in one of the first columns of a table; undefined where there are none. Rows with the newest date
 * first are turned round. With `strict`, a DataError names line and column of a date out of order.
 */
export function findDates(table: NumberTable, column: string, search: DateSearch = {}): Dates | undefined {
  let fault: DataError | undefined;
  for (let at = 0; at < Math.min(LOOKED_AT, table.names.length); ++at) {
    const name = table.names[at];
    if (name === column || String(at + 1) === column) continue;
    const read = readDates(table.texts(at));
    if (!read || isOne(read)) continue;
    if (inOrder(read.moments) || falls(read, at)) return datesOf(read, name || String(at + 1));
    if (search.strict && isText(read.moments, read.format)) fault ??= notInOrder(table, at, read.moments);
  }
  if (fault) throw fault;
  return undefined;
}
