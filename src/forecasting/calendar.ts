/**
 * The calendar as known inputs: one column for each month, day of the week or hour but the first, 1 where a
 * step is in it.
 */
import { DataError } from "../wasm/errors.ts";
import { DAY, continuedMoment, momentOf, type Moment } from "./dates.ts";

/** What of the calendar a model may know. */
export const calendarNames = ["month", "weekday", "hour"] as const;
/** What of the calendar a model may know. */
export type CalendarName = (typeof calendarNames)[number];

const parts: Record<CalendarName, { count: number; of(date: Date): number }> = {
  month: { count: 12, of: (date) => date.getUTCMonth() },
  weekday: { count: 7, of: (date) => date.getUTCDay() },
  hour: { count: 24, of: (date) => date.getUTCHours() },
};

/** Moments as users write them. Throws DataError, which names the first that is none or goes back. */
export function readMoments(who: string, dates: ArrayLike<unknown>, T: number): Moment[] {
  if (dates === null || typeof dates !== "object" || dates.length !== T)
    throw new DataError(`${who}: dates are ${dates?.length} of ${T} steps, want one for each step`);
  const moments = Array.from(dates, (date, t) => {
    const text = date instanceof Date && !Number.isNaN(date.getTime()) ? date.toISOString() : date;
    const moment = typeof text === "string" ? momentOf(text) : undefined;
    if (!moment)
      throw new DataError(`${who}: dates: step ${t} is ${String(date)}, want a Date or a date as 2024-01-31`);
    return moment;
  });
  // a Date has a time of day whether its writer meant one or not
  if (moments.every(({ ms }) => ms % DAY === 0))
    moments.forEach((moment, t) => {
      if (dates[t] instanceof Date) moments[t] = { ...moment, grain: "day" };
    });
  const back = moments.findIndex(({ ms }, t) => t > 0 && ms <= moments[t - 1].ms);
  if (back > 0) throw new DataError(`${who}: dates: step ${back} is not after the one before it`);
  return moments;
}

/** The moments and `steps` more. Throws DataError where their spacing is not even. */
export function extendMoments(who: string, moments: readonly Moment[], steps: number): Moment[] {
  const after = continuedMoment(moments);
  if (!after)
    throw new DataError(
      `${who}: dates are not evenly spaced, so those to come are not known; give them as inputs`,
    );
  return [...moments, ...Array.from({ length: steps }, (_, h) => after(h + 1))];
}

/**
 * Columns for the moments, only those parts of the calendar that take more than one value in them: the part
 * that one season says already is left out by the caller.
 */
export function calendarColumns(
  moments: readonly Moment[],
  names: readonly CalendarName[],
): Record<string, Float64Array> {
  const dates = moments.map(({ ms }) => new Date(ms));
  return Object.fromEntries(
    names.flatMap((name) => {
      const { count, of } = parts[name];
      return Array.from({ length: count - 1 }, (_, i): [string, Float64Array] => [
        `${name} ${i + 1}`,
        Float64Array.from(dates, (date) => Number(of(date) === i + 1)),
      ]).filter(([, column]) => column.some((v) => v !== column[0]));
    }),
  );
}
