/**
 * A pool over a network that tests command: the bits of one machine, whatever workers and messages do. Time
 * is virtual, nets are real.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { hessianFree, sgd } from "../../src/index.ts";
import { encode } from "../../src/cluster/codec.ts";
import { cut } from "../../src/cluster/chunks.ts";
import { ClusterPool } from "../../src/cluster/pool.ts";
import { fetchKinds } from "../../src/models/network/kinds.ts";
import { alone, Cluster } from "./fake-cluster.ts";

// what is fetched when it is first asked for takes time that no virtual clock knows
beforeAll(async () => void (await fetchKinds()));
const expected = await alone();

describe("a pool over a cluster", () => {
  test.each([1, 2, 4])("of %i workers trains to the bits of none", async (workers) => {
    expect(await new Cluster(workers).train()).toBe(expected);
  });

  test("computes Hessian-free's values and products to the same bits", async () => {
    const options = { optimizer: hessianFree({ mu: 0.1, cgIterations: 8 }), steps: 2, curvature: 7 };
    expect(await new Cluster(2).train(options)).toBe(await alone(options));
  });

  test("trains to the same bits while workers die, freeze and join in any round", async () => {
    const cluster = new Cluster(3);
    const got = await cluster.train({}, (n) => {
      if (n === 1) cluster.kill(0);
      if (n === 2) cluster.join("r");
      if (n === 3) cluster.kill(1);
      if (n === 4) cluster.join();
    });
    expect(got).toBe(expected);
    expect(cluster.workers[3].worker.answered).toBeGreaterThan(0);
  });

  test("trains to the same bits while datagrams are lost and the server is away", async () => {
    const cluster = new Cluster(2);
    let sent = 0;
    cluster.net.fate = (_, datagram) => (++sent % 7 === 3 ? undefined : datagram);
    const got = await cluster.train({}, (n) => {
      if (n !== 3) return;
      const all = [cluster.coordinator, ...cluster.workers.map(({ bus }) => bus)];
      for (const bus of all) bus.connected = false;
      cluster.clock.after(3000, () => {
        for (const bus of all) bus.connected = true;
        for (const bus of all) bus.onreturn();
      });
    });
    expect(got).toBe(expected);
  });

  test("trains to the same bits by messages of many parts, whose memory is used again", async () => {
    for (const spotChecks of [0, 1]) {
      const cluster = new Cluster(2, { spotChecks, max: 100 });
      expect(
        await cluster.train({}, (n) => {
          if (n === 3) cluster.kill(0);
          if (n === 4) cluster.join();
        }),
      ).toBe(expected);
    }
    const options = { optimizer: hessianFree({ mu: 0.1, cgIterations: 4 }), steps: 2, curvature: 7 };
    expect(await new Cluster(2, { max: 100 }).train(options)).toBe(await alone(options));
  });

  test("sends parameters once a round, the model and each item once a worker", async () => {
    const cluster = new Cluster(2);
    const kinds: Record<string, number> = {};
    cluster.net.fate = (subject, datagram) => {
      const kind = /"kind":"(\w+)"/.exec(Buffer.from(datagram).toString("latin1"))?.[1];
      const to = subject.split(".")[2];
      if (kind) kinds[`${to} ${kind}`] = (kinds[`${to} ${kind}`] ?? 0) + 1;
      return datagram;
    };
    await cluster.train({ steps: 12 });
    const direct = (kinds["to theta"] ?? 0) + (kinds["to model"] ?? 0);
    expect(kinds["all theta"] + (kinds["to theta"] ?? 0)).toBeLessThanOrEqual(12 + 2);
    expect(direct).toBeLessThanOrEqual(4);
    expect(kinds["from lack"] ?? 0).toBe(0);
  });
});

type Lie = (message: Record<string, unknown>) => void;
/** Says what each answer is changed to before it goes out. */
async function lying(
  workers: number,
  liar: number,
  lie: Lie,
  spotChecks = 0,
): Promise<Cluster & { got: unknown }> {
  const { decode } = await import("../../src/cluster/codec.ts");
  const cluster = new Cluster(workers, { spotChecks });
  const { name } = cluster.workers[liar].worker;
  cluster.net.fate = (subject, datagram) => {
    if (!subject.endsWith(`from.${name}`)) return datagram;
    const message = decode(datagram.subarray(16)) as Record<string, unknown>;
    if (message.kind === "answer") lie(message);
    return cut([encode(message)], 1, 1e6)[0];
  };
  const got = await cluster.train().catch((error: Error) => error);
  return Object.assign(cluster, { got });
}

describe("a worker that lies", () => {
  const lies: [string, Lie, RegExp][] = [
    ["a vector of another length", (m) => (m.vector = new Float32Array(3)), /answered 3 numbers/],
    [
      "numbers of another type",
      (m) => (m.vector = Float64Array.from(m.vector as Float32Array)),
      /Float64Array/,
    ],
    ["another model", (m) => (m.model = "00".repeat(32)), /computed with model 0000/],
    ["NaN", (m) => ((m.vector as Float32Array)[1] = NaN), /is wrong/],
    ["an infinite loss", (m) => (m.value = Infinity), /is wrong/],
    ["a shard that is not there", (m) => (m.index = 4711), /shard 4711 of 6/],
    ["a field of another kind", (m) => (m.value = "1"), /bad bytes/],
  ];
  test.each(lies)("by %s is refused and named, and the bits are right", async (_, lie, words) => {
    const { got, refused, workers } = await lying(2, 0, lie);
    expect(got).toBe(expected);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatch(words);
    expect(refused[0].startsWith(workers[0].worker.name)).toBe(true);
    await expect(workers[0].worker.closed).rejects.toThrow(words);
  });

  test("by a little is found by spot checks, which end the training with its name", async () => {
    const flip: Lie = (m) => ((m.vector as Float32Array)[0] += 1e-6);
    const { got, workers } = await lying(2, 1, flip, 0.5);
    expect(String(got)).toMatch(/DataError: clusterPool: .* is wrong; earlier ones may have been/);
    expect(String(got)).toContain(workers[1].worker.name);
    expect((await lying(2, 1, flip)).got, "seen by nobody without them").not.toBe(expected);
    expect((await lying(2, 1, () => {}, 1)).got, "all checked, nothing found").toBe(expected);
  });

  test("by failing on shards that its coordinator can compute is refused after three", async () => {
    const { got, refused } = await lying(2, 0, (m) => {
      Object.assign(m, { kind: "fault", name: "MemoryError", message: "too small" });
    });
    expect(got).toBe(expected);
    expect(refused[0]).toMatch(/failed 3 times: MemoryError: too small/);
  });
});

describe("a training over a cluster rejects", () => {
  test("with what computing a shard throws here too", async () => {
    const cluster = new Cluster(2);
    await expect(cluster.train({ optimizer: sgd({ rate: 1e38 }) })).rejects.toThrow(
      /network.train: step \d: loss is (NaN|Infinity)/,
    );
    expect(cluster.refused).toEqual([]);
  });

  test("when no worker is there for long, and says how to start one", async () => {
    await expect(new Cluster(0).train()).rejects.toThrow(/no worker of run "r" for 20 s; start some/);
  });

  test("when another coordinator takes the run over", async () => {
    const cluster = new Cluster(2);
    const other = new ClusterPool(
      () => Promise.resolve(cluster.net.bus()),
      { run: "r", spotChecks: 0, patience: 20_000, onRefused: () => {} },
      cluster.clock,
    );
    await expect(cluster.train({ steps: 100 }, (n) => void (n === 2 && other.open()))).rejects.toThrow(
      /another coordinator has taken over run "r"/,
    );
    other.dispose();
  });
});

test("a worker of another version is refused, and one of another run is never heard", async () => {
  const cluster = new Cluster(1);
  cluster.join("elsewhere");
  const { name } = cluster.workers[0].worker;
  const here = { kind: "here", version: "9.9.9", idle: true, holds: false };
  const stranger = cluster.net.bus();
  stranger.publish("unrolled.r.from.open.stranger", cut([encode(here)], 1, 1e6)[0]);
  expect(
    await cluster.train({}, () =>
      stranger.publish("unrolled.r.from.open.stranger", cut([encode(here)], 1, 1e6)[0]),
    ),
  ).toBe(expected);
  expect(cluster.refused.join()).toMatch(/open.stranger: it is of version 9.9.9/);
  expect(cluster.workers[1].worker.answered).toBe(0);
  expect(name).toMatch(/^open\./);
});
