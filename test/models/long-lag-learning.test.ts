import { expect, test } from "vitest";
import { dense } from "../../src/models/network/layers.ts";
import { lstm, rnn } from "../../src/models/network/recurrent-layers.ts";
import { constant, sparse, uniform } from "../../src/models/network/initializers.ts";
import { network, type Network } from "../../src/models/network/network.ts";
import { adam } from "../../src/optim/adam.ts";
import { hessianFree } from "../../src/optim/hessian-free.ts";
import { longLag } from "../../src/tasks/long-lag/long-lag.ts";
import type { Item, Task } from "../../src/train/task.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const wrong = (net: Network, task: Task, items: readonly Item[]): number => {
  const y = net.predict(items.map((item) => item.input));
  return items.filter((item, i) => task.wrong(item, y[i]) > 0).length / items.length;
};
const tanhNet = (task: Task, seed: number, precision: "float32" | "float64" = "float32"): Promise<Network> =>
  network({
    input: { symbols: task.input },
    loss: task.loss,
    seed,
    precision,
    layers: [
      rnn(100, { init: { input: sparse({ scale: 0.25 }), recurrent: sparse({ spectralRadius: 1.1 }) } }),
      dense(task.output, { init: { input: sparse() } }),
    ],
  });

test.each(["float32", "float64"] as const)(
  "Hessian-free solves 5-bit memorization of length 20 within 20 steps, %s",
  async (precision) => {
    const task = longLag.memory5({ lag: 10 });
    const net = await tanhNet(task, 2, precision);
    let steps = 0;
    for await (const { step } of net.train(task, {
      optimizer: hessianFree({ weightDecay: 2e-5 }),
      batch: 32,
      steps: 20,
    })) {
      steps = step;
      if (wrong(net, task, task.all!) === 0) break;
    }
    expect(wrong(net, task, task.all!)).toBe(0);
    expect(steps).toBeLessThan(20);
    net.dispose();
  },
  60_000,
);

test(
  "Hessian-free stopped within a step and resumed from its checkpoint ends with the bits of one " +
    "never stopped",
  async () => {
    const task = longLag.memory5({ lag: 10 });
    const options = { batch: 32, optimizer: hessianFree({ cgIterations: 12 }) };
    const whole = await tanhNet(task, 1);
    const stopped = await tanhNet(task, 1);
    const controller = new AbortController();
    await whole.fit(task, { ...options, steps: 3 });
    for await (const { step } of stopped.train(task, { ...options, steps: 3, signal: controller.signal })) {
      // the next pause is between two CG iterations of step 2, or before it
      if (step === 1) controller.abort();
    }
    expect(stopped.step).toBeLessThan(3);
    const resumed = await network.load(stopped.save());
    await resumed.fit(task, { ...options, steps: 3 - stopped.step });
    expect(resumed.parameters.map((p) => Array.from(p.data))).toEqual(
      whole.parameters.map((p) => Array.from(p.data)),
    );
    for (const net of [whole, stopped, resumed]) net.dispose();
  },
  60_000,
);

test("the LSTM of 1997 learns its own addition task, T = 30, from a few thousand sequences", async () => {
  const task = longLag.addition({ lag: 30, variant: "hs97" });
  const small = uniform(0.1);
  const net = await network({
    input: 2,
    loss: "squared",
    seed: 1,
    layers: [
      lstm(8, {
        forgetGate: false,
        initialState: "zero",
        init: { input: small, recurrent: small, gates: { i: constant(-2) } },
      }),
      dense(1, { init: { input: small } }),
    ],
  });
  await net.fit(task, { optimizer: adam({ rate: 0.01, clip: 1 }), batch: 10, steps: 2500 });
  expect(wrong(net, task, task.batch(1000, new Random(await engine("float64"), 5)))).toBeLessThan(0.03);
  net.dispose();
}, 60_000);
