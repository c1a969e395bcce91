/** What is known beside series: the caller's inputs, and the calendar. */
import { DataError, OptionError, ShapeError } from "../wasm/errors.ts";
import { calendarColumns, extendMoments, readMoments } from "./calendar.ts";
import type { ForecasterFitOptions } from "./answers.ts";
import type { ForecasterRules } from "./spec.ts";
import type { ForecasterState } from "./state.ts";
import { readInputs, type ForecastInputs, type Series } from "./table.ts";

/** Columns over the history and as much of the future as is known, and the moments of the history. */
export type Beside = Pick<ForecasterState, "columns" | "moments">;

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

/** Reads inputs and dates. Throws DataError or ShapeError. */
export function readBeside(
  who: string,
  series: readonly Series[],
  { inputs, dates }: ForecasterFitOptions,
  { calendar, horizon }: ForecasterRules,
): Beside {
  if (inputs !== undefined || dates !== undefined) checkOneLength(who, series);
  const T = series[0].y.length;
  const given = readInputs(who, inputs, T);
  if (dates === undefined) {
    if (calendar.length > 0)
      throw new DataError(`${who}: dates are missing, want one for each step: the calendar is asked for`);
    return { columns: given, moments: [] };
  }
  const moments = readMoments(who, dates, T);
  if (calendar.length === 0) return { columns: given, moments };
  const all = extendMoments(who, moments, horizon);
  return { columns: { ...calendarColumns(all, calendar), ...given }, moments };
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
