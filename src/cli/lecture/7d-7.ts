/**
 * Way 4: echo-state initialization and momentum: Nesterov's, with centering and without it, and classical.
 */
import { normal, sparse } from "../../models/network/initializers.ts";
import { dense, rnn } from "../../models/network/layers.ts";
import { network } from "../../models/network/network.ts";
import { momentum } from "../../optim/momentum.ts";
import { nesterov } from "../../optim/nesterov.ts";
import { piecewise } from "../../optim/schedule.ts";
import { centered, outputBias, taskMeans } from "../../tasks/centered.ts";
import { longLag } from "../../tasks/long-lag/long-lag.ts";
import { plot } from "../../figures/plot.ts";
import { svg } from "../../figures/svg.ts";
import { engine } from "../../wasm/engine.ts";
import { Random } from "../../wasm/random.ts";
import type { Run } from "./experiment.ts";

const LAG = 20;
const UPDATES = 4000;
const BATCH = 50;
/** What is tried, each from the same weights. */
const curves = [
  { name: "centered", center: true, optimizer: nesterov },
  { name: "not centered", center: false, optimizer: nesterov },
  { name: "centered, classical momentum", center: true, optimizer: momentum },
] as const;

export const run: Run = async ({ seed, signal, log, progress }) => {
  const plain = longLag.addition({ lag: LAG });
  const wide = await engine("float64");
  const means = taskMeans(plain, new Random(wide, seed, 1));
  const numbers: Record<string, number> = {};
  log(
    `Addition, T = ${LAG}: 100 tanh units, 15 weights into each, spectral radius 1.1; momentum ` +
      `(Nesterov's, then classical) .9 for 300 updates, then .98; ${UPDATES} updates of ${BATCH}.`,
  );
  const losses: number[][] = [];
  const errors: number[] = [];
  for (const [i, { name, center, optimizer }] of curves.entries()) {
    const task = centered(plain, center ? means : { input: new Float64Array(plain.input) });
    const net = await network({
      input: plain.input,
      loss: plain.loss,
      seed,
      layers: [
        rnn(100, { init: { input: normal(0.1), recurrent: sparse({ spectralRadius: 1.1 }) } }),
        dense(plain.output, { init: { input: normal(0.1) } }),
      ],
    });
    if (center) net.parameters.find((p) => p.name === "dense2.b")!.set(outputBias(wide, plain, means));
    const curve: number[] = [];
    let mean = NaN;
    for await (const { step, loss } of net.train(task, {
      optimizer: optimizer({
        rate: 0.02,
        momentum: piecewise([
          [0, 0.9],
          [300, 0.98],
        ]),
      }),
      batch: BATCH,
      steps: UPDATES,
      signal,
    })) {
      mean = Number.isNaN(mean) ? loss : 0.98 * mean + 0.02 * loss;
      if (step % 20 !== 0) continue;
      curve.push(mean);
      progress((i + step / UPDATES) / curves.length, `${name}: loss ${mean.toFixed(5)}`);
    }
    signal.throwIfAborted();
    const items = plain.batch(2000, new Random(wide, seed, 2));
    const y = net.predict(items.map((item) => task.center(item).input));
    errors.push(
      (numbers[`${name}: wrong (fraction of 2000)`] =
        items.filter((item, j) => plain.wrong(item, y[j]) > 0).length / items.length),
    );
    numbers[`${name}: loss`] = mean;
    losses.push(curve);
    net.dispose();
  }
  numbers["constant predictor: wrong"] = plain.chance;
  const x = losses[0].map((_, i) => 20 * (i + 1));
  return {
    numbers,
    verdict: errors[0] < plain.chance / 2 && errors[0] < errors[1],
    figure: svg(
      plot({
        title: "Initialization and momentum",
        note:
          `Addition, T = ${LAG}: the same beginning with and without centered inputs and outputs; ` +
          "Nesterov's momentum but where it says classical",
        x: { label: "update" },
        y: { label: "loss", log: true },
        marks: curves.map(({ name }, i) => ({ kind: "line" as const, x, y: losses[i], label: name })),
      }),
    ),
  };
};
