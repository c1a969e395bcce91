/** Axes of steps with dates. */
import { expect, test } from "vitest";
import { stepAxis } from "../../../src/cli/series/report.ts";
import { textWidth } from "../../../src/figures/svg.ts";

const column = (stepName: (step: number) => string, values = new Float64Array(1000)) => ({
  path: "t.csv",
  name: "value",
  values,
  gaps: 0,
  stepName,
});

/** Hours from a Monday on, as a table has them. */
const hour = (step: number): string =>
  `2024-07-${String(1 + Math.floor(step / 24)).padStart(2, "0")} ${String(step % 24).padStart(2, "0")}:00`;

test.each([
  ["weeks of hours", hour, 700, /^2024-07-\d\d$/],
  ["one day of hours", hour, 24, /^2024-07-01 \d\d:00$/],
  ["seconds", (step: number) => `2024-07-01 00:00:${step} and 123456 ns`, 50, /ns$/],
])("%s: ticks are days where these differ, fit the axis, and end with the data", (_, name, to, form) => {
  const { ticks = [], range } = stepAxis(column(name), 1, to);
  expect(range).toEqual([1, to]);
  expect(ticks.length).toBeGreaterThan(1);
  for (const { label } of ticks) expect(label).toMatch(form);
  const room = (560 * (ticks[1].at - ticks[0].at)) / (to - 1);
  expect(textWidth(ticks[0].label, 11)).toBeLessThan(room);
});

test("steps without dates have numbers", () => {
  expect(
    stepAxis(
      column((step) => String(step + 1)),
      5,
      20,
    ),
  ).toEqual({ label: "step", range: [5, 20] });
});
