/** `unrolled train series`: a forecaster fitted to a column of a table, and kept in a file. */
import type { Command } from "../command.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { fitColumns, fitOptions, oneStepOf } from "./fit-column.ts";
import { filesOf, showForecast } from "./shown.ts";

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
    column: {
      value: "C",
      help: "the column by name or place from 1, some between commas, or all; else the last",
    },
    forecast: {
      value: "N",
      default: "20",
      help: "steps to forecast, and those of a backtest",
      elsewhere: ["horizon", "periods", "steps"],
    },
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
    const { fitted, bytes } = await fitColumns(context, file, values.whole("forecast", 1, 10_000));
    if (out) writeWhole(out, bytes);
    for (const one of fitted) {
      const oneStep = await oneStepOf(one, context);
      showForecast(screen, one.column, one.answer, {
        files: filesOf({ figure, table: undefined }, one.column, fitted.length),
        more: out ? { out } : {},
        oneStep,
      });
    }
    if (out)
      screen.line(`The forecaster is saved in ${out}; go on with: unrolled forecast ${out} --file ${file}`);
  },
};
