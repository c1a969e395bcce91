/**
 * Piano rolls by next-step prediction (7a-1): nats a step on the test pieces of Boulanger-Lewandowski et al.
 * (2012), all 88 keys, every step, the first from nothing. First the baseline that checks data and metric:
 * one probability a key, the same at every step.
 *
 *   npm run build && UNROLLED_DATA=… node bench/music.js [--sets jsb,nottingham] [--models rnn,lstm]
 *   [--epochs N] [--seed 1] [--out FILE]
 *
 * Data are in music/ of --data, or of UNROLLED_DATA. Prints a table, and with --out writes it: it is kept as
 * bench/results/music.txt.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { adam, dense, dropout, lstm, network, ramp, rnn } from "../dist/index.js";
import { needed } from "./options.js";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: process.env.UNROLLED_DATA ?? "" },
    sets: { type: "string", default: "jsb,nottingham" },
    models: { type: "string", default: "rnn,lstm" },
    epochs: { type: "string" },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
  },
});
needed("music", values, "data", "the folder that has music/jsb.json, or UNROLLED_DATA");
const KEYS = 88;
const CUT = 120; // steps of a training sequence at most
const read = (set) => JSON.parse(readFileSync(join(values.data, "music", `${set}.json`), "utf8"));
const roll = (steps) => {
  const rows = new Float32Array(steps.length * KEYS);
  steps.forEach((notes, t) => {
    for (const note of notes) rows[t * KEYS + note] = 1;
  });
  return rows;
};

/**
 * Mean ln p of a test step under independent keys, their probabilities (count + 1)/(steps + 2) on the
 * training pieces.
 */
function oneGram({ train, test }) {
  const counts = new Float64Array(KEYS).fill(1);
  const steps = train.reduce((n, piece) => n + piece.length, 2);
  for (const piece of train) for (const notes of piece) for (const note of new Set(notes)) ++counts[note];
  let sum = 0;
  let n = 0;
  for (const piece of test)
    for (const notes of piece) {
      const on = new Set(notes);
      for (let key = 0; key < KEYS; ++key)
        sum += Math.log(on.has(key) ? counts[key] / steps : 1 - counts[key] / steps);
      ++n;
    }
  return sum / n;
}

/**
 * The piece one step late, after a silent step, and the piece; long ones in parts that start where the part
 * before ended.
 */
function items(pieces, cut = Infinity) {
  return pieces.flatMap((piece) => {
    const all = roll(piece);
    const late = new Float32Array(all.length);
    const parts = [];
    late.set(all.subarray(0, all.length - KEYS), KEYS);
    for (let from = 0; from < piece.length; from += cut)
      parts.push({
        input: late.subarray(from * KEYS, (from + cut) * KEYS),
        target: all.subarray(from * KEYS, (from + cut) * KEYS),
      });
    return parts;
  });
}

const recipes = {
  rnn: {
    jsb: { layers: () => [rnn(150), dropout(0.3), dense(KEYS)], rate: 0.002, epochs: 150 },
    nottingham: { layers: () => [rnn(200), dropout(0.1), dense(KEYS)], rate: 0.001, epochs: 30 },
  },
  lstm: {
    jsb: { layers: () => [lstm(200), dropout(0.5), dense(KEYS)], rate: 0.004, epochs: 60 },
    nottingham: { layers: () => [lstm(200), dropout(0.3), dense(KEYS)], rate: 0.004, epochs: 25 },
  },
};

/**
 * Trains with a rate that falls to a fiftieth on a straight line; the weights that do best on the validation
 * pieces are tested.
 */
async function learn(kind, set, data) {
  const { layers, rate, epochs: usual } = recipes[kind][set] ?? recipes[kind].nottingham;
  const epochs = Number(values.epochs ?? usual);
  const net = await network({ input: KEYS, layers: layers(), loss: "bernoulli", seed: Number(values.seed) });
  const train = items(data.train, CUT);
  const valid = items(data.valid);
  const test = items(data.test);
  const batch = 16;
  const epoch = Math.ceil(train.length / batch);
  const steps = epochs * epoch;
  const start = performance.now();
  const minutes = () => (performance.now() - start) / 60_000;
  let best = { loss: Infinity, epoch: 0, weights: [] };
  let step = 0;
  for await (const { loss } of net.train(train, {
    optimizer: adam({ rate: ramp({ from: rate, to: rate / 50, until: steps }), clip: 1 }),
    steps,
    batch,
  })) {
    if (++step % epoch !== 0) continue;
    const checked = (await net.evaluate(valid)).loss;
    if (checked < best.loss)
      best = { loss: checked, epoch: step / epoch, weights: net.parameters.map(({ data }) => data) };
    console.error(
      `${set} ${kind} epoch ${step / epoch} of ${epochs}: train ${loss.toFixed(3)} ` +
        `valid ${checked.toFixed(3)} best ${best.loss.toFixed(3)} (${minutes().toFixed(1)} min)`,
    );
  }
  net.parameters.forEach((parameter, i) => parameter.set(best.weights[i]));
  const result = {
    set,
    model: kind,
    weights: net.size,
    epochs,
    best: best.epoch,
    minutes: minutes(),
    valid: -best.loss,
    test: -(await net.evaluate(test)).loss,
  };
  net.dispose();
  return result;
}

// the published rows, as remembered: they are not in the data's notes, and were not looked up again
const published = { jsb: { RNN: -8.71, "RNN (HF)": -8.58 }, nottingham: { RNN: -4.46, "RNN (HF)": -3.89 } };
const rows = [];
for (const set of ["jsb", "nottingham", "piano", "muse"])
  rows.push({ set, model: "note 1-gram", test: oneGram(read(set)) });
for (const set of values.sets.split(",").filter(Boolean)) {
  const data = read(set);
  for (const kind of values.models.split(",").filter(Boolean)) rows.push(await learn(kind, set, data));
  for (const [model, test] of Object.entries(published[set] ?? {}))
    rows.push({ set, model: `${model}, published 2012 (from memory)`, test });
}
const lines = [
  "| set | model | nats a test step | validation | weights | epochs (best) | minutes |",
  "|---|---|---|---|---|---|---|",
  ...rows.map(
    (r) =>
      `| ${r.set} | ${r.model} | ${r.test.toFixed(2)} | ${r.valid?.toFixed(2) ?? ""} ` +
      `| ${r.weights ?? ""} | ${r.epochs ? `${r.epochs} (${r.best})` : ""} ` +
      `| ${r.minutes?.toFixed(1) ?? ""} |`,
  ),
];
console.log(lines.join("\n"));
if (values.out)
  writeFileSync(
    values.out,
    `Piano rolls by next-step prediction: \`node bench/music.js --sets ${values.sets} ` +
      `--models ${values.models} ${values.epochs ? `--epochs ${values.epochs} ` : ""}` +
      `--seed ${values.seed}\`, Node ${process.version}\n\n${lines.join("\n")}\n`,
  );
