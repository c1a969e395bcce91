/** Dates beside a series: the moment of each step, also beyond the end, and how it is written. */

/** ms */
export const DAY = 86_400_000;
/** Days of the shortest month: steps as long may be months. */
const MONTH_DAYS = 28;

/** A moment in UTC, and how exactly it was written. */
export interface Moment {
  readonly ms: number;
  readonly grain: "year" | "month" | "day" | "minute";
}

const iso = new RegExp(
  "^(\\d{4})[-/](\\d{1,2})(?:[-/](\\d{1,2})" +
    "(?:[T ](\\d{2}):(\\d{2})(?::(\\d{2}(?:\\.\\d+)?))?(?:Z|[+-]\\d{2}:?\\d{2})?)?)?$",
);
const yearAlone = /^[12]\d{3}$/;

const two = (n: number): string => String(n).padStart(2, "0");

/** The moment that a text names: ISO 8601, its kin with slashes, or a year. */
export function momentOf(text: string): Moment | undefined {
  const cell = text.trim();
  if (yearAlone.test(cell)) return { ms: Date.UTC(Number(cell), 0), grain: "year" };
  const found = iso.exec(cell);
  if (!found) return undefined;
  const [, year, month, day, hour, minute, second] = found.map((part) =>
    part === undefined ? undefined : Number(part),
  );
  const ms = Date.UTC(year!, month! - 1, day ?? 1, hour ?? 0, minute ?? 0) + Math.round(1000 * (second ?? 0));
  if (hour !== undefined) return { ms, grain: "minute" };
  return { ms, grain: day === undefined ? "month" : "day" };
}

/** A moment as exactly as it was written. */
export function momentText({ ms, grain }: Moment): string {
  const date = new Date(ms);
  const year = String(date.getUTCFullYear());
  if (grain === "year") return year;
  const month = `${year}-${two(date.getUTCMonth() + 1)}`;
  if (grain === "month") return month;
  const day = `${month}-${two(date.getUTCDate())}`;
  return grain === "day" ? day : `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

const monthsOf = (ms: number): number => 12 * new Date(ms).getUTCFullYear() + new Date(ms).getUTCMonth();
const sameDay = (a: number, b: number): boolean => new Date(a).getUTCDate() === new Date(b).getUTCDate();
const constant = (steps: readonly number[]): number | undefined =>
  steps.length > 0 && steps.every((step) => step === steps[0]) ? steps[0] : undefined;

/** The moment `ahead` steps after the last one, where all steps are equally many months or milliseconds. */
export function continuedMoment(moments: readonly Moment[]): ((ahead: number) => Moment) | undefined {
  const last = moments[moments.length - 1];
  const gaps = moments.slice(1).map(({ ms }, i) => ms - moments[i].ms);
  const span = last.grain === "year" ? undefined : constant(gaps);
  const bySpan =
    span === undefined ? undefined : (ahead: number): Moment => ({ ...last, ms: last.ms + ahead * span });
  if (bySpan && (span! < MONTH_DAYS * DAY || last.grain === "minute")) return bySpan;
  const months = constant(moments.slice(1).map(({ ms }, i) => monthsOf(ms) - monthsOf(moments[i].ms)));
  if (months === undefined || !moments.every(({ ms }) => sameDay(ms, last.ms))) return bySpan;
  const from = monthsOf(last.ms);
  const day = new Date(last.ms).getUTCDate();
  return (ahead) => ({ ...last, ms: Date.UTC(2000, from - 24_000 + ahead * months, day) });
}

/** Whether the moments go one way, as those of a series do. */
export const inOrder = (moments: readonly Moment[]): boolean =>
  moments.every(({ ms }, i) => i === 0 || ms > moments[i - 1].ms);

/** How many dates there may be without a row, for each date with one: more are no gaps but another rhythm. */
const MISSING_FOR_EACH = 0.5;
const SATURDAY = 6;

const onWeekend = ({ ms }: Moment): boolean => new Date(ms).getUTCDay() % SATURDAY === 0;

/** The distance of most neighbors; undefined where no more than half of them have the same. */
function usualStep(gaps: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const gap of gaps) counts.set(gap, (counts.get(gap) ?? 0) + 1);
  return [...counts].find(([, count]) => 2 * count > gaps.length)?.[0];
}

/** How many usual steps lie between neighbors of ascending moments, in months or milliseconds. */
function stepsBetween(moments: readonly Moment[]): number[] | undefined {
  const [first] = moments;
  const byMonth =
    first.grain !== "minute" && moments.every(({ ms }) => sameDay(ms, first.ms))
      ? moments.map(({ ms }) => monthsOf(ms))
      : moments.map(({ ms }) => ms);
  const gaps = byMonth.slice(1).map((at, i) => at - byMonth[i]);
  const usual = usualStep(gaps);
  if (usual === undefined) return undefined;
  const steps = gaps.map((gap) => gap / usual);
  return steps.every(Number.isInteger) ? steps : undefined;
}

/**
 * Where each step of an even series stands among ascending moments, -1 for a date that is missing; undefined
 * where none is, or the usual distance is not clear: that of most neighbors, of which all others are whole
 * multiples. Weekdays alone, and moments that are missing in large part, stay as they are.
 */
export function missingMoments(moments: readonly Moment[]): Int32Array | undefined {
  const steps = moments.length > 2 ? stepsBetween(moments) : undefined;
  const count = steps?.reduce((sum, more) => sum + more, 1) ?? 0;
  if (!steps || count === moments.length || count > (1 + MISSING_FOR_EACH) * moments.length) return undefined;
  const shortest = moments.slice(1).reduce((a, { ms }, i) => Math.min(a, ms - moments[i].ms), Infinity);
  if (shortest <= DAY && !moments.some(onWeekend)) return undefined;
  const rows = new Int32Array(count).fill(-1);
  rows[0] = 0;
  let at = 0;
  for (const [i, more] of steps.entries()) rows[(at += more)] = i + 1;
  return rows;
}

/** The moments at the places of `missingMoments`, with those between them. */
export function withMissing(moments: readonly Moment[], rows: Int32Array): Moment[] {
  const start = rows.findIndex((row, i) => row >= 0 && rows[i + 1] >= 0);
  const pair = moments.slice(rows[start], rows[start] + 2);
  const after = continuedMoment(pair)!;
  return Array.from(rows, (row, i) => (row < 0 ? after(i - start - 1) : moments[row]));
}

/** Values, one for each moment, at the places of `missingMoments`: NaN where the date is missing. */
export const atPlaces = (values: Float64Array, rows: Int32Array): Float64Array =>
  Float64Array.from(rows, (row) => (row < 0 ? NaN : values[row]));

/**
 * Inputs at those places. Where the date is missing stands the value before: the series has none there, and
 * what drives a missing value changes nothing.
 */
export function inputAtPlaces(values: Float64Array, rows: Int32Array): Float64Array {
  let last = 0;
  return Float64Array.from(rows, (row) => values[(last = row < 0 ? last : row)]);
}

/** The seasons of the calendar, in steps, that moments make likely: a day, a week or a year. */
export function usualSeasons(moments: readonly Moment[]): number[] {
  const daily = stepsADay(moments);
  if (daily !== undefined) return [daily, 7 * daily];
  const gaps = moments.slice(1).map(({ ms }, i) => ms - moments[i].ms);
  const days = Math.round(gaps.sort((a, b) => a - b)[gaps.length >> 1] / DAY);
  const found = YEARS.find(({ from, to }) => days >= from && days <= to);
  return found ? [found.season] : [];
}

/** Steps of so many days, and how many are one season: of a week, or of a year. */
const YEARS = [
  { from: 1, to: 1, season: 7 },
  { from: 7, to: 7, season: 52 },
  { from: MONTH_DAYS, to: 31, season: 12 },
  { from: 89, to: 92, season: 4 },
];

/** Steps a day where the usual step divides it into more than one; undefined elsewhere. */
export function stepsADay(moments: readonly Moment[]): number | undefined {
  const gaps = moments.slice(1).map(({ ms }, i) => ms - moments[i].ms);
  const sorted = gaps.sort((a, b) => a - b);
  const usual = sorted[sorted.length >> 1];
  const steps = usual > 0 ? DAY / usual : 1;
  return Number.isInteger(steps) && steps > 1 ? steps : undefined;
}
