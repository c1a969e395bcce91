/** The column of a table that is modeled, and the dates beside it. */
import { inputAtPlaces } from "../../forecasting/dates.ts";
import type { NumberTable } from "../../formats/number-table.ts";
import { DataError } from "../../wasm/errors.ts";
import { UsageError } from "../command.ts";
import { findDates, inSteps, type Dates, type DateSearch } from "./date-column.ts";
import { readTable } from "./table.ts";

export interface Column {
  /** The file, and the column's name or place. */
  readonly path: string;
  readonly name: string;
  /** NaN where a value is missing. */
  readonly values: Float64Array;
  readonly gaps: number;
  /** What stands on the axis at a step from 0, also beyond the end. */
  readonly stepName: (step: number) => string;
  /** The dates that `stepName` says, where the table has some. */
  readonly dates?: Dates;
}

const missing = (values: Float64Array): number => values.filter((v) => Number.isNaN(v)).length;

/** Reads a column with at least one number, by its name or place, else the last one of numbers. */
export function readColumn(path: string, wanted: string | undefined): Column {
  const table = readTable(path);
  return columnOf(path, table, wanted ?? table.lastNumeric(), { strict: wanted === undefined });
}

/** Dates beside a column. Errors name the file. */
function datesBeside(
  path: string,
  table: NumberTable,
  column: string,
  search: DateSearch,
): Dates | undefined {
  try {
    return findDates(table, column, search);
  } catch (error) {
    throw error instanceof DataError ? new DataError(`${path}: ${error.message}`) : error;
  }
}

function columnOf(path: string, table: NumberTable, name: string, search: DateSearch): Column {
  const dates = datesBeside(path, table, name, search);
  const values = inSteps(table.column(name), dates ?? {});
  const gaps = missing(values);
  if (gaps === values.length)
    throw new UsageError(
      `${path}: column "${name}" has no number in ${values.length} steps, want at least 1`,
    );
  const stepName = dates?.stepName ?? ((step: number): string => String(step + 1));
  return { path, name, values, gaps, stepName, ...(dates ? { dates } : {}) };
}

/** What is forecast of a table, and what is known beside it. */
export interface Columns {
  /** Those to forecast, of the same steps. */
  readonly columns: readonly Column[];
  /** Known inputs by name, also of steps to come; none where none were asked for. */
  readonly inputs: Readonly<Record<string, Float64Array>>;
  /** Steps to come of which the inputs are known. */
  readonly ahead: number;
}

/** Words between commas. */
export const listed = (text: string | undefined): string[] =>
  text?.split(",").map((name) => name.trim()) ?? [];

/**
 * Reads the columns to forecast: one as `readColumn` does, several by their names between commas, or "all"
 * of numbers. With `known`, names of inputs, steps at the end in which no column has a value are to come.
 */
export function readColumns(path: string, wanted: string | undefined, known: readonly string[]): Columns {
  const table = readTable(path);
  const candidates = (): string[] => {
    const dates = findDates(table, "")?.column;
    return table.numeric().filter((name) => !known.includes(name) && name !== dates);
  };
  const names = ((): string[] => {
    if (wanted === undefined) return [known.length > 0 ? (candidates().at(-1) ?? "") : table.lastNumeric()];
    if (table.names.includes(wanted)) return [wanted];
    return wanted === "all" ? candidates() : listed(wanted);
  })();
  const search = { strict: wanted === undefined };
  const columns = names.map((name) => columnOf(path, table, name, search));
  if (columns.length === 0) throw new UsageError(`${path}: no column of numbers is left to forecast`);
  if (known.length === 0) return { columns, inputs: {}, ahead: 0 };
  const [{ dates, values, stepName }] = columns;
  const steps = values.length;
  let T = steps;
  while (columns.every((column) => Number.isNaN(column.values[T - 1]))) --T;
  const unknown = dates?.rows?.findIndex((row, t) => t >= T && row < 0) ?? -1;
  if (unknown >= 0)
    throw new UsageError(
      `${path}: ${stepName(unknown)} has no row, want one for each step to come: inputs are known there`,
    );
  const inputs = Object.fromEntries(
    known.map((name) => {
      const column = table.column(name);
      return [name, dates?.rows ? inputAtPlaces(column, dates.rows) : column];
    }),
  );
  return { columns: columns.map((column) => upTo(column, T)), inputs, ahead: steps - T };
}

/** The first T steps of a column. */
function upTo(column: Column, T: number): Column {
  const { dates } = column;
  const values = column.values.subarray(0, T);
  const to = dates ? { dates: { ...dates, moments: dates.moments.slice(0, T) } } : {};
  return { ...column, values, gaps: missing(values), ...to };
}
