/**
 * Anomalies in the series of the Numenta Anomaly Benchmark.
 *
 *   npm run build && node bench/anomalies.js --data DIR [--by-file]
 *
 * DIR holds `combined_windows.json` and the folder `data`. The first 15% of each series, 750 steps at most,
 * only teach. Prints scores as below, and with --by-file the windows found and the alarms of each series;
 * kept in bench/results/anomalies.txt.
 *
 * NAB's own score (Lavin & Ahmad 2015): in each window the earliest alarm counts, by a sigmoid of its place,
 * an alarm outside costs, a window without costs 1; one threshold for all series, the best; 0 is a detector
 * that never speaks, 100 a perfect one. Published scores are of NAB 1.0's list, thresholds found alike.
 * Below it, what the threshold of the default risk gives, which no label has chosen: windows found, false
 * alarms, F1.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { anomalyDetector } from "../dist/anomalies/index.js";
import { median } from "./summary.js";
import { needed } from "./options.js";

const { values } = parseArgs({ options: { data: { type: "string" }, "by-file": { type: "boolean" } } });
needed("anomalies", values, "data", "the folder of the benchmark");

/** Cost of a false alarm and of a window without one; a window found counts 1. */
const profiles = {
  standard: { alarm: 0.11, missed: 1 },
  "few false alarms": { alarm: 0.22, missed: 1 },
  "few misses": { alarm: 0.11, missed: 2 },
};
/** Standard, few false alarms, few misses; as published with NAB 1.0. */
const published = [
  ["Numenta HTM", 70.5, 62.6, 75.2],
  ["CAD OSE", 69.9, 67.0, 73.2],
  ["KNN CAD", 58.0, 43.4, 64.8],
  ["Relative Entropy", 54.6, 47.6, 58.8],
  ["Random Cut Forest", 51.7, 38.4, 59.7],
  ["Twitter ADVec", 47.1, 33.6, 53.5],
  ["Windowed Gaussian", 39.6, 20.9, 47.4],
  ["Etsy Skyline", 35.7, 27.1, 44.5],
  ["Bayesian Changepoint", 17.7, 3.2, 32.2],
  ["EXPoSE", 16.4, 3.2, 26.9],
];

const DAY = 86_400_000;

/** Steps a day, where the steps divide it; else no season. */
function seasonOf(stamps) {
  const gaps = stamps.slice(1, 200).map((at, i) => at - stamps[i]);
  const gap = median(gaps);
  const steps = gap > 0 ? DAY / gap : 1;
  return Number.isInteger(steps) && steps > 4 && steps < 400 ? steps : 1;
}

const windowsOf = JSON.parse(readFileSync(join(values.data, "combined_windows.json"), "utf8"));
const files = Object.entries(windowsOf).map(([name, spans]) => {
  const rows = readFileSync(join(values.data, "data", name), "utf8")
    .trim()
    .split(/\r?\n/)
    .slice(1);
  const stamps = rows.map((row) => row.split(",")[0]);
  return {
    name,
    y: Float64Array.from(rows, (row) => Number(row.split(",")[1])),
    windows: spans.map((span) => span.map((at) => stamps.indexOf(at.slice(0, 19)))),
    season: seasonOf(stamps.map((at) => Date.parse(`${at.replace(" ", "T")}Z`))),
    probation: Math.min(Math.floor(0.15 * rows.length), 750),
  };
});

const sigmoid = (x) => (x >= 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1);

/** What an alarm at each step is worth, and in which window it is (-1: none). */
function worthOf({ y, windows }, { alarm }) {
  const worth = new Float64Array(y.length);
  const inside = new Int32Array(y.length).fill(-1);
  let next = 0;
  for (let t = 0; t < y.length; ++t) {
    while (next < windows.length && t > windows[next][1]) ++next;
    const [from, to] = windows[next] ?? [Infinity, Infinity];
    if (t >= from) {
      inside[t] = next;
      worth[t] = sigmoid(-(to - t + 1) / (to - from + 1)) / sigmoid(-1);
    } else {
      const last = windows[next - 1];
      worth[t] = alarm * sigmoid(last ? (t - last[1]) / (last[1] - last[0]) : 3);
    }
  }
  return { worth, inside };
}

/** NAB's score of some scores at the best threshold, or at a given one. */
function benchmarkScore(candidates, profile, given) {
  const points = [];
  let windows = 0;
  files.forEach((file, i) => {
    const { worth, inside } = worthOf(file, profile);
    const seen = new Set(inside.subarray(file.probation).filter((window) => window >= 0));
    windows += seen.size;
    for (const [t, score] of candidates[i])
      points.push({ score, worth: worth[t], window: inside[t] < 0 ? undefined : `${i} ${inside[t]}` });
  });
  points.sort((a, b) => b.score - a.score);
  const found = new Map();
  let total = -profile.missed * windows;
  let alarms = 0;
  let best = { total, found: 0, alarms: 0, threshold: Infinity };
  points.forEach(({ score, worth, window }, i) => {
    if (window === undefined) {
      total += worth;
      ++alarms;
    } else {
      const before = found.get(window) ?? -profile.missed;
      total += Math.max(0, worth - before);
      found.set(window, Math.max(worth, before));
    }
    const isLast = i + 1 === points.length || points[i + 1].score < score;
    const better = given === undefined ? total > best.total : score >= given;
    if (isLast && better) best = { total, found: found.size, alarms, threshold: score };
  });
  const none = -profile.missed * windows;
  return { ...best, windows, score: (100 * (best.total - none)) / (windows - none) };
}

/** Scores that are larger than all of the `rest` steps before: alarms, had the threshold been just below. */
function candidatesOf(scores, probation, rest) {
  const found = [];
  for (let t = probation; t < scores.length; ++t) {
    const before = scores.subarray(Math.max(probation, t - rest), t);
    if (scores[t] > 0 && before.every((score) => score < scores[t])) found.push([t, scores[t]]);
  }
  return found;
}

const start = performance.now();
const candidates = [];
let steps = 0;
let byDefault;
for (const { y, season, probation } of files) {
  const rest = Math.floor(0.05 * y.length);
  const detector = await anomalyDetector({ season, learn: probation, rest });
  const { scores, threshold } = detector.detect(y);
  detector.dispose();
  candidates.push(candidatesOf(scores, probation, rest));
  byDefault = threshold;
  steps += y.length;
}
const seconds = (performance.now() - start) / 1000;

const f1 = ({ found, alarms, windows }) => (2 * found) / (found + alarms + windows);
const row = (name, cells) => console.log(name.padEnd(24) + cells.map((cell) => cell.padStart(18)).join(""));
row("NAB score", Object.keys(profiles));
for (const [name, ...scores] of published)
  row(
    name,
    scores.map((score) => score.toFixed(1)),
  );
const own = Object.values(profiles).map((profile) => benchmarkScore(candidates, profile));
row(
  "anomalyDetector",
  own.map(({ score }) => score.toFixed(1)),
);
const asIs = Object.values(profiles).map((profile) => benchmarkScore(candidates, profile, byDefault));
row(
  "at the default risk",
  asIs.map(({ score }) => score.toFixed(1)),
);
for (const [name, result] of [
  ["the best threshold", own[0]],
  ["the default risk", asIs[0]],
])
  console.log(
    `At ${name} (${result.threshold.toFixed(2)} nats): ${result.found} of ${result.windows} windows, ` +
      `${result.alarms} alarms outside, F1 ${f1(result).toFixed(3)}`,
  );
console.log(`${steps} steps in ${seconds.toFixed(1)} s, ${((1e6 * seconds) / steps).toFixed(1)} µs a step`);
if (values["by-file"])
  files.forEach(({ name, windows }, i) => {
    const { inside } = worthOf(files[i], profiles.standard);
    const alarms = candidates[i].filter(([, score]) => score >= byDefault).map(([t]) => inside[t]);
    const found = new Set(alarms.filter((window) => window >= 0)).size;
    const outside = alarms.filter((window) => window < 0).length;
    console.log(`${name.padEnd(60)} ${found} of ${windows.length}, ${outside} outside`);
  });
