import { describe, expect, test } from "vitest";
import {
  bidirectional,
  constrain,
  delayTaps,
  dense,
  fix,
  hessianFree,
  lstm,
  network,
  rnn,
  subsample,
  tie,
  type Layer,
  type Network,
} from "../../src/index.ts";
import { Batch } from "../../src/train/batch.ts";
import { NetworkObjective } from "../../src/train/objective.ts";
import { checkItems, type DataItem } from "../../src/data/item.ts";
import { internals } from "../../src/models/network/internals.ts";
import { Weights } from "../../src/graph/weights.ts";
import { constrained } from "../../src/models/network/optional/constraints.ts";
import { lossOf, type LossName } from "../../src/models/network/spec.ts";
import { close } from "../close.ts";

const sum = { rel: 1e-12, abs: 1e-15 }; // rounding of sums in float64

/** Σ_i g_i² / n of a net on items in shards, by an objective of its own over the same weights. */
async function squared(
  net: Network,
  items: readonly DataItem[],
  shard: number,
  pause?: () => void,
): Promise<number[]> {
  const {
    built: { graph, input, initial, output },
    data: spec,
  } = internals(net);
  const { engine } = net;
  const weights = new Weights(engine, graph);
  const nodes = { input, initial };
  net.parameters.forEach(({ data }, i) =>
    engine.memory.reals(engine.memory.at(weights.theta, graph.parameters[i].offset), data.length).set(data),
  );
  weights.changed();
  const list = net.spec.constraints;
  const constraints = list.length > 0 ? constrained(engine, graph, list) : undefined;
  const { passes, fetchPasses } = internals(net).parts();
  const loss = lossOf(net.spec.loss);
  const parts = { weights, output, loss, constraints, spec, nodes, passes, fetchPasses };
  const f = new NetworkObjective(parts);
  const flat = checkItems("test", spec, items);
  const batches: Batch[] = [];
  for (let from = 0; from < flat.length; from += shard)
    batches.push(new Batch(engine, spec, nodes).load(flat.slice(from, from + shard)));
  const step = f.at({ batch: () => batches, total: NaN, pause });
  const out = engine.memory.allocate(f.size * engine.memory.realBytes);
  try {
    await step.linearize();
    await step.squaredGradients!(out);
    return Array.from(engine.memory.reals(out, f.size));
  } finally {
    batches.forEach((batch) => batch.dispose());
    f.dispose();
    weights.dispose();
    engine.memory.free(out);
  }
}

const gradientOf = (net: Network, items: readonly DataItem[]): number[] =>
  net.gradient(items).gradient.flatMap(({ data }) => Array.from(data));
const wave = (T: number, s: number): number[][] =>
  Array.from({ length: T }, (_, t) => [Math.sin(s + t), Math.cos(3 * t + s)]);

describe("squaredGradients", () => {
  const cases: [string, Layer[], LossName, (input: number[][], s: number) => DataItem][] = [
    [
      "squared loss with weights of steps",
      [rnn(4), dense(2)],
      "squared",
      (input, s) => ({ input, target: input, weight: input.map((_, t) => (t + s) % 3) }),
    ],
    [
      "squared loss with weights of units",
      [rnn(4), dense(2)],
      "squared",
      (input, s) => ({ input, target: input, weight: input.map((_, t) => [(t + s) % 3, 1]) }),
    ],
    ["classes", [lstm(3), dense(3)], "softmax", (input) => ({ input, target: input.map((_, t) => t % 3) })],
    [
      "labels",
      [subsample({ steps: 2 }), bidirectional(lstm(3)), dense(3)],
      "ctc",
      (input, s) => ({ input, target: [s % 2], weight: [1 + s] }),
    ],
    [
      "initial states from the data",
      [rnn(3, { given: [1] }), dense(2)],
      "squared",
      (input, s) => ({ input, target: input, initial: [s / 10] }),
    ],
  ];
  test.each(cases)(
    "%s: the mean over sequences of the gradient of each alone, squared",
    async (_, layers, loss, item) => {
      const net = await network({ input: 2, layers, loss, precision: "float64", seed: 2 });
      const items = [5, 3, 5, 4, 2].map((T, s) => item(wave(T, s), s));
      const want = items
        .map((one) => gradientOf(net, [one]))
        .reduce(
          (mean, g) => mean.map((x, i) => x + g[i] ** 2 / items.length),
          Array<number>(net.size).fill(0),
        );
      close(await squared(net, items, Infinity), want, sum);
      close(await squared(net, items, 2), want, sum);
      expect(Math.max(...want)).toBeGreaterThan(1e-6);
      net.dispose();
    },
  );

  test("gradients go through constraints before they are squared", async () => {
    const half = (from: number): { name: string; indices: number[] } => ({
      name: "rnn1.Wx",
      indices: [from, from + 1, from + 2],
    });
    const net = await network({
      input: 2,
      layers: [rnn(3), dense(2)],
      loss: "squared",
      precision: "float64",
      seed: 2,
      constraints: [
        tie(half(0), half(3)),
        constrain({ entries: [{ name: "rnn1.b", indices: [0, 1] }], A: [[1, 1]], b: [0] }),
      ],
    });
    const items = [0, 1, 2].map((s) => ({ input: wave(4, s), target: wave(4, s + 1) }));
    const {
      built: { graph },
    } = internals(net);
    const { memory, kernels: k } = net.engine;
    const map = constrained(net.engine, graph, net.spec.constraints);
    const want = new Float64Array(map.size);
    const g = memory.allocate(8 * net.size);
    const pulled = memory.allocate(8 * net.size);
    for (const item of items) {
      const whole = gradientOf(net, [item]);
      memory.reals(g, net.size).set(whole);
      map.pullBack(g, pulled, g);
      k.mul(map.size, pulled, pulled, pulled);
      memory.reals(pulled, map.size).forEach((x, i) => {
        want[i] += x / items.length;
      });
    }
    close(await squared(net, items, Infinity), Array.from(want), sum);
    memory.free(g);
    memory.free(pulled);
    net.dispose();
  });
});

test(
  "a feed-forward net on delay taps learns by Hessian-free steps with the diagonal preconditioner, " +
    "and all memory comes back",
  async () => {
    const make = (): Promise<Network> =>
      network({
        input: 1,
        layers: [delayTaps(4), dense(8, { activation: "tanh" }), dense(1)],
        loss: "squared",
        precision: "float64",
        seed: 4,
      });
    const items = Array.from({ length: 6 }, (_, s) => {
      const x = Array.from({ length: 20 }, (__, t) => Math.sin(0.7 * t + s) * Math.cos(0.3 * t));
      return { input: x, target: x.map((__, t) => (t > 2 ? x[t - 1] * x[t - 3] : 0)) };
    });
    const {
      engine: { memory },
    } = await make().then((first) => {
      first.dispose();
      return first;
    });
    const { used } = memory.usage;
    const net = await make();
    const options = {
      optimizer: hessianFree({ preconditioner: "diagonal", mu: 0 }),
      batch: 6,
      curvature: 4,
      shard: 3,
    };
    const events = (await net.fit(items, { ...options, steps: 1 })).history;
    expect(events[0].stepLength).toBeGreaterThan(0);
    expect(events[0].after).toBeLessThan(events[0].loss);
    const more = await net.fit(items, { ...options, steps: 15 });
    expect(more.history.at(-1)!.loss).toBeLessThan(0.2 * events[0].loss);
    net.dispose();
    expect(memory.usage.used).toBe(used);
  },
);

test(
  "a pause that throws stops between two sequences; the memory of single " + "sequences comes back",
  async () => {
    const net = await network({
      input: 2,
      layers: [rnn(3), dense(2)],
      loss: "squared",
      precision: "float64",
      seed: 2,
    });
    const { memory } = net.engine;
    const items = Array.from({ length: 5 }, (_, s) => ({ input: wave(4, s), target: wave(4, s) }));
    const { used } = memory.usage;
    let pauses = 0;
    await expect(
      squared(net, items, Infinity, () => {
        if (++pauses === 3) throw new Error("stopped");
      }),
    ).rejects.toThrow("stopped");
    expect([pauses, memory.usage.used]).toEqual([3, used]);
    net.dispose();
  },
);

test("net.gradient is the gradient by all parameters, constrained or not", async () => {
  const spec = {
    input: 2,
    layers: [rnn(3), dense(2)],
    loss: "squared",
    precision: "float64",
    seed: 2,
  } as const;
  const items = [{ input: wave(4, 0), target: wave(4, 1) }];
  const net = await network({ ...spec, constraints: [fix("rnn1.Wx"), tie("rnn1.b", "rnn1.state")] });
  const free = await network(spec);
  net.parameters.forEach(({ data }, i) => free.parameters[i].set(data));
  expect(gradientOf(net, items)).toEqual(gradientOf(free, items));
  net.dispose();
  free.dispose();
});
