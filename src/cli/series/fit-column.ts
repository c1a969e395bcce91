/** A forecaster fitted to a column of a table, and what it says of the steps to come. */
import { oneStepScores, type OneStepScores } from "../../forecasting/one-step.ts";
import { forecaster, type Forecaster } from "../../forecasting/forecaster.ts";
import type { SeriesForecast } from "../../forecasting/answers.ts";
import {
  forecastModels,
  usualModels,
  yardsticks,
  type ForecastModelName,
} from "../../forecasting/models/registry.ts";
import { OptionError } from "../../wasm/errors.ts";
import { type Context, type OptionSpec, UsageError } from "../command.ts";
import { Progress } from "../progress.ts";
import { type Column, readColumn } from "./column.ts";
import { forecasterFile } from "./saved.ts";

const choices = (Object.keys(forecastModels) as ForecastModelName[]).filter(
  (name) => !yardsticks.includes(name),
);

/** Options of whoever fits a forecaster. */
export const fitOptions = {
  season: { value: "N", help: "steps a season, 1 for none; else it is found" },
  model: { value: "LIST", help: `models to try, of ${choices.join(", ")}; else ${usualModels.join(", ")}` },
  seed: { value: "N", help: "seed of everything random; else 1" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** One-step errors by model, of those that have them. */
export type OneStep = Readonly<Partial<Record<string, OneStepScores>>>;

/** A forecaster's forecast of its column. */
export interface FittedColumn {
  readonly column: Column;
  /** What the models were fitted from. */
  readonly seed: number;
  readonly answer: SeriesForecast;
  /** The forecaster's file. */
  readonly bytes: Uint8Array;
}

/** The forecaster that the options ask for. An option that it refuses is the user's. */
async function makeForecaster({ values }: Context, horizon: number): Promise<Forecaster> {
  const [season, seed] = [values.text("season"), values.text("seed")];
  const models = values
    .text("model")
    ?.split(",")
    .map((name) => name.trim()) as ForecastModelName[] | undefined;
  try {
    return await forecaster({
      horizon,
      ...(seed === undefined ? {} : { seed: values.whole("seed", 0, 2 ** 52) }),
      ...(season === undefined ? {} : { season: values.whole("season", 1, 10_000) }),
      ...(models === undefined ? {} : { models }),
    });
  } catch (error) {
    throw error instanceof OptionError ? new UsageError(error.message) : error;
  }
}

/** Fits a forecaster to the column of the table, and asks it for `steps`. */
export async function fitColumn(context: Context, file: string, steps: number): Promise<FittedColumn> {
  const { screen, values, signal } = context;
  const column = readColumn(file, values.text("column"));
  const f = await makeForecaster(context, steps);
  try {
    const bar = new Progress(screen, { title: "models", steps: 100, unit: undefined });
    await f.fit(column.values, {
      signal,
      ...(column.dates ? { dates: column.dates.moments.map(({ ms }) => new Date(ms)) } : {}),
      onProgress: ({ fraction }) => bar.update(Math.round(100 * fraction)),
    });
    const answer = await f.forecast(steps);
    return { column, seed: f.spec.seed, answer, bytes: forecasterFile(f, column.name) };
  } finally {
    f.dispose();
  }
}

/** The one-step errors of the models that were tried, each fitted to the first four fifths of the column. */
export function oneStepOf({ column, seed, answer }: FittedColumn, { signal }: Context): Promise<OneStep> {
  const { season, scores } = answer;
  const models = Object.keys(scores).filter((name): name is ForecastModelName => name !== "average");
  return oneStepScores({ y: column.values, season, models, seed, signal });
}
