/** What is known beside series: the caller's inputs, and the calendar. */
import { DataError, OptionError, ShapeError } from "../wasm/errors.ts";
import { calendarColumns, extendMoments, readMoments } from "./calendar.ts";
import type { ForecasterFitOptions, ForecasterForecastOptions } from "./answers.ts";
import { atPlaces, inputAtPlaces, missingMoments, momentText, withMissing, type Moment } from "./dates.ts";
import type { ForecasterRules } from "./spec.ts";
import type { ForecasterState, KnownSeries } from "./state.ts";
import { fromFirst, readInputs, readTable, type ForecastInputs, type Series } from "./table.ts";

/** Series in even steps, columns over them and as much of the future as is known, and their moments. */
export interface Beside extends Pick<ForecasterState, "columns" | "moments"> {
  readonly series: readonly Series[];
}

/** Throws ShapeError unless all series are equally long: what stands beside them belongs to their steps. */
function checkOneLength(who: string, series: readonly Series[]): void {
  const T = series[0].y.length;
  const other = series.find(({ y }) => y.length !== T);
  if (other)
    throw new ShapeError(
      `${who}: ${other.name} has ${other.y.length} steps and ${series[0].name} ${T}: with inputs or dates ` +
        "all series need the same steps; fill shorter ones with NaN",
    );
}

/** Inputs in the order of the forecaster's names, where it has some. Throws OptionError on others. */
function byNames(
  who: string,
  given: Record<string, Float64Array>,
  { inputs: names }: ForecasterRules,
): Record<string, Float64Array> {
  if (names === undefined) return given;
  const want = names.length > 0 ? `want ${names.join(", ")}` : "want none";
  const [missing] = names.filter((name) => !Object.hasOwn(given, name));
  const [unknown] = Object.keys(given).filter((name) => !names.includes(name));
  if (missing !== undefined || unknown !== undefined)
    throw new OptionError(
      `${who}: inputs ${missing === undefined ? `has ${unknown}` : `has no ${missing}`}, ${want}, ` +
        "which the forecaster was made with",
    );
  return Object.fromEntries(names.map((name) => [name, given[name]]));
}

/** Moments in even steps, and the places in them of those that were given, where some are missing. */
function evenMoments(given: Moment[]): { moments: Moment[]; rows?: Int32Array } {
  const rows = missingMoments(given);
  return rows ? { moments: withMissing(given, rows), rows } : { moments: given };
}

/** An input over T steps and more, and the same with missing dates among the T. */
function inputOver(column: Float64Array, T: number, rows: Int32Array): Float64Array {
  const all = new Float64Array(rows.length + column.length - T);
  all.set(inputAtPlaces(column.subarray(0, T), rows));
  all.set(column.subarray(T), rows.length);
  return all;
}

const mapColumns = (
  columns: Record<string, Float64Array>,
  change: (column: Float64Array) => Float64Array,
): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, change(column)]));

/** Reads inputs and dates. Throws OptionError, DataError or ShapeError. */
export function readBeside(
  who: string,
  series: readonly Series[],
  { inputs, dates }: ForecasterFitOptions,
  rules: ForecasterRules,
): Beside {
  const { calendar, horizon } = rules;
  if (inputs !== undefined || dates !== undefined) checkOneLength(who, series);
  const T = series[0].y.length;
  const given = byNames(who, readInputs(who, inputs, T), rules);
  if (dates === undefined) {
    if (calendar.length > 0)
      throw new DataError(`${who}: dates are missing, want one for each step: the calendar is asked for`);
    return { series, columns: given, moments: [] };
  }
  const { moments, rows } = evenMoments(readMoments(who, dates, T));
  const even = rows ? series.map((one) => ({ ...one, y: atPlaces(one.y, rows) })) : series;
  const columns = rows ? mapColumns(given, (column) => inputOver(column, T, rows)) : given;
  if (calendar.length === 0) return { series: even, columns, moments };
  const all = extendMoments(who, moments, horizon);
  return { series: even, columns: { ...calendarColumns(all, calendar), ...columns }, moments };
}

/** What a forecast goes on from. */
export interface Past {
  /** From the first number on. */
  readonly y: Float64Array;
  /** Steps left out in front. */
  readonly from: number;
  /** As given, over even steps. */
  readonly inputs?: ForecastInputs;
}

/** The moments of a longer history. Throws DataError where it does not begin as the fitted series did. */
function momentsOf(
  who: string,
  dates: NonNullable<ForecasterForecastOptions["dates"]>,
  T: number,
  { moments: [first] }: Pick<ForecasterState, "moments">,
): { moments: Moment[]; rows?: Int32Array } {
  if (!first) throw new OptionError(`${who}: dates are given, and fit had none; fit with dates`);
  const even = evenMoments(readMoments(who, dates, T));
  const [begin] = even.moments;
  if (begin.ms !== first.ms)
    throw new DataError(
      `${who}: dates begin with ${momentText(begin)}, want ${momentText(first)} as those of the fit`,
    );
  return even;
}

/** The fitted series, or the longer one that is given, with its missing dates. */
export function pastOf(
  who: string,
  state: ForecasterState,
  known: KnownSeries,
  { history, dates, inputs }: Omit<ForecasterForecastOptions, "series">,
): Past {
  const beside = inputs === undefined ? {} : { inputs };
  if (history === undefined) {
    if (dates !== undefined)
      throw new OptionError(`${who}: dates are given without a history, want both or none`);
    return { y: known.y, from: known.from, ...beside };
  }
  const [{ y }] = readTable(who, history);
  const rows = dates === undefined ? undefined : momentsOf(who, dates, y.length, state).rows;
  if (!rows) return { ...fromFirst(y), ...beside };
  const T = y.length;
  const over = (column: Float64Array): Float64Array =>
    column.length > T ? inputOver(column, T, rows) : column;
  const even = inputs === undefined ? {} : { inputs: mapColumns(readInputs(who, inputs, 0), over) };
  return { ...fromFirst(atPlaces(y, rows)), ...even };
}

/**
 * Inputs over a history of T steps and `steps` more, of which `inputs` says what was not known before, or,
 * beside a new history that it is longer than, all. The calendar goes on by itself.
 */
export function columnsOver(
  who: string,
  { columns, inputScale, moments }: Pick<ForecasterState, "columns" | "inputScale" | "moments">,
  calendar: ForecasterRules["calendar"],
  span: {
    readonly from: number;
    readonly T: number;
    readonly steps: number;
    readonly inputs: ForecastInputs | undefined;
    readonly isNew: boolean;
  },
): Record<string, Float64Array> {
  const { from, T, steps } = span;
  const given = readInputs(who, span.inputs, 0);
  const later = from + T + steps - moments.length;
  const goesOn = calendar.length > 0 && later > 0;
  const days = goesOn ? calendarColumns(extendMoments(who, moments, later), calendar) : {};
  for (const name of Object.keys(given))
    if (!inputScale.names.includes(name))
      throw new OptionError(`${who}: inputs has ${name}, want some of ${inputScale.names.join(", ")}`);
  return Object.fromEntries(
    inputScale.names.map((name) => {
      const known = (days[name] ?? columns[name]).subarray(from);
      const more = given[name];
      const whole = more ? besideHistory(known, more, span) : known;
      if (whole.length < T + steps)
        throw new DataError(
          `${who}: inputs: ${name} is known for ${Math.max(0, whole.length - T)} of the ${steps} steps ` +
            "to come; give the rest",
        );
      return [name, whole.slice(0, T + steps)];
    }),
  );
}

/** A column over history and future: `more` is all of it, or what comes after the history as known. */
function besideHistory(
  known: Float64Array,
  more: Float64Array,
  { from, T, isNew }: { readonly from: number; readonly T: number; readonly isNew: boolean },
): Float64Array {
  if (isNew && more.length > from + T) return more.subarray(from);
  return Float64Array.of(...known.subarray(0, T), ...more);
}
