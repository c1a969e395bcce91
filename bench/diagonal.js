/**
 * Two tasks of Martens & Sutskever 2011 (ms11) at lags where backpropagation through most cells forgets.
 *
 *   npm run build && node bench/diagonal.js [--task addition|memory20] [--lag 10000]
 *     [--cell minGru|minLstm|lru|orthogonal] [--units 32] [--batch 16] [--steps 1500] [--rate 0.01]
 *     [--seed 1] [--every 50]
 *
 * A diagonal cell between dense layers, or a linear recurrence before them that stays orthogonal and begins
 * as turns of planes (turns.js). A line every --every updates tells the mean loss, the share of fresh
 * sequences (100) with a wrong answer, seconds of processor time and memory. An answer of addition is wrong
 * if more than 0.04 off, as in the paper (the mean alone is wrong in about 8 of 10); of memory20, ten symbols
 * of five values to be copied, if any of them is. It stops when none is wrong. Kept in
 * bench/results/adding-10000.txt, copying-1000.txt and copying-1000-orthogonal.txt.
 */
import { parseArgs } from "node:util";
import {
  adam,
  cosine,
  dense,
  engine,
  longLag,
  lru,
  minGru,
  minLstm,
  network,
  Random,
  rnn,
} from "../dist/index.js";
import { values as each } from "../dist/index.js";
import { cpuSeconds } from "./clock.js";
import { LINEAR, setTurns } from "./turns.js";
import { text } from "./options.js";

const { values: o } = parseArgs({
  options: {
    task: text("addition"),
    lag: text("10000"),
    cell: text("minGru"),
    units: text("32"),
    batch: text("16"),
    steps: text("1500"),
    rate: text("0.01"),
    seed: text("1"),
    every: text("50"),
  },
});
const engine64 = await engine("float64");
const names = ["lag", "units", "batch", "steps", "rate", "seed", "every"];
const [lag, H, batch, steps, rate, seed, every] = names.map((name) => Number(o[name]));
const task = longLag[o.task]({ lag });
// time constants of up to ten times the lag; what is only copied is kept by all units, three times at least
const slowest = -Math.log(10 * lag);
const fastest = o.task === "addition" ? -0.7 : -Math.log(3 * lag);
const decay = each(Array.from({ length: H }, (_, j) => slowest + ((j + 0.5) / H) * (fastest - slowest)));
const layer = {
  lru: () => lru(H, { init: { decay } }),
  minGru: () => minGru(H, { init: { gates: { z: each([slowest]) } } }),
  minLstm: () => minLstm(H),
  orthogonal: () => rnn(H, LINEAR),
}[o.cell]();
const tanh = { activation: "tanh" };
const net = await network({
  input: task.symbols ? { symbols: task.input } : task.input,
  layers: [...(o.cell === "orthogonal" ? [] : [dense(H, tanh)]), layer, dense(H, tanh), dense(task.output)],
  loss: task.loss,
  seed,
});
if (o.cell === "orthogonal") setTurns(net, engine64, H, seed);
const optimizer = adam({ rate: cosine({ from: rate, to: rate / 10, until: steps }), clip: 1 });
const fresh = task.batch(100, new Random(net.engine, seed + 1000, 7));
let sum = 0;
for await (const { step, loss } of net.train(task, { optimizer, steps, batch, memory: "sqrt" })) {
  sum += loss;
  if (step % every !== 0) continue;
  const isWrong = (item) => task.wrong(item, net.predict([item.input])[0]) > 0;
  const wrong = fresh.filter(isWrong).length / fresh.length;
  console.log(
    `${step} updates  loss ${(sum / every).toExponential(2)}  wrong ${(100 * wrong).toFixed(0)} %  ` +
      `${cpuSeconds().toFixed(0)} s  ${(net.engine.memory.usage.peak / 2 ** 20).toFixed(0)} MiB`,
  );
  sum = 0;
  if (wrong === 0) break;
}
net.dispose();
