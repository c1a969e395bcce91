/**
 * `unrolled train series`: fits models to a column of a CSV file, tests each on the end of it, forecasts, and
 * draws.
 */
import { svg } from "../../figures/svg.ts";
import { type Command, type Context, UsageError, type Values } from "../command.ts";
import { withAbout } from "../open-model.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { Progress } from "../progress.ts";
import { type CutColumn, readCutColumn } from "./column.ts";
import type { FittedSeries, SeriesOptions } from "./fitted.ts";
import { seriesModels } from "./models.ts";
import { forecastInUnits } from "./forecast-units.ts";
import { type Failure, forecastFigure, forecastText, type Result, scoreTable } from "./report.ts";
import { type SeriesAbout } from "./saved.ts";
import { lastValueError, score, type Standardized, standardize } from "./scores.ts";

interface Settings {
  readonly path: string;
  readonly models: readonly string[];
  readonly fit: Omit<SeriesOptions, "progress">;
  readonly steps: number;
  readonly heldOut: number;
  readonly figure: string | undefined;
  readonly out: string | undefined;
}

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

/** Throws where a model's scores are no numbers: such a model must not be compared. */
function checkFinite({ rmse, logLikelihood }: Result): void {
  if (![rmse, logLikelihood].every(Number.isFinite))
    throw new Error(`its scores leave the range of numbers: error ${rmse}, log-likelihood ${logLikelihood}`);
}

/** The result of one model, and its file where one is wanted. */
interface Tried {
  readonly result: Result;
  readonly bytes: Uint8Array | undefined;
}

/** The file of a fitted model. */
function fileOf(fitted: FittedSeries, about: Omit<SeriesAbout, "task">): Uint8Array {
  return withAbout(fitted.save(), { task: "series", ...about });
}

/** Fits one model, scores it, and lets it forecast. */
async function tryModel(
  { screen, signal }: Context,
  model: string,
  series: Standardized,
  { column: { name: column, cut }, settings }: { column: CutColumn; settings: Settings },
): Promise<Tried> {
  const start = screen.clock();
  const bar = new Progress(screen, { title: model, steps: 100, unit: "%" });
  const fitted = await seriesModels[model].fit(series.z.slice(0, cut), {
    ...settings.fit,
    progress: (fraction) => bar.update(Math.round(100 * fraction)),
  });
  try {
    signal.throwIfAborted();
    const forecast = await forecastInUnits(fitted, series, settings.steps);
    const result: Result = {
      model,
      note: fitted.note,
      ...score(series, cut, fitted),
      seconds: (screen.clock() - start) / 1000,
      forecast,
    };
    checkFinite(result);
    const { mean, sd } = series;
    const about = { model, column, mean, sd, note: fitted.note, ...fitted.simulated };
    return { result, bytes: settings.out === undefined ? undefined : fileOf(fitted, about) };
  } finally {
    fitted.dispose();
  }
}

interface Comparison {
  readonly results: readonly Result[];
  readonly failures: readonly Failure[];
  /** The one with the largest log-likelihood. */
  readonly best: Tried;
}

const likelier = (a: Tried, b: Tried): Tried => (b.result.logLikelihood > a.result.logLikelihood ? b : a);

/** Tries all models; one that fails says so, and the others go on. Throws where none is left. */
async function compareModels(
  context: Context,
  series: Standardized,
  column: CutColumn,
  settings: Settings,
): Promise<Comparison> {
  const { screen, signal } = context;
  const tried: Tried[] = [];
  const failures: Failure[] = [];
  for (const model of settings.models) {
    try {
      const one = await tryModel(context, model, series, { column, settings });
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
  return { results: tried.map(({ result }) => result), failures, best: tried.reduce(likelier) };
}

/** Writes what was asked for, and says everything. */
function report(
  { screen }: Context,
  column: CutColumn,
  series: Standardized,
  { settings, compared }: { settings: Settings; compared: Comparison },
): void {
  const { results, failures } = compared;
  const { result: best, bytes } = compared.best;
  const { figure, out, steps } = settings;
  const { path, name, values, cut } = column;
  const lastValue = lastValueError(series, cut);
  if (figure) {
    const inOrder = [best, ...results.filter((result) => result !== best)];
    writeWhole(figure, svg(forecastFigure(column, inOrder)));
  }
  if (out && bytes) writeWhole(out, bytes);
  screen.line(`\n${scoreTable(results, failures, lastValue)}`);
  screen.line(
    `\nThe end of the series, and ${steps} steps of ${best.model}, the most probable of ` +
      `${results.length}, in a band of 95%:\n${forecastText(column, best.forecast, screen.columns)}`,
  );
  if (figure) screen.line(`Drawn in ${figure}`);
  if (out)
    screen.line(`${best.model} is saved in ${out}; go on with: unrolled forecast ${out} --file ${path}`);
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
    ...(out ? { out, saved: best.model } : {}),
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
    const column = readCutColumn(settings.path, values.text("column"), settings.heldOut);
    const { path, name, cut, gaps } = column;
    const count = column.values.length;
    const series = standardize(column.values, cut);
    screen.line(
      `${path}, column ${name}: ${count} steps${gaps ? `, ${gaps} of them missing` : ""}; ` +
        `fitted on the first ${cut}, tested on ${count - cut}.`,
    );
    const compared = await compareModels(context, series, column, settings);
    report(context, column, series, { settings, compared });
  },
};
