import { describe, expect, test } from "vitest";
import { bidirectional, dense, hessianFree, lstm, network, rnn, sgd, type Network } from "../../src/index.ts";
import type { Activation, NetworkSpec } from "../../src/index.ts";
import { ShardNet } from "../../src/parallel/shard-net.ts";
import type { DataItem } from "../../src/data/item.ts";
import { close } from "../close.ts";

const H = 3;
const FLOW = 0.7;
const make = (activation: Activation, more: Partial<NetworkSpec> = {}): Promise<Network> =>
  network({
    input: 2,
    layers: [rnn(H, { activation }), dense(1)],
    loss: "squared",
    seed: 3,
    precision: "float64",
    ...more,
  });

/** Sequences of several lengths and weights, of which one's last steps count for nothing. */
const items: readonly DataItem[] = [4, 7, 5].map((T, b) => ({
  input: Float64Array.from({ length: 2 * T }, (_, i) => ((7 * i + 5 * b) % 11) / 5 - 1),
  target: Float64Array.from({ length: T }, (_, i) => ((3 * i + b) % 5) / 2 - 1),
  weight: Float64Array.from({ length: T }, (_, i) => (b === 1 && i > 4 ? 0 : 1 + b)),
}));

const read = (net: Network, name: string): number[] => [...net.parameters.find((p) => p.name === name)!.data];

/** What a step of one gradient takes from Wh because of the flow of errors. */
async function taken(net: Network, twin: Network): Promise<number[]> {
  const options = { optimizer: sgd({ rate: 1 }), steps: 1, batch: items.length, shuffle: false };
  await net.fit([...items], { ...options, errorFlow: FLOW });
  await twin.fit([...items], options);
  for (const { name, data } of twin.parameters)
    if (name !== "rnn1.Wh") expect(read(net, name)).toEqual([...data]);
  const plain = read(twin, "rnn1.Wh");
  return read(net, "rnn1.Wh").map((w, i) => plain[i] - w);
}

const slopes: Record<string, (h: number) => number> = {
  tanh: (h) => 1 - h * h,
  logistic: (h) => h * (1 - h),
  relu: (h) => (h > 0 ? 1 : 0),
};
const maps: Record<string, (a: number) => number> = {
  tanh: Math.tanh,
  logistic: (a) => 1 / (1 + Math.exp(-a)),
  relu: (a) => Math.max(a, 0),
};

/** δ_t and f'(a_t) of one sequence [T][H], written out. */
function errors(net: Network, { input, target, weight }: DataItem, activation: string, total: number) {
  const [Wx, Wh, b, V, c] = ["rnn1.Wx", "rnn1.Wh", "rnn1.b", "dense2.W", "dense2.b"].map((n) => read(net, n));
  const x = input as Float64Array;
  const T = x.length / 2;
  const h: number[][] = [];
  let old = read(net, "rnn1.state");
  for (let t = 0; t < T; ++t) {
    old = b.map((bias, j) => {
      let a = bias + x[2 * t] * Wx[j] + x[2 * t + 1] * Wx[H + j];
      for (let i = 0; i < H; ++i) a += old[i] * Wh[i * H + j];
      return maps[activation](a);
    });
    h.push(old);
  }
  const f = h.map((row) => row.map(slopes[activation]));
  const deltas: number[][] = [];
  let next = new Array<number>(H).fill(0);
  for (let t = T - 1; t >= 0; --t) {
    const y = h[t].reduce((sum, value, j) => sum + value * V[j], c[0]);
    const dy = ((y - (target as Float64Array)[t]) * (weight as Float64Array)[t]) / total;
    const delta = f[t].map((slope, j) => {
      let e = dy * V[j];
      for (let m = 0; m < H; ++m) e += Wh[j * H + m] * next[m];
      return e * slope;
    });
    deltas.unshift(delta);
    next = delta;
  }
  return { deltas, f };
}

/** Ω of one sequence at Wh, its δ and f' held. */
function omega(Wh: readonly number[], { deltas, f }: { deltas: number[][]; f: number[][] }): number {
  const norm = (v: readonly number[]): number => Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
  let sum = 0;
  let count = 0;
  for (let t = 0; t + 1 < deltas.length; ++t) {
    const size = norm(deltas[t + 1]);
    if (size === 0) continue;
    const v = f[t].map((slope, i) => slope * deltas[t + 1].reduce((s, d, j) => s + Wh[i * H + j] * d, 0));
    sum += (norm(v) / size - 1) ** 2;
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

describe("errorFlow", () => {
  test.each(["tanh", "logistic", "relu"] as const)("is ∂Ω/∂Wh at fixed δ and f': %s", async (activation) => {
    const net = await make(activation);
    const twin = await make(activation);
    const Wh = read(net, "rnn1.Wh");
    const counts = items.map(({ weight }) => (weight as Float64Array).reduce((a, b) => a + b, 0));
    const total = counts.reduce((a, b) => a + b, 0);
    const parts = items.map((item) => errors(net, item, activation, total));
    const at = (W: readonly number[]): number =>
      parts.reduce((sum, part, b) => sum + (FLOW * counts[b] * omega(W, part)) / total, 0);
    const step = 1e-6;
    const wanted = Wh.map((w, i) => {
      const [up, down] = [step, -step].map((move) => at(Wh.map((x, j) => (j === i ? w + move : x))));
      return (up - down) / (2 * step);
    });
    expect(Math.max(...wanted.map(Math.abs))).toBeGreaterThan(0.01);
    close(await taken(net, twin), wanted, { rel: 1e-7, abs: 1e-9 });
    net.dispose();
    twin.dispose();
  });

  test("brings errors nearer to their size: r of a net that forgets grows towards 1", async () => {
    const net = await make("tanh");
    const Wh = net.parameters.find(({ name }) => name === "rnn1.Wh")!;
    Wh.set(Wh.data.map((w) => 0.2 * w));
    const look = (): number => {
      const parts = items.map((item) => errors(net, item, "tanh", 1));
      return parts.reduce((sum, part) => sum + omega(read(net, "rnn1.Wh"), part), 0) / items.length;
    };
    const before = look();
    await net.fit([...items], { optimizer: sgd({ rate: 0.05 }), steps: 60, errorFlow: 4 });
    expect(look()).toBeLessThan(before / 3);
    net.dispose();
  });

  test("shards in order give the same bits elsewhere as here", async () => {
    const spec: NetworkSpec = { input: 2, layers: [rnn(H), dense(1)], loss: "squared", seed: 3 };
    const [here, there] = [await network(spec), await network(spec)];
    let elsewhere: ShardNet | undefined;
    const pool = {
      run: async (model: unknown, work: never, tasks: readonly never[], take: (result: never) => void) => {
        elsewhere ??= new ShardNet(model);
        for (const task of tasks) take((await elsewhere.compute(work, task)) as never);
      },
    };
    const options = { optimizer: sgd({ rate: 0.1 }), steps: 3, batch: 3, shard: 2, errorFlow: FLOW };
    await here.fit([...items], options);
    await there.fit([...items], { ...options, pool: pool });
    expect(here.save()).toEqual(there.save());
    elsewhere!.dispose();
    for (const net of [here, there]) net.dispose();
  });

  test("nets without plain units, and what has no place for it, are refused as they were", async () => {
    const net = await make("tanh");
    const before = net.save();
    const fit = (options: object): Promise<unknown> => net.fit([...items], { steps: 1, ...options });
    await expect(fit({ errorFlow: -1 })).rejects.toThrow("errorFlow is -1, want a number of at least 0");
    await expect(fit({ errorFlow: 1, memory: "sqrt" })).rejects.toThrow("memory is sqrt with errorFlow");
    await expect(fit({ errorFlow: 1, optimizer: hessianFree() })).rejects.toThrow("with hessianFree");
    expect(net.save()).toEqual(before);
    for (const layer of [lstm(H), rnn(H, { leak: 0.5 }), bidirectional(lstm(H))]) {
      const other = await make("tanh", { layers: [layer, dense(1)] });
      const bytes = other.parameters.map(({ data }) => [...data]);
      await expect(other.fit([...items], { steps: 1, errorFlow: 1 })).rejects.toThrow(
        "the net has no plain recurrent layer",
      );
      expect(other.parameters.map(({ data }) => [...data])).toEqual(bytes);
      other.dispose();
    }
    net.dispose();
  });
});
