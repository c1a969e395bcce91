/** A forecaster fitted to a column of a table, and what it says of the steps to come. */
import { oneStepScores, type OneStepScores } from "../../forecasting/one-step.ts";
import { forecaster, type Forecaster } from "../../forecasting/forecaster.ts";
import type { ForecasterSpec } from "../../forecasting/spec.ts";
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
import { listed, readColumns, type Column } from "./column.ts";
import { forecasterFile } from "./saved.ts";

const choices = (Object.keys(forecastModels) as ForecastModelName[]).filter(
  (name) => !yardsticks.includes(name),
);

/** Options of whoever fits a forecaster. */
export const fitOptions = {
  season: { value: "N", help: "steps a season, 1 for none; else it is found" },
  model: { value: "LIST", help: `models to try, of ${choices.join(", ")}; else ${usualModels.join(", ")}` },
  choose: { value: "HOW", help: "average of the best models, or best alone; else average" },
  calendar: { value: "LIST", help: "what models may know of the dates: month, weekday, hour" },
  inputs: { value: "LIST", help: "columns known in advance; rows at the end with these alone are to come" },
  quantiles: { value: "LIST", help: "probabilities to write beside mean and band, as .1,.5,.9" },
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
}

/** Forecasts of columns by one forecaster. */
export interface FittedColumns {
  readonly fitted: readonly FittedColumn[];
  /** The forecaster's file. */
  readonly bytes: Uint8Array;
}

/** The forecaster that the options ask for. An option that it refuses is the user's. */
async function makeForecaster({ values }: Context, horizon: number): Promise<Forecaster> {
  const given = <T>(name: string, read: (text: string) => T): Record<string, T> => {
    const text = values.text(name);
    return text === undefined ? {} : { [name]: read(text) };
  };
  const { model: models, ...rest } = {
    ...given("seed", () => values.whole("seed", 0, 2 ** 52)),
    ...given("season", () => values.whole("season", 1, 10_000)),
    ...given("model", listed),
    ...given("choose", (text) => text),
    ...given("calendar", listed),
    ...given("quantiles", (text) => listed(text).map(Number)),
  } as Omit<ForecasterSpec, "horizon"> & { model?: ForecastModelName[] };
  try {
    return await forecaster({ horizon, ...rest, ...(models ? { models } : {}) });
  } catch (error) {
    throw error instanceof OptionError ? new UsageError(error.message) : error;
  }
}

/** Steps to forecast where neither the user nor inputs say how many. */
const STEPS = 20;

/** Fits a forecaster to columns of the table, and asks it for `steps`, else for those that inputs know. */
export async function fitColumns(
  context: Context,
  file: string,
  asked: number | undefined,
): Promise<FittedColumns> {
  const { screen, values, signal } = context;
  const { columns, inputs, ahead } = readColumns(file, values.text("column"), listed(values.text("inputs")));
  const steps = asked ?? (ahead || STEPS);
  const f = await makeForecaster(context, steps);
  const [{ dates }] = columns;
  try {
    const bar = new Progress(screen, { title: "models", steps: 100, unit: undefined });
    const table = Object.fromEntries(columns.map(({ name, values: y }) => [name, y]));
    await f.fit(columns.length === 1 ? columns[0].values : table, {
      signal,
      ...(Object.keys(inputs).length > 0 ? { inputs } : {}),
      ...(dates ? { dates: dates.moments.map(({ ms }) => new Date(ms)) } : {}),
      onProgress: ({ fraction }) => bar.update(Math.round(100 * fraction)),
    });
    const answers = columns.length === 1 ? { "": f.forecast(steps) } : f.forecastAll(steps);
    const fitted = Object.values(answers).map((answer, i) => ({
      column: columns[i],
      seed: f.spec.seed,
      answer,
    }));
    const only = columns.length === 1 ? columns[0].name : undefined;
    return { fitted, bytes: forecasterFile(f, only) };
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
