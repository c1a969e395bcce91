/** Learning from a stream forwards in time. */
import { expect, test } from "vitest";
import {
  adam,
  dense,
  lru,
  lstm,
  minGru,
  minLstm,
  network,
  sgd,
  type Layer,
  type NetworkSpec,
  type OnlineStep,
} from "../../src/index.ts";
import { close } from "../close.ts";

const T = 40;
const wave = (t: number, i: number): number => ((t * (3 + i)) % 7) / 3 - 1;
const steps: OnlineStep[] = Array.from({ length: T }, (_, t) => ({
  input: [wave(t, 0), wave(t, 1)],
  target: [wave(t, 2), wave(t, 3)],
  weight: [1 + (t % 3)],
}));
steps[5] = { input: steps[5].input };
const item = {
  input: Float64Array.from({ length: 2 * T }, (_, i) => wave(i >> 1, i & 1)),
  target: Float64Array.from({ length: 2 * T }, (_, i) => wave(i >> 1, 2 + (i & 1))),
  weight: Float64Array.from({ length: T }, (_, t) => (t === 5 ? 0 : 1 + (t % 3))),
};

const make = (layers: Layer[], spec: Partial<NetworkSpec> = {}): ReturnType<typeof network> =>
  network({ input: 2, layers, loss: "squared", precision: "float64", seed: 3, ...spec });

test.each<[string, Layer[]]>([
  ["minGru", [minGru(4), dense(3, { activation: "tanh" }), dense(2)]],
  ["minLstm", [minLstm(4), dense(2)]],
  ["lru", [lru(4), dense(3, { activation: "tanh" }), dense(2)]],
  ["lru from zero", [lru(4, { initialState: "zero" }), dense(2)]],
])("the gradient of a stream is that of full backpropagation: %s", async (_, layers) => {
  using net = await make(layers);
  const { loss, gradient } = net.gradient([item]);
  const before = net.parameters.map(({ data }) => data);
  const report = await net.learn(steps, { optimizer: sgd({ rate: 1 }), every: T });
  expect(report).toMatchObject({ steps: T, updates: 1 });
  close(report.loss, loss, { rel: 1e-12 });
  // θ - (θ - g) has the rounding of θ
  net.parameters.forEach(({ data }, i) =>
    close(
      Array.from(before[i], (theta, j) => theta - data[j]),
      gradient[i].data,
      { rel: 1e-12, abs: 1e-14 },
    ),
  );
});

test("in a stack the upper layers' gradients are exact, and the lower ones learn too", async () => {
  using net = await make([minGru(3), lru(4), dense(2)]);
  const { gradient } = net.gradient([item]);
  const before = net.parameters.map(({ data }) => data);
  await net.learn(steps, { optimizer: sgd({ rate: 1 }), every: T });
  net.parameters.forEach(({ name, data }, i) => {
    const got = Array.from(before[i], (theta, j) => theta - data[j]);
    if (!name.startsWith("minGru1")) close(got, gradient[i].data, { rel: 1e-12, abs: 1e-14 });
    else expect(got.some((x) => x !== 0)).toBe(true);
  });
});

test("a net learns a delay from an endless stream, and its memory does not grow", async () => {
  const layers = [lru(16), dense(16, { activation: "tanh" }), dense(1)];
  using net = await make(layers, { input: 1, precision: "float32" });
  const bit = (t: number): number => (((t * 2654435761) >>> 13) & 1) - 0.5;
  const losses: number[] = [];
  let used = 0;
  function* endless(): Generator<OnlineStep> {
    for (let t = 3; ; ++t) yield { input: [bit(t)], target: [bit(t - 2)] };
  }
  const stop = new AbortController();
  await net.learn(endless(), {
    optimizer: adam({ rate: 0.01 }),
    every: 4,
    signal: stop.signal,
    onProgress({ loss, updates }) {
      losses.push(loss);
      if (updates === 10) ({ used } = net.engine.memory.usage);
      if (updates === 1000) stop.abort();
    },
  });
  const mean = (list: number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
  expect(net.engine.memory.usage.used).toBeLessThanOrEqual(used);
  expect(mean(losses.slice(-100))).toBeLessThan(0.2 * mean(losses.slice(0, 100)));
});

test("memory that has no exact gradient forwards in time is refused by name", async () => {
  using net = await make([lstm(2), dense(2)]);
  await expect(net.learn(steps)).rejects.toThrow(/recurrent\(lstm\) has no exact gradient.*want minGru/);
});

test.each([undefined, 5, {}])("what is no stream of steps is refused by name: %s", async (source) => {
  using net = await make([minGru(3), dense(2)]);
  await expect(net.learn(source as never)).rejects.toThrow(
    /^network\.learn: steps are .*, want a \(sync or async\) iterable/,
  );
});

test.each([undefined, 5, null])("what is no step is refused by name: %s", async (step) => {
  using net = await make([minGru(3), dense(2)]);
  await expect(net.learn([step as never])).rejects.toThrow(/^network\.learn: step 1 is .*, want \{ input/);
});
