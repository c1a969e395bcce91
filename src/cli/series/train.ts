/** `unrolled train series`: a forecaster fitted to a column of a table, and kept in a file. */
import type { Command } from "../command.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { fitColumn, fitOptions, oneStepOf } from "./fit-column.ts";
import { showForecast } from "./shown.ts";

export const trainSeries: Command = {
  name: "train series",
  words: "",
  maxWords: 0,
  summary: "Fit a forecaster to a column of numbers: models compared in backtests, the best averaged",
  details:
    "Each model forecasts from several places in the past, beside the last value and the value of the " +
    "season before; beside that,\nerrors one step ahead on the last fifth, by models fitted to the rest. " +
    "Missing cells are allowed. `unrolled forecast`\ndoes the same without a file of the model, and " +
    "goes on with one.\n\n" +
    "  unrolled train series --file sunspots.csv --column value --forecast 30 --out sunspots.safetensors\n" +
    "  unrolled forecast sunspots.safetensors --file later.csv --steps 30",
  options: {
    file: { value: "FILE", help: "the table: cells between separators, JSON lines or array, .npy" },
    column: { value: "C", help: "name of the column, or its place from 1; else the last one of numbers" },
    forecast: { value: "N", default: "20", help: "steps to forecast, and those of a backtest" },
    ...fitOptions,
    figure: { value: "FILE", help: "draw series and forecast, SVG" },
    out: { value: "FILE", help: "keep the fitted forecaster here" },
  },
  async run(context) {
    const { screen, values } = context;
    const file = values.needed("file", "a table of numbers");
    const [figure, out] = [values.text("figure"), values.text("out")];
    checkOutputFile("figure", figure);
    checkOutputFile("out", out);
    const fitted = await fitColumn(context, file, values.whole("forecast", 1, 10_000));
    const { column, answer, bytes } = fitted;
    const oneStep = await oneStepOf(fitted, context);
    if (out) writeWhole(out, bytes);
    showForecast(screen, column, answer, {
      files: { figure, table: undefined },
      more: out ? { out } : {},
      oneStep,
    });
    if (out)
      screen.line(`The forecaster is saved in ${out}; go on with: unrolled forecast ${out} --file ${file}`);
  },
};
