/** `unrolled forecast`: what comes after a series, by a model that `unrolled train series` saved. */
import { svg } from "../../figures/svg.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { checkOutputFile, writeWhole } from "../output-file.ts";
import { type Column, readColumn } from "./column.ts";
import { type Forecast, forecastInUnits } from "./forecast-units.ts";
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

export const forecastCommand: Command = {
  name: "forecast",
  words: "MODEL",
  maxWords: 1,
  summary: "Go on with a series by a model that `unrolled train series` saved",
  details:
    "The table holds what came before: the one that the model was fitted to, or a longer or later one in " +
    "the same units.\n\n  unrolled forecast sunspots.safetensors --file sunspots.csv --steps 30",
  options: {
    file: { value: "FILE", help: "the table: commas, semicolons, tabs or blanks; a header or none" },
    column: { value: "C", help: "name of the column, or its place from 1; else the one that was fitted" },
    steps: { value: "N", default: "20", help: "steps to forecast" },
    figure: { value: "FILE", help: "draw series and forecast, SVG" },
    out: { value: "FILE", help: "write the forecast as a table of commas: step, mean and a band of 95%" },
  },
  async run(context) {
    const { screen, values, words } = context;
    const [path] = words;
    if (path === undefined)
      throw new UsageError(
        "forecast: MODEL is missing, want a file that `unrolled train series --out` wrote",
      );
    const figure = values.text("figure");
    const out = values.text("out");
    checkOutputFile("figure", figure);
    checkOutputFile("out", out);
    const { about, column, forecast } = await forecastOf(path, context);
    const { model, note } = about;
    if (figure) writeWhole(figure, svg(forecastPanel(column, { title: `${model}, ${note}`, forecast })));
    if (out) writeWhole(out, table(column, forecast));
    const { name, values: past } = column;
    screen.line(
      `${column.path}, column ${name}: ${past.length} steps, and ${forecast.mean.length} of ${model} ` +
        `(${note}) in a band of 95%:\n${forecastText(column, forecast, screen.columns)}`,
    );
    if (figure) screen.line(`Drawn in ${figure}`);
    if (out) screen.line(`Written to ${out}`);
    screen.event({ event: "result", task: "series", model, column: column.name, forecast });
  },
};
