// Sequences classified by `sequenceClassifier` on real data: node bench/classify.js --data DIR [--only NAME]
// [--seed N]. DIR holds japanese-vowels, classification and gestures. Prints a table: set, accuracy, seed,
// seconds of one core.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { adam, bidirectional, delayTaps, dropout, gru, ramp, sequenceClassifier } from "../dist/index.js";

const { values } = parseArgs({
  options: { data: { type: "string" }, only: { type: "string" }, seed: { type: "string", default: "1" } },
});
if (!values.data) {
  console.error(
    "classify: --data DIR is missing, want the folder of japanese-vowels, classification and gestures",
  );
  process.exit(2);
}
const seed = Number(values.seed);
const json = (...path) => JSON.parse(readFileSync(join(values.data, ...path), "utf8"));

/** Cases of a file of the UCR/UEA archive: dimensions side by side, the label last. */
function archive(name, part) {
  const lines = readFileSync(join(values.data, "classification", `${name}_${part}.ts`), "utf8").split("\n");
  return lines
    .filter((line) => line.trim() && !/^[@#]/.test(line))
    .map((line) => {
      const parts = line.trim().split(":");
      const label = parts.pop();
      const columns = parts.map((part) => part.split(",").map(Number));
      return { label, input: columns[0].map((_, t) => columns.map((column) => column[t])) };
    });
}

const vowels = () => {
  const items = (list) => list.map(({ label, x }) => ({ label: String(label), input: x }));
  const { train, test } = json("japanese-vowels", "japanese-vowels.json");
  return { train: items(train), test: items(test) };
};
const split = (name) => () => ({ train: archive(name, "TRAIN"), test: archive(name, "TEST") });
const gestures = (name) => () => ({
  all: json("gestures", `${name}.json`).map(({ label, x, y, z }) => ({
    label,
    input: x.map((_, t) => [x[t], y[t], z[t]]),
  })),
});

/** Both directions of time on the last few steps, between two dropouts. */
const both = (units, { taps = 1, before = 0.2, behind = 0.5 } = {}) => [
  ...(before > 0 ? [dropout(before)] : []),
  ...(taps > 1 ? [delayTaps(taps)] : []),
  bidirectional(gru(units)),
  dropout(behind),
];
const sets = {
  "japanese-vowels": { data: vowels, layers: () => both(64, { taps: 3 }), steps: 500, rate: 0.005 },
  BasicMotions: { data: split("BasicMotions"), layers: () => both(32), steps: 200, rate: 0.01 },
  GunPoint: {
    data: split("GunPoint"),
    layers: () => both(32, { taps: 8, before: 0, behind: 0.2 }),
    steps: 300,
    rate: 0.01,
  },
  ItalyPowerDemand: {
    data: split("ItalyPowerDemand"),
    layers: () => both(32, { before: 0.1, behind: 0.3 }),
    steps: 300,
    rate: 0.01,
  },
  wand: { data: gestures("wand"), layers: () => both(24), steps: 80, rate: 0.01 },
  "shake-still-circle": {
    data: gestures("shake-still-circle"),
    layers: () => both(16),
    steps: 60,
    rate: 0.01,
  },
  "still-wave-clap": { data: gestures("still-wave-clap"), layers: () => both(16), steps: 60, rate: 0.01 },
  "activity-timer": { data: gestures("activity-timer"), layers: () => both(16), steps: 60, rate: 0.01 },
};

/** Learns from some items and answers how many of others are right. */
async function learn({ layers, steps, rate }, train, test, labels) {
  const input = train[0].input[0].length;
  const classifier = await sequenceClassifier({ labels, input, layers: layers(), seed });
  await classifier.fit(train, {
    steps,
    batch: 32,
    optimizer: adam({ rate: ramp({ from: rate, to: rate / 20, until: steps }), clip: 1 }),
  });
  const { accuracy } = await classifier.evaluate(test);
  classifier.dispose();
  return Math.round(accuracy * test.length);
}

console.log("set                  right      accuracy  seed  seconds");
for (const [name, set] of Object.entries(sets)) {
  if (values.only && values.only !== name) continue;
  const start = process.cpuUsage();
  const { train, test, all } = set.data();
  const labels = [...new Set((all ?? train).map(({ label }) => label))].sort();
  let right = 0;
  if (all)
    for (let i = 0; i < all.length; ++i)
      right += await learn(set, [...all.slice(0, i), ...all.slice(i + 1)], [all[i]], labels);
  else right = await learn(set, train, test, labels);
  const count = (all ?? test).length;
  const { user, system } = process.cpuUsage(start);
  const share = ((100 * right) / count).toFixed(1);
  console.log(
    `${name.padEnd(20)} ${`${right}/${count}`.padEnd(10)} ${`${share}%`.padStart(7)} ` +
      `${String(seed).padStart(5)} ${((user + system) / 1e6).toFixed(1).padStart(8)}`,
  );
}
