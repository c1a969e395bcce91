/** What `unrolled watch` shows of a column: series, alarms and changes, and scores below them. */
import type { Anomalies } from "../../anomalies/detector.ts";
import { type PlotOptions, plots } from "../../figures/plot.ts";
import type { Figure } from "../../figures/svg.ts";
import { terminalPlot } from "../../figures/terminal.ts";
import type { Column } from "./column.ts";
import { stepAxis } from "./report.ts";

/** Points that a line of a figure has at most: the extremes of as many pieces. */
const DRAWN = 4000;

/** Steps from 1 of a series that is thinned out to the smallest and largest value of each piece. */
function shownSteps(y: Float64Array): number[] {
  if (y.length <= DRAWN) return Array.from(y, (_, t) => t);
  const length = Math.ceil((2 * y.length) / DRAWN);
  const steps: number[] = [];
  for (let from = 0; from < y.length; from += length) {
    let [low, high] = [from, from];
    for (let t = from; t < Math.min(from + length, y.length); ++t) {
      if (y[t] < y[low] || Number.isNaN(y[low])) low = t;
      if (y[t] > y[high] || Number.isNaN(y[high])) high = t;
    }
    steps.push(...(low === high ? [low] : [Math.min(low, high), Math.max(low, high)]));
  }
  return steps;
}

/** How many alarms, in words. */
export const alarmCount = (count: number): string => `${count} alarm${count === 1 ? "" : "s"}`;

const line = (y: Float64Array): { x: number[]; y: number[] } => {
  const steps = shownSteps(y);
  return { x: steps.map((t) => t + 1), y: steps.map((t) => y[t]) };
};

/** The series with its alarms, changes as lines from top to bottom, and below it the scores. */
export function watchFigure(column: Column, found: Anomalies, changes: readonly number[]): Figure {
  const { values, name } = column;
  const { alarms, scores, threshold } = found;
  const x = stepAxis(column, 1, values.length);
  const series: PlotOptions = {
    title: `${name}: ${alarmCount(alarms.length)}`,
    x,
    y: { label: name },
    marks: [
      ...changes.map((t) => ({ kind: "rule" as const, x: t + 1 })),
      { kind: "line", ...line(values), label: "series", color: "#444", width: 1 },
      {
        kind: "points",
        x: alarms.map((t) => t + 1),
        y: alarms.map((t) => values[t]),
        label: "alarm",
        color: "#c22",
        size: 4,
      },
    ],
    height: 280,
  };
  const below: PlotOptions = {
    x,
    y: { label: "score, nats" },
    marks: [
      { kind: "line", ...line(scores), width: 1 },
      { kind: "rule", y: threshold, label: "threshold" },
    ],
    height: 200,
  };
  return plots([series, below]);
}

/** The series as lines of text, its scores below. */
export function watchText(column: Column, { scores }: Anomalies, columns: number): string {
  const { values, stepName } = column;
  const ticks = column.dates && [1, values.length].map((at) => ({ at, label: stepName(at - 1) }));
  const width = Math.min(72, columns - 12);
  return [values, scores]
    .map((y, i) => {
      const shown = line(y);
      return terminalPlot(shown.x, shown.y, {
        width,
        height: i === 0 ? 10 : 5,
        x: { label: i === 0 ? column.name : "score, nats", ticks },
      });
    })
    .join("\n");
}
