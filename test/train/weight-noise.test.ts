import { describe, expect, test } from "vitest";
import { constrain, dense, hessianFree, network, rnn, sgd, tasks, type Network } from "../../src/index.ts";
import { streams } from "../../src/wasm/streams.ts";
import { Random } from "../../src/wasm/random.ts";
import { close } from "../close.ts";

const task = tasks.addition({ digits: 6 });
const make = (more = {}): Promise<Network> =>
  network({
    input: 2,
    layers: [rnn(4), dense(1)],
    loss: "bernoulli",
    seed: 3,
    precision: "float64",
    ...more,
  });
const weights = (net: Network): number[] => net.parameters.flatMap(({ data }) => [...data]);
const items = (net: Network) => task.batch(8, new Random(net.engine, 5));

/** ε of a draw, by the generator one pair at a time. */
function noise(net: Network, draw: number): number[] {
  const n = net.size;
  const { memory, kernels } = net.engine;
  const pair = memory.allocate(16);
  const out: number[] = [];
  for (let b = 0; b < Math.ceil(n / 2); ++b) {
    kernels.normalBlock(...Random.key(3), draw * Math.ceil(n / 2) + b, 0, streams.noise, 1, pair);
    out.push(...memory.reals(pair, 2));
  }
  memory.free(pair);
  return out.slice(0, n);
}

describe("weightNoise", () => {
  test("a step moves θ by the gradient at θ + σ·ε, ε drawn anew for each step", async () => {
    const net = await make();
    const twin = await make();
    const batch = items(net);
    const deviation = 0.3;
    const rate = 0.1;
    for (let step = 0; step < 2; ++step) {
      const before = weights(net);
      const e = noise(net, step);
      let at = 0;
      for (const p of twin.parameters)
        p.set(
          p.data.map(() => {
            const value = before[at] + deviation * e[at];
            ++at;
            return value;
          }),
        );
      const g = twin.gradient(batch).gradient.flatMap(({ data }) => [...data]);
      await net.fit([...batch], {
        optimizer: sgd({ rate }),
        steps: 1,
        batch: 8,
        shuffle: false,
        weightNoise: deviation,
      });
      close(
        weights(net),
        before.map((w, i) => w - rate * g[i]),
        { rel: 1e-12, abs: 1e-14 },
      );
    }
    net.dispose();
    twin.dispose();
  });

  test(
    "0 is none; a stopped and reloaded training draws the same noise as one that " + "ran through",
    async () => {
      const options = { optimizer: sgd({ rate: 0.1 }), batch: 8 };
      const a = await make();
      const b = await make();
      await a.fit(task, { ...options, steps: 2, weightNoise: 0 });
      await b.fit(task, { ...options, steps: 2 });
      expect(weights(a)).toEqual(weights(b));
      await a.fit(task, { ...options, steps: 4, weightNoise: 0.1 });
      await b.fit(task, { ...options, steps: 1, weightNoise: 0.1 });
      const c = await network.load(b.save());
      await c.fit(task, { optimizer: sgd({ rate: 0.1 }), batch: 8, steps: 3, weightNoise: 0.1 });
      expect(weights(c)).toEqual(weights(a));
      expect(weights(b)).not.toEqual(weights(a));
      for (const net of [a, b, c]) net.dispose();
    },
  );

  test("constraints hold at the noisy point and after", async () => {
    const net = await make({
      constraints: [constrain({ entries: [{ name: "rnn1.b", indices: [0, 1] }], A: [[1, 1]], b: [0] })],
    });
    await net.fit(task, { optimizer: sgd({ rate: 0.1 }), batch: 8, steps: 3, weightNoise: 0.2 });
    const b = net.parameters.find(({ name }) => name === "rnn1.b")!.data;
    close(b[0], -b[1], { rel: 1e-12, abs: 1e-15 });
    net.dispose();
  });

  test("bad values and Hessian-free are refused before anything changes", async () => {
    const net = await make();
    const before = weights(net);
    await expect(net.fit(task, { weightNoise: -1, steps: 1 })).rejects.toThrow(
      "network.fit: weightNoise is -1, want a number of at least 0",
    );
    await expect(net.fit(task, { optimizer: hessianFree(), weightNoise: 0.1, steps: 1 })).rejects.toThrow(
      "weightNoise is 0.1 with hessianFree",
    );
    expect(weights(net)).toEqual(before);
    net.dispose();
  });
});
