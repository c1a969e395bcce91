/**
 * How the dates of a column are written, by all of its cells: one alone may not tell day from month. ISO 8601
 * and its kin, day/month/year or month/day/year between slashes, points or hyphens, seconds or milliseconds
 * since 1970.
 */
import { continuedMoment, inOrder, momentOf, momentText, type Moment } from "./dates.ts";

/** Moments of a column, and in words how they were read. */
export interface ReadDates {
  readonly moments: readonly Moment[];
  /** "year-month-day", "day/month/year", "seconds since 1970", … */
  readonly format: string;
  /** Where day and month could be told apart by their sense alone: what was taken for what. */
  readonly guess?: string;
}

const number = /^\d{9,13}(?:\.\d+)?$/;
const three = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:[ T](\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?)?$/;
/** Seconds since 1970 of this size are years from 1973 to 5138; larger ones are milliseconds. */
const FIRST_SECOND = 1e8;
const FIRST_MILLISECOND = 1e11;
/** Years of two digits from here on are of the last century. */
const PIVOT = 70;

function sinceEpoch(cells: readonly string[]): ReadDates | undefined {
  const values = cells.map(Number);
  const smallest = values.reduce((a, b) => Math.min(a, b), Infinity);
  const isSeconds = values.every((v) => v < FIRST_MILLISECOND);
  if (smallest < (isSeconds ? FIRST_SECOND : FIRST_MILLISECOND)) return undefined;
  const factor = isSeconds ? 1000 : 1;
  return {
    moments: values.map((v) => ({ ms: Math.round(v * factor), grain: "minute" })),
    format: `${isSeconds ? "seconds" : "milliseconds"} since 1970`,
  };
}

const yearOf = (text: string): number => {
  const year = Number(text);
  if (text.length === 4) return year;
  return year < PIVOT ? 2000 + year : 1900 + year;
};

/** Moments with the day at one place of two and the month at the other; undefined where no date is meant. */
function momentsWith(dayAt: 1 | 2, parts: readonly RegExpExecArray[]): Moment[] | undefined {
  const moments: Moment[] = [];
  for (const part of parts) {
    const day = Number(part[dayAt]);
    const month = Number(part[3 - dayAt]);
    if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
    const ms = Date.UTC(yearOf(part[3]), month - 1, day, Number(part[4] ?? 0), Number(part[5] ?? 0));
    moments.push({ ms, grain: part[4] === undefined ? "day" : "minute" });
  }
  return moments;
}

/** Different steps between neighbors, 0 where all are as long: few where dates are read as meant. */
const unevenness = (moments: readonly Moment[]): number =>
  continuedMoment(moments) ? 0 : new Set(moments.slice(1).map(({ ms }, i) => ms - moments[i].ms)).size;

/** "took 03/04/2020 as 2020-04-03", of the first date that the other reading would have as another day. */
function guessOf(moments: readonly Moment[], parts: readonly RegExpExecArray[]): { guess?: string } {
  const at = parts.findIndex((part) => Number(part[1]) !== Number(part[2]));
  return at < 0 ? {} : { guess: `took ${parts[at][0]} as ${momentText(moments[at])}` };
}

/**
 * d/m/y or m/d/y: what is possible, in order, and more even; day first where nothing tells. That it was a
 * choice is said where both are possible and in order.
 */
function byPlace(parts: readonly RegExpExecArray[]): ReadDates | undefined {
  const readings = ([1, 2] as const).flatMap((dayAt) => {
    const moments = momentsWith(dayAt, parts);
    const format = dayAt === 1 ? "day/month/year" : "month/day/year";
    return moments ? [{ moments, format, ordered: inOrder(moments), steps: unevenness(moments) }] : [];
  });
  readings.sort((a, b) => Number(b.ordered) - Number(a.ordered) || a.steps - b.steps);
  const [best, other] = readings;
  if (!best) return undefined;
  const isChoice = other !== undefined && other.ordered === best.ordered;
  return { moments: best.moments, format: best.format, ...(isChoice ? guessOf(best.moments, parts) : {}) };
}

/** The moments of a column's cells; undefined where they are not all dates of one kind. */
export function readDates(cells: readonly string[]): ReadDates | undefined {
  const texts = cells.map((cell) => cell.trim());
  const iso = texts.map(momentOf);
  if (iso.every((moment) => moment !== undefined)) return { moments: iso, format: "year-month-day" };
  if (texts.every((text) => number.test(text))) return sinceEpoch(texts);
  const parts = texts.map((text) => three.exec(text));
  return parts.every((part) => part !== null) ? byPlace(parts) : undefined;
}
