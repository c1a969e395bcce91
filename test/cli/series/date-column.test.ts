/** Dates beside a series: what stands on the axis, also beyond the end. */
import { expect, test } from "vitest";
import { findDates, inSteps } from "../../../src/cli/series/date-column.ts";
import { elementwise } from "../../../src/inference/elementwise.ts";
import { inferenceEngine } from "../../../src/inference/inference-engine.ts";
import { inUnits, measureTransform, standardized } from "../../../src/forecasting/transform.ts";
import { close } from "../../close.ts";
import { runsFreely } from "../../../src/forecasting/models/echo-state.ts";
import { readCsv } from "../../../src/formats/csv.ts";

const names = (rows: readonly string[]): ((step: number) => string) | undefined => dates(rows)?.stepName;
const dates = (rows: readonly string[]): ReturnType<typeof findDates> =>
  findDates(readCsv(`when,value\n${rows.map((row, i) => `${row},${i + 0.5}`).join("\n")}\n`), "value");

test.each([
  [["2020-01-30", "2020-01-31", "2020-02-01"], "2020-02-02", "2020-02-03"],
  [["2019-11-01", "2019-12-01", "2020-01-01"], "2020-02-01", "2020-03-01"],
  [["2019-11", "2019-12", "2020-01"], "2020-02", "2020-03"],
  [["30.12.2020", "31.12.2020", "01.01.2021"], "2021-01-02", "2021-01-03"],
  [["1998", "1999", "2000"], "2001", "2002"],
  [["2020-01-01 22:30", "2020-01-01 23:00", "2020-01-01 23:30"], "2020-01-02 00:00", "2020-01-02 00:30"],
  [["2020-01-01", "2020-01-02", "2020-01-09"], "+1", "+2"],
])("after %j come %s and %s", (rows, next, after) => {
  const name = names(rows)!;
  expect([name(3), name(4)]).toEqual([next, after]);
});

test.each([
  [["13/01/2020", "14/01/2020"], "day/month/year", "2020-01-13"],
  [["01/13/2020", "01/14/2020"], "month/day/year", "2020-01-13"],
  [["03/04/2020", "14/05/2020"], "day/month/year", "2020-04-03"],
  [["1700000000", "1700000060"], "seconds since 1970", "2023-11-14 22:13"],
  [["1700000000000", "1700000060000"], "milliseconds since 1970", "2023-11-14 22:13"],
])("%j is read as %s, and it is said", (rows, format, first) => {
  const { words, stepName } = dates(rows)!;
  expect([words, stepName(0)]).toEqual([`column when, ${format}`, first]);
});

test.each([
  [["01/02/2020", "02/02/2020", "03/02/2020"], "day/month/year", "01/02/2020", "2020-02-01"],
  [["01/02/2020", "01/03/2020", "01/04/2020"], "day/month/year", "01/02/2020", "2020-02-01"],
  [["01/02/2020", "01/03/2020", "01/06/2020", "01/07/2020"], "month/day/year", "01/02/2020", "2020-01-02"],
  [["01/01/2020", "02/01/2020", "03/01/2020"], "day/month/year", "02/01/2020", "2020-01-02"],
  [["05-06-99 08:30", "05-06-99 09:30"], "day/month/year", "05-06-99 08:30", "1999-06-05 08:30"],
])("%j could be either: %s is said to be a guess, and of what", (rows, format, cell, taken) => {
  expect(dates(rows)!.words).toBe(`column when, ${format} (a guess: took ${cell} as ${taken})`);
});

test("a date that all rows have is that of the table: steps are counted", () => {
  const table = readCsv("when,value\n01.02.2020,1\n01.02.2020,2\n01.02.2020,3\n");
  expect(findDates(table, "value", { strict: true })).toBeUndefined();
});

test("columns that are no dates, or do not go one way, are none", () => {
  for (const rows of [
    ["a", "b", "c"],
    ["2020-01-02", "2020-01-01", "2020-01-03"],
    ["1", "2", "3"],
  ])
    expect(names(rows)).toBeUndefined();
});

const day = (t: number): string => new Date(Date.UTC(2020, 0, 1 + t)).toISOString().slice(0, 10);

test("rows with the newest date first are reversed, and it is said", () => {
  const { moments, rows, words, stepName } = dates(["2020-03-01", "2020-02-01", "2020-01-01"])!;
  expect([...rows!]).toEqual([2, 1, 0]);
  expect(moments.map(({ ms }) => ms)).toEqual([0, 1, 2].map((m) => Date.UTC(2020, m)));
  expect(words).toMatch(/year-month-day; newest first, so the rows are reversed$/);
  expect(stepName(3)).toBe("2020-04-01");
});

test("dates without a row are missing values where the usual distance is clear", () => {
  const daily = Array.from({ length: 12 }, (_, t) => day(t)).filter((_, t) => t % 6 !== 5 || t === 11);
  const found = dates(daily)!;
  expect([...found.rows!]).toEqual([0, 1, 2, 3, 4, -1, 5, 6, 7, 8, 9, 10]);
  expect(found.words).toMatch(/; 1 dates? without a row/);
  expect([found.stepName(5), found.stepName(12)]).toEqual(["2020-01-06", "2020-01-13"]);
  expect([...inSteps(Float64Array.of(1, 2, 3), { rows: Int32Array.of(0, -1, 2) })]).toEqual([1, NaN, 3]);
  const months = dates(
    ["2020-01-31", "2020-02-01", "2020-03-01", "2020-05-01"].slice(1).concat("2020-06-01"),
  )!;
  expect([...months.rows!]).toEqual([0, 1, -1, 2, 3]);
  expect(months.stepName(2)).toBe("2020-04-01");
  expect([...dates([...daily].reverse())!.rows!].slice(0, 8)).toEqual([10, 9, 8, 7, 6, -1, 5, 4]);
});

test("weekdays alone, and uneven dates, stay as they are", () => {
  const weekdays = Array.from({ length: 21 }, (_, t) => t).filter((t) => ![3, 4].includes(t % 7));
  expect(dates(weekdays.map(day))!.rows).toBeUndefined(); // 2020-01-04 is a Saturday
  expect(dates(["2020-01-01", "2020-01-02", "2020-01-09"])!.rows).toBeUndefined();
  expect(dates(["2020-01-01", "2020-01-02", "2020-01-03", "2021-01-03"])!.rows).toBeUndefined();
});

test.each([
  [["2020-01-01", "2020-01-02", "2020-01-02"], /line 4, column "when" is 2020-01-02, the date of the row/],
  [
    ["2020-01-02", "2020-01-03", "2020-01-01"],
    /is 2020-01-01, a date before 2020-01-03, want .* sort the rows/,
  ],
])("%j are refused where no column was named", (rows, message) => {
  const table = readCsv(`when,value\n${rows.map((row, i) => `${row},${i + 0.5}`).join("\n")}\n`);
  expect(() => findDates(table, "value", { strict: true })).toThrow(message);
  expect(findDates(table, "value")).toBeUndefined();
});

test("cells near both ends of the range of numbers are standardized, and brought back", async () => {
  const math = elementwise(await inferenceEngine());
  for (const size of [1e308, 1e-300, 1]) {
    const y = Float64Array.from([1, 2, 3, 4].map((v) => (v / 4) * size));
    const transform = measureTransform(y, 1, "none", math);
    const z = standardized(y, transform, math);
    expect(Math.abs(z[0] + 1.3416407864998738)).toBeLessThan(1e-9);
    close(inUnits(z, transform, math), y, { rel: 1e-12 });
  }
});

test("a net that leaves the series when it runs freely is distinguished from one that stays", () => {
  const stream = (gain: number): { step(x: number): number[]; dispose(): void } => ({
    step: (x) => [gain * x],
    dispose: () => undefined,
  });
  const y = Float64Array.from({ length: 50 }, (_, t) => Math.sin(t));
  expect(runsFreely(stream(0.9), y, () => 0)).toBe(true);
  expect(runsFreely(stream(1.1), y, () => 0)).toBe(false);
  expect(runsFreely(stream(NaN), y, () => 0)).toBe(false);
});
