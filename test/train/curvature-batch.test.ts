import { expect, test } from "vitest";
import {
  dense,
  hessianFree,
  longLag,
  network,
  rnn,
  type HessianFreeReport,
  type Network,
} from "../../src/index.ts";
import { Random } from "../../src/wasm/random.ts";
import { close } from "../close.ts";

const task = longLag.addition({ lag: 20 });
const make = (units = 4): Promise<Network> =>
  network({
    input: task.input,
    layers: [rnn(units), dense(task.output)],
    loss: task.loss,
    precision: "float64",
    seed: 1,
  });
const weights = (net: Network): number[] => net.parameters.flatMap(({ data }) => Array.from(data));
const short = hessianFree({ cgIterations: 3, lineSearchTries: 2 });

/** Weights after two steps. */
async function trained(options: { batch: number; curvature?: number; shard?: number }): Promise<number[]> {
  const net = await make();
  await net.fit(task, { optimizer: short, steps: 2, ...options });
  const end = weights(net);
  net.dispose();
  return end;
}

test(
  "the curvature batch is by default all of up to 1000 sequences, and a tenth, but at least 1000, " +
    "of more",
  async () => {
    const all = await trained({ batch: 1000 });
    const some = await trained({ batch: 1001, shard: 500 });
    expect(all).toEqual(await trained({ batch: 1000, curvature: 1000 }));
    expect(all).not.toEqual(await trained({ batch: 1000, curvature: 999 }));
    expect(some).toEqual(await trained({ batch: 1001, curvature: 1000, shard: 500 }));
    expect(some).not.toEqual(await trained({ batch: 1001, curvature: 1001, shard: 500 }));
  },
);

test(
  "other optimizers have no curvature batch, and products of a net outside " + "training count all items",
  async () => {
    const net = await make();
    const items = task.batch(1100, new Random(net.engine, 3));
    const v = Float64Array.from({ length: net.size }, (_, i) => Math.sin(i));
    await net.fit(task, { optimizer: short, steps: 1, batch: 20 });
    const whole = net.gaussNewtonProduct(items, v);
    const first = net.gaussNewtonProduct(items.slice(0, 550), v);
    const second = net.gaussNewtonProduct(items.slice(550), v);
    close(
      whole,
      first.map((x, i) => (x + second[i]) / 2),
      { rel: 1e-12 },
    );
    net.dispose();
  },
);

test(
  "a Hessian-free step in shards with a smaller curvature batch lowers the loss, and differs from " +
    "the unsharded step by rounding",
  async () => {
    const ends: number[][] = [];
    const reports: HessianFreeReport[] = [];
    for (const shard of [5, undefined]) {
      const net = await make();
      for await (const event of net.train(task, {
        optimizer: short,
        steps: 2,
        batch: 24,
        curvature: 12,
        shard,
      }))
        reports.push(event);
      ends.push(weights(net));
      net.dispose();
    }
    for (const { loss, after } of reports) expect(after).toBeLessThan(loss);
    close(ends[0], ends[1], { rel: 1e-8 }); // sums in another order, through two steps of three CG iterations
    expect(ends[0]).not.toEqual(ends[1]);
  },
);

test(
  "with shards of 8 and 8 sequences for curvature, memory grows from a batch of 16 to one of 64 by " +
    "the packed data alone",
  async () => {
    const T = 40;
    const used: number[] = [];
    const items = Array.from({ length: 64 }, (_, s) => ({
      input: Float64Array.from({ length: T * task.input }, (__, t) => Math.sin(s + t)),
      target: new Float64Array(T),
    }));
    for (const batch of [16, 64]) {
      const net = await make(40);
      const before = net.engine.memory.usage.used;
      await net.fit(items, { optimizer: short, steps: 1, batch, shard: 8, curvature: 8 });
      used.push(net.engine.memory.usage.used - before);
      net.dispose();
    }
    const shard = 8 * 8 * T * (task.input + 2);
    const page = 4096; // bytes of input, target and weight; an arena takes pages, and at most as much again
    expect(used[1] - used[0]).toBeGreaterThanOrEqual(6 * shard);
    // activities of one shard alone are more: 40 units instead of 4 columns, several times over
    expect(used[1] - used[0]).toBeLessThanOrEqual(6 * (2 * shard + page));
  },
);
