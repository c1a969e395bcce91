/** What `unrolled train series` shows: a table of scores, a plot in text, and a figure. */
import type { Axis } from "../../figures/scale.ts";
import { plot, type Mark } from "../../figures/plot.ts";
import { type Figure, panels } from "../../figures/svg.ts";
import { terminalPlot } from "../../figures/terminal.ts";
import { figureText, timeText } from "../progress.ts";
import type { Column } from "./column.ts";
import type { Forecast } from "./forecast-units.ts";
import type { Scores } from "./scores.ts";

/** Steps before the forecast that a figure shows at least, and those that a terminal shows. */
const SHOWN = 80;
const SHOWN_IN_TEXT = 100;
const TICKS = 6;

/** What one model did, in the column's units. */
export interface Result extends Scores {
  readonly model: string;
  readonly note: string;
  readonly seconds: number;
  readonly forecast: Forecast;
}

/** A model that could not be fitted, and why. */
export interface Failure {
  readonly model: string;
  readonly error: string;
}

/** The axis of some steps: dates where the table has them, else numbers. `from`, `to` are steps from 1. */
export function stepAxis({ stepName }: Column, from: number, to: number): Axis {
  const dated = stepName(from - 1) !== String(from);
  if (!dated) return { label: "step" };
  const stride = Math.max(1, Math.ceil((to - from) / TICKS));
  const count = Math.floor((to - from) / stride) + 1;
  return {
    label: "time",
    ticks: Array.from({ length: count }, (_, i) => {
      const at = from + i * stride;
      return { at, label: stepName(at - 1) };
    }),
  };
}

/** A row a model, the best in the order given, and the value before for comparison. */
export function scoreTable(results: readonly Result[], failures: readonly Failure[], last: number): string {
  const row = (model: string, cells: readonly string[], note: string): string =>
    [model.padEnd(6), ...cells.map((cell, i) => cell.padStart([10, 10, 7, 7][i])), ` ${note}`]
      .join(" ")
      .trimEnd();
  return [
    row("model", ["error", "nats/step", "in 95%", "time"], "fitted"),
    ...results.map(({ model, rmse, logLikelihood, inside, seconds, note }) =>
      row(
        model,
        [figureText(rmse), logLikelihood.toFixed(3), `${(100 * inside).toFixed(0)}%`, timeText(seconds)],
        note,
      ),
    ),
    ...failures.map(({ model, error }) => `${model.padEnd(6)} could not be fitted: ${error}`),
    `${"last".padEnd(6)} ${figureText(last).padStart(10)}   (the value before, for comparison)`,
  ].join("\n");
}

/** The end of the series and a forecast, as lines of text. */
export function forecastText(column: Column, forecast: Forecast, columns: number): string {
  const { values, stepName } = column;
  const tail = Array.from(values.subarray(Math.max(0, values.length - SHOWN_IN_TEXT)));
  const y = [...tail, ...forecast.mean];
  const first = values.length - tail.length + 1;
  const ahead = (edge: readonly number[]): number[] => [...tail.map(() => NaN), ...edge];
  const last = first + y.length - 1;
  const { ticks } = stepAxis(column, first, last);
  // a terminal names both ends of its axis and nothing between
  const ends = ticks && [first, last].map((at) => ({ at, label: stepName(at - 1) }));
  const x: Axis = { label: `forecast from ${stepName(values.length)}`, ticks: ends };
  return terminalPlot(
    y.map((_, i) => first + i),
    y,
    { dotted: [ahead(forecast.low), ahead(forecast.high)], width: Math.min(72, columns - 12), x },
  );
}

/** The end of the series and a forecast with its band. */
export function forecastPanel(
  column: Column,
  shown: { title: string; note?: string; forecast: Forecast; band?: number },
): Figure {
  const { values, name } = column;
  const { title, note, forecast, band = 95 } = shown;
  const { mean, low, high } = forecast;
  const before = Math.min(values.length, Math.max(SHOWN, 3 * mean.length));
  const from = values.length - before;
  const ahead = mean.map((_, h) => values.length + h + 1);
  const marks: Mark[] = [
    { kind: "band", x: ahead, y: low, y2: high, label: `${band}% band` },
    {
      kind: "line",
      x: Array.from({ length: before }, (_, i) => from + i + 1),
      y: values.subarray(from),
      label: "series",
      color: "#444",
    },
    { kind: "line", x: ahead, y: mean, label: "forecast" },
  ];
  return plot({
    title: `${name}: ${title}`,
    ...(note === undefined ? {} : { note }),
    x: stepAxis(column, from + 1, values.length + mean.length),
    marks,
    height: 300,
  });
}

/** One model's forecast, with what it scored. */
const panel = (column: Column, { model, note, rmse, logLikelihood, forecast }: Result): Figure =>
  forecastPanel(column, {
    title: `${model}, ${note}`,
    note: `Held-out steps: error ${figureText(rmse)}, log-likelihood ${logLikelihood.toFixed(3)} nats a step`,
    forecast,
  });

/** All forecasts, one below the other. */
export const forecastFigure = (column: Column, results: readonly Result[]): Figure =>
  panels(
    results.map((result) => panel(column, result)),
    { columns: 1 },
  );
