/**
 * `unrolled train series`: fits models to a column of a CSV file, tests each on the end of it, forecasts, and
 * draws.
 */
import { svg } from "../../figures/svg.ts";
import { type Command, type Context, UsageError, type Values } from "../command.ts";
import { type About, withAbout } from "../open-model.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { Progress } from "../progress.ts";
import { type Column, readColumn } from "./column.ts";
import type { Gaussians, SeriesOptions } from "./fitted.ts";
import { seriesModels } from "./models.ts";
import { type Failure, forecastFigure, forecastText, type Result, scoreTable } from "./report.ts";
import { BAND, bounded, lastValueError, score, type Standardized, standardize } from "./scores.ts";

interface Settings {
  readonly path: string;
  readonly models: readonly string[];
  readonly fit: Omit<SeriesOptions, "progress">;
  readonly steps: number;
  readonly heldOut: number;
  readonly figure: string | undefined;
  readonly out: string | undefined;
}

/** What a saved model says of the series that it was fitted to: value = mean + sd·z. */
type SeriesAbout = About & { model: string; column: string; mean: number; sd: number };

function settingsOf({ values, signal }: Context): Settings {
  const path = values.needed("file", "a table of numbers");
  return {
    path,
    models: modelNames(values),
    fit: {
      seed: values.whole("seed", 0, 2 ** 52),
      states: values.whole("states", 1, 100),
      cells: values.whole("cells", 1, 4096),
      steps: values.whole("steps", 1),
      signal,
    },
    steps: values.whole("forecast", 1, 100_000),
    heldOut: values.number("held-out", 0.01, 0.9),
    figure: values.text("figure"),
    out: values.text("out"),
  };
}

function modelNames(values: Values): string[] {
  const names = values
    .needed("model", "names of models")
    .split(",")
    .map((name) => name.trim());
  for (const name of names)
    if (!Object.hasOwn(seriesModels, name))
      throw new UsageError(`--model is "${name}", want some of ${Object.keys(seriesModels).join(", ")}`);
  return [...new Set(names)];
}

/** The forecast and its band in the column's units. */
function inUnits(forecast: Gaussians, { mean, sd }: Standardized): Result["forecast"] {
  const { means, variances } = bounded(forecast);
  const edge = (sign: number): number[] =>
    Array.from(means, (m, h) => mean + sd * (m + sign * BAND * Math.sqrt(variances[h])));
  return { mean: edge(0), low: edge(-1), high: edge(1) };
}

/** Throws where a model's numbers are none: such a model must not be compared. */
function checkFinite({ rmse, logLikelihood, forecast }: Result): void {
  const { mean, low, high } = forecast;
  if (![rmse, logLikelihood].every(Number.isFinite))
    throw new Error(`its scores leave the range of numbers: error ${rmse}, log-likelihood ${logLikelihood}`);
  const bad = mean.findIndex((m, h) => ![m, low[h], high[h]].every(Number.isFinite));
  if (bad >= 0) throw new Error(`its forecast leaves the range of numbers at step ${bad + 1}`);
}

/** The result of one model, and its file where one is wanted and the model has one. */
interface Tried {
  readonly result: Result;
  readonly bytes: Uint8Array | undefined;
}

/** Fits one model, scores it, and lets it forecast. */
async function tryModel(
  { screen, signal }: Context,
  model: string,
  series: Standardized,
  { cut, settings }: { cut: number; settings: Settings },
): Promise<Tried> {
  const start = screen.clock();
  const bar = new Progress(screen, { title: model, steps: 100, unit: "%" });
  const fitted = await seriesModels[model](series.z.slice(0, cut), {
    ...settings.fit,
    progress: (fraction) => bar.update(Math.round(100 * fraction)),
  });
  try {
    signal.throwIfAborted();
    const forecast = inUnits(await fitted.forecast(series.z, settings.steps), series);
    const result: Result = {
      model,
      note: fitted.note,
      ...score(series, cut, fitted),
      seconds: (screen.clock() - start) / 1000,
      forecast,
    };
    checkFinite(result);
    return { result, bytes: settings.out === undefined ? undefined : fitted.save?.() };
  } finally {
    fitted.dispose();
  }
}

interface Comparison {
  readonly results: readonly Result[];
  readonly failures: readonly Failure[];
  /** The result with the largest log-likelihood, and that among models that have a file. */
  readonly best: Result;
  readonly saved: Tried | undefined;
}

const likelier = (a: Tried, b: Tried): Tried => (b.result.logLikelihood > a.result.logLikelihood ? b : a);

/** Tries all models; one that fails says so, and the others go on. Throws where none is left. */
async function compareModels(
  context: Context,
  series: Standardized,
  cut: number,
  settings: Settings,
): Promise<Comparison> {
  const { screen, signal } = context;
  const tried: Tried[] = [];
  const failures: Failure[] = [];
  for (const model of settings.models) {
    try {
      const one = await tryModel(context, model, series, { cut, settings });
      tried.push(one);
      screen.event({ event: "model", ...one.result });
    } catch (error) {
      signal.throwIfAborted();
      const failure = { model, error: (error as Error).message };
      failures.push(failure);
      screen.event({ event: "failure", ...failure });
    }
  }
  if (tried.length === 0) {
    const reasons = failures.map(({ model, error }) => `${model}: ${error}`).join("; ");
    throw new Error(`none of the models could be fitted: ${reasons}`);
  }
  const files = tried.filter(({ bytes }) => bytes);
  return {
    results: tried.map(({ result }) => result),
    failures,
    best: tried.reduce(likelier).result,
    saved: files.length > 0 ? files.reduce(likelier) : undefined,
  };
}

/** Writes what was asked for, and says everything. */
function report(
  { screen }: Context,
  column: Column,
  series: Standardized,
  { settings, compared }: { settings: Settings; compared: Comparison },
): void {
  const { results, failures, best, saved } = compared;
  const { figure, out, steps } = settings;
  const { path, name, values, cut } = column;
  const lastValue = lastValueError(series, cut);
  if (figure) {
    const inOrder = [best, ...results.filter((result) => result !== best)];
    writeWhole(figure, svg(forecastFigure(column, inOrder)));
  }
  if (out && saved) {
    const { mean, sd } = series;
    const about: SeriesAbout = { task: "series", model: saved.result.model, column: name, mean, sd };
    writeWhole(out, withAbout(saved.bytes!, about));
  }
  screen.line(`\n${scoreTable(results, failures, lastValue)}`);
  screen.line(
    `\nThe end of the series, and ${steps} steps of ${best.model}, the most probable of ` +
      `${results.length}, in a band of 95%:\n${forecastText(column, best, screen.columns)}`,
  );
  if (figure) screen.line(`Drawn in ${figure}`);
  if (out)
    screen.line(
      saved
        ? `${saved.result.model} is saved in ${out}, for the column at mean 0 and standard deviation 1`
        : `Nothing is saved in ${out}: none of these models has a file`,
    );
  screen.event({
    event: "result",
    task: "series",
    file: path,
    column: name,
    steps: values.length,
    heldOut: values.length - cut,
    lastValue,
    best: best.model,
    models: results,
    failures,
    ...(figure ? { figure } : {}),
    ...(out && saved ? { out, saved: saved.result.model } : {}),
  });
}

export const trainSeries: Command = {
  name: "train series",
  words: "",
  maxWords: 0,
  summary: "Fit models to a column of numbers, test them on its end, and forecast with bands",
  details:
    `Models: ${Object.keys(seriesModels).join(", ")}. Each is fitted on the first part of the column ` +
    `and scored one step ahead on the rest: error, and\nlog-likelihood in nats a step. Missing cells ` +
    `are allowed. Forecasts start behind the last value.\n\n  unrolled train series --file ` +
    "sunspots.csv --column value --forecast 30 --figure sunspots.svg",
  options: {
    file: { value: "FILE", help: "the table: commas, semicolons, tabs or blanks; a header or none" },
    column: { value: "C", help: "name of the column, or its place from 1; else the last one of numbers" },
    model: { value: "LIST", default: Object.keys(seriesModels).join(","), help: "models to fit" },
    forecast: { value: "N", default: "20", help: "steps to forecast" },
    figure: { value: "FILE", help: "draw series and forecasts, SVG" },
    out: { value: "FILE", help: "save the most probable model here" },
    "held-out": { value: "X", default: "0.2", help: "share of the series to test on" },
    states: { value: "N", default: "4", help: "hidden states of lds and hmm" },
    cells: { value: "N", default: "32", help: "cells of the LSTM" },
    steps: { value: "N", default: "600", help: "training steps of the LSTM" },
    seed: { value: "N", default: "1", help: "seed of everything random" },
  },
  async run(context) {
    const { screen, values } = context;
    const settings = settingsOf(context);
    checkOutputFile("figure", settings.figure);
    checkOutputFile("out", settings.out);
    const column = readColumn(settings.path, values.text("column"), settings.heldOut);
    const { path, name, cut, gaps } = column;
    const count = column.values.length;
    const series = standardize(column.values, cut);
    screen.line(
      `${path}, column ${name}: ${count} steps${gaps ? `, ${gaps} of them missing` : ""}; ` +
        `fitted on the first ${cut}, tested on ${count - cut}.`,
    );
    const compared = await compareModels(context, series, cut, settings);
    report(context, column, series, { settings, compared });
  },
};
