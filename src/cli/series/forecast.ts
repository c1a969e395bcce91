/** `unrolled forecast`: what comes after a column of numbers, by a forecaster fitted now, or a saved one. */
import type { SeriesForecast } from "../../forecasting/answers.ts";
import { type Command, type Context, type Values, UsageError } from "../command.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { type Column, listed, readColumns } from "./column.ts";
import { fitColumns, fitOptions, type FittedColumn } from "./fit-column.ts";
import { openForecaster } from "./saved.ts";
import { filesOf, showForecast } from "./shown.ts";

/** A column, and what is said of the steps to come. */
interface Answered {
  readonly column: Column;
  readonly answer: SeriesForecast;
}

/** The saved forecaster at work on the column. */
async function savedForecast(path: string, { values, signal }: Context): Promise<Answered> {
  for (const option of [...Object.keys(fitOptions), "save"])
    if (option !== "inputs" && values.text(option) !== undefined)
      throw new UsageError(`--${option} is for a forecaster that is fitted now, not beside ${path}`);
  const file = values.needed("file", "a table of numbers: what came before");
  const { f, column: fitted } = await openForecaster(path);
  try {
    const known = listed(values.text("inputs"));
    const { columns, inputs, ahead } = readColumns(file, values.text("column") ?? fitted, known);
    if (columns.length > 1)
      throw new UsageError(`--column names ${columns.length} columns, want one beside ${path}`);
    const [column] = columns;
    const steps = stepsOf(values) ?? (ahead || STEPS);
    const beside = known.length > 0 ? { inputs } : {};
    const answer = f.forecast(steps, { history: column.values, ...beside });
    signal.throwIfAborted();
    return { column, answer };
  } finally {
    f.dispose();
  }
}

/** Steps from a saved forecaster where the user does not say how many. */
const STEPS = 20;

const stepsOf = (values: Values): number | undefined =>
  values.text("steps") === undefined ? undefined : values.whole("steps", 1, 10_000);

/** A forecaster that is fitted now. */
async function newForecast(
  context: Context,
): Promise<{ answers: readonly FittedColumn[]; saved: string | undefined }> {
  const { values } = context;
  const file = values.needed("file", "a table of numbers: what came before");
  const saved = values.text("save");
  checkOutputFile("save", saved);
  const { bytes, fitted } = await fitColumns(context, file, stepsOf(values));
  if (saved) writeWhole(saved, bytes);
  return { answers: fitted, saved };
}

export const forecastCommand: Command = {
  name: "forecast",
  words: "[MODEL]",
  maxWords: 1,
  summary: "Forecast a column of numbers, by the models that do best on its end, or by a saved one",
  details:
    "Without MODEL, models are tried in backtests beside the last value and the value of the season\n" +
    "before; those that did best are averaged. With MODEL, a file of `unrolled train series --out` or\n" +
    "--save, the table holds what came before: the one that it was fitted to, or a longer one of the\n" +
    "same series. --inputs are then its columns of the inputs that the forecaster was fitted beside,\n" +
    "also of steps to come.\n\n" +
    "  unrolled forecast --file sales.csv --steps 12 --figure sales.svg\n" +
    "  unrolled forecast --file shops.csv --column all --inputs price --calendar weekday --out next.csv\n" +
    "  unrolled forecast sunspots.safetensors --file sunspots.csv --steps 30\n" +
    "  unrolled forecast shop.safetensors --file shop-until-today.csv --inputs price",
  options: {
    file: { value: "FILE", help: "the table: cells between separators, JSON lines or array, .npy" },
    column: {
      value: "C",
      help: "the column by name or place from 1, some between commas, or all; else the fitted or the last",
    },
    steps: {
      value: "N",
      help: "steps to forecast; else 20, or those of which inputs are known",
      elsewhere: ["horizon", "periods", "forecast"],
    },
    ...fitOptions,
    figure: { value: "FILE", help: "draw series and forecast, SVG" },
    out: { value: "FILE", help: "write the forecast as a table of commas: step, mean and its band" },
    save: { value: "FILE", help: "keep the fitted forecaster, which `forecaster.load` reads" },
  },
  async run(context) {
    const { screen, values, words } = context;
    const [path] = words;
    const [figure, table] = [values.text("figure"), values.text("out")];
    checkOutputFile("figure", figure);
    checkOutputFile("out", table);
    const { answers, saved } =
      path === undefined
        ? await newForecast(context)
        : { answers: [await savedForecast(path, context)], saved: undefined };
    for (const { column, answer } of answers)
      showForecast(screen, column, answer, {
        files: filesOf({ figure, table }, column, answers.length),
        more: saved ? { saved } : {},
        quantiles: values.text("quantiles") !== undefined,
      });
  },
};
