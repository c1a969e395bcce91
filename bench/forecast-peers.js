/**
 * Automatic forecasts of 100 monthly series, beside the packages for series that npm's users install most:
 *
 *   npm run build && node bench/forecast-peers.js --data DIR [--count 100] [--peers build/peers]
 *     [--only NAME,NAME]
 *
 * DIR holds tables of comma-separated values. Of every column whose dates are months, pieces of at most 120
 * steps are taken that end at places evenly apart, `count` pieces in all; each way forecasts the 12 steps
 * behind a piece, and is told that a season has 12. MASE is over the mean |y_t - y_{t-12}| of the piece.
 * Seconds are those of the processor in one process, one thread, without loading and compiling. Prints a row
 * a way (of those whose names have a NAME in them), kept in bench/results/forecast-peers.txt.
 *
 * The packages are no dependencies of the project: they are installed into the folder of --peers, in the
 * versions below. Ends with 1 where the registry is not reachable.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { forecaster } from "../dist/index.js";
import { findDates, inSteps } from "../dist/cli/series/date-column.js";
import { readCsv } from "../dist/formats/csv.js";
import { continuedMoment, usualSeasons } from "../dist/forecasting/dates.js";
import { stopwatch } from "./clock.js";
import { mean, median } from "./summary.js";
import { needed } from "./options.js";

const VERSIONS = { "@bsull/augurs": "0.10.2", arima: "0.2.8" };
const SEASON = 12;
const LONGEST = 120;
const SHORTEST = 60;

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    count: { type: "string", default: "100" },
    peers: { type: "string", default: "build/peers" },
    only: { type: "string" },
  },
});
needed("forecast-peers", values, "data", "a folder of tables");

/** The columns of a table without missing values, where its dates are months. */
function monthlyColumns(file) {
  const table = readCsv(readFileSync(join(values.data, file), "utf8"), file);
  const dates = findDates(table, "");
  if (!dates || usualSeasons(dates.moments)[0] !== SEASON || !continuedMoment(dates.moments)) return [];
  return table.names.flatMap((name) => {
    try {
      const y = inSteps(table.column(name), dates);
      return y.length >= SHORTEST + SEASON && y.every(Number.isFinite) ? [{ file, name, y }] : [];
    } catch {
      return []; // not a column of numbers
    }
  });
}

/** All columns, each once: tables of different collections hold the same series. */
function allColumns() {
  const seen = new Map();
  for (const file of readdirSync(values.data).sort())
    if (file.endsWith(".csv"))
      for (const column of monthlyColumns(file)) {
        const key = column.y.slice(0, SHORTEST).join();
        if (!seen.has(key)) seen.set(key, column);
      }
  return [...seen.values()];
}

/** Pieces and what came after them, as many of each column as of the others. */
function allPieces(columns, count) {
  return Array.from({ length: count }, (_, i) => {
    const { y, file, name } = columns[i % columns.length];
    const round = Math.floor(i / columns.length);
    const rounds = Math.ceil(count / columns.length);
    const last = y.length - SEASON;
    const end = last - Math.round((round * (last - SHORTEST)) / Math.max(1, rounds - 1));
    return { file, name, past: y.slice(Math.max(0, end - LONGEST), end), truth: y.slice(end, end + SEASON) };
  });
}

/** Forecasts by the library, with options beside the season. */
const own = (options) => async (past) => {
  const f = await forecaster({ horizon: SEASON, season: SEASON, seed: 1, ...options });
  try {
    await f.fit(past);
    return f.forecast().quantiles["0.5"];
  } finally {
    f.dispose();
  }
};

/** Installs the packages, unless they are there; what came of it. */
function install(folder) {
  if (Object.keys(VERSIONS).every((name) => existsSync(join(folder, "node_modules", name)))) return true;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: VERSIONS }));
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  return spawnSync("npm", ["install", ...flags], { cwd: folder, stdio: "inherit" }).status === 0;
}

/** The packages' ways. arima's search is bounded: with its largest orders it takes 20 seconds a series. */
async function peerWays(folder) {
  const require = createRequire(join(folder, "package.json"));
  const augurs = join(folder, "node_modules/@bsull/augurs");
  const { MSTL, initSync } = await import(pathToFileURL(join(augurs, "mstl.js")).href);
  initSync({ module: readFileSync(join(augurs, "mstl_bg.wasm")) });
  const ARIMA = require("arima");
  const orders = { p: 2, d: 1, q: 2, P: 1, D: 1, Q: 1, s: SEASON };
  return {
    [`augurs ${VERSIONS["@bsull/augurs"]}, MSTL with ETS`]: (past) => {
      const model = MSTL.ets([SEASON]);
      model.fit(past);
      return model.predict(SEASON).point;
    },
    [`arima ${VERSIONS.arima}, auto up to (2,1,2)(1,1,1)`]: (past) =>
      new ARIMA({ auto: true, ...orders, verbose: false }).train([...past]).predict(SEASON)[0],
  };
}

function maseOf(forecast, { past, truth }) {
  const scale = mean(Array.from(past.slice(SEASON), (v, t) => Math.abs(v - past[t])));
  return mean(Array.from(truth, (v, h) => Math.abs(v - forecast[h]))) / scale;
}

/** Error of each piece, NaN where the way fails, and seconds of all. */
async function measure(way, pieces) {
  await way(pieces[0].past).catch?.(() => {});
  const errors = [];
  const seconds = stopwatch();
  for (const piece of pieces) {
    try {
      errors.push(maseOf(await way(piece.past), piece));
    } catch {
      errors.push(NaN);
    }
  }
  return { errors, seconds: seconds() };
}

const columns = allColumns();
if (columns.length === 0) throw new Error(`${values.data} has no table of months`);
const pieces = allPieces(columns, Number(values.count));
const folder = resolve(values.peers);
const installed = install(folder);
const ways = {
  "unrolled, forecaster": own({}),
  "unrolled, forecaster of ets alone": own({ models: ["ets"], choose: "best", origins: 1 }),
  "unrolled, forecaster of arima alone": own({ models: ["arima"], choose: "best", origins: 1 }),
  ...(installed ? await peerWays(folder) : {}),
  "the value of 12 steps before": (past) => past.slice(-SEASON),
};
console.log(
  `${pieces.length} pieces of ${columns.length} monthly series: ` +
    `${columns.map(({ file, name }) => `${file} ${name}`).join(", ")}`,
);
console.log(`Node ${process.version}, ${cpus()[0].model}, one thread`);
console.log(`${"".padEnd(44)}   seconds  a series      MASE    median    failed`);
const log = console.log;
for (const [name, way] of Object.entries(ways)) {
  if (values.only && !values.only.split(",").some((part) => name.includes(part))) continue;
  console.log = () => {}; // what the packages say of their searches
  const { errors, seconds } = await measure(async (past) => way(past), pieces);
  console.log = log;
  const known = errors.filter(Number.isFinite);
  const cells = [
    seconds.toFixed(2),
    `${((1000 * seconds) / pieces.length).toFixed(1)} ms`,
    mean(known).toFixed(3),
    median(known)?.toFixed(3) ?? "-",
    String(errors.length - known.length),
  ];
  console.log(name.padEnd(44) + cells.map((cell) => cell.padStart(10)).join(""));
}
if (!installed) {
  console.error(`augurs and arima were not measured: npm could not install them into ${folder}`);
  process.exit(1);
}
