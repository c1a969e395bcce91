/** Way 3: a reservoir that nobody trains remembers five bits for 200 steps; a random sparse one does not. */
import { esn, type EsnSpec } from "../../models/esn.ts";
import { longLag } from "../../tasks/long-lag/table.ts";
import { plot } from "../../analysis/plot.ts";
import { svg } from "../../analysis/plot-svg.ts";
import type { Run } from "./experiment.ts";

const lags = [10, 50, 100, 200];

export const run: Run = async ({ seed, signal, log, progress }) => {
  const kinds: [string, Partial<EsnSpec>][] = [
    ["orthogonal, radius 1", { reservoir: "orthogonal", inputScale: 0.05, ridge: 1e-10 }],
    ["sparse, radius 0.95", { reservoir: "sparse", spectralRadius: 0.95, inputScale: 0.05, ridge: 1e-10 }],
  ];
  const numbers: Record<string, number> = {}, wrong = kinds.map(() => [] as number[]);
  log("5-bit memorization by ridge regression on the states of 500 units with fixed random weights.");
  for (const [k, [name, kind]] of kinds.entries()) {
    for (const [i, lag] of lags.entries()) {
      signal.throwIfAborted();
      const task = longLag.memory5({ lag }), items = task.all!, net = await esn({ input: { symbols: task.input }, output: { classes: task.output }, units: 500, seed, ...kind });
      net.fit(items);
      const y = net.predict(items.map((item) => item.input));
      wrong[k]!.push(numbers[`${name}, T=${lag}: wrong symbols of 160`] = items.reduce((sum, item, j) => sum + task.wrong(item, y[j]!), 0));
      net.dispose();
      progress((k * lags.length + i + 1) / (2 * lags.length), `${name}, T = ${lag}`);
    }
  }
  return {
    numbers, verdict: wrong[0]!.every((count) => count === 0),
    figure: svg(plot({ title: "Echo state networks on 5-bit memorization", x: { label: "lag (steps)" }, y: { label: "wrong symbols of 160" },
      marks: kinds.map(([label], k) => ({ kind: "line" as const, x: lags, y: wrong[k]!, label })) })),
  };
};
