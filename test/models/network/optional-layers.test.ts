/** Nets with the optional layers: they learn, stream, save, have targets of their own time, refuse. */
import { expect, test } from "vitest";
import {
  adam,
  attention,
  bidirectional,
  conv,
  dense,
  feedback,
  gru,
  hessianFree,
  layerNorm,
  lstm,
  network,
  pool,
  subsample,
  residual,
  rnn,
  type Layer,
} from "../../../src/index.ts";
import { softWindow } from "../../../src/models/network/optional/soft-window-layer.ts";
import { close } from "../../close.ts";

const streaming: Record<string, Layer[]> = {
  "causal conv": [conv({ units: 4, width: 3, dilation: 2, causal: true }), dense(2)],
  layerNorm: [lstm(4), layerNorm(), dense(2)],
  residual: [dense(4), residual([layerNorm(), gru(4)]), dense(2)],
  "output units": [feedback(lstm(6), { outputs: 2 })],
};
const wave = (T: number, seed: number): number[][] =>
  Array.from({ length: T }, (_, t) => [((t * seed) % 7) / 3 - 1, ((t + seed) % 5) / 2 - 1]);

for (const [name, layers] of Object.entries(streaming))
  test(`a stream of ${name} says what the whole sequence does, and training may be cut`, async () => {
    const net = await network({ input: 2, layers, loss: "squared", seed: 4 });
    const items = [3, 4, 5].map((seed) => ({ input: wave(12, seed), target: wave(12, seed + 1) }));
    await net.fit(items, { steps: 5, truncate: 4, optimizer: adam({ rate: 0.01 }) });
    const input = wave(9, 3);
    const whole = net.predict([input.flat()])[0];
    const stream = net.stream();
    for (let run = 0; run < 2; ++run, stream.reset())
      input.forEach((x, t) => close(stream.step(x), whole.slice(2 * t, 2 * t + 2), { rel: 1e-6, abs: 1e-6 }));
    const copy = await network.load(net.save());
    expect(copy.predict([input.flat()])).toEqual([whole]);
    expect(copy.spec).toEqual(net.spec);
    copy.dispose();
    net.dispose();
  });

test("units with a window on a text stream to the bit, and learn to say what they read", async () => {
  const length = 4;
  const layers = [softWindow({ units: 12, symbols: 2, length, components: 3 }), dense(1)];
  using net = await network({ input: 1, layers, loss: "squared", seed: 3 });
  // +1 for the first symbol of a text, -1 for the second
  const texts = [
    [1, 2],
    [2, 1],
    [2, 2],
    [1, 1],
  ].map((text) => [...text, 0, 0]);
  const items = texts.map((initial) => ({
    input: new Float64Array(12),
    target: Float64Array.from({ length: 12 }, (_, t) => 3 - 2 * initial[t < 6 ? 0 : 1]),
    initial,
  }));
  const { loss: before } = await net.evaluate(items);
  await net.fit(items, { steps: 150, batch: 4, optimizer: adam({ rate: 0.02, clip: 1 }) });
  const { loss } = await net.evaluate(items);
  expect(loss).toBeLessThan(0.25 * before);
  const [whole] = net.predict([items[0].input], { initial: [texts[0]] });
  using stream = net.stream();
  for (let run = 0; run < 2; ++run) {
    stream.reset(texts[0]);
    expect(Array.from(whole, () => stream.step([0])[0])).toEqual([...whole]);
  }
  const v = Float64Array.from({ length: net.size }, (_, i) => ((i * 7) % 11) - 5);
  const Gv = Array.from(net.gaussNewtonProduct(items, v));
  expect(Gv.reduce((sum, x, i) => sum + x * v[i], 0)).toBeGreaterThan(0);
  await expect(net.fit([{ ...items[0], initial: [1] }], { steps: 1 })).rejects.toThrow(
    "initial has 1 values",
  );
});

const many: Record<string, Layer[]> = {
  "the last step": [lstm(6), pool("last"), dense(3)],
  "the mean": [gru(6), pool("mean"), dense(3)],
  "the maximum": [conv({ units: 8, width: 3 }), pool("max"), dense(3)],
  attention: [bidirectional(lstm(4)), attention({ units: 5 }), dense(3)],
  "joined steps": [subsample({ steps: 3 }), gru(6), pool("last"), dense(3)],
};
const labeled = Array.from({ length: 12 }, (_, i) => ({
  input: Array.from({ length: 4 + (i % 5) }, (_, t) => (t === i % 4 ? [(i % 3) - 1, 1] : [0, 0])),
  target: i % 3,
}));
for (const [name, layers] of Object.entries(many))
  test(`${name} makes one step of many, with a target a sequence`, async () => {
    const net = await network({ input: 2, layers, loss: "softmax", seed: 2 });
    await net.fit(labeled, { steps: 150, optimizer: adam({ rate: 0.03 }), batch: 12 });
    const { accuracy, steps } = await net.evaluate(labeled, { metrics: ["confusion"] });
    expect(accuracy).toBe(1);
    expect(steps).toBe(12);
    expect(net.predict([labeled[0].input])[0].length).toBe(3);
    await expect(net.fit(labeled, { steps: 1, truncate: 2 })).rejects.toThrow("truncate");
    const wrong = [
      {
        input: [
          [1, 2],
          [3, 4],
        ],
        target: [0, 1],
      },
    ];
    await expect(net.fit(wrong, { steps: 1 })).rejects.toThrow("2 values, want [T] = [1] classes");
    const v = Float64Array.from({ length: net.size }, (_, i) => ((i * 7) % 11) - 5);
    const Gv = net.gaussNewtonProduct(labeled, v);
    expect(Array.from(Gv).reduce((sum, x, i) => sum + x * v[i], 0)).toBeGreaterThan(0);
    net.dispose();
  });

test.each([
  ["windows and strides", [conv({ units: 4, width: 3, stride: 2 }), pool({ width: 2, kind: "mean" })]],
  ["joined steps", [subsample({ steps: 2 }), gru(4), subsample({ steps: 2 })]],
] as const)("%s have a target for each of their steps, weighted like any", async (_, layers) => {
  const net = await network({ input: 2, layers: [...layers, dense(1)], loss: "squared" });
  const data = [
    { input: wave(9, 3), target: [1, 0, 1], weight: [1, 2, 0] },
    { input: wave(4, 2), target: [0] },
  ];
  await net.fit(data, { steps: 3 });
  expect(net.predict([data[0].input.flat()])[0].length).toBe(3);
  await net.fit(data, { steps: 2, optimizer: hessianFree() });
  await expect(net.fit([{ input: wave(9, 3), target: [1, 0] }], { steps: 1 })).rejects.toThrow("[3,1]");
  net.dispose();
});

test("names of parameters and figures of the summary", async () => {
  const layers = [conv({ units: 3, width: 2 }), residual([layerNorm(), dense(3)]), attention({ units: 4 })];
  const net = await network({ input: 2, layers, loss: "squared" });
  expect(net.parameters.map(({ name }) => name)).toEqual([
    "conv1.W",
    "conv1.b",
    "residual2.layerNorm1.g",
    "residual2.layerNorm1.b",
    "residual2.dense2.W",
    "residual2.dense2.b",
    "attention3.W",
    "attention3.b",
    "attention3.v",
  ]);
  expect(net.summary().layers.map(({ shape }) => shape)).toEqual([
    [2, 3],
    [3, 3],
    [3, 3],
  ]);
  expect(net.summary().weights).toBe(net.size);
  net.dispose();
});

test("what cannot be is refused by name", async () => {
  const make = (layers: Layer[], input: number | { symbols: number } = 2): Promise<unknown> =>
    network({ input, layers, loss: "squared" });
  expect(() => conv({ units: 2, width: 70_000 })).toThrow("conv: width is 70000");
  expect(() => conv({ units: 2, width: 60_000, dilation: 60_000 })).toThrow("reaches beyond 65536 steps");
  expect(() => pool("first" as "last")).toThrow('pool: kind is "first", want one of last, mean, max');
  expect(() => pool({ width: 0 })).toThrow("pool: width is 0");
  expect(() => residual([])).toThrow("want a list of at least one layer");
  expect(() => residual([pool("last")])).toThrow("pool changes the number of steps");
  await expect(make([residual([dense(3)])])).rejects.toThrow("give 3 values a step and stand on 2");
  await expect(make([layerNorm()], { symbols: 5 })).rejects.toThrow("layerNorm1: stands on symbols");
  await expect(make([{ type: "convolution" } as unknown as Layer])).rejects.toThrow(/want one of rnn.*conv/);
  let deep: Layer = dense(2);
  for (let i = 0; i < 5000; ++i) deep = { type: "residual", layers: [deep] };
  await expect(make([deep])).rejects.toThrow("more than 16 inside one another");
  const net = await network({ input: 2, layers: [conv({ units: 2, width: 3 }), dense(1)], loss: "squared" });
  const items = [{ input: wave(8, 3), target: new Float64Array(8) }];
  await expect(net.fit(items, { truncate: 4 })).rejects.toThrow(
    "conv: needs whole sequences unless it is causal",
  );
  net.dispose();
});

test("output units are the last units of the layer: same outputs, same gradient", async () => {
  const units = { activation: "logistic" } as const;
  const spec = { input: 2, loss: "squared", precision: "float64", seed: 3 } as const;
  using all = await network({ ...spec, layers: [rnn(5, units)] });
  using net = await network({ ...spec, layers: [feedback(rnn(5, units), { outputs: 2 })] });
  all.parameters.forEach(({ data }, i) => net.parameters[i].set(data));
  const input = wave(6, 3).flat();
  const [whole] = all.predict([input]);
  const [seen] = net.predict([input]);
  expect(seen).toEqual(whole.filter((_, i) => i % 5 > 2));
  const wanted = whole.map((_, i) => (i % 5 > 2 ? 0.5 : 0));
  const weight = whole.map((_, i) => Number(i % 5 > 2));
  const few = net.gradient([{ input, target: seen.map(() => 0.5) }]);
  const many = all.gradient([{ input, target: wanted, weight }]);
  // the mean is over as many steps, whatever the number of outputs that count
  few.gradient.forEach(({ name, data }, i) => {
    expect(name).toBe(many.gradient[i].name.replace("rnn1", "feedback1"));
    close(data, many.gradient[i].data, { rel: 1e-12, abs: 1e-15 });
  });
});

test("feedback refuses layers without states, too many outputs, a logistic function twice", async () => {
  expect(() => feedback(dense(3) as never, { outputs: 1 })).toThrow(
    "feedback: got dense, want one of rnn, lstm",
  );
  expect(() => feedback(rnn(3), { outputs: 4 })).toThrow(
    "feedback: outputs is 4, want a whole number from 1 to 3",
  );
  const layers = [feedback(rnn(3, { activation: "logistic" }), { outputs: 1 })];
  await expect(network({ input: 1, layers, loss: "bernoulli" })).rejects.toThrow(
    'layer 1: feedback has activation "logistic"',
  );
});
