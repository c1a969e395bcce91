/**
 * A pool of workers: the same bits as without it, through deaths, errors and aborts. Workers run the built
 * package.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import {
  adam,
  attention,
  bidirectional,
  conv,
  dense,
  dropout,
  gru,
  hessianFree,
  layerNorm,
  lstm,
  network,
  pool,
  residual,
  subsample,
  type Layer,
  type Network,
  type TrainOptions,
} from "../../src/index.ts";
import { internals } from "../../src/models/network/internals.ts";
import { workerPool, type WorkerPool } from "../../src/parallel/pool.ts";
import type { ShardPool } from "../../src/train/shards.ts";

const worker = new URL("../../dist/parallel/worker.js", import.meta.url);
const built = existsSync(worker);
const folder = mkdtempSync(join(tmpdir(), "unrolled-pool-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const items = Array.from({ length: 24 }, (_, i) => ({
  input: Float32Array.from({ length: 2 * (12 + ((5 * i) % 11)) }, (_, j) => ((7 * j + 3 * i) % 13) / 6 - 1),
  target: [i % 3, (5 * i) % 3, 2 - (i % 2)],
}));
const make = (): Promise<Network> =>
  network({
    input: 2,
    loss: "ctc",
    layers: [
      subsample({ steps: 2 }),
      bidirectional(lstm(8, { peepholes: true })),
      dropout(0.3),
      dense(6, { activation: "tanh" }),
      lstm(5),
      dense(4),
    ],
  });
/** Nets of the layers that are fetched when they are asked for. */
const newer: Record<string, Layer[]> = {
  "convolutions, norms and residual connections": [
    conv({ units: 6, width: 3, stride: 2, causal: true, activation: "tanh" }),
    residual([layerNorm(), gru(6)]),
    pool({ width: 2 }),
    pool("mean"),
  ],
  "attention on noisy states": [
    bidirectional(lstm(5, { recurrentDropout: 0.2, zoneout: 0.1 })),
    attention({ units: 4 }),
  ],
};

/**
 * The module of a worker that dies of its first task, or with "always" of every one; a file remembers that it
 * did.
 */
function dying(how: "exit" | "throw" | "always"): URL {
  const mark = join(folder, how);
  const file = `${mark}.mjs`;
  writeFileSync(
    file,
    `
    import { existsSync, writeFileSync } from "node:fs";
    import { parentPort } from "node:worker_threads";
    import ${JSON.stringify(worker.href)};
    parentPort.on("message", ({ kind }) => {
      if (kind !== "task" || ("${how}" !== "always" && existsSync(${JSON.stringify(mark)}))) return;
      writeFileSync(${JSON.stringify(mark)}, "died");
      if ("${how}" === "throw") throw new Error("thrown on purpose");
      process.exit(3);
    });`,
  );
  return pathToFileURL(file);
}

/** Weights after a few steps with or without a pool. */
async function trained(
  pool?: WorkerPool,
  more: TrainOptions = { shard: 3 },
): Promise<{ weights: Uint8Array; losses: number[]; step: number }> {
  const net = await make();
  try {
    const { history } = await net.fit(items, {
      steps: 4,
      batch: 12,
      optimizer: adam({ rate: 0.01 }),
      pool,
      ...more,
    });
    return { weights: net.save({ training: false }), losses: history.map((e) => e.loss), step: net.step };
  } finally {
    net.dispose();
    pool?.dispose();
  }
}

describe.skipIf(!built)(
  `a pool of workers${built ? "" : " (skipped: dist is not built, run npm run build)"}`,
  () => {
    test.each([1, 2, 8])("of %i trains to the same bits as none", async (workers) => {
      expect(await trained(workerPool({ workers, url: worker }))).toEqual(await trained());
    });

    test.each(Object.entries(newer))("of any size trains %s to the same bits as none", async (_, layers) => {
      const labeled = items.map(({ input }, i) => ({ input, target: i % 3 }));
      const fitted = async (workers?: number, shard = 6): Promise<Uint8Array> => {
        const net = await network({ input: 2, loss: "softmax", layers: [...layers, dense(3)], seed: 5 });
        const workersOf = workers === undefined ? undefined : workerPool({ workers, url: worker });
        const optimizer = adam({ rate: 0.01 });
        await net.fit(labeled, {
          steps: 4,
          batch: 24,
          shard,
          optimizer,
          ...(workersOf && { pool: workersOf }),
        });
        const bytes = net.save({ training: false });
        net.dispose();
        workersOf?.dispose();
        return bytes;
      };
      const none = await fitted();
      for (const workers of [1, 2, 4]) expect(await fitted(workers)).toEqual(none);
      expect(await fitted(undefined, 8)).not.toEqual(none);
    });

    test("computes Hessian-free's values and products to the same bits", async () => {
      const fitted = async (workers?: number): Promise<Uint8Array> => {
        const net = await network({ input: 2, loss: "softmax", layers: [lstm(6), dense(3)], seed: 5 });
        const of = workers === undefined ? undefined : workerPool({ workers, url: worker });
        await net.fit(
          items.map(({ input, target }) => ({
            input,
            target: Array.from(
              input.subarray(1).filter((_, j) => j % 2 === 0),
              (x) => (x > 0 ? 1 : target[0]),
            ),
          })),
          {
            steps: 3,
            batch: 12,
            shard: 3,
            curvature: 7,
            optimizer: hessianFree({ mu: 0.1, cgIterations: 12 }),
            ...(of && { pool: of }),
          },
        );
        const bytes = net.save();
        net.dispose();
        of?.dispose();
        return bytes;
      };
      const none = await fitted();
      for (const workers of [1, 2, 4]) expect(await fitted(workers)).toEqual(none);
    });

    test(
      "without a shard a pool of any size takes shards of 8 sequences: the bits of " + "shard 8 without one",
      async () => {
        const eight = await trained(undefined, { batch: 20, shard: 8 });
        const tasks: number[][] = [];
        expect(eight).not.toEqual(await trained(undefined, { batch: 20 }));
        for (const workers of [1, 2, 8])
          expect(await trained(workerPool({ workers, url: worker }), { batch: 20 })).toEqual(eight);
        const seen: ShardPool = {
          run: async (_model, _theta, given) => {
            tasks.push(given.map(({ items }) => items.length));
            throw new Error("seen");
          },
        };
        await expect(trained(undefined, { batch: 20, pool: seen })).rejects.toThrow("seen");
        expect(tasks).toEqual([[8, 8, 4]]);
      },
    );

    test(
      "a worker that ends or throws in the middle of a task is replaced, and nothing " + "is lost",
      async () => {
        const alone = await trained();
        for (const how of ["exit", "throw"] as const) {
          expect(await trained(workerPool({ workers: 2, url: dying(how) }))).toEqual(alone);
          expect(existsSync(join(folder, how)), "a worker did die").toBe(true);
        }
      },
    );

    test("a task that kills two workers surfaces as an error", async () => {
      await expect(trained(workerPool({ workers: 2, url: dying("always") }))).rejects.toThrow(
        "worker ended with code 3",
      );
    });

    test("a worker module that is not there is an error, not a wait", async () => {
      await expect(
        trained(workerPool({ workers: 1, url: new URL("./nowhere.js", import.meta.url) })),
      ).rejects.toThrow("nowhere.js");
    });

    test("what a worker's computation throws comes with its class and words", async () => {
      const net = await make();
      const pool = workerPool({ workers: 1, url: worker });
      const { weights } = internals(net);
      net.engine.memory.reals(weights.theta, 1)[0] = NaN;
      weights.changed();
      await expect(net.fit(items, { steps: 1, batch: 4, shard: 2, pool })).rejects.toMatchObject({
        name: "NumericError",
        message: expect.stringContaining("loss is NaN") as string,
      });
      pool.dispose();
      net.dispose();
    });

    test("an abort ends the wait at once and leaves the weights of whole steps", async () => {
      const net = await make();
      const pool = workerPool({ workers: 2, url: worker });
      const controller = new AbortController();
      for await (const { step } of net.train(items, {
        steps: 100,
        batch: 12,
        shard: 3,
        optimizer: adam({ rate: 0.01 }),
        pool,
        signal: controller.signal,
      })) {
        if (step === 4) setTimeout(() => controller.abort(), 1);
        if (step === 4) await new Promise((resolve) => setTimeout(resolve, 2));
        expect(step).toBeLessThan(6);
      }
      expect(net.step).toBe(4);
      expect(net.save({ training: false })).toEqual((await trained()).weights);
      pool.dispose();
      net.dispose();
    });

    test("a disposed pool, and a bad number of workers, are refused", async () => {
      const pool = workerPool({ workers: 1, url: worker });
      pool.dispose();
      await expect(trained(pool)).rejects.toThrow("the pool was disposed");
      expect(() => workerPool({ workers: 0 })).toThrow("workerPool: workers is 0");
    });
  },
);

/** A worker that answers every task with this instead. */
function answering(name: string, message: string): URL {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `import { parentPort } from "node:worker_threads";
    parentPort.on("message", ({ kind, run, index }) => {
      if (kind === "task") parentPort.postMessage(${message});
    });`,
  );
  return pathToFileURL(file);
}

describe("a worker that is not ours", () => {
  test.each([
    ["nothing", "undefined"],
    ["text", '"hello"'],
    ["no-vector", "{ run, index, value: 1 }"],
    ["foreign-task", "{ run, index: 1e6, value: 1, vector: new Float32Array(3) }"],
    ["short-vector", "{ run, index, value: 1, vector: new Float32Array(3) }"],
    ["error-of-nothing", "{ run, index, error: null }"],
  ])("and answers %s ends the training with an error", async (name, message) => {
    const pool = workerPool({ workers: 2, url: answering(name, message) });
    await expect(trained(pool)).rejects.toThrow(/workerPool: a worker/);
  });
});

test("notes that cannot be sent end the training with their name, and the pool goes on", async () => {
  const pool = workerPool({ workers: 1, url: worker });
  const spec = { input: 1, layers: [dense(1)], loss: "squared" } as const;
  using bad = await network({ ...spec, notes: { callback: () => 1 } });
  using good = await network(spec);
  const data = [{ input: [1, 2], target: [1, 2] }];
  const options = { steps: 1, batch: 1, shard: 1, pool };
  await expect(bad.fit(data, options)).rejects.toThrow(/cannot be sent to a worker/);
  expect((await good.fit(data, options)).history).toHaveLength(1);
  pool.dispose();
});
