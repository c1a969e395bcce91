/** What a net predicts, of whole sequences and of streams, and the forms of its input and target. */
import { describe, expect, test } from "vitest";
import {
  adam,
  bidirectional,
  dense,
  delayTaps,
  gru,
  lstm,
  rnn,
  sgd,
  type DataItem,
  type Layer,
} from "../../../src/index.ts";
import { engine } from "../../../src/wasm/engine.ts";
import { close } from "../../close.ts";
import { addition, build, items, toy } from "./builders.ts";

describe("prediction", () => {
  test("a sequence in a set has the bits of the sequence alone, in the order given", async () => {
    const net = await build({ layers: [bidirectional(lstm(3)), gru(4), dense(1)] });
    const data = items([2, 5, 3]).map((item) => item.input);
    const all = net.predict(data);
    expect(all.map((y) => y.length)).toEqual([2, 5, 3]);
    data.forEach((x, i) => expect(net.predict([x])[0]).toEqual(all[i]));
  });

  test("many long sequences are answered as each alone, in the memory of a part of them", async () => {
    const net = await build({ input: 1, layers: [rnn(4), dense(1)], loss: "squared" });
    const { memory } = await engine(net.spec.precision ?? "float32");
    const lengths = [60_000, 60_000, 60_000, 140_000, 5, 7];
    const sequences = lengths.map((length, i) => Float64Array.from({ length }, (_, t) => ((t + i) % 7) / 7));
    const before = memory.usage.used;
    net.predict(sequences.slice(3, 4));
    const alone = memory.usage.used - before;
    const answers = net.predict(sequences);
    expect(memory.usage.used - before).toBeLessThan(1.2 * alone);
    sequences.forEach((x, i) => {
      const [own] = net.predict([x]);
      expect([i, own.length, own.every((y, k) => y === answers[i][k])]).toEqual([i, lengths[i], true]);
    });
  });

  test.each<[string, Layer[]]>([
    ["lstm", [lstm(5, { peepholes: true }), dense(1)]],
    ["gru", [gru(4), dense(1)]],
    ["gru, reset before", [gru(4, { reset: "before" }), dense(1)]],
    ["taps", [delayTaps(3), dense(4, { activation: "tanh" }), dense(1)]],
    ["leaky", [rnn(4, { leak: 0.2 }), dense(1)]],
  ])("a stream of a net of %s has the bits of predict", async (_, layers) => {
    const net = await build({ layers, loss: "squared" });
    const x = items([6])[0].input as number[];
    const stream = net.stream();
    const run = (): number[] =>
      Array.from({ length: 6 }, (_, t) => stream.step(x.slice(2 * t, 2 * t + 2))[0]);
    expect(run()).toEqual(Array.from(net.predict([x])[0]));
    stream.reset();
    expect(run()).toEqual(Array.from(net.predict([x])[0]));
  });

  test("probabilities of a softmax sum to one, of a bernoulli lie between zero and one", async () => {
    const soft = await build({ layers: [lstm(4), dense(5)], loss: "softmax" });
    const y = soft.predict([items([4])[0].input])[0];
    for (let t = 0; t < 4; ++t)
      close(
        Array.from(y.subarray(5 * t, 5 * t + 5)).reduce((a, b) => a + b),
        1,
        { abs: 1e-6 },
      );
    const net = await build({ layers: toy() });
    for (const p of net.predict([items([4])[0].input])[0]) expect(p > 0 && p < 1).toBe(true);
  });

  test("a net that reads backwards cannot stream", async () => {
    const net = await build({ layers: [bidirectional(rnn(2)), dense(1)] });
    expect(() => net.stream().step([0, 0])).toThrow("runs backwards in time");
  });
});

describe("the modes of input and target (7b-5, 7b-6)", () => {
  test("initial states of all units, and no input at any step", async () => {
    const net = await build({ input: 0, layers: [rnn(3, { given: [0, 1, 2] })], loss: "squared" });
    const data = [
      { input: [], target: [0, 0, 0, 0.5, -0.5, 0.2], weight: [0, 1], initial: [0.3, -0.1, 0.2] },
    ];
    await net.fit(data as DataItem[], { optimizer: adam({ rate: 0.02 }), steps: 300, batch: 1 });
    expect((await net.evaluate(data as DataItem[])).loss).toBeLessThan(1e-3);
  });

  test("initial states of a subset, the rest learned", async () => {
    const net = await build({ layers: [rnn(3, { given: [1] }), dense(1)], loss: "squared" });
    const [a, b] = net.predict(
      [
        [0, 0],
        [0, 0],
      ],
      { initial: [[0.5], [-0.5]] },
    );
    expect(a[0]).not.toBe(b[0]);
    expect(() => net.predict([[0, 0]])).toThrow("initial has 0 values, want 1");
  });

  test("steps and units of weight zero do not count", async () => {
    const net = await build({ layers: [lstm(3), dense(2)], loss: "squared" });
    const input = [1, 2, 3, 4, 5, 6];
    const loss = async (target: number[]): Promise<number> =>
      (await net.evaluate([{ input, target, weight: [0, 0, 1, 0, 0, 1] }])).loss;
    expect(await loss([9, 9, 0.1, 9, 9, 0.3])).toBe(await loss([5, 5, 0.1, 5, 5, 0.3]));
    const final = net.gradient([{ input, target: [9, 9, 9, 9, 1, 1], weight: [0, 0, 1] }]).loss;
    const [y] = net.predict([input]);
    close(final, 0.5 * ((y[4] - 1) ** 2 + (y[5] - 1) ** 2), { rel: 1e-5 });
  });

  test("initial states are learned by default, and stay zero on request", async () => {
    const learned = await build({ layers: [rnn(3), dense(1)] });
    const zero = await build({ layers: [rnn(3, { initialState: "zero" }), dense(1)] });
    await learned.fit(addition, { optimizer: sgd(), steps: 2 });
    expect(learned.parameters.find((p) => p.name === "rnn1.state")!.data.every((x) => x !== 0)).toBe(true);
    expect(zero.parameters.map((p) => p.name)).toEqual([
      "rnn1.Wx",
      "rnn1.Wh",
      "rnn1.b",
      "dense2.W",
      "dense2.b",
    ]);
  });
});
