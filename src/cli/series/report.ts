/** What `unrolled train series` and `unrolled forecast` show: a table of scores, a plot in text, a figure. */
import type { Axis } from "../../figures/scale.ts";
import { plot, type Mark } from "../../figures/plot.ts";
import { type Figure, textWidth } from "../../figures/svg.ts";
import { terminalPlot } from "../../figures/terminal.ts";
import type { SeriesForecast } from "../../forecasting/answers.ts";
import { yardsticks } from "../../forecasting/models/registry.ts";
import type { OneStepScores } from "../../forecasting/one-step.ts";
import type { ForecastScores } from "../../forecasting/scores.ts";
import { figureText, percentText } from "../progress.ts";
import type { Column } from "./column.ts";
import type { OneStep } from "./fit-column.ts";

/** Steps before the forecast that a figure shows at least, and those that a terminal shows. */
const SHOWN = 80;
const SHOWN_IN_TEXT = 100;
const TICKS = 6;
/** Pixels of an axis in a figure of the usual width, and less than they are. */
const AXIS = 560;
/** The share of a series, its end, by which the error of the last value is measured. */
const HELD = 0.2;

/** Means and the edges of a band that should hold 90%, a number a step. */
export interface Forecast {
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** What a forecaster says, as it is shown, drawn and written. */
export const forecastOf = ({ means, lower, upper }: SeriesForecast): Forecast => ({
  mean: [...means],
  low: [...lower],
  high: [...upper],
});

/** The axis of some steps: dates where the table has them, else numbers. `from`, `to` are steps from 1. */
export function stepAxis({ stepName }: Column, from: number, to: number): Axis {
  const dated = stepName(from - 1) !== String(from);
  const range = [from, Math.max(to, from + 1)] as const;
  if (!dated) return { label: "step", range };
  const ticksOf = (most: number): { at: number; label: string }[] => {
    const stride = Math.max(1, Math.ceil((to - from) / most));
    return Array.from({ length: Math.floor((to - from) / stride) + 1 }, (_, i) => {
      const at = from + i * stride;
      return { at, label: stepName(at - 1) };
    });
  };
  const ticks = byDay(ticksOf(TICKS));
  const widest = Math.max(...ticks.map(({ label }) => textWidth(label, 11)));
  const fitting = Math.floor(AXIS / (widest + 16));
  return {
    label: "time",
    range,
    ticks: fitting < ticks.length ? byDay(ticksOf(Math.max(1, fitting - 1))) : ticks,
  };
}

/** Ticks with the days alone, where no two are of one day. */
function byDay(ticks: { at: number; label: string }[]): { at: number; label: string }[] {
  const days = ticks.map(({ at, label }) => ({ at, label: label.split(" ")[0] }));
  return new Set(days.map(({ label }) => label)).size === days.length ? days : ticks;
}

/** A model with its figures: in the backtests, and one step ahead where it has them. */
export type RankedModel = ForecastScores & Partial<OneStepScores> & { readonly model: string };

/** Models, then their average, then what they must beat. */
const groupOf = (model: string): number => {
  if ((yardsticks as readonly string[]).includes(model)) return 2;
  return Number(model === "average");
};

/** The models that were tried, the best first; their average; the naive ones. */
export const rankedModels = (
  scores: Readonly<Record<string, ForecastScores>>,
  oneStep: OneStep = {},
): RankedModel[] =>
  Object.entries(scores)
    .map(([model, figures]) => ({ model, ...figures, ...oneStep[model] }))
    .sort((a, b) => groupOf(a.model) - groupOf(b.model) || a.mase - b.mase);

/** Root mean square step of the last fifth: the error of a value as the forecast of the next one. */
export function lastValueError(values: Float64Array): number {
  const steps = Array.from(values, (v, t) => v - values[t - 1]).slice(Math.floor(values.length * (1 - HELD)));
  const known = steps.filter((step) => !Number.isNaN(step));
  return Math.sqrt(known.reduce((sum, step) => sum + step * step, 0) / known.length);
}

const row = (model: string, cells: readonly string[]): string =>
  [model.padEnd(14), ...cells.map((cell) => cell.padStart(10))].join(" ");

/** A row a model: errors one step ahead, and what was chosen in fitting; empty where no model has them. */
export function oneStepTable(oneStep: OneStep = {}): string {
  const found = Object.entries(oneStep).flatMap(([model, figures]) =>
    figures ? [{ model, ...figures }] : [],
  );
  if (found.length === 0) return "";
  const ranked = found.sort((a, b) => a.rmse - b.rmse);
  return [
    "One step ahead on the last fifth, by models fitted to what came before:",
    row("model", ["rmse", "ln p", "chosen"]),
    ...ranked.map(
      ({ model, rmse, logLikelihood, note }) =>
        `${row(model, [figureText(rmse), logLikelihood.toFixed(3)])}     ${note}`,
    ),
    "",
  ].join("\n");
}

/** A row a model: its figures in the backtests. */
export function backtestTable({ scores, failures }: SeriesForecast): string {
  return [
    row("model", ["MASE", "sMAPE %", "pinball", "in 90%"]),
    ...rankedModels(scores).map(({ model, mase, smape, pinball, coverage }) =>
      row(model, [mase.toFixed(3), smape.toFixed(2), figureText(pinball), percentText(coverage, 0)]),
    ),
    ...failures.map(({ model, error }) => `${model.padEnd(14)} left out: ${error}`),
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
  { title, forecast }: { title: string; forecast: Forecast },
): Figure {
  const { values, name } = column;
  const { mean, low, high } = forecast;
  const before = Math.min(values.length, Math.max(SHOWN, 3 * mean.length));
  const from = values.length - before;
  const ahead = mean.map((_, h) => values.length + h + 1);
  const marks: Mark[] = [
    { kind: "band", x: ahead, y: low, y2: high, label: "90% band" },
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
    x: stepAxis(column, from + 1, values.length + mean.length),
    y: { label: name },
    marks,
    height: 300,
  });
}
