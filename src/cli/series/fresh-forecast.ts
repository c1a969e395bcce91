/** `unrolled forecast --file`: a forecaster fitted to a column, and what it says of the steps to come. */
import { forecaster, type Forecaster } from "../../forecasting/forecaster.ts";
import type { SeriesForecast } from "../../forecasting/answers.ts";
import type { ForecastModelName } from "../../forecasting/models/registry.ts";
import { OptionError } from "../../wasm/errors.ts";
import { type Context, UsageError } from "../command.ts";
import { figureText, Progress } from "../progress.ts";
import { type Column, readColumn } from "./column.ts";

/** A forecaster, its column, and its forecast. */
export interface FreshForecast {
  readonly column: Column;
  readonly answer: SeriesForecast;
  /** The forecaster's file. */
  readonly bytes: Uint8Array;
}

/** A row a model: its figures in the backtests, the chosen way first. */
export function backtestTable({ scores, failures }: SeriesForecast): string {
  const row = (model: string, cells: readonly string[]): string =>
    [model.padEnd(14), ...cells.map((cell) => cell.padStart(10))].join(" ");
  const ranked = Object.entries(scores).sort(([, a], [, b]) => a.mase - b.mase);
  return [
    row("model", ["MASE", "sMAPE %", "pinball", "in 90%"]),
    ...ranked.map(([model, { mase, smape, pinball, coverage }]) =>
      row(model, [mase.toFixed(3), smape.toFixed(2), figureText(pinball), `${(100 * coverage).toFixed(0)}%`]),
    ),
    ...failures.map(({ model, error }) => `${model.padEnd(14)} left out: ${error}`),
  ].join("\n");
}

/** The forecaster that the options ask for. An option that it refuses is the user's. */
async function makeForecaster({ values }: Context, horizon: number): Promise<Forecaster> {
  const season = values.text("season");
  const models = values.text("models")?.split(",") as ForecastModelName[] | undefined;
  try {
    return await forecaster({
      horizon,
      seed: values.whole("seed", 0, 2 ** 52),
      ...(season === undefined ? {} : { season: values.whole("season", 1, 10_000) }),
      ...(models === undefined ? {} : { models }),
    });
  } catch (error) {
    throw error instanceof OptionError ? new UsageError(error.message) : error;
  }
}

/** Fits a forecaster to the column of the table, and asks it for `steps`. */
export async function freshForecast(context: Context, file: string, steps: number): Promise<FreshForecast> {
  const { screen, values, signal } = context;
  const column = readColumn(file, values.text("column"));
  const f = await makeForecaster(context, steps);
  try {
    const bar = new Progress(screen, { title: "forecast", steps: 100, unit: "%" });
    await f.fit(column.values, {
      signal,
      onProgress: ({ fraction }) => bar.update(Math.round(100 * fraction)),
    });
    return { column, answer: await f.forecast(steps), bytes: f.save() };
  } finally {
    f.dispose();
  }
}
