/**
 * Forecasts of the end of each series in a folder of tables, beside the naive ones and the single models.
 *
 *   npm run build && node bench/forecast.js --data DIR [--origins 3] [--longest 500]
 *     [--models ets,theta,arima,structural,ar]
 *
 * DIR holds files of comma-separated values; the last column of numbers of each is the series, its last 500
 * steps. Prints a row a series, the means and what the bands hold; kept in bench/results/forecast.txt.
 *
 * The last H steps are forecast from what comes before, then the H before these, and so on, `origins` times;
 * each time everything is fitted anew. MASE is over the mean |y_t - y_{t-m}| of the part before.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { forecaster } from "../dist/index.js";
import { readCsv } from "../dist/formats/csv.js";
import { mean } from "./summary.js";
import { needed } from "./options.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    origins: { type: "string", default: "3" },
    models: { type: "string", default: "ets,theta,arima,structural,ar" },
    longest: { type: "string", default: "500" },
  },
});
needed("forecast", values, "data", "a folder of tables");
const singles = values.models.split(",");
const ways = ["average", ...singles, "naive", "seasonalNaive"];

/** Steps that a forecast wants before it. */
const SHORTEST = 10;
const horizonOf = (season) => (season >= 2 && season <= 24 ? Math.max(6, season) : 12);

function scale(y, season) {
  const gaps = [];
  for (let t = season; t < y.length; ++t) gaps.push(Math.abs(y[t] - y[t - season]));
  return mean(gaps.filter((gap) => !Number.isNaN(gap)));
}

/** What each way says of the steps behind `past`; a model that fails says so, and is left out of its row. */
async function forecastAll(past, horizon) {
  const answers = {};
  let season = 1;
  const f = await forecaster({ horizon, models: singles, seed: 1 });
  try {
    await f.fit(past);
    answers.average = f.forecast();
    season = answers.average.season;
  } finally {
    f.dispose();
  }
  for (const way of ways.slice(1)) {
    try {
      answers[way] = await alone(way, past, horizon);
    } catch (error) {
      console.error(`${way}: ${error.message}`);
    }
  }
  return { answers, season };
}

/** One model's own forecast, whatever else is better. */
async function alone(way, past, horizon) {
  const { forecastModels } = await import("../dist/forecasting/models/registry.js");
  const { findSeason } = await import("../dist/forecasting/season.js");
  const transforms = await import("../dist/forecasting/transform.js");
  const { elementwise } = await import("../dist/inference/elementwise.js");
  const { inferenceEngine } = await import("../dist/inference/inference-engine.js");
  const math = elementwise(await inferenceEngine());
  const season = findSeason(past);
  const transform = transforms.measureTransform(past, season, "auto", math);
  const z = transforms.standardized(past, transform, math);
  const model = await forecastModels[way].fit({ z, season }, { seed: 1, math });
  try {
    const { means } = model.forecast({ z }, horizon);
    return { quantiles: { 0.5: transforms.inUnits(means, transform, math) } };
  } finally {
    model.dispose();
  }
}

const rows = [];
const inside = [];
for (const file of readdirSync(values.data)
  .filter((name) => name.endsWith(".csv"))
  .sort()) {
  const table = readCsv(readFileSync(join(values.data, file), "utf8"), file);
  const whole = table.column(table.lastNumeric());
  const y = whole.slice(Math.max(0, whole.length - Number(values.longest)));
  const { findSeason } = await import("../dist/forecasting/season.js");
  const horizon = Math.min(horizonOf(findSeason(y)), Math.floor(y.length / 4));
  const sums = Object.fromEntries(ways.map((way) => [way, []]));
  const start = performance.now();
  for (let origin = 1; origin <= Number(values.origins); ++origin) {
    const cut = y.length - origin * horizon;
    if (cut < SHORTEST) break;
    const past = y.slice(0, cut);
    const truth = y.slice(cut, cut + horizon);
    const { answers, season } = await forecastAll(past, horizon);
    const unit = scale(past, season);
    for (const way of Object.keys(answers)) {
      const gaps = [...truth].map((v, h) => Math.abs(v - answers[way].quantiles["0.5"][h]));
      sums[way].push(mean(gaps.filter((v) => !Number.isNaN(v))) / unit);
    }
    const { lower, upper } = answers.average;
    truth.forEach((v, h) => Number.isNaN(v) || inside.push(v >= lower[h] && v <= upper[h]));
  }
  // a way that failed at every origin has no figure: NaN
  const row = Object.fromEntries(ways.map((way) => [way, mean(sums[way])]));
  rows.push(row);
  const cells = ways.map((way) => row[way].toFixed(3).padStart(13)).join("");
  if (rows.length === 1) console.log("MASE".padEnd(32) + ways.map((way) => way.padStart(13)).join(""));
  console.log(`${file.padEnd(32)}${cells}  ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
const means = ways.map((way) => mean(rows.map((row) => row[way]).filter((v) => !Number.isNaN(v))));
console.log(`${"mean".padEnd(32)}${means.map((v) => v.toFixed(3).padStart(13)).join("")}`);
const rivals = rows.filter((row) => singles.every((way) => !Number.isNaN(row[way])));
const best = Math.min(...singles.map((way) => mean(rivals.map((row) => row[way]))));
console.log(
  `the forecaster's error beside that of the best of its models, over the ${rivals.length} series on which ` +
    `all of these answer: ${(mean(rivals.map(({ average }) => average)) / best).toFixed(3)}`,
);
const share = (100 * inside.filter(Boolean).length) / inside.length;
console.log(`within the bands of 90%: ${share.toFixed(1)}% of ${inside.length} values`);
