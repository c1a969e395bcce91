/** The column of a table that is modeled, and the dates beside it. */
import { type CsvTable, readCsv } from "../../formats/csv.ts";
import { UsageError } from "../command.ts";
import { readTextFile } from "../disk.ts";
import { findDates, type Dates } from "./date-column.ts";

/** Steps to fit on at least. */
const MIN_FITTED = 20;

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

/** A column that is fitted and tested. */
export interface CutColumn extends Column {
  /** Steps that are fitted; the rest is held out. */
  readonly cut: number;
}

const missing = (values: Float64Array): number => values.filter((v) => Number.isNaN(v)).length;

/** Reads a column with at least one number, by its name or place, else the last one of numbers. */
export function readColumn(path: string, wanted: string | undefined): Column {
  const table: CsvTable = readCsv(readTextFile(path), path);
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

/** Reads a column to fit and to test on; refuses what cannot serve. */
export function readCutColumn(path: string, wanted: string | undefined, heldOut: number): CutColumn {
  const column = readColumn(path, wanted);
  const { name, values } = column;
  const cut = Math.floor(values.length * (1 - heldOut));
  if (cut - missing(values.slice(0, cut)) < MIN_FITTED)
    throw new UsageError(
      `${path}: column "${name}" leaves ${cut} steps to fit on, want at least ${MIN_FITTED} with numbers`,
    );
  if (missing(values.slice(cut)) === values.length - cut)
    throw new UsageError(
      `${path}: column "${name}" has no number in the ${values.length - cut} steps held out, ` +
        "want at least 1 to test on; give --held-out a larger share",
    );
  return { ...column, cut };
}
