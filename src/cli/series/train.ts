/**
 * `unrolled train series`: fits models to a column of a CSV file, tests each on the end of it, forecasts, and
 * draws.
 */
import { writeFileSync } from "node:fs";
import { plot, type Mark } from "../../figures/plot.ts";
import { panels, svg } from "../../figures/svg.ts";
import { terminalPlot } from "../../figures/terminal.ts";
import { readCsv } from "../../formats/csv.ts";
import { type Command, UsageError } from "../command.ts";
import { roomFor } from "../open-model.ts";
import { figureText, Progress, timeText } from "../progress.ts";
import { seriesModels, type FittedSeries, type Gaussians } from "./models.ts";
import { readTextFile } from "../disk.ts";

/** Half-width of a 95% band in standard deviations. */
const BAND = 1.96;
const LEAST = 20; // steps to fit on
/**
 * Least variance a model may claim, relative to the series': a millionth of its spread is more digits than a
 * column of text has to say.
 */
const FLOOR = 1e-12;

/** What one model did, in the column's units. */
interface Result {
  readonly model: string;
  readonly note: string;
  /** Root mean square error one step ahead, over the held-out steps. */
  readonly rmse: number;
  /** ln p(y_t | y_<t), nats a held-out step. */
  readonly logLikelihood: number;
  /** Share of the held-out steps within the 95% band one step ahead. */
  readonly inside: number;
  readonly seconds: number;
  readonly forecast: { readonly mean: number[]; readonly low: number[]; readonly high: number[] };
}

/** The series at mean 0 and standard deviation 1 over its first `cut` steps. */
function standardize(values: Float64Array, cut: number): { z: Float64Array; mean: number; sd: number } {
  const seen = values.slice(0, cut).filter((v) => v === v);
  const mean = seen.reduce((a, b) => a + b, 0) / seen.length;
  const sd = Math.sqrt(seen.reduce((a, b) => a + (b - mean) ** 2, 0) / seen.length) || 1;
  return { z: values.map((v) => (v - mean) / sd), mean, sd };
}

const floored = ({ means, variances }: Gaussians): Gaussians => ({
  means,
  variances: Array.from(variances, (v) => Math.max(v, FLOOR)),
});

/** Scores over held-out steps that are there and that the model speaks of. */
function score(
  z: Float64Array,
  cut: number,
  said: Gaussians,
  own: ArrayLike<number> | undefined,
  sd: number,
): Pick<Result, "rmse" | "logLikelihood" | "inside"> {
  const { means, variances } = floored(said);
  let squares = 0;
  let nats = 0;
  let inside = 0;
  let count = 0;
  for (let t = cut; t < z.length; ++t) {
    const gap = z[t] - means[t];
    if (gap !== gap) continue;
    ++count;
    squares += gap * gap;
    nats +=
      (own ? own[t] : -0.5 * (Math.log(2 * Math.PI * variances[t]) + (gap * gap) / variances[t])) -
      Math.log(sd);
    inside += Number(Math.abs(gap) <= BAND * Math.sqrt(variances[t]));
  }
  return { rmse: sd * Math.sqrt(squares / count), logLikelihood: nats / count, inside: inside / count };
}

/** The figure: the end of the series and each model's forecast with its band. */
function figure(title: string, values: Float64Array, results: readonly Result[]): string {
  const shown = Math.min(values.length, Math.max(80, 3 * results[0].forecast.mean.length));
  const from = values.length - shown;
  const x = Array.from({ length: shown }, (_, i) => from + i + 1);
  return svg(
    panels(
      results.map(({ model, note, rmse, logLikelihood, forecast: { mean, low, high } }) => {
        const ahead = mean.map((_, h) => values.length + h + 1);
        const marks: Mark[] = [
          { kind: "band", x: ahead, y: low, y2: high, label: "95% band" },
          { kind: "line", x, y: values.subarray(from), label: "series", color: "#444" },
          { kind: "line", x: ahead, y: mean, label: "forecast" },
        ];
        return plot({
          title: `${title}: ${model}, ${note}`,
          note:
            `Held-out steps: error ${figureText(rmse)}, log-likelihood ${logLikelihood.toFixed(3)} ` +
            "nats a step",
          x: { label: "step" },
          marks,
          height: 300,
        });
      }),
      { columns: 1 },
    ),
  );
}

export const trainSeries: Command = {
  name: "train series",
  words: "",
  most: 0,
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
    "held-out": { value: "X", default: "0.2", help: "share of the series to test on" },
    states: { value: "N", default: "4", help: "hidden states of lds and hmm" },
    cells: { value: "N", default: "32", help: "cells of the LSTM" },
    steps: { value: "N", default: "600", help: "training steps of the LSTM" },
    seed: { value: "N", default: "1", help: "seed of everything random" },
  },
  async run({ screen, signal, values: options }) {
    const path = options.needed("file", "a table of numbers");
    const models = options
      .text("model")!
      .split(",")
      .map((name) => name.trim());
    for (const name of models)
      if (!Object.hasOwn(seriesModels, name))
        throw new UsageError(`--model is "${name}", want some of ${Object.keys(seriesModels).join(", ")}`);
    const settings = {
      seed: options.whole("seed", 0, 2 ** 52),
      states: options.whole("states", 1, 100),
      cells: options.whole("cells", 1, 4096),
      steps: options.whole("steps", 1),
      signal,
    };
    const steps = options.whole("forecast", 1, 100_000);
    const heldOut = options.number("held-out", 0.01, 0.9);
    const picture = options.text("figure");
    const table = readCsv(readTextFile(path), path);
    const column = options.text("column") ?? table.lastNumeric();
    const series = table.column(column);
    const cut = Math.floor(series.length * (1 - heldOut));
    const { z, mean, sd } = standardize(series, cut);
    const gaps = series.filter((v) => v !== v).length;
    if (cut - series.slice(0, cut).filter((v) => v !== v).length < LEAST)
      throw new UsageError(
        `${path}: column "${column}" leaves ${cut} steps to fit on, want at least ${LEAST} with numbers`,
      );
    if (series.slice(cut).every((v) => v !== v))
      throw new UsageError(
        `${path}: column "${column}" has no number in the ${series.length - cut} steps held out, ` +
          "want at least 1 to test on; give --held-out a larger share",
      );
    if (picture) roomFor(picture);
    screen.line(
      `${path}, column ${column}: ${series.length} steps${gaps ? `, ${gaps} of them missing` : ""}; ` +
        `fitted on the first ${cut}, tested on ${series.length - cut}.`,
    );
    const results: Result[] = [];
    for (const model of models) {
      const start = screen.clock();
      const bar = new Progress(screen, { title: model, steps: 100, unit: "%" });
      let fitted: FittedSeries | undefined;
      try {
        fitted = await seriesModels[model](z.slice(0, cut), {
          ...settings,
          progress: (fraction) => bar.update(Math.round(100 * fraction)),
        });
        signal.throwIfAborted();
        const { means, variances } = floored(fitted.forecast(z, steps));
        const edge = (sign: number): number[] =>
          Array.from(means, (m, h) => mean + sd * (m + sign * BAND * Math.sqrt(variances[h])));
        const result: Result = {
          model,
          note: fitted.note,
          ...score(z, cut, fitted.oneStep(z), fitted.logLikelihoods?.(z), sd),
          seconds: (screen.clock() - start) / 1000,
          forecast: { mean: edge(0), low: edge(-1), high: edge(1) },
        };
        results.push(result);
        screen.event({ event: "model", ...result });
      } finally {
        fitted?.dispose();
      }
    }
    const before = (y: Float64Array): Gaussians => ({
      means: y.map((_, t) => (t ? y[t - 1] : NaN)),
      variances: y.map(() => 1),
    });
    const last = score(z, cut, before(z), undefined, sd).rmse;
    screen.line(
      `\n${"model".padEnd(6)} ${"error".padStart(10)} ${"nats/step".padStart(10)} ${"in 95%".padStart(7)} ${"time".padStart(7)}  fitted`,
    );
    for (const { model, rmse, logLikelihood, inside, seconds, note } of results) {
      screen.line(
        `${model.padEnd(6)} ${figureText(rmse).padStart(10)} ${logLikelihood.toFixed(3).padStart(10)} ${`${(100 * inside).toFixed(0)}%`.padStart(7)} ${timeText(seconds).padStart(7)}  ${note}`,
      );
    }
    screen.line(`${"last".padEnd(6)} ${figureText(last).padStart(10)}   (the value before, for comparison)`);
    const best = results.reduce((a, b) =>
      Number.isFinite(b.logLikelihood) &&
      !(a.logLikelihood >= b.logLikelihood && Number.isFinite(a.logLikelihood))
        ? b
        : a,
    );
    const tail = Array.from(series.subarray(Math.max(0, series.length - 100)));
    if (picture) writeFileSync(picture, figure(column, series, [best, ...results.filter((r) => r !== best)]));
    const x = [...tail, ...best.forecast.mean].map((_, i) => series.length - tail.length + i + 1);
    const ahead = (edge: readonly number[]): number[] => [...tail.map(() => NaN), ...edge];
    screen.line(
      `\nThe end of the series, and ${steps} steps of ${best.model}, the most probable ` +
        `of ${results.length}, in a band of ` +
        `95%:\n${terminalPlot(x, [...tail, ...best.forecast.mean], { dotted: [ahead(best.forecast.low), ahead(best.forecast.high)], width: Math.min(72, screen.columns - 12), x: { label: `forecast from ${series.length + 1}` } })}`,
    );
    if (picture) screen.line(`Drawn in ${picture}`);
    screen.event({
      event: "result",
      task: "series",
      file: path,
      column,
      steps: series.length,
      heldOut: series.length - cut,
      lastValue: last,
      best: best.model,
      models: results,
      ...(picture ? { figure: picture } : {}),
    });
  },
};
