/**
 * Sequences classified by `sequenceClassifier` on real data.
 *
 *   npm run build && node bench/classify.js --data DIR [--only NAME] [--seed N] [--validate]
 *
 * DIR holds japanese-vowels, classification and gestures; default: UNROLLED_DATA. Prints a table: set,
 * accuracy, seed, seconds of one core; kept in bench/results/classify.txt. Sets with a split are told once,
 * by nets that learned from the training data; with --validate, training data in five parts. Gestures: leave
 * one out.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { augmented, withChanges } from "./augment.js";
import { stopwatch } from "./clock.js";
import { adam, bidirectional, delayTaps, dropout, gru, ramp, sequenceClassifier } from "../dist/index.js";
import { needed } from "./options.js";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: process.env.UNROLLED_DATA },
    only: { type: "string" },
    seed: { type: "string", default: "1" },
    validate: { type: "boolean" },
  },
});
needed("classify", values, "data", "the folder of japanese-vowels, classification and gestures");
const seed = Number(values.seed);
const FOLDS = 5;
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

/** Gestures: whichever way the device is held, so many are turned in space; three nets answer together. */
const gesture = (name) => ({
  data: gestures(name),
  layers: () => both(24, { taps: 4, before: 0.1, behind: 0.3 }),
  steps: 200,
  rate: 0.01,
  nets: 3,
  changes: true,
  augment: { copies: 10, noise: 0.02, scale: 0.1, warp: 0.2, turn: true },
});

// Recipes are chosen by cross-validation on the training data (--validate). Gestures have no test data:
// theirs is chosen by six folds of the recordings that are then left out one by one.
const sets = {
  "japanese-vowels": {
    data: vowels,
    layers: () => both(64, { taps: 3 }),
    steps: 500,
    rate: 0.005,
    augment: { copies: 3, noise: 0.1, scale: 0.05, warp: 0.15 },
  },
  BasicMotions: { data: split("BasicMotions"), layers: () => both(32), steps: 200, rate: 0.01 },
  GunPoint: {
    data: split("GunPoint"),
    layers: () => both(32, { taps: 8, before: 0, behind: 0.2 }),
    steps: 400,
    rate: 0.01,
    nets: 3,
    augment: { copies: 4, noise: 0.03, scale: 0.1, warp: 0.1 },
  },
  ItalyPowerDemand: {
    data: split("ItalyPowerDemand"),
    layers: () => [gru(32), dropout(0.5)],
    pool: "last",
    steps: 200,
    rate: 0.01,
    nets: 3,
    augment: { copies: 10, noise: 0.3, scale: 0.1 },
  },
  wand: gesture("wand"),
  "shake-still-circle": gesture("shake-still-circle"),
  "still-wave-clap": gesture("still-wave-clap"),
  "activity-timer": gesture("activity-timer"),
};

/** Learns from some items and answers how many of others are right: the mean of the nets' probabilities. */
async function learn(set, train, test, labels) {
  const { layers, steps, rate, pool = "steps", nets = 1, changes = false, augment = { copies: 0 } } = set;
  const prepared = changes ? withChanges : (items) => items;
  const sums = test.map(() => labels.map(() => 0));
  for (let n = 0; n < nets; ++n) {
    const own = 100 * seed + n;
    const items = prepared(await augmented(train, augment, own));
    const input = items[0].input[0].length;
    const classifier = await sequenceClassifier({ labels, input, layers: layers(), pool, seed: own });
    const optimizer = adam({ rate: ramp({ from: rate, to: rate / 20, until: steps }), clip: 1 });
    await classifier.fit(items, { steps, batch: 32, optimizer });
    const answers = classifier.predict(prepared(test).map(({ input }) => input));
    answers.forEach(({ probabilities }, i) =>
      labels.forEach((label, k) => (sums[i][k] += probabilities[label])),
    );
    classifier.dispose();
  }
  return sums.filter((p, i) => labels[p.indexOf(Math.max(...p))] === test[i].label).length;
}

/** Parts of the items, one in every `count`, each to be told by a net that learned from the others. */
async function crossValidated(set, items, labels, count) {
  let right = 0;
  for (let fold = 0; fold < count; ++fold) {
    const apart = items.filter((_, i) => i % count === fold);
    const rest = items.filter((_, i) => i % count !== fold);
    right += await learn(set, rest, apart, labels);
  }
  return right;
}

console.log("set                  right      accuracy  seed  seconds");
for (const [name, set] of Object.entries(sets)) {
  if (values.only && values.only !== name) continue;
  const seconds = stopwatch();
  const { train, test, all } = set.data();
  const labels = [...new Set((all ?? train).map(({ label }) => label))].sort();
  const told = values.validate ? train : test;
  const right =
    all || values.validate
      ? await crossValidated(set, all ?? train, labels, all ? all.length : FOLDS)
      : await learn(set, train, test, labels);
  const count = (all ?? told).length;
  const cells = [
    name.padEnd(20),
    `${right}/${count}`.padEnd(10),
    `${((100 * right) / count).toFixed(1)}%`.padStart(7),
    String(seed).padStart(5),
    seconds().toFixed(1).padStart(8),
  ];
  console.log(cells.join(" "));
}
