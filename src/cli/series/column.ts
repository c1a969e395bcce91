/** The column of a table that is modeled, and the dates beside it. */
import { UsageError } from "../command.ts";
import { findDates, type Dates } from "./date-column.ts";
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
  const name = wanted ?? table.lastNumeric();
  const values = table.column(name);
  const gaps = missing(values);
  if (gaps === values.length)
    throw new UsageError(
      `${path}: column "${name}" has no number in ${values.length} steps, want at least 1`,
    );
  const dates = findDates(table, name);
  const stepName = dates?.stepName ?? ((step: number): string => String(step + 1));
  return { path, name, values, gaps, stepName, ...(dates ? { dates } : {}) };
}
