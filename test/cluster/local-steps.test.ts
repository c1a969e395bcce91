/** Federated averaging: steps that workers take by themselves, against nets that are trained apart. */
import { beforeAll, describe, expect, test } from "vitest";
import { dense, hessianFree, lstm, network, rnn, sgd, type Network } from "../../src/index.ts";
import { clusterPool } from "../../src/cluster/pool.ts";
import { fetchKinds } from "../../src/models/network/kinds.ts";
import { Cluster, items, wave } from "./fake-cluster.ts";

// what is fetched when it is first asked for takes time that no virtual clock knows
beforeAll(async () => void (await fetchKinds()));

describe("workers that take steps of their own", () => {
  const local = { steps: 2, rate: 0.05 };
  const ownRate = { optimizer: sgd({ rate: local.rate }), shard: 4 };
  const over = (cluster: Cluster, step?: (n: number) => void): Promise<string> =>
    cluster.train(ownRate, step);

  test("train to the same bits, however many, while they die and join, and all are checked", async () => {
    const alone = await over(new Cluster(1, { local }));
    const cluster = new Cluster(3, { spotChecks: 1, local });
    const several = await over(cluster, (n) => {
      if (n === 2) cluster.kill(0);
      if (n === 3) cluster.join();
    });
    expect(several).toBe(alone);
    expect(cluster.refused).toEqual([]);
    expect(alone).not.toBe(await over(new Cluster(2)));
  });

  test("average nets that were trained apart, each on its shard", async () => {
    const spec = { input: 1, layers: [lstm(3), dense(1)], loss: "squared", precision: "float64" } as const;
    const same = items.map((_, i) => ({ input: wave(i, 6 + (i % 2)), target: wave(i + 1, 6 + (i % 2)) }));
    using net = await network(spec);
    const numbers = (of: Network): number[] => of.parameters.flatMap(({ data }) => [...data]);
    const average = numbers(net).map(() => 0);
    const shards = [1, 0].map((rest) => same.slice(0, 8).filter((_, i) => i % 2 === rest));
    const weights = shards.map((shard) => shard.reduce((sum, { input }) => sum + input.length, 0));
    for (const [i, shard] of shards.entries()) {
      using apart = await network(spec);
      for (const run of [shard.slice(0, 2), shard.slice(2)])
        await apart.fit(run, { optimizer: sgd({ rate: local.rate }), batch: 2, steps: 1, shuffle: false });
      const share = weights[i] / (weights[0] + weights[1]);
      numbers(apart).forEach((x, j) => (average[j] += share * x));
    }
    const cluster = new Cluster(2, { local });
    const plan = { ...ownRate, batch: 8, steps: 1, shuffle: false, pool: cluster.pool };
    let over = false;
    const done = net.fit(same.slice(0, 8), plan).finally(() => (over = true));
    await cluster.clock.run(() => over);
    await done;
    cluster.pool.dispose();
    numbers(net).forEach((x, j) => expect(Math.abs(x - average[j])).toBeLessThan(1e-14));
  });

  test.each([
    [
      "curvature",
      { ...ownRate, optimizer: hessianFree() },
      /localSteps is 2, and the optimizer asks for a value/,
    ],
    ["shards too small", { ...ownRate, shard: 1 }, /a shard holds 1 sequences; want shard: 2 or more/],
    ["parameters that are bound", ownRate, /the net has constraints, which a worker's own steps would break/],
  ])("are refused for %s", async (_, options, words) => {
    const cluster = new Cluster(1, { local });
    if (String(words).includes("constraints"))
      cluster.make = () =>
        network({ input: 1, layers: [rnn(3, { orthogonal: true }), dense(1)], loss: "squared" });
    await expect(cluster.train(options)).rejects.toThrow(words);
    expect(cluster.refused).toEqual([]);
  });
});

test("localSteps and localRate are wanted together", () => {
  const options = { servers: "nats://x", run: "r" };
  expect(() => clusterPool({ ...options, localSteps: 4 })).toThrow(/localSteps is 4, want localRate/);
  expect(() => clusterPool({ ...options, localRate: 0.1 })).toThrow(/localRate is 0.1 without localSteps/);
  expect(() => clusterPool({ ...options, localSteps: 0.5, localRate: 1 })).toThrow(/localSteps is 0.5/);
});
