import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { esn } from "../../../src/models/esn/esn.ts";
import type { EsnSpec } from "../../../src/models/esn/spec.ts";
import { longLag } from "../../../src/tasks/long-lag/long-lag.ts";
import { engine } from "../../../src/wasm/engine.ts";
import { Random } from "../../../src/wasm/random.ts";

const wasm = await engine("float64");
const data = process.env.UNROLLED_DATA;
const wave = (T: number, from = 0): Float64Array =>
  Float64Array.from({ length: T }, (_, t) => Math.sin((t + from) / 3) + 0.5 * Math.sin((t + from) / 7.3));

/** Items that ask for the input of `delay` steps ago. */
const delayed = (count: number, T: number, delay: number, seed = 1) => {
  const random = new Random(wasm, seed);
  return Array.from({ length: count }, () => {
    const input = Float64Array.from({ length: T }, () => random.uniform() - 0.5);
    return {
      input,
      target: input.map((_, t) => (t < delay ? 0 : input[t - delay])),
      weight: input.map((_, t) => (t < delay ? 0 : 1)),
    };
  });
};
const rmse = (a: ArrayLike<number>, b: ArrayLike<number>, from = 0): number => {
  let sum = 0;
  for (let i = from; i < a.length; ++i) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum / (a.length - from));
};

describe("learning", () => {
  test.each(["sparse", "orthogonal"] as const)(
    "a %s reservoir remembers an input of 8 steps ago",
    async (reservoir) => {
      const net = await esn({
        input: 1,
        output: 1,
        units: 100,
        reservoir,
        spectralRadius: 0.9,
        inputScale: 0.1,
        ridge: 1e-10,
      });
      await net.fit(delayed(4, 200, 8));
      const [item] = delayed(1, 100, 8, 9);
      const [y] = net.predict([item.input]);
      expect(rmse(y, item.target, 8)).toBeLessThan(0.01);
      net.dispose();
    },
  );

  test("a piece at a time, in any number of pieces, gives the readout of all at once", async () => {
    const items = delayed(70, 40, 3);
    const net = await esn({ input: 1, output: 1, units: 40 });
    await net.fit(items);
    const whole = net.predict([items[0].input])[0];
    net.clear();
    for (let i = 0; i < 70; i += 10) net.accumulate(items.slice(i, i + 10));
    net.solve();
    expect(rmse(net.predict([items[0].input])[0], whole)).toBeLessThan(1e-9);
    net.dispose();
  });

  test("a weight of 2 counts as two copies, a weight of 0 and washed-out steps as none", async () => {
    const [a, b] = delayed(2, 60, 2);
    const spec: EsnSpec = { input: 1, output: 1, units: 30, washout: 5 };
    const weighted = await esn(spec);
    const copied = await esn(spec);
    await weighted.fit([
      { ...a, weight: a.input.map(() => 2) },
      { ...b, weight: b.input.map(() => 1) },
    ]);
    const { rows } = await copied.fit([
      { input: a.input, target: a.target },
      { input: a.input, target: a.target },
      { input: b.input, target: b.target },
    ]);
    expect(rows).toBe(3 * 55);
    expect(rmse(weighted.predict([a.input])[0], copied.predict([a.input])[0])).toBeLessThan(1e-9);
    const last = { ...a, weight: a.input.map((_, t) => Number(t >= 50)) };
    expect((await weighted.fit([last])).rows).toBe(10);
    weighted.dispose();
    copied.dispose();
  });

  test("classes from symbols: 60 orthogonal units solve 5-bit memorization at T = 20", async () => {
    const task = longLag.memory5({ lag: 20 });
    const net = await esn({
      input: { symbols: 4 },
      output: { classes: 3 },
      units: 60,
      reservoir: "orthogonal",
      inputScale: 0.05,
      ridge: 1e-10,
    });
    await net.fit(task.all!);
    const wrong = net
      .predict(task.all!.map((item) => item.input))
      .reduce((sum, y, i) => sum + task.wrong(task.all![i], y), 0);
    expect(wrong).toBe(0);
    net.dispose();
  });
});

describe("running", () => {
  test("a stream gives the bits of predict, and starts anew after reset", async () => {
    const net = await esn({ input: 1, output: 1, units: 50, leak: 0.7, biasScale: 0.2 });
    const items = delayed(3, 50, 2);
    await net.fit(items);
    const want = net.predict(items.map((item) => item.input));
    const stream = net.stream();
    for (const i of [0, 1]) {
      expect(Array.from(items[i].input, (x) => stream.step(x)[0])).toEqual(Array.from(want[i]));
      stream.reset();
    }
    net.dispose();
    expect(() => stream.step(0)).toThrow(/stream.step: the model was disposed/);
  });

  test.each([
    ["fed back as input", { input: 1 }],
    ["fed back through feedback weights", { input: 0, feedbackScale: 1 }],
  ] as const)("a wave runs on freely, %s", async (_, how) => {
    const net = await esn({
      ...how,
      output: 1,
      units: 100,
      leak: 0.5,
      washout: 100,
      ridge: 1e-7,
      biasScale: 0.3,
    });
    const y = wave(1000);
    await net.fit([
      how.input ? { input: y.subarray(0, 999), target: y.subarray(1) } : { input: [], target: y },
    ]);
    const { means: run } = net.forecast(100, { history: wave(200, 1000) });
    expect(rmse(run, wave(100, 1200))).toBeLessThan(0.02);
    net.dispose();
  });

  test("a net with inputs and feedback runs on while its inputs go on, and wants them", async () => {
    const net = await esn({
      input: 1,
      output: 1,
      units: 100,
      feedbackScale: 1,
      inputScale: 0.5,
      leak: 0.5,
      washout: 100,
      ridge: 1e-7,
      biasScale: 0.3,
    });
    const drive = (T: number, from = 0): Float64Array =>
      Float64Array.from({ length: T }, (_, t) => Math.sin((t + from) / 7.3));
    const y = wave(1000);
    await net.fit([{ input: drive(1000), target: y }]);
    const { means: run } = net.forecast(100, { history: wave(200, 1000), inputs: drive(300, 1000) });
    const { means: other } = net.forecast(100, { history: wave(200, 1000), inputs: drive(300, 1005) });
    expect(rmse(run, wave(100, 1200))).toBeLessThan(0.02);
    expect(rmse(other, run)).toBeGreaterThan(0.05);
    expect(() => net.forecast(100, { history: wave(200) })).toThrow(/inputs are missing/);
    expect(() => net.forecast(100, { history: wave(200), inputs: drive(299) })).toThrow(
      /inputs have 299 steps, want 300/,
    );
    net.dispose();
  });

  test("noise is drawn from the seed: the same seed gives the same bits, another one others", async () => {
    const outputs: number[][] = [];
    for (const seed of [1, 1, 2]) {
      const net = await esn({ input: 1, output: 1, units: 20, noise: 0.01, seed });
      const items = delayed(2, 30, 1);
      await net.fit(items);
      outputs.push(Array.from(net.predict([items[0].input])[0]));
      net.dispose();
    }
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).not.toEqual(outputs[0]);
  });

  test("all memory comes back", async () => {
    const before = wasm.memory.usage.used;
    const net = await esn({ input: 1, output: 1, units: 30, reservoir: "orthogonal" });
    await net.fit(delayed(1, 20, 1));
    net.stream();
    net.forecast(3, { history: [0, 0] });
    net.dispose();
    expect(wasm.memory.usage.used).toBe(before);
  });
});

test("a free run that leaves the finite numbers says so, and what helps", async () => {
  const net = await esn({ input: 1, output: 1, units: 10, ridge: 1e-9 });
  const input = Float64Array.from({ length: 60 }, (_, t) => (t * t) % 7);
  await net.fit([{ input, target: input.map((v) => 1e3 * v) }]);
  expect(() => net.forecast(200, { history: input })).toThrow(
    /esn.forecast: the run leaves the finite numbers at step \d+; fit with a larger ridge/,
  );
  net.dispose();
});

test("wrong options, data and orders of calls are named", async () => {
  await expect(esn({ input: 1, output: 1, unit: 3 } as object as EsnSpec)).rejects.toThrow(
    /unknown option "unit"/,
  );
  await expect(esn({ input: 0, output: 1 })).rejects.toThrow(/nothing drives/);
  await expect(esn({ input: 1, output: 1, leak: 0 })).rejects.toThrow(/leak is 0/);
  const net = await esn({ input: 2, output: 1, units: 10 });
  expect(() => net.predict([[[1, 2]]])).toThrow(/not learned yet/);
  await expect(net.fit([])).rejects.toThrow(/data is empty/);
  await net.fit([
    {
      input: [
        [1, 2],
        [3, 4],
      ],
      target: [1, 2],
    },
  ]);
  expect(() => net.forecast(1, { history: [1] })).toThrow(/2 inputs and 1 outputs without feedback/);
  net.dispose();
});

test.skipIf(!data)(
  "Mackey-Glass 17, 400 units: 84 steps ahead to 10^-2.5 of the deviation (UNROLLED_DATA says " +
    "where the series is)",
  async () => {
    const series = Float64Array.from(
      readFileSync(join(data!, "series/mackey-glass-17.txt"), "utf8").trim().split(/\s+/),
      (x) => Number(x) - 0.93,
    );
    const net = await esn({
      input: 1,
      output: 1,
      units: 400,
      spectralRadius: 0.9,
      leak: 0.6,
      inputScale: 1.5,
      biasScale: 0.2,
      ridge: 1e-9,
      washout: 300,
    });
    await net.fit([{ input: series.subarray(0, 3000), target: series.subarray(1, 3001) }]);
    let errors = 0;
    let variance = 0;
    for (let k = 0; k < 10; ++k) {
      const from = 3000 + 600 * k;
      const { means: run } = net.forecast(84, { history: series.subarray(from, from + 500) });
      errors += (run[83] - series[from + 583]) ** 2;
    }
    for (const x of series) variance += (x * x) / series.length;
    expect(Math.sqrt(errors / 10 / variance)).toBeLessThan(10 ** -2.5);
    net.dispose();
  },
);
