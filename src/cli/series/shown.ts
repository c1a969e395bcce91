/** What `unrolled train series` and `unrolled forecast` say, draw and write once there is a forecast. */
import type { SeriesForecast } from "../../forecasting/answers.ts";
import { svg } from "../../figures/svg.ts";
import type { Screen } from "../screen.ts";
import { writeWhole } from "../output-file.ts";
import type { Column } from "./column.ts";
import type { OneStep } from "./fit-column.ts";
import {
  backtestTable,
  forecastOf,
  forecastPanel,
  forecastText,
  lastValueError,
  oneStepTable,
  rankedModels,
  type Forecast,
} from "./report.ts";

/** Files that were asked for. */
export interface ForecastFiles {
  /** SVG of the series' end and the forecast. */
  readonly figure: string | undefined;
  /** Table of commas: a row a step. */
  readonly table: string | undefined;
}

/** Files of one column: where there are several, its name stands before their ends. */
export function filesOf(files: ForecastFiles, { name }: Column, columns: number): ForecastFiles {
  const own = (path: string | undefined): string | undefined =>
    columns === 1 ? path : path?.replace(/(\.[^./\\]*)?$/, `-${name.replace(/[^\w.-]/g, "_")}$1`);
  return { figure: own(files.figure), table: own(files.table) };
}

type Quantiles = Readonly<Record<string, readonly number[]>>;

/** A row a step: its name, mean and band, and the quantiles that were asked for. */
const tableOf = ({ values, stepName }: Column, { mean, low, high }: Forecast, quantiles: Quantiles): string =>
  [
    ["step,mean,low,high", ...Object.keys(quantiles)].join(","),
    ...mean.map((m, h) =>
      [stepName(values.length + h), m, low[h], high[h], ...Object.values(quantiles).map((q) => q[h])].join(
        ",",
      ),
    ),
    "",
  ].join("\n");

/** What is shown beside a forecast. */
export interface ShownBeside {
  readonly files: ForecastFiles;
  /** Goes into the event of --json. */
  readonly more: object;
  readonly oneStep?: OneStep;
  /** Whether quantiles are written beside the band. */
  readonly quantiles?: boolean;
}

/** Shows a forecast. */
export function showForecast(
  screen: Screen,
  column: Column,
  answer: SeriesForecast,
  { files, more, oneStep, quantiles: asked = false }: ShownBeside,
): void {
  const { model, season, scores, failures } = answer;
  const forecast = forecastOf(answer);
  const { figure, table } = files;
  if (figure) writeWhole(figure, svg(forecastPanel(column, { title: model, forecast })));
  const quantiles = Object.fromEntries(Object.entries(answer.quantiles).map(([p, q]) => [p, [...q]]));
  if (table) writeWhole(table, tableOf(column, forecast, asked ? quantiles : {}));
  const { path, name, values, gaps, dates } = column;
  const seasons = season > 1 ? `a season of ${season} steps` : "no season";
  const missing = gaps > 0 ? `, ${gaps} of them missing` : "";
  const moments = dates ? `; dates of ${dates.words}` : "";
  screen.line(
    `${path}, column ${name}: ${values.length} steps${missing}, ${seasons}${moments}. Backtests:\n` +
      `${backtestTable(answer)}\n${oneStepTable(oneStep)}` +
      `${forecast.mean.length} steps of ${model} in a band of 90%:\n` +
      forecastText(column, forecast, screen.columns),
  );
  if (figure) screen.line(`Drawn in ${figure}`);
  if (table) screen.line(`Written to ${table}`);
  screen.event({
    ...{ event: "result", task: "series", file: path, column: name, steps: values.length },
    ...{ model, season, models: rankedModels(scores, oneStep), failures, forecast, quantiles },
    ...{ lastValue: lastValueError(values), ...more },
  });
}
