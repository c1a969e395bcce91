/** `unrolled forecast`: what comes after a series, by a model that `unrolled train series` saved. */
import { svg } from "../../figures/svg.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { type Column, readColumn } from "./column.ts";
import { type Forecast, forecastInUnits } from "./forecast-units.ts";
import { backtestTable, freshForecast } from "./fresh-forecast.ts";
import { forecastPanel, forecastText } from "./report.ts";
import { openSeries, type SeriesAbout } from "./saved.ts";

/** A row a step: its name, mean and band. */
const table = ({ values, stepName }: Column, { mean, low, high }: Forecast): string =>
  [
    "step,mean,low,high",
    ...mean.map((m, h) => [stepName(values.length + h), m, low[h], high[h]].join(",")),
    "",
  ].join("\n");

/** The model at work on the column, in the units that it was fitted in. */
async function forecastOf(
  path: string,
  { values, signal }: Context,
): Promise<{ about: SeriesAbout; column: Column; forecast: Forecast }> {
  for (const option of ["season", "models", "save"])
    if (values.text(option) !== undefined)
      throw new UsageError(`--${option} is for a forecaster that is fitted now, not beside ${path}`);
  const file = values.needed("file", "a table of numbers: what came before");
  const steps = values.whole("steps", 1, 100_000);
  const { model, about } = await openSeries(path, signal);
  try {
    const { mean, sd } = about;
    const column = readColumn(file, values.text("column") ?? about.column);
    const z = column.values.map((v) => v / sd - mean / sd);
    const forecast = await forecastInUnits(model, { z, mean, sd }, steps);
    signal.throwIfAborted();
    return { about, column, forecast };
  } finally {
    model.dispose();
  }
}

/** What is shown, drawn and written, whoever forecast. */
interface Shown {
  readonly column: Column;
  readonly forecast: Forecast;
  /** "ar, order 3" */
  readonly title: string;
  /** Share of what comes that the band should hold, per cent. */
  readonly band: number;
  /** What stands above the plot. */
  readonly above: string;
  /** Of --json. */
  readonly event: object;
}

/** By the model in a file. */
async function savedForecast(path: string, context: Context): Promise<Shown> {
  const { about, column, forecast } = await forecastOf(path, context);
  const { model, note } = about;
  return { column, forecast, title: `${model}, ${note}`, band: 95, above: "", event: { model } };
}

/** By a forecaster that is fitted now. */
async function newForecast(context: Context): Promise<Shown> {
  const { values } = context;
  const file = values.needed("file", "a table of numbers: what came before");
  const save = values.text("save");
  checkOutputFile("save", save);
  const { column, answer, bytes } = await freshForecast(context, file, values.whole("steps", 1, 10_000));
  if (save) writeWhole(save, bytes);
  const { means, lower, upper, model, season, scores, failures } = answer;
  const seasons = season > 1 ? `a season of ${season} steps` : "no season";
  return {
    column,
    forecast: { mean: [...means], low: [...lower], high: [...upper] },
    title: model,
    band: 90,
    above: `${column.path}, column ${column.name}: ${seasons}. Backtests:\n${backtestTable(answer)}\n`,
    event: { model, season, scores, failures, ...(save ? { saved: save } : {}) },
  };
}

export const forecastCommand: Command = {
  name: "forecast",
  words: "[MODEL]",
  maxWords: 1,
  summary: "Forecast a column of numbers, by the models that do best on its end, or by a saved one",
  details:
    "Without MODEL, models are tried in backtests beside the last value and the value of the season " +
    "before; the best three are\naveraged. With MODEL, a file of `unrolled train series --out`, the table " +
    "holds what came before: the one that it was\nfitted to, or a longer or later one in the same " +
    "units.\n\n" +
    "  unrolled forecast --file sales.csv --steps 12 --figure sales.svg\n" +
    "  unrolled forecast sunspots.safetensors --file sunspots.csv --steps 30",
  options: {
    file: { value: "FILE", help: "the table: commas, semicolons, tabs or blanks; a header or none" },
    column: { value: "C", help: "name of the column, or its place from 1; else the fitted or the last one" },
    steps: { value: "N", default: "20", help: "steps to forecast" },
    season: { value: "N", help: "steps a season, 1 for none; else it is found" },
    models: { value: "LIST", help: "models to try: ets, arima, structural, ar, lds, hmm, esn, lstm" },
    seed: { value: "N", default: "1", help: "seed of everything random" },
    figure: { value: "FILE", help: "draw series and forecast, SVG" },
    out: { value: "FILE", help: "write the forecast as a table of commas: step, mean and its band" },
    save: { value: "FILE", help: "keep the fitted forecaster, which `forecaster.load` reads" },
  },
  async run(context) {
    const { screen, values, words } = context;
    const [path] = words;
    const figure = values.text("figure");
    const out = values.text("out");
    checkOutputFile("figure", figure);
    checkOutputFile("out", out);
    const { column, forecast, title, band, above, event } =
      path === undefined ? await newForecast(context) : await savedForecast(path, context);
    if (figure) writeWhole(figure, svg(forecastPanel(column, { title, forecast, band })));
    if (out) writeWhole(out, table(column, forecast));
    const { name, values: past } = column;
    screen.line(
      `${above}${column.path}, column ${name}: ${past.length} steps, and ${forecast.mean.length} of ` +
        `${title} in a band of ${band}%:\n${forecastText(column, forecast, screen.columns)}`,
    );
    if (figure) screen.line(`Drawn in ${figure}`);
    if (out) screen.line(`Written to ${out}`);
    screen.event({ event: "result", task: "series", ...event, column: column.name, forecast });
  },
};
