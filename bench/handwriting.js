/**
 * Training speed of a net of the size of Graves et al. 2007 (4 inputs, 100 + 100 LSTM units, softmax of 79
 * labels and blank, CTC; 100,080 weights) in points a second: one worker, two workers, and PyTorch with one
 * and two threads on the same batches, weights and loss.
 *
 *   npm run build && node bench/handwriting.js [--data DIR] [--rounds 5] [--batches 4]
 *
 * DIR holds handwriting (`--data $UNROLLED_DATA/iam-ondb`); without it, words drawn by the library. Prints
 * medians of the rounds, ratios, and whether losses are the same; kept in
 * bench/results/handwriting-speed.txt.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  adam,
  bidirectional,
  dense,
  drawnWords,
  engine,
  lstm,
  network,
  Random,
  workerPool,
} from "../dist/index.js";
import { diskFolder } from "../dist/cli/disk.js";
import { readHandwriting } from "../dist/handwriting/read-folder.js";
import { InkBatches } from "../dist/handwriting/batches.js";
import { alphabetOf } from "../dist/handwriting/script.js";
import { median } from "./summary.js";
import { runPython } from "./python.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    rounds: { type: "string", default: "5" },
    batches: { type: "string", default: "4" },
  },
});
const BATCH = 16;
const SHARD = 8;
const float64 = await engine("float64");
const folder = mkdtempSync(join(tmpdir(), "unrolled-handwriting-"));
const inks = values.data
  ? await readHandwriting(diskFolder(values.data), { split: "train" })
  : drawnWords(400, new Random(float64, 1, 2));
const script = { input: { kind: "pen" }, alphabet: alphabetOf(inks) };
const classes = [...script.alphabet].length + 1;
const lines = new InkBatches(float64, inks, { script, batch: BATCH, seed: 1, distort: false });
const batches = Array.from({ length: Number(values.batches) }, (_, n) => lines.batch(n));
const points = batches.flat().reduce((n, { input }) => n + input.length / 4, 0);
const make = () =>
  network({
    input: 4,
    layers: [bidirectional(lstm(100, { initialState: "zero" })), dense(classes)],
    loss: "ctc",
    seed: 1,
  });

/** Points a second over all batches, once for warming up and then once a round; first losses. */
async function ours(workers) {
  const net = await make();
  const pool = workers > 0 ? workerPool({ workers }) : undefined;
  const losses = [];
  const again = function* () {
    for (;;) yield* batches;
  };
  const steps = net.train(again(), { optimizer: adam({ rate: 1e-4 }), steps: 1e9, shard: SHARD, pool });
  const sweep = async () => {
    const from = performance.now();
    for (let i = 0; i < batches.length; ++i) losses.push((await steps.next()).value.loss);
    return (1000 * points) / (performance.now() - from);
  };
  await sweep();
  return {
    sweep,
    losses,
    async end() {
      await steps.return();
      pool?.dispose();
      net.dispose();
    },
  };
}

const pytorch = (threads) =>
  runPython("/usr/bin/python3", "reference/handwriting.py", [folder, threads, 1], {
    threads,
    timeout: 900_000,
  });

try {
  const net = await make();
  for (const { name, data } of net.parameters)
    writeFileSync(join(folder, `${name}.f32`), Buffer.from(Float32Array.from(data).buffer));
  const size = net.size;
  net.dispose();
  writeFileSync(
    join(folder, "data.json"),
    JSON.stringify({
      classes,
      batches: batches.map((items) =>
        items.map(({ input, target }) => ({ input: [...input], target: [...target] })),
      ),
    }),
  );
  const rates = {};
  const note = (name, rate) => (rates[name] ??= []).push(rate);
  const runs = {
    "unrolled, 1 worker": await ours(1),
    "unrolled, 2 workers": await ours(2),
    "unrolled, no worker": await ours(0),
  };
  let reference;
  for (let round = 0; round < Number(values.rounds); ++round) {
    for (const [name, { sweep }] of Object.entries(runs)) note(name, await sweep());
    for (const threads of [1, 2]) {
      const { answer, failed } = pytorch(threads);
      if (failed) console.log(`PyTorch, ${threads} threads: ${failed}`);
      else {
        note(
          `PyTorch ${answer.version}, ${threads} thread${threads > 1 ? "s" : ""}`,
          points / answer.seconds,
        );
        reference ??= answer.losses;
      }
    }
  }
  const own = runs["unrolled, 1 worker"].losses;
  const same = Object.values(runs).every(({ losses }) => losses.every((v, i) => v === own[i]));
  console.log(
    `${size} weights, ${batches.length} batches of ${BATCH} lines, ${points} ` +
      `points, ${values.data ? "lines of the data" : "drawn words"}; medians of ${values.rounds} ` +
      "rounds, points a second",
  );
  for (const [name, list] of Object.entries(rates))
    console.log(`  ${name.padEnd(28)} ${Math.round(median(list)).toLocaleString("en").padStart(9)}`);
  const of = (name) => median(rates[Object.keys(rates).find((key) => key.startsWith(name))] ?? [NaN]);
  const torch = (n) =>
    median(
      rates[Object.keys(rates).find((key) => key.startsWith("PyTorch") && key.includes(`${n} thread`))] ?? [
        NaN,
      ],
    );
  console.log(
    `  two workers ÷ one ${(of("unrolled, 2") / of("unrolled, 1")).toFixed(2)}   two workers ÷ ` +
      `PyTorch with two threads ${(of("unrolled, 2") / torch(2)).toFixed(2)}   one ÷ ` +
      `one ${(of("unrolled, 1") / torch(1)).toFixed(2)}`,
  );
  console.log(
    `  losses with 0, 1 and 2 workers ${same ? "have the same bits" : "DIFFER"}; first ` +
      `loss ${own[0].toPrecision(7)}${reference ? `, PyTorch's ${reference[0].toPrecision(7)}` : ""}`,
  );
  for (const { end } of Object.values(runs)) await end();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
