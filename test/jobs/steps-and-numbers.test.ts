import { expect, test } from "vitest";
import {
  adam,
  gru,
  sequenceLabeler,
  sequenceRegressor,
  type MeasuredSequence,
  type StepLabels,
} from "../../src/index.ts";

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
  for (const pool of ["mean", "last"] as const) {
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
