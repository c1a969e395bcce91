import { expect, test } from "vitest";
import {
  adam,
  attention,
  bidirectional,
  conv,
  gru,
  pool as poolOf,
  sequenceClassifier,
  type LabeledSequence,
} from "../../src/index.ts";

/** Rising and falling ramps on a large offset, in columns of different units. */
const items: LabeledSequence[] = Array.from({ length: 40 }, (_, i) => {
  const T = 6 + (i % 5);
  const slope = i % 2 ? 1 : -1;
  return {
    label: i % 2 ? "up" : "down",
    input: Array.from({ length: T }, (__, t) => [
      1000 + slope * t + ((7 * i + 3 * t) % 5) / 5,
      1e-6 * ((i + t) % 3),
    ]),
  };
});
const spec = { labels: ["down", "up"], input: 2, layers: [gru(6)], seed: 2 };
const options = { epochs: 40, batch: 8, optimizer: adam({ rate: 0.02 }), validation: 0.2, patience: 10 };

test("a classifier learns labels of whole sequences, whatever the units of the columns", async () => {
  const c = await sequenceClassifier(spec);
  const report = await c.fit(items, options);
  expect(report.best!.validation!.accuracy).toBe(1);
  const { accuracy, confusion, f1 } = await c.evaluate(items);
  expect([accuracy, f1]).toEqual([1, 1]);
  expect(confusion).toEqual([
    [20, 0],
    [0, 20],
  ]);
  const [first] = c.predict([items[1].input]);
  expect(first.label).toBe("up");
  expect(first.probabilities.up + first.probabilities.down).toBeCloseTo(1, 6);
  expect(String(c.summary())).toContain("gru1");
  c.dispose();
});

test("a stream's guess after the last step is the answer to the whole sequence", async () => {
  for (const pool of ["steps", "last", "mean", "max"] as const) {
    const c = await sequenceClassifier({ ...spec, pool });
    await c.fit(items, { epochs: 3, batch: 8 });
    const stream = c.stream();
    for (const { input } of items.slice(0, 3)) {
      const rows = input as number[][];
      const guesses = rows.map((x) => stream.step(x));
      const [whole] = c.predict([input]);
      expect(guesses.at(-1)!.label).toBe(whole.label);
      expect(guesses.at(-1)!.probabilities.up).toBeCloseTo(whole.probabilities.up, 6);
      stream.reset();
    }
    stream.dispose();
    c.dispose();
  }
});

test("layers that make few steps of many answer alike in streams and whole sequences", async () => {
  const layers = [conv({ units: 4, width: 3, stride: 2, causal: true }), gru(3), poolOf({ width: 2 })];
  for (const pool of ["steps", "last"] as const) {
    const c = await sequenceClassifier({ ...spec, layers, pool });
    await c.fit(items, { epochs: 2, batch: 8 });
    const stream = c.stream();
    const rows = items[0].input as number[][];
    rows.forEach((x, t) => {
      const { probabilities } = c.predict([rows.slice(0, t + 1).flat()])[0];
      expect(stream.step(x).probabilities).toEqual(probabilities);
    });
    c.dispose();
  }
  const c = await sequenceClassifier({ ...spec, layers: [gru(4), attention({ units: 3 })] });
  await c.fit(items, { epochs: 2, batch: 8 });
  expect(c.predict([items[0].input])[0].label).toMatch(/up|down/);
  expect(() => c.stream()).toThrow("attention2.attend weighs the steps of a whole sequence");
  c.dispose();
});

test("a file keeps labels and standardization; a checkpoint goes on to the same bits", async () => {
  const c = await sequenceClassifier(spec);
  const files: Uint8Array<ArrayBuffer>[] = [];
  const more = { ...options, epochs: 6, keepBest: true };
  const want = await c.fit(items, { ...more, checkpoint: (bytes) => void files.push(bytes) });
  const loaded = await sequenceClassifier.load(c.save());
  expect(loaded.labels).toEqual(spec.labels);
  expect(loaded.predict(items.map(({ input }) => input))).toEqual(c.predict(items.map(({ input }) => input)));
  const again = await sequenceClassifier.load(files[2]);
  expect(JSON.stringify(await again.fit(items, more))).toBe(JSON.stringify(want));
  expect(again.predict([items[0].input])).toEqual(c.predict([items[0].input]));
  await expect(sequenceClassifier.load(c.net.save())).rejects.toThrow(/want a sequenceClassifier/);
  for (const one of [c, loaded, again]) one.dispose();
});

test("misuse is named", async () => {
  await expect(sequenceClassifier({ labels: ["a"], input: 2 })).rejects.toThrow(
    /want an array of at least two names/,
  );
  await expect(sequenceClassifier({ labels: ["a", "a"], input: 2 })).rejects.toThrow(/names a class twice/);
  const c = await sequenceClassifier({ ...spec, layers: [bidirectional(gru(2))] });
  expect(() => c.predict([[1, 2]])).toThrow(/sequenceClassifier.predict: the model was never fitted/);
  await expect(c.fit([{ input: [1, 2], label: "left" }])).rejects.toThrow(
    /item 0.label is "left", want one of down, up/,
  );
  await expect(c.fit([{ input: [1, 2], lable: "up" } as never])).rejects.toThrow(/unknown field "lable"/);
  await expect(c.fit([{ input: [1, NaN], label: "up" }])).rejects.toThrow(/item 0.input: value 1 is NaN/);
  await c.fit(items, { steps: 2 });
  expect(() =>
    c.predict([
      [1, 2],
      [3, 4],
    ]),
  ).toThrow(/could be one sequence of 2 steps or 2 sequences of one step/);
  expect(() => c.stream().step([1, 2])).toThrow();
  c.dispose();
});
