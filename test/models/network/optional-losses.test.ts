/** Nets with the optional losses: they learn, predict, evaluate, save, draw, and refuse what they lack. */
import { expect, test } from "vitest";
import {
  adam,
  dense,
  hessianFree,
  huber,
  lstm,
  mixture,
  negativeBinomial,
  network,
  quantile,
  studentT,
  type LossSpec,
} from "../../../src/index.ts";

const wave = (n: number, phase = 0): number[] =>
  Array.from({ length: n }, (_, t) => [0, 1, 2, 1][(t + phase) % 4]);
const items = [0, 1, 2, 3].map((phase) => ({ input: wave(9, phase), target: wave(9, phase + 1) }));
const outputs: [LossSpec, number][] = [
  [huber({ delta: 0.5 }), 1],
  ["huber", 1],
  [quantile([0.1, 0.5, 0.9]), 3],
  [studentT(), 3],
  [negativeBinomial(), 2],
  [mixture({ components: 2 }), 6],
];

for (const [loss, units] of outputs)
  test(`a net with ${JSON.stringify(loss)} learns, and goes on as before from its file`, async () => {
    const net = await network({ input: 1, layers: [lstm(6), dense(units)], loss, seed: 3 });
    const before = await net.evaluate(items);
    await net.fit(items, { steps: 60, optimizer: adam({ rate: 0.03 }) });
    const after = await net.evaluate(items);
    expect(after.loss).toBeLessThan(before.loss);
    expect(after.rmse).toBeLessThan(before.rmse!);
    const copy = await network.load(net.save());
    expect(copy.predict([items[0].input])).toEqual(net.predict([items[0].input]));
    await net.fit(items, { steps: 5, optimizer: adam({ rate: 0.03 }) });
    await copy.fit(items, { steps: 5, optimizer: adam({ rate: 0.03 }) });
    expect(copy.parameters.map(({ data }) => data)).toEqual(net.parameters.map(({ data }) => data));
    const sharded = await network({ input: 1, layers: [lstm(6), dense(units)], loss, seed: 3 });
    await sharded.fit(items, { steps: 3, shard: 2 });
    for (const n of [net, copy, sharded]) n.dispose();
  });

test("what a net cannot do with a loss, it says by the loss's name", async () => {
  const net = await network({ input: 1, layers: [dense(3)], loss: quantile(), precision: "float64" });
  await expect(net.fit(items, { steps: 1, optimizer: hessianFree() })).rejects.toThrow(
    'the loss "quantile" has no curvature',
  );
  expect(() => net.logLikelihood(items)).toThrow('the loss "quantile" is no likelihood');
  expect(() => net.sample(3)).toThrow('the net\'s loss is "quantile"');
  expect(net.summary().outputs).toEqual(["q0.1", "q0.5", "q0.9"]);
  await expect(network({ input: 1, layers: [dense(4)], loss: quantile() })).rejects.toThrow(
    "4 outputs, want 3",
  );
  await expect(network({ input: 1, layers: [dense(4)], loss: "hubert" as "huber" })).rejects.toThrow(
    /loss is "hubert", want one of squared, bernoulli/,
  );
  const counts = await network({ input: 1, layers: [dense(2)], loss: "negativeBinomial" });
  await expect(counts.fit([{ input: [1], target: [0.5] }], { steps: 1 })).rejects.toThrow("want a count");
  const pen = await network({ input: 3, layers: [dense(7)], loss: mixture({ components: 1, over: "pen" }) });
  await expect(pen.fit([{ input: [1, 1, 0], target: [1, 1, 2] }], { steps: 1 })).rejects.toThrow(
    "value 2 is 2",
  );
  for (const n of [net, counts, pen]) n.dispose();
});

test("hessianFree learns with huber", async () => {
  const net = await network({ input: 1, layers: [lstm(4), dense(1)], loss: huber(), seed: 2 });
  const before = (await net.evaluate(items)).loss;
  await net.fit(items, { steps: 5, optimizer: hessianFree() });
  expect((await net.evaluate(items)).loss).toBeLessThan(before / 2);
  net.dispose();
});

test("samples follow from the seed, have the moments of the net, and are narrower by bias", async () => {
  const spec = { input: 1, layers: [dense(3)], precision: "float64" as const };
  const nets = [
    await network({ ...spec, loss: "studentT" }),
    await network({ ...spec, layers: [dense(2)], loss: "negativeBinomial" }),
    await network({ ...spec, loss: mixture({ components: 1 }) }),
  ];
  // constant distributions: no weight on the input
  const biases = [
    [2, 1, 30],
    [3, 0.5],
    [0, 1.5, 0.25],
  ];
  const softplus = (x: number): number => Math.log1p(Math.exp(x));
  const alpha = 1e-6 + softplus(0.5);
  const mu = softplus(3);
  const moments = [
    [2, (softplus(1) ** 2 * (2 + 30)) / 30],
    [mu, mu + alpha * mu * mu],
    [1.5, Math.exp(0.5)],
  ];
  for (const [i, net] of nets.entries()) {
    net.parameters[0].set(biases[i].map(() => 0));
    net.parameters[1].set(biases[i]);
    const n = 4000;
    const { sequence } = net.sample(n, { seed: 7 });
    expect(net.sample(n, { seed: 7 }).sequence).toEqual(sequence);
    const values = Array.from(sequence);
    const mean = values.reduce((a, b) => a + b) / n;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
    // five standard errors of a mean; variances within a fifth
    expect(Math.abs(mean - moments[i][0])).toBeLessThan(5 * Math.sqrt(moments[i][1] / n));
    expect(Math.abs(variance / moments[i][1] - 1)).toBeLessThan(0.2);
    if (i !== 1) {
      const sure = Array.from(net.sample(n, { seed: 7, bias: 3 }).sequence);
      const spread = sure.reduce((a, b) => a + (b - moments[i][0]) ** 2, 0) / n;
      expect(spread).toBeLessThan(0.01 * moments[i][1]);
    }
    net.dispose();
  }
});

test("ctc with another blank and a label's share trains and decodes by it", async () => {
  const loss = { kind: "ctc", blank: 0, per: "label" } as const;
  const net = await network({ input: 1, layers: [lstm(8), dense(3)], loss, seed: 1 });
  const data = [
    { input: [1, 0, 0, 2, 0, 0], target: [1, 2] },
    { input: [2, 0, 0, 1, 0, 0], target: [2, 1] },
  ];
  await net.fit(data, { steps: 200, optimizer: adam({ rate: 0.02 }) });
  expect((await net.evaluate(data)).labelError).toBe(0);
  expect(() => net.logLikelihood(data)).toThrow("no likelihood");
  net.dispose();
});
