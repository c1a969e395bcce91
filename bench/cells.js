/**
 * Training steps of all cells on the workloads W1a-d of workloads.json, beside the LSTM.
 *
 *   npm run build && node bench/cells.js [--rounds 30] [--only W1a] [--python /usr/bin/python3]
 *
 * Cells take turns, so that what else the machine does slows all of them; a figure is the median processor
 * time of a step (forward, backward, gradient descent), float32, one thread, and the LSTM's divided by it.
 * Behind it PyTorch's, where the Python has torch: a loop over time without a scan, one thread (cells.py),
 * and torch's own fused layer, by ours. Kept in bench/results/cells.txt.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { dense, engine, gru, lem, lru, lstm, minGru, minLstm, network, Random } from "../dist/index.js";
import { rnn, sgd, slstm } from "../dist/index.js";
import { processorClock } from "../dist/cli/processor-clock.js";
import { median } from "./summary.js";
import { askPyTorch } from "./python.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "30" },
    only: { type: "string" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
});
const rounds = Number(values.rounds);
const makers = { lstm, gru, rnn, minGru, minLstm, lru, lem, slstm };
const workloads = JSON.parse(readFileSync(new URL("workloads.json", import.meta.url), "utf8"));
const random = new Random(await engine("float32"), 1, 1);
const normals = (n) => Float32Array.from({ length: n }, () => random.normal());

for (const name of values.only ? [values.only] : ["W1a", "W1b", "W1c", "W1d"]) {
  const { T, B, I, H, O } = workloads[name];
  const items = Array.from({ length: B }, () => ({ input: normals(T * I), target: normals(T * O) }));
  const runs = [];
  for (const [cell, layer] of Object.entries(makers)) {
    const net = await network({ input: I, layers: [layer(H), dense(O)], loss: "squared", seed: 1 });
    const run = net.train(items, { optimizer: sgd({ rate: 1e-4 }), steps: 1e9, batch: B });
    for (let i = 0; i < 3; ++i) await run.next();
    runs.push({ cell, net, run, ms: [] });
  }
  for (let i = 0; i < rounds; ++i)
    for (const { run, ms } of runs) {
      const from = processorClock();
      await run.next();
      ms.push(processorClock() - from);
    }
  const base = median(runs[0].ms);
  const torch = askPyTorch(values.python, "cells.py", [T, B, I, H, O, rounds]) ?? {};
  const beside = (other, own) => (other ? `   ${other.toFixed(1)} ms (${(other / own).toFixed(1)})` : "");
  console.log(`${name}: T=${T} B=${B} I=${I} H=${H} O=${O}`);
  for (const { cell, ms, net } of runs) {
    const own = median(ms);
    const speed = `${(base / own).toFixed(2)} times the LSTM's speed`;
    console.log(
      `  ${cell.padEnd(8)} ${own.toFixed(2).padStart(8)} ms   ${speed}` +
        `${beside(torch[cell], own)}${beside(torch[`${cell} fused`], own)}`,
    );
    net.dispose();
  }
}
