import { afterAll, describe, expect, test } from "vitest";
import {
  adam,
  dense,
  hessianFree,
  lstm,
  nesterov,
  network,
  type DataItem,
  type Network,
  type Optimizer,
  type TrainEvent,
  type TrainOptions,
} from "../../../src/index.ts";
import { clockGoneOn } from "../clock-gone-on.ts";
import { poolHere } from "../pool-here.ts";

const items: DataItem[] = Array.from({ length: 12 }, (_, i) => {
  const T = 4 + ((5 * i) % 7);
  return {
    input: Array.from({ length: 2 * T }, (__, j) => ((7 * j + 3 * i) % 13) / 6 - 1),
    target: Array.from({ length: T }, (__, t) => (t + i) % 2),
  };
});
const make = (seed = 3): Promise<Network> =>
  network({ input: 2, layers: [lstm(6), dense(1)], loss: "bernoulli", seed });
const bits = (net: Network): string => Buffer.from(net.save()).toString("hex");
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

clockGoneOn();

const helper = await make();
afterAll(() => helper.dispose());

const pool = poolHere(helper, turn);

/** An optimizer that waits in the midst of its step, with θ moved. */
const wandering: Optimizer = {
  name: "wandering",
  needs: "gradient",
  options: {},
  start: (objective) => {
    const { engine, size, theta } = objective;
    const g = engine.memory.allocate(size * engine.memory.realBytes);
    return {
      state: { vectors: { g }, scalars: { step: 0 } },
      restore() {},
      async step(f = objective) {
        const loss = await f.gradient(g);
        engine.kernels.addScaled(size, -3, g, theta);
        f.changed();
        await turn();
        engine.kernels.addScaled(size, 2.9, g, theta);
        f.changed();
        await turn();
        return { loss, gradientNorm: 1 };
      },
      dispose: () => engine.memory.free(g),
    };
  },
};

const trainings: [string, () => TrainOptions][] = [
  ["Hessian-free", () => ({ optimizer: hessianFree({ cgIterations: 20 }), steps: 4, batch: 12 })],
  ["Hessian-free on a pool", () => ({ optimizer: hessianFree(), steps: 3, batch: 12, pool, shard: 3 })],
  ["Nesterov on a pool", () => ({ optimizer: nesterov({ rate: 0.1 }), steps: 6, batch: 12, pool, shard: 3 })],
  ["Adam", () => ({ optimizer: adam({ rate: 0.05 }), steps: 60, batch: 6, weightNoise: 0.1 })],
  ["an optimizer that waits with θ moved", () => ({ optimizer: wandering, steps: 5, batch: 12 })],
];

/** What every method of a net says at one moment, as text. */
async function everything(net: Network): Promise<string> {
  const evaluation = net.evaluate(items, { metrics: ["rmse", "r2"] }); // runs at once, and tells later
  const stream = net.stream();
  const y = [stream.step([0.5, -0.5]), stream.step([1, 0])];
  stream.dispose();
  const v = Float64Array.from({ length: net.size }, (_, i) => (i % 5) - 2);
  const rest = [
    net.step,
    net.predict(items.map(({ input }) => input)).map((p) => [...p]),
    y.map((p) => [...p]),
    net.logLikelihood(items),
    net.gradient(items).gradient.map(({ data }) => [...data]),
    [...net.gaussNewtonProduct(items, v, { structural: 0.1 })],
    net.parameters.map(({ data }) => [...data]),
    bits(net),
    String(net.summary()),
  ];
  return JSON.stringify([...rest, await evaluation]);
}

describe.each(trainings)("while %s runs", (_, options) => {
  test("every call shows the net after its last whole step, and changes no bit", async () => {
    const alone = await make();
    const states = [await everything(alone)];
    const losses: number[] = [];
    for await (const { loss } of alone.train(items, options())) {
      losses.push(loss);
      states.push(await everything(alone));
    }
    const want = bits(alone);

    const net = await make();
    const seen: string[] = [];
    const events: TrainEvent[] = [];
    let over = false;
    const training = (async () => {
      try {
        for await (const event of net.train(items, options())) events.push(event);
      } finally {
        over = true;
      }
    })();
    while (!over) {
      seen.push(await everything(net));
      await turn();
    }
    await training;
    expect(events.map(({ loss }) => loss)).toEqual(losses);
    expect(bits(net) === want).toBe(true);
    for (const state of seen) expect(state === states[JSON.parse(state)[0] as number]).toBe(true);
    expect(seen.length, "looks before the first step, and others within").toBeGreaterThan(1);
    alone.dispose();
    net.dispose();
  });

  test("a file that is saved at any moment goes on to the same bits", async () => {
    if (options().optimizer === wandering) return; // its vector is scratch
    const alone = await make();
    await alone.fit(items, options());
    const want = bits(alone);
    const net = await make();
    const files: Uint8Array<ArrayBuffer>[] = [];
    const timer = setInterval(() => files.push(net.save()), 1);
    await net.fit(items, options());
    clearInterval(timer);
    for (const file of files.slice(0, 12)) {
      const copy = await network.load(file);
      const left = options().steps! - copy.step;
      if (left > 0) await copy.fit(items, { ...options(), steps: left });
      else if (copy.step === 0) continue;
      expect(bits(copy) === want, `saved at step ${options().steps! - left}`).toBe(true);
      copy.dispose();
    }
    alone.dispose();
    net.dispose();
  });

  test("what would write is refused, and dispose ends it by name without touching other nets", async () => {
    const other = await make(9);
    const before = bits(other);
    for (let wait = 0; wait < 6; ++wait) {
      const { used } = other.engine.memory.usage;
      const net = await make();
      const training = net.fit(items, { ...options(), steps: 1_000_000 });
      const ended = expect(training).rejects.toMatchObject({ name: "DisposedError" });
      for (let i = 0; i < wait; ++i) await turn();
      await expect(net.fit(items, { steps: 1 })).rejects.toMatchObject({ name: "OptionError" });
      const [first] = net.parameters;
      expect(() => first.set(first.data)).toThrow(/the net is being trained/);
      net.dispose();
      expect(() => net.predict([items[0].input])).toThrow(/disposed/);
      const fresh = await make(5);
      const whole = bits(fresh);
      await ended;
      expect(bits(fresh) === whole && bits(other) === before).toBe(true);
      fresh.dispose();
      if (options().optimizer !== wandering) expect(other.engine.memory.usage.used).toBeLessThanOrEqual(used);
    }
    other.dispose();
  });
});

test("what is kept of a disposed net writes nowhere", async () => {
  const net = await make();
  const other = await make(8);
  const kept = net.parameters;
  const stream = net.stream();
  net.dispose();
  const before = bits(other);
  kept[0].data.fill(7);
  expect(() => kept[0].set(kept[0].data)).toThrow(/disposed/);
  expect(() => stream.step([1, 2])).toThrow(/disposed/);
  expect(() => stream.reset()).toThrow(/disposed/);
  expect(bits(other)).toBe(before);
  other.dispose();
});

test("parameters are copies: writing into one changes nothing, set changes the net", async () => {
  const net = await make();
  const before = bits(net);
  const [Wx] = net.parameters;
  Wx.data.fill(0);
  expect(bits(net)).toBe(before);
  Wx.set(Wx.data);
  expect(net.parameters[0].data.every((w) => w === 0)).toBe(true);
  expect(() => Wx.set([1, 2])).toThrow(/lstm1.Wx.set: 2 values, want \[2,24\] = 48/);
  expect(() => Wx.set(Wx.data.map(() => NaN))).toThrow(/want a finite number/);
  net.dispose();
});
