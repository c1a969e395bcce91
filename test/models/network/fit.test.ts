import { describe, expect, test } from "vitest";
import {
  adam,
  dense,
  dropout,
  hessianFree,
  lstm,
  network,
  nesterov,
  sgd,
  type DataItem,
  type FitOptions,
  type FitProgress,
  type Network,
} from "../../../src/index.ts";

/** Which of two waves it is: a label a step, the last of them are hard. */
const items: DataItem[] = Array.from({ length: 23 }, (_, i) => {
  const T = 5 + ((7 * i) % 6);
  return {
    input: Array.from({ length: 2 * T }, (__, j) => ((7 * j + 3 * i) % 13) / 6 - 1),
    target: Array.from({ length: T }, (__, t) => (t * i + t) % 3),
  };
});
const make = (seed = 4): Promise<Network> =>
  network({ input: 2, layers: [lstm(8), dropout(0.2), dense(3)], loss: "softmax", seed });
const bits = (net: Network): string => JSON.stringify(net.parameters.map(({ data }) => [...data]));

const usual = (): FitOptions => ({
  epochs: 6,
  batch: 4,
  validation: 0.25,
  metrics: ["accuracy", "f1", { kind: "topK", k: 2 }, "confusion", "perplexity"],
  keepBest: true,
  optimizer: adam({ rate: 0.03 }),
  plateau: { patience: 1 },
});

/** Thrown from a callback: stands for a process that dies. */
class Killed extends Error {}

/** Fits, killed after so many steps and then so many more, each time going on from the last checkpoint. */
async function killed(moments: readonly number[], options: () => FitOptions): Promise<[string, string]> {
  let file: Uint8Array<ArrayBuffer> | undefined;
  for (const moment of [...moments, Infinity]) {
    const net = file ? await network.load(file) : await make();
    let steps = 0;
    try {
      const report = await net.fit(items, {
        ...options(),
        checkpoint: (bytes) => {
          file = bytes;
        },
        onProgress: () => {
          if (++steps >= moment) throw new Killed();
        },
      });
      return [JSON.stringify(report), bits(net)];
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    } finally {
      net.dispose();
    }
  }
  throw new Error("never finished");
}

/** Moments to die at: a small generator of its own. */
function moments(count: number): number[] {
  let state = 12345;
  return Array.from({ length: count }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return 1 + (state % 40);
  });
}
const KILLS = Number(process.env.UNROLLED_KILLS ?? 8);

describe("a fit that is killed and goes on from its last checkpoint", () => {
  test.each<[string, Partial<FitOptions>]>([
    ["by epochs", {}],
    ["in cuts", { truncate: 3 }],
    ["by accumulated batches", { accumulate: 2 }],
    ["with patience", { patience: 2, epochs: 30 }],
    ["looking every 5 steps", { every: 5, epochs: undefined, steps: 33 }],
  ])("%s comes to the same report and the same bits, the best weights included", async (_, more) => {
    const options = (): FitOptions => ({ ...usual(), ...more });
    const want = await killed([], options);
    for (const moment of moments(KILLS)) {
      const got = await killed([moment, (moment * 7) % 11 || 3], options);
      expect(got[0]).toBe(want[0]);
      expect(got[1] === want[1]).toBe(true);
    }
  });

  test("a signal stops it with a checkpoint inside an epoch, from which it goes on", async () => {
    const whole = await make();
    const want = await whole.fit(items, usual());
    const net = await make();
    const stop = new AbortController();
    let file = new Uint8Array();
    const report = await net.fit(items, {
      ...usual(),
      signal: stop.signal,
      checkpoint: (bytes) => {
        file = bytes;
      },
      onProgress: ({ step }) => {
        if (step === 8) stop.abort();
      },
    });
    expect(report).toMatchObject({ stopped: "signal", steps: 8 });
    const again = await network.load(file);
    expect(JSON.stringify(await again.fit(items, usual()))).toBe(JSON.stringify(want));
    expect(bits(again) === bits(whole)).toBe(true);
    for (const one of [whole, net, again]) one.dispose();
  });
});

test("a report is plain data: one record an epoch, the best is that of the monitor", async () => {
  const net = await make();
  const seen: FitProgress[] = [];
  const report = await net.fit(items, { ...usual(), monitor: "accuracy", onProgress: (p) => seen.push(p) });
  expect(report.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  const accuracy = report.history.map(({ validation }) => validation!.accuracy!);
  expect(report.best).toBe(report.history[accuracy.indexOf(Math.max(...accuracy))]);
  expect(report.stopped).toBe("epochs");
  expect(seen).toHaveLength(report.steps);
  expect(seen.at(-1)!.epoch).toBeGreaterThanOrEqual(6);
  expect(seen[2].secondsLeft).toBeGreaterThan(0);
  expect(report.history[0].validation!.confusion!.flat().reduce((a, b) => a + b)).toBeGreaterThan(0);
  net.dispose();
});

test("the weights of the best look come back, and patience ends a fit that gets worse", async () => {
  const net = await make();
  const looks = [5, 3, 4, 6, 7];
  const weights: string[] = [];
  const report = await net.fit(items, {
    epochs: 50,
    batch: 8,
    validation: () => {
      weights.push(bits(net));
      return { loss: looks[weights.length - 1] };
    },
    patience: 3,
    keepBest: true,
    optimizer: nesterov({ rate: 0.05 }),
  });
  expect(report).toMatchObject({ stopped: "patience", best: { epoch: 2, validation: { loss: 3 } } });
  expect(bits(net) === weights[1]).toBe(true);
  net.dispose();
});

test("gains below minimumGain do not count, and the rate falls on a plateau", async () => {
  const net = await make();
  const rates: number[] = [];
  let look = 0;
  await net.fit(items, {
    epochs: 5,
    batch: items.length,
    validation: () => ({ loss: 1 - 0.01 * look++ }),
    minimumGain: 0.5,
    plateau: { patience: 2, factor: 0.1 },
    optimizer: {
      ...sgd({ rate: 1 }),
      start: (f) => {
        const run = sgd({ rate: 1 }).start(f);
        return {
          ...run,
          state: run.state,
          restore: (s) => run.restore(s),
          dispose: () => run.dispose(),
          step: (g, factor) => {
            rates.push(factor!);
            return run.step(g, 0);
          },
        };
      },
    },
  });
  expect(rates).toEqual([1, 1, 1, 0.1, 0.1]);
  net.dispose();
});

test("batches that are accumulated take the step of one batch of all their items", async () => {
  const [a, b] = [await make(), await make()];
  const even = items.slice(0, 16);
  const options = { optimizer: sgd({ rate: 0.5 }), steps: 3, shuffle: false };
  // dropout draws by shard, so it is off
  const plain = (net: Network): Promise<Network> =>
    network({ ...net.spec, layers: [lstm(8), dense(3)], precision: "float64" });
  const [one, two] = [await plain(a), await plain(b)];
  await one.fit(even, { ...options, batch: 8 });
  await two.fit(even, { ...options, batch: 4, accumulate: 2 });
  const [x, y] = [one, two].map((net) => net.parameters.flatMap(({ data }) => [...data]));
  expect(Math.max(...x.map((v, i) => Math.abs(v - y[i])))).toBeLessThan(1e-14);
  for (const net of [a, b, one, two]) net.dispose();
});

test("a class weight counts as so many equal steps of that class", async () => {
  const net = await make();
  const weighed = await network({ ...net.spec, layers: [lstm(8), dense(3)], precision: "float64" });
  const byHand = await network({ ...net.spec, layers: [lstm(8), dense(3)], precision: "float64" });
  const options = { optimizer: sgd({ rate: 0.5 }), steps: 2, batch: 23 };
  await weighed.fit(items, { ...options, classWeights: [1, 0.5, 3] });
  await byHand.fit(
    items.map((item) => ({ ...item, weight: (item.target as number[]).map((k) => [1, 0.5, 3][k]) })),
    options,
  );
  expect(bits(weighed)).toBe(bits(byHand));
  for (const one of [net, weighed, byHand]) one.dispose();
});

test.each<[string, FitOptions, RegExp]>([
  ["epochs of a source without", { epochs: 2 }, /epochs is 2, but the data have none/],
  ["patience without validation", { patience: 2 }, /patience needs validation data/],
  ["a metric of another loss", { validation: 0.5, metrics: ["rmse"] }, /a metric is "rmse", want one of/],
  ["a share of nothing", { validation: 1.5 }, /validation is 1.5/],
  ["a plateau without a rate", { validation: 0.5, plateau: {}, optimizer: hessianFree() }, /has none/],
  ["class weights of another number", { classWeights: [1, 2] }, /classWeights is array of 2, want 3 numbers/],
  ["a monitor that no look gives", { validation: () => ({ loss: 1 }), monitor: "x" }, /monitor is "x"/],
  ["a misspelt option", { patient: 2 } as FitOptions, /unknown option "patient"/],
])("%s is refused by name", async (name, options, message) => {
  const net = await make();
  const data = name.startsWith("epochs") ? { batch: () => items } : items;
  await expect(net.fit(data, { steps: 30, ...options })).rejects.toThrow(message);
  net.dispose();
});
