import { expect, test } from "vitest";
import {
  adam,
  adamW,
  conv,
  cosine,
  dense,
  dropout,
  gru,
  hessianFree,
  layerNorm,
  lstm,
  momentum,
  nesterov,
  network,
  oneCycle,
  residual,
  rmsprop,
  sgd,
  warmUp,
  type DataItem,
  type Layer,
  type Network,
  type Optimizer,
  type TrainOptions,
} from "../../src/index.ts";

const STEPS = 11;
const items: DataItem[] = Array.from({ length: 7 }, (_, i) => {
  const T = 4 + ((5 * i) % 7);
  return {
    input: Array.from({ length: 2 * T }, (__, j) => ((7 * j + 3 * i) % 13) / 6 - 1),
    target: Array.from({ length: T }, (__, t) => (t + i) % 2),
  };
});

/** A net with dropout or without; `layers` below it. */
const make = (dropped: number, layers: readonly Layer[] = [lstm(4), gru(3)]): Promise<Network> =>
  network({
    input: 2,
    layers: [...layers, ...(dropped > 0 ? [dropout(dropped)] : []), dense(1)],
    loss: "bernoulli",
    seed: 3,
  });
/** Everything that a net is, as bytes. */
const bits = (net: Network): string => Buffer.from(net.save()).toString("hex");

/** Trains to STEPS, stopped after `stop` steps in the given way. */
async function stopped(
  how: "break" | "abort" | "save",
  stop: number,
  optimizer: () => Optimizer,
  options: TrainOptions,
  start: () => Promise<Network>,
): Promise<string> {
  let net = await start();
  const first = optimizer();
  const controller = new AbortController();
  const part = how === "save" ? { steps: stop } : { steps: STEPS, signal: controller.signal };
  for await (const { step } of net.train(items, { ...options, optimizer: first, ...part })) {
    if (step < stop) continue;
    if (how === "abort") controller.abort();
    else break;
  }
  expect(net.step).toBe(stop);
  if (how === "save") {
    const copy = await network.load(net.save());
    net.dispose();
    net = copy;
  }
  await net.fit(items, { ...options, optimizer: how === "save" ? optimizer() : first, steps: STEPS - stop });
  const result = bits(net);
  net.dispose();
  return result;
}

const optimizers: [string, () => Optimizer][] = [
  ["sgd", () => sgd({ rate: 0.1, clip: 1 })],
  ["momentum", () => momentum({ rate: 0.05 })],
  ["nesterov", () => nesterov({ rate: 0.05, clip: 1 })],
  ["adam", () => adam({ rate: 0.01 })],
  ["rmsprop", () => rmsprop({ rate: 0.005 })],
  [
    "adamW",
    () =>
      adamW({
        rate: warmUp(cosine({ from: 0.02, to: 0.001, until: 9 }), 3),
        groups: [
          { parameters: "*.b", decay: 0 },
          { parameters: "*.Wh", frozen: true },
          { parameters: "dense*", rate: oneCycle({ max: 0.03, steps: 11 }) },
        ],
      }),
  ],
  ["hessianFree", () => hessianFree({ cgIterations: 4 })],
];

test.each(optimizers)(
  "%s: a training stopped anywhere, however it is cut, goes on to the same bits",
  async (name, optimizer) => {
    const variants: TrainOptions[] = [{}, { shard: 2 }, { accumulate: 2 }, { shuffle: false }];
    if (name !== "hessianFree")
      variants.push({ truncate: 3 }, { weightNoise: 0.05 }, { truncate: 2, weightNoise: 0.1 });
    for (const variant of variants)
      for (const dropped of [0, 0.25]) {
        const options = { batch: 3, ...variant };
        const whole = await make(dropped);
        await whole.fit(items, { ...options, optimizer: optimizer(), steps: STEPS });
        const want = bits(whole);
        whole.dispose();
        for (const [how, stop] of [
          ["break", 4],
          ["abort", 5],
          ["save", 6],
          ["save", 7],
        ] as const)
          expect(
            (await stopped(how, stop, optimizer, options, () => make(dropped))) === want,
            `${JSON.stringify(variant)}, dropout ${dropped}, ${how} after ${stop}`,
          ).toBe(true);
      }
  },
);

/** Layers that carry states, look back in time, or normalize. */
const stacks: Record<string, () => Layer[]> = {
  recurrent: () => [lstm(4), gru(3)],
  "conv and layerNorm": () => [conv({ units: 3, width: 3, causal: true }), layerNorm(), gru(3)],
  residual: () => [lstm(4), residual([layerNorm(), dense(4)])],
};

test("any optimizer, cut, noise, dropout, layers and way to stop together: the same bits", async () => {
  let state = 7;
  const pick = <T>(list: readonly T[]): T => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return list[Math.floor((state / 2 ** 32) * list.length)];
  };
  for (let draw = 0; draw < 60; ++draw) {
    const [name, optimizer] = pick(optimizers);
    const stack = pick(Object.keys(stacks));
    const isFirstOrder = name !== "hessianFree";
    const options: TrainOptions = {
      batch: pick([2, 3, 7]),
      shuffle: pick([true, false]),
      accumulate: pick([1, 2]),
      ...(isFirstOrder ? { weightNoise: pick([0, 0.05]) } : {}),
      ...(isFirstOrder && stack === "recurrent"
        ? pick([{}, { shard: 2 }, { truncate: 3 }])
        : pick([{}, { shard: 2 }])),
    };
    if (options.truncate) delete (options as { accumulate?: number }).accumulate;
    const dropped = pick([0, 0.25]);
    const begin = (): Promise<Network> => make(dropped, stacks[stack]());
    const whole = await begin();
    await whole.fit(items, { ...options, optimizer: optimizer(), steps: STEPS });
    const how = pick(["break", "abort", "save"] as const);
    const stop = 1 + pick([...Array(STEPS - 1).keys()]);
    const same = (await stopped(how, stop, optimizer, options, begin)) === bits(whole);
    expect(same, JSON.stringify({ name, stack, options, dropped, how, stop })).toBe(true);
    whole.dispose();
  }
});

test(
  "a step that is aborted inside leaves the net as it was, and is done anew to " + "the same bits",
  async () => {
    const options = { optimizer: hessianFree(), batch: 7 };
    const whole = await make(0);
    await whole.fit(items, { ...options, steps: 3 });
    const want = bits(whole);
    for (const save of [false, true]) {
      let net = await make(0);
      await net.fit(items, { ...options, steps: 1 });
      const before = bits(net);
      const controller = new AbortController();
      const training = net.fit(items, { ...options, steps: 2, signal: controller.signal });
      setTimeout(() => controller.abort(), 1);
      const { steps } = await training;
      if (steps === 0) expect(bits(net)).toBe(before);
      if (save) {
        const copy = await network.load(net.save());
        net.dispose();
        net = copy;
      }
      await net.fit(items, {
        ...options,
        optimizer: save ? hessianFree() : options.optimizer,
        steps: 2 - steps,
      });
      expect(bits(net) === want).toBe(true);
      net.dispose();
    }
    whole.dispose();
  },
);

test("a cut of another batch than the one that was stopped is begun from its own states", async () => {
  const options = { batch: 3, truncate: 3, optimizer: adam(), shuffle: false };
  const net = await make(0);
  await net.fit(items, { ...options, steps: 1 });
  const other = items.map(({ input, target }) => ({
    input: (input as number[]).slice(0, 6),
    target: (target as number[]).slice(0, 3),
  }));
  const { history } = await net.fit(other, { ...options, optimizer: adam(), steps: 2 });
  expect(history.map(({ loss }) => Number.isFinite(loss))).toEqual([true, true]);
  net.dispose();
});

test("a file whose training state is broken is refused by name", async () => {
  const { readTensors } = await import("../../src/formats/read-safetensors.ts");
  const { writeTensors } = await import("../../src/formats/safetensors.ts");
  const net = await make(0);
  await net.fit(items, { optimizer: adam(), steps: 4, batch: 3, truncate: 3 });
  const { spec, tensors } = readTensors(net.save(), "test");
  const training = spec.training as Record<string, object>;
  const load = (change: object, cut?: (name: string) => boolean): Promise<Network> =>
    network.load(
      writeTensors(
        { ...spec, training: { ...training, ...change } },
        [...tensors.values()].map((t) =>
          cut?.(t.name) ? { ...t, shape: [t.data.length - 1], data: t.data.slice(1) } : t,
        ),
      ),
    );
  await expect(load({ step: -1 })).rejects.toThrow(/training state: step is -1, want a whole number/);
  await expect(load({ batches: 0.5 })).rejects.toThrow(/batches is 0.5/);
  await expect(load({ optimizer: 3 })).rejects.toThrow(/optimizer is 3, want a name/);
  await expect(load({ scalars: { step: "4" } })).rejects.toThrow(/scalar step is "4", want a finite number/);
  await expect(load({}, (name) => name.startsWith("training."))).rejects.toThrow(/numbers/);
  await expect(load({ position: { ...training.position, truncate: 0 } })).rejects.toThrow(
    /position.truncate is 0/,
  );
  const without = await load({ scalars: {} });
  await expect(without.fit(items, { optimizer: adam(), steps: 1 })).rejects.toThrow(/adam lacks "step"/);
  for (const one of [net, without]) one.dispose();
});
