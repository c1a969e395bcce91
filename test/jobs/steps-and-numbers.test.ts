import { inspect } from "node:util";
import { expect, test } from "vitest";
import {
  DataError,
  adam,
  conv,
  gru,
  pool,
  sequenceLabeler,
  sequenceRegressor,
  type Layer,
  type MeasuredSequence,
  type StepLabels,
} from "../../src/index.ts";
import { readTensors } from "../../src/formats/read-safetensors.ts";
import { writeTensors } from "../../src/formats/safetensors.ts";

const wave = (i: number): number[][] =>
  Array.from({ length: 8 + (i % 4) }, (_, t) => [500 + 40 * (((3 * i + 5 * t) % 7) - 3)]);

test("a labeler tells every step, and its file tells the same", async () => {
  const items: StepLabels[] = Array.from({ length: 24 }, (_, i) => ({
    input: wave(i),
    labels: wave(i).map(([x]) => (x > 500 ? "high" : "low")),
  }));
  const l = await sequenceLabeler({ labels: ["low", "high"], input: 1, layers: [gru(6)] });
  await expect(l.fit([{ input: [1, 2], labels: ["low"] }])).rejects.toThrow(/2 steps has 1 labels/);
  await expect(l.fit([{ input: [1], labels: ["mid"] }])).rejects.toThrow(
    /labels\[0\] is "mid", want one of low, high/,
  );
  await l.fit(items, { epochs: 60, batch: 8, optimizer: adam({ rate: 0.03 }) });
  expect((await l.evaluate(items)).accuracy).toBe(1);
  const [answer] = l.predict([items[3].input]);
  expect(answer.labels).toEqual(items[3].labels);
  const loaded = await sequenceLabeler.load(l.save());
  expect(loaded.predict([items[3].input])[0]).toEqual(answer);
  for (const one of [l, loaded]) one.dispose();
});

test("a regressor answers in the units of its targets, and its file does", async () => {
  const items: MeasuredSequence[] = Array.from({ length: 40 }, (_, i) => {
    const input = wave(i);
    return { input, target: 1e6 + 100 * input[input.length - 1][0] };
  });
  for (const pool of ["steps", "last", "mean", "max"] as const) {
    const r = await sequenceRegressor({ input: 1, layers: [gru(8)], pool });
    expect(() => r.predict([[1]])).toThrow(/never fitted/);
    await expect(r.fit([{ input: [1], target: [1, 2] }])).rejects.toThrow(/target has 2 numbers, want 1/);
    await r.fit(items, { epochs: 150, batch: 10, optimizer: adam({ rate: 0.02 }), validation: 0.2 });
    if (pool === "last") expect((await r.evaluate(items)).r2).toBeGreaterThan(0.98);
    const loaded = await sequenceRegressor.load(r.save());
    expect(loaded.predict([items[0].input])).toEqual(r.predict([items[0].input]));
    expect(Math.abs(r.predict([items[0].input])[0][0] - 1.05e6)).toBeLessThan(2e4);
    for (const one of [r, loaded]) one.dispose();
  }
});

test("a regressor's file that lacks one of its two standardizations is refused", async () => {
  const r = await sequenceRegressor({ input: 1, layers: [gru(2)] });
  await r.fit([{ input: wave(0), target: 7 }], { steps: 1 });
  const { spec, tensors } = readTensors(r.save({ training: false }), "test");
  const { targets, ...job } = spec.job as Record<string, unknown>;
  expect(targets).toBeDefined();
  const cut = writeTensors({ ...spec, job }, [...tensors.values()]);
  await expect(sequenceRegressor.load(cut)).rejects.toThrow(DataError);
  r.dispose();
});

test("a stream of a labeler tells the step at hand, that of a regressor the number so far", async () => {
  const labeled: StepLabels[] = Array.from({ length: 12 }, (_, i) => ({
    input: wave(i),
    labels: wave(i).map(([x]) => (x > 500 ? "high" : "low")),
  }));
  const l = await sequenceLabeler({ labels: ["low", "high"], input: 1, layers: [gru(3)] });
  expect(() => l.stream()).toThrow("sequenceLabeler.stream: the model was never fitted");
  await l.fit(labeled, { epochs: 2 });
  const steps = l.stream();
  const [{ labels, probabilities }] = l.predict([wave(1)]);
  wave(1).forEach((x, t) => {
    const now = steps.step(x);
    expect(now.label).toBe(labels[t]);
    expect(now.probabilities.high).toBeCloseTo(probabilities[2 * t + 1], 6);
  });
  const measured = Array.from({ length: 12 }, (_, i) => ({ input: wave(i), target: [1e6 * i, i] }));
  for (const pool of ["steps", "last", "mean", "max"] as const) {
    const r = await sequenceRegressor({ input: 1, output: 2, layers: [gru(3)], pool });
    await r.fit(measured, { epochs: 2 });
    const numbers = r.stream();
    for (const _ of [0, 1]) {
      const last = wave(2)
        .map((x) => numbers.step(x))
        .at(-1)!;
      const [whole] = r.predict([wave(2)]);
      last.forEach((y, j) => expect(Math.abs(y / whole[j] - 1)).toBeLessThan(1e-5));
      numbers.reset();
    }
    expect(() => numbers.step([1, 2])).toThrow("stream.step: x");
    r.dispose();
    expect(() => numbers.step(500)).toThrow("disposed");
  }
  l.dispose();
});

test("a labeler refuses layers that change the number of steps", async () => {
  const make = (layer: Layer): Promise<unknown> =>
    sequenceLabeler({ labels: ["a", "b"], input: 1, layers: [layer] });
  await expect(make(pool("mean"))).rejects.toThrow("a layer changes the number of steps");
  await expect(make(conv({ units: 2, width: 3, stride: 2 }))).rejects.toThrow("want layers that keep it");
});

test("printed, a job is its name and the table of its layers", async () => {
  const r = await sequenceRegressor({ input: 1 });
  expect(inspect(r)).toMatch(
    /^sequenceRegressor: network: squared, float32, \d+ bytes of weights\n {2}layer/,
  );
  expect(inspect(r).split("\n").length).toBeLessThan(8);
  r.dispose();
});

test("layers of a loaded job can be frozen, and keep their bits while the others learn", async () => {
  const items = Array.from({ length: 12 }, (_, i) => ({ input: wave(i), target: i }));
  const r = await sequenceRegressor({ input: 1, layers: [gru(3)] });
  await r.fit(items, { epochs: 2 });
  const loaded = await sequenceRegressor.load(r.save({ training: false }));
  const optimizer = adam({ rate: 0.01, groups: [{ parameters: "gru1.*", frozen: true }] });
  await loaded.fit(items, { epochs: 2, optimizer });
  r.net.parameters.forEach(({ name, data }, i) => {
    const same = JSON.stringify(data) === JSON.stringify(loaded.net.parameters[i].data);
    expect(same, name).toBe(name.startsWith("gru1."));
  });
  for (const one of [r, loaded]) one.dispose();
});

test("a file of another job, or whose notes are broken, is refused by name", async () => {
  const r = await sequenceRegressor({ input: 1, layers: [gru(2)] });
  const bytes = r.save();
  await expect(sequenceLabeler.load(bytes)).rejects.toThrow(
    'sequenceLabeler.load: the file holds "sequenceRegressor", want a sequenceLabeler',
  );
  const text = Buffer.from(bytes).toString("latin1");
  const broken = Buffer.from(text.replace(/pool(\W+)steps/, "pool$1mode"), "latin1");
  await expect(sequenceRegressor.load(new Uint8Array(broken))).rejects.toThrow(DataError);
  r.dispose();
});
