/** The series that a forecaster gets: one alone, or some by their names; and what is known beside them. */
import { checkValues } from "../data/sequence.ts";
import { DataError, ShapeError, show } from "../wasm/errors.ts";
import { knownValues, leadingGaps } from "./gaps.ts";
import type { KnownInputs } from "./models/model.ts";

/** One series [T], or several by their names; NaN where a value is missing. */
export type ForecastTable = ArrayLike<number> | Readonly<Record<string, ArrayLike<number>>>;
/** Columns known in advance, by their names: [T] over the history, or more. */
export type ForecastInputs = Readonly<Record<string, ArrayLike<number>>>;

/** A checked table. */
export interface Series {
  /** "" for the one series that was given alone. */
  readonly name: string;
  readonly y: Float64Array;
}

/** Known values that a series must have. */
const AT_LEAST = 4;

const value = {
  test: (x: number): boolean => Number.isFinite(x) || Number.isNaN(x),
  want: "a number, or NaN",
};
const known = { test: Number.isFinite, want: "a finite number" };

const isList = (x: unknown): x is ArrayLike<number> =>
  x !== null && typeof x === "object" && typeof (x as ArrayLike<number>).length === "number";

function readSeries(who: string, name: string, y: unknown): Series {
  const where = name === "" ? who : `${who}: ${name}`;
  if (!isList(y)) throw new DataError(`${where} is ${show(y)}, want an array of numbers`);
  checkValues(where, y, value, (i) => `step ${i}`);
  const all = Float64Array.from(y);
  const count = knownValues(all);
  if (count < AT_LEAST)
    throw new DataError(`${where}: ${count} numbers in ${all.length} steps, want at least ${AT_LEAST}`);
  return { name, y: all };
}

/** The series of a table. Throws DataError. */
export function readTable(who: string, table: ForecastTable): Series[] {
  if (isList(table)) return [readSeries(who, "", table)];
  const entries = table !== null && typeof table === "object" ? Object.entries(table) : [];
  if (entries.length === 0)
    throw new DataError(`${who}: the table is ${show(table)}, want an array of numbers, or arrays by name`);
  return entries.map(([name, y]) => readSeries(who, name, y));
}

/** Throws DataError where a series has a value of which there is no logarithm. */
export function checkPositive(who: string, table: readonly Series[]): void {
  for (const { name, y } of table) {
    const at = y.findIndex((v) => v <= 0);
    if (at >= 0)
      throw new DataError(
        `${who}: ${name === "" ? "" : `${name}: `}step ${at} is ${y[at]}, want values above 0 for ` +
          'transform "log"; give transform "auto" or "none"',
      );
  }
}

/** Inputs by column, checked: at least T steps each. Throws DataError or ShapeError. */
export function readInputs(
  who: string,
  inputs: ForecastInputs | undefined,
  T: number,
): Record<string, Float64Array> {
  if (inputs === undefined) return {};
  if (inputs === null || typeof inputs !== "object" || isList(inputs))
    throw new DataError(`${who}: inputs are ${show(inputs)}, want arrays of numbers by name`);
  return Object.fromEntries(
    Object.entries(inputs).map(([name, column]) => {
      const where = `${who}: inputs: ${name}`;
      if (!isList(column)) throw new DataError(`${where} is ${show(column)}, want an array of numbers`);
      checkValues(where, column, known, (i) => `step ${i}`);
      if (column.length < T)
        throw new ShapeError(`${where} has ${column.length} steps, want at least ${T}, those of the series`);
      return [name, Float64Array.from(column)];
    }),
  );
}

/** How inputs are standardized: by what they were in the history that was fitted. */
export interface InputScale {
  readonly names: readonly string[];
  readonly means: readonly number[];
  readonly sds: readonly number[];
}

/** Means and deviations of the first T steps. */
export function measureInputs(columns: Record<string, Float64Array>, T: number): InputScale {
  const names = Object.keys(columns);
  const means = names.map((name) => columns[name].subarray(0, T).reduce((a, b) => a + b, 0) / T);
  const sds = names.map((name, i) => {
    const squares = columns[name].subarray(0, T).reduce((sum, v) => sum + (v - means[i]) * (v - means[i]), 0);
    return Math.sqrt(squares / T) || 1;
  });
  return { names, means, sds };
}

/** Rows [T+,m] of standardized inputs from step `from`; nothing where there are none. */
export function inputRows(
  columns: Record<string, Float64Array>,
  { names, means, sds }: InputScale,
  from: number,
): KnownInputs | undefined {
  const m = names.length;
  if (m === 0) return undefined;
  const T = Math.min(...names.map((name) => columns[name].length)) - from;
  const values = Float64Array.from({ length: T * m }, (_, k) => {
    const j = k % m;
    return (columns[names[j]][from + Math.floor(k / m)] - means[j]) / sds[j];
  });
  return { count: m, values };
}

/** A series from its first number on. */
export const fromFirst = (y: Float64Array): { y: Float64Array; from: number } => {
  const from = leadingGaps(y);
  return { y: y.slice(from), from };
};
