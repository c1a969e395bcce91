/**
 * Speed of the layers and losses that are fetched when they are asked for, beside PyTorch in one thread.
 *
 *   npm run build && node bench/layers.js [--python /usr/bin/python3] [--steps 200]
 *
 * A row is the median time of one core for a step (forward, backward, gradient descent) in float32 of
 * dense(32), the layer, dense(1), on 16 sequences of 100 steps of 32 numbers; a loss stands on dense(32),
 * dense(outputs). Without torch the second column is empty. Kept in bench/results/layers.txt.
 */
import { parseArgs } from "node:util";
import {
  attention,
  conv,
  dense,
  huber,
  layerNorm,
  lstm,
  mixture,
  negativeBinomial,
  network,
  pool,
  quantile,
  residual,
  sgd,
  studentT,
} from "../dist/index.js";
import { processorClock } from "../dist/cli/processor-clock.js";
import { median } from "./summary.js";
import { askPyTorch } from "./python.js";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "/usr/bin/python3" },
    steps: { type: "string", default: "200" },
  },
});
const [T, B, C] = [100, 16, 32];
const STEPS = Number(values.steps);
const WARM_UP = 20;

const overTime = {
  none: [],
  layerNorm: [layerNorm()],
  residual: [residual([dense(C, { activation: "tanh" })])],
  conv: [conv({ units: C, width: 5 })],
  "conv, causal": [conv({ units: C, width: 5, causal: true })],
  "conv, stride 2": [conv({ units: C, width: 5, stride: 2 })],
  "conv, dilation 4": [conv({ units: C, width: 5, dilation: 4 })],
  "pool of 4, max": [pool({ width: 4 })],
  "pool of 4, mean": [pool({ width: 4, kind: "mean" })],
  "pool, last": [pool("last")],
  "pool, mean": [pool("mean")],
  "pool, max": [pool("max")],
  attention: [attention({ units: 16 })],
  lstm: [lstm(C)],
  "lstm, recurrent dropout": [lstm(C, { recurrentDropout: 0.2 })],
  "lstm, zoneout": [lstm(C, { zoneout: 0.1 })],
};
/** Outputs of the net, and values of a target. */
const losses = {
  squared: { loss: "squared", outputs: 2, targets: 2 },
  huber: { loss: huber(), outputs: 2, targets: 2 },
  quantile: { loss: quantile([0.1, 0.5, 0.9]), outputs: 6, targets: 2 },
  studentT: { loss: studentT(), outputs: 6, targets: 2 },
  negativeBinomial: { loss: negativeBinomial(), outputs: 4, targets: 2, counts: true },
  mixture: { loss: mixture({ components: 5 }), outputs: 25, targets: 2 },
  "softmax, label smoothing": { loss: { kind: "softmax", labelSmoothing: 0.1 }, outputs: 10, classes: 10 },
};

const wave = (i, t, j) => ((i * 31 + t * 7 + j * 13) % 23) / 11 - 1;
const input = (i) => Float32Array.from({ length: T * C }, (_, k) => wave(i, Math.floor(k / C), k % C));
const target = (i, { targets = 1, counts, classes }, steps) =>
  Array.from({ length: steps * (classes ? 1 : targets) }, (_, k) => {
    if (classes) return (i + k) % classes;
    return counts ? (i + k) % 5 : wave(i, k, 3);
  });

/** Median milliseconds of a step. */
async function measured(layers, loss, shape) {
  const net = await network({ input: C, layers, loss, seed: 1 });
  const steps = net.predict([input(0)])[0].length / layers.at(-1).units;
  const items = Array.from({ length: B }, (_, i) => ({ input: input(i), target: target(i, shape, steps) }));
  const times = [];
  let last = processorClock();
  for await (const _ of net.train(items, {
    optimizer: sgd({ rate: 1e-3 }),
    batch: B,
    steps: STEPS + WARM_UP,
  })) {
    const now = processorClock();
    times.push(now - last);
    last = now;
  }
  net.dispose();
  return median(times.slice(WARM_UP));
}

const theirs = askPyTorch(values.python, "layers.py", [STEPS]) ?? {};
const rows = [
  ...Object.entries(overTime).map(([name, own]) => [name, [dense(C), ...own, dense(1)], "squared", {}]),
  ...Object.entries(losses).map(([name, shape]) => [
    `loss ${name}`,
    [dense(C), dense(shape.outputs)],
    shape.loss,
    shape,
  ]),
];
console.log("ms a step                      unrolled   PyTorch   PyTorch / unrolled");
for (const [name, layers, loss, shape] of rows) {
  const ours = await measured(layers, loss, shape);
  const other = theirs[name];
  const cells = other === undefined ? ["-", "-"] : [other.toFixed(3), (other / ours).toFixed(1)];
  console.log(
    `${name.padEnd(30)} ${ours.toFixed(3).padStart(8)} ${cells[0].padStart(9)} ${cells[1].padStart(20)}`,
  );
}
