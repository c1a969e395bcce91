import { afterAll, describe, expect, test } from "vitest";
import {
  adam,
  bidirectional,
  constrain,
  dense,
  dropout,
  embedding,
  delayTaps,
  fix,
  gru,
  hessianFree,
  lstm,
  momentum,
  nesterov,
  network,
  nextStep,
  normal,
  rmsprop,
  rnn,
  sgd,
  tasks,
  tie,
  type DataItem,
  type Layer,
  type Network,
  type NetworkSpec,
  type Optimizer,
} from "../../../src/index.ts";
import { close } from "../../close.ts";

const nets: Network[] = [];
const build = async (spec: Partial<NetworkSpec> & { layers: readonly Layer[] }): Promise<Network> => {
  const net = await network({ input: 2, loss: "bernoulli", seed: 3, ...spec });
  nets.push(net);
  return net;
};
afterAll(() => nets.forEach((net) => net.dispose()));
const toy = (): readonly Layer[] => [
  rnn(3, { activation: "logistic", init: { input: normal(1), recurrent: normal(1) } }),
  dense(1, { init: { input: normal(1) } }),
];
const addition = tasks.addition({ digits: 6 });
const values = (net: Network): number[] => net.parameters.flatMap((p) => Array.from(p.data));
const items = (lengths: readonly number[], I = 2, O = 1): DataItem[] =>
  lengths.map((T, b) => ({
    input: Array.from({ length: T * I }, (_, i) => Math.sin(7 * i + b)),
    target: Array.from({ length: T * O }, (_, i) => (i * 3 + b) % 2),
  }));

describe("training", () => {
  test("lowers the loss that evaluate reports", async () => {
    const net = await build({ layers: toy() });
    const data = items([5, 4, 3]);
    const before = (await net.evaluate(data)).loss;
    const { history } = await net.fit(data, { optimizer: adam({ rate: 0.05 }), steps: 100, batch: 3 });
    expect(history).toHaveLength(100);
    expect(history[0].loss).toBeCloseTo(before, 5);
    expect((await net.evaluate(data)).loss).toBeLessThan(before / 2);
    expect(history[99]).toMatchObject({ step: 100 });
  });

  test.each<[string, () => Optimizer]>([
    ["sgd", () => sgd({ rate: 0.5 })],
    ["momentum", () => momentum({ rate: 0.1 })],
    ["nesterov", () => nesterov({ rate: 0.1, momentum: 0.9 })],
    ["adam", () => adam({ rate: 0.02 })],
    ["rmsprop", () => rmsprop({ rate: 0.01 })],
    ["hessianFree", () => hessianFree({ cgIterations: 20 })],
  ])("%s, saved half way and loaded, goes on with the same bits", async (_, optimizer) => {
    const whole = await build({ layers: [...toy().slice(0, 1), dropout(0.2), dense(1)] });
    const steps = 4;
    const options = { batch: 8, steps };
    const first = await whole.fit(addition, { ...options, optimizer: optimizer() });
    const copy = await network.load(whole.save());
    nets.push(copy);
    const second = await whole.fit(addition, options);
    const resumed = await copy.fit(addition, { ...options, optimizer: optimizer() });
    expect(resumed.history).toEqual(second.history);
    expect(values(copy)).toEqual(values(whole));
    expect(second.history[0].step).toBe(first.steps + 1);
  });

  test("an abort keeps the weights of the last whole step", async () => {
    const stop = new AbortController();
    const net = await build({ layers: toy() });
    const seen: number[][] = [];
    for await (const e of net.train(addition, {
      optimizer: adam(),
      steps: 1000,
      batch: 4,
      signal: stop.signal,
    })) {
      seen.push(values(net));
      if (e.step === 3) stop.abort();
    }
    expect(seen).toHaveLength(3);
    expect(values(net)).toEqual(seen[2]);
  });

  test("shards change neither the loss nor, beyond rounding, the gradient", async () => {
    const data = items([6, 5, 5, 2, 1]);
    const run = async (shard?: number): Promise<Network> => {
      const net = await build({ layers: [lstm(4), dense(1)], precision: "float64" });
      await net.fit(data, { optimizer: sgd({ rate: 0.1 }), steps: 3, batch: 5, shard });
      return net;
    };
    close(values(await run(2)), values(await run()), { rel: 1e-13 });
  });

  test("an iterable of batches is trained to its end", async () => {
    const net = await build({ layers: toy() });
    async function* batches(): AsyncGenerator<DataItem[]> {
      for (let i = 0; i < 5; ++i) yield items([3 + i]);
    }
    expect((await net.fit(batches())).history).toHaveLength(5);
  });

  test("truncated backpropagation over cuts of the whole length is backpropagation", async () => {
    const data = items([6, 6]);
    const run = async (truncate?: number): Promise<number[]> => {
      const net = await build({ layers: [lstm(3), dense(1)] });
      await net.fit(data, { optimizer: sgd({ rate: 0.1 }), steps: 2, batch: 2, truncate });
      return values(net);
    };
    expect(await run(6)).toEqual(await run());
  });

  test("truncated backpropagation carries the state into the next cut", async () => {
    const net = await build({ layers: [lstm(3), dense(1)] });
    const whole = items([8]);
    const losses: number[] = [];
    for await (const e of net.train(whole, { optimizer: sgd({ rate: 0 }), steps: 2, batch: 1, truncate: 4 }))
      losses.push(e.loss);
    close((losses[0] + losses[1]) / 2, (await net.evaluate(whole)).loss, { rel: 1e-6 });
  });

  test(
    "truncated backpropagation in shards is refused: one shard would go on from " + "the states of another",
    async () => {
      const net = await build({ layers: [lstm(3), dense(1)] });
      const pool = { run: () => Promise.reject(new Error("not reached")) };
      await expect(net.fit(items([8, 8]), { steps: 2, truncate: 4, shard: 1 })).rejects.toThrow(
        "truncate is 4 with a shard, but states live on in whole batches only",
      );
      await expect(net.fit(items([8, 8]), { steps: 2, truncate: 4, pool })).rejects.toThrow(
        "truncate is 4 with a pool",
      );
      expect(net.step).toBe(0);
    },
  );

  test("two trainings of one net at once are refused", async () => {
    const net = await build({ layers: toy() });
    const running = net.train(addition, { steps: 5 });
    await running.next();
    await expect(net.fit(addition, { steps: 1 })).rejects.toThrow("trained already");
    await running.return();
    await net.fit(addition, { steps: 1 });
  });

  test(
    "a loss that leaves the finite numbers stops with step and layer, and the last " + "good weights stay",
    async () => {
      const net = await build({ layers: [rnn(2, { activation: "relu" }), dense(1)], loss: "squared" });
      const bad = { optimizer: sgd({ rate: 1e30 }), steps: 50, batch: 2 };
      let last: number[] = values(net);
      let message = "";
      try {
        for await (const _ of net.train(items([3, 3]), bad)) last = values(net);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(message).toMatch(/step \d+: .*(loss|gradient)/);
      expect(values(net)).toEqual(last);
    },
  );
});

describe("prediction", () => {
  test("a sequence in a set has the bits of the sequence alone, in the order given", async () => {
    const net = await build({ layers: [bidirectional(lstm(3)), gru(4), dense(1)] });
    const data = items([2, 5, 3]).map((item) => item.input);
    const all = net.predict(data);
    expect(all.map((y) => y.length)).toEqual([2, 5, 3]);
    data.forEach((x, i) => expect(net.predict([x])[0]).toEqual(all[i]));
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

describe("constraints (7b-2)", () => {
  const optimizers: [string, () => Optimizer][] = [
    ["sgd", () => sgd()],
    ["nesterov", () => nesterov({ rate: 0.05 })],
    ["adam", () => adam({ rate: 0.02 })],
    ["rmsprop", () => rmsprop({ rate: 0.02 })],
    ["hessianFree", () => hessianFree({ cgIterations: 10 })],
  ];
  test.each(optimizers)("%s keeps ties, fixed entries and A·w = b", async (_, optimizer) => {
    const net = await build({
      layers: toy(),
      precision: "float64",
      constraints: [
        tie({ name: "rnn1.Wx", indices: [0, 1] }, { name: "rnn1.Wx", indices: [3, 4] }),
        fix({ name: "rnn1.b", indices: [2] }),
        constrain({
          entries: [
            { name: "rnn1.Wh", indices: [0, 4, 8] },
            { name: "dense2.b", indices: [0] },
          ],
          A: [
            [1, 1, 1, 0],
            [0, 1, -2, 3],
          ],
          b: [0.7, -0.2],
        }),
      ],
    });
    const find = (name: string): ArrayLike<number> => net.parameters.find((p) => p.name === name)!.data;
    const fixed = find("rnn1.b")[2];
    const before = values(net);
    await net.fit(addition, { optimizer: optimizer(), steps: 6, batch: 16 });
    const Wx = find("rnn1.Wx");
    const Wh = find("rnn1.Wh");
    const b = find("dense2.b")[0];
    expect([Wx[0], Wx[1]]).toEqual([Wx[3], Wx[4]]);
    expect(find("rnn1.b")[2]).toBe(fixed);
    close([Wh[0] + Wh[4] + Wh[8], Wh[4] - 2 * Wh[8] + 3 * b], [0.7, -0.2], { abs: 1e-14 });
    expect(values(net)).not.toEqual(before);
  });

  test("a dependent row of A is refused, with its number", async () => {
    const entries = [{ name: "rnn1.b", indices: [0, 1] }];
    await expect(
      build({
        layers: toy(),
        constraints: [
          constrain({
            entries,
            A: [
              [1, 1],
              [2, 2],
            ],
            b: [1, 2],
          }),
        ],
      }),
    ).rejects.toThrow("row 1 of A depends");
  });
});

describe("symbols", () => {
  test("a layer on symbols is the layer on one-of-V rows", async () => {
    const sparse = await build({ input: { symbols: 5 }, layers: [lstm(3), dense(5)], loss: "softmax" });
    const full = await build({ input: 5, layers: [lstm(3), dense(5)], loss: "softmax" });
    full.parameters.forEach((p, i) => p.set(sparse.parameters[i].data));
    const symbols = [3, 1, 4, 0];
    const rows = symbols.map((s) => Array.from({ length: 5 }, (_, i) => (i === s ? 1 : 0)));
    close(full.predict([rows])[0], sparse.predict([symbols])[0], { rel: 1e-6 });
    const a = sparse.gradient([{ input: symbols, target: [1, 2, 3, 4] }]);
    const b = full.gradient([{ input: rows, target: [1, 2, 3, 4] }]);
    a.gradient.forEach((g, i) => close(g.data, b.gradient[i].data, { rel: 1e-5, abs: 1e-7 }));
  });

  test("input 1 before an embedding is one symbol a step", async () => {
    const net = await build({ input: 1, layers: [embedding(4, 3), delayTaps(2), dense(4)], loss: "softmax" });
    expect(net.predict([[0, 3, 2]])[0]).toHaveLength(12);
    expect(() => net.predict([[0, 4]])).toThrow("value 1 is 4, want a whole number from 0 to 3");
  });

  test("next-step prediction turns vectors, symbols and piano rolls into items", () => {
    expect(nextStep([[1, 2, 3]])).toEqual([{ input: Float64Array.of(1, 2), target: Float64Array.of(2, 3) }]);
    expect(
      nextStep([
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
      ]),
    ).toEqual([
      {
        input: [
          [1, 2],
          [3, 4],
        ],
        target: [
          [3, 4],
          [5, 6],
        ],
      },
    ]);
    expect(nextStep([[[0, 2], [], [1]]], { roll: 3 })[0]).toEqual({
      input: Float32Array.of(1, 0, 1, 0, 0, 0),
      target: Float32Array.of(0, 0, 0, 0, 1, 0),
    });
    expect(() => nextStep([[7]])).toThrow("sequence 0 has 1 step, want at least two");
    expect(() => nextStep([[[3]]], { roll: 3 })).toThrow("note is 3");
  });
});

describe("Gauss-Newton", () => {
  test.each<[string, Layer[], "squared" | "bernoulli" | "softmax"]>([
    ["rnn, squared", [rnn(3), dense(2)], "squared"],
    ["lstm, bernoulli", [lstm(2), dense(2)], "bernoulli"],
    ["gru, softmax", [gru(2), dense(3)], "softmax"],
    ["both directions, softmax", [bidirectional(lstm(2)), dense(3)], "softmax"],
  ])("%s: the product is Jᵀ·H·J of the explicit Jacobian", async (_, layers, loss) => {
    const O = (layers[layers.length - 1] as { units: number }).units;
    const net = await build({ layers, loss, precision: "float64" });
    const lengths = [3, 2];
    const inputs = items(lengths).map((item) => item.input as number[]);
    const steps = 5;
    const data = inputs.map((input) => ({
      input,
      target: Array.from({ length: (input.length / 2) * (loss === "softmax" ? 1 : O) }, (_, i) => i % 2),
    }));
    const P = net.size;
    const theta = values(net);
    const h = 1e-5;
    const set = (x: number[]): void => {
      let at = 0;
      for (const p of net.parameters) {
        p.set(x.slice(at, at + p.data.length));
        at += p.data.length;
      }
    };
    const logits = {
      squared: (y: number): number => y,
      bernoulli: (y: number): number => Math.log(y / (1 - y)),
      softmax: (y: number): number => Math.log(y),
    }[loss];
    const outputs = (x: number[]): number[] => {
      set(x);
      return net.predict(inputs).flatMap((y) => Array.from(y, logits));
    };
    // For softmax the logits are known up to a constant a row, which diag(p) - p·pᵀ ignores.
    const J = theta.map((_, p) => {
      const plus = outputs(theta.map((x, i) => (i === p ? x + h : x)));
      const minus = outputs(theta.map((x, i) => (i === p ? x - h : x)));
      return plus.map((y, i) => (y - minus[i]) / (2 * h));
    });
    const y = (set(theta), net.predict(inputs).flatMap((y) => Array.from(y)));
    const v = theta.map((_, i) => Math.cos(3 * i));
    const Jv = y.map((_, i) => J.reduce((sum, column, p) => sum + column[i] * v[p], 0));
    const HJv = Jv.map((r, i) => {
      if (loss === "squared") return r;
      if (loss === "bernoulli") return y[i] * (1 - y[i]) * r;
      const from = Math.floor(i / O) * O;
      const p = y.slice(from, from + O);
      const mean = p.reduce((sum, q, j) => sum + q * Jv[from + j], 0);
      return y[i] * (r - mean);
    });
    const want = J.map((column) => column.reduce((sum, x, i) => sum + x * HJv[i], 0) / steps);
    close(net.gaussNewtonProduct(data, v), want, { rel: 1e-8, abs: 1e-9 });
    expect(P).toBe(theta.length);
  });
});
