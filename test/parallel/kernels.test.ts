/**
 * The kernels of a pool's workers: those that `init({ wasm })` was given, and no others. Workers run the
 * built package.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import {
  adam,
  dense,
  init,
  lstm,
  network,
  tasks,
  type EngineInfo,
  type Precision,
  type TrainOptions,
} from "../../src/index.ts";
import { workerPool } from "../../src/parallel/pool.ts";
import { unpack, type Packed } from "../../src/wasm/unpack.ts";
import { packed as narrow } from "../../src/wasm/binary/float32.ts";
import { packed as packed64 } from "../../src/wasm/binary/float64.ts";

const worker = new URL("../../dist/parallel/worker.js", import.meta.url);
const built = existsSync(worker);
const folder = mkdtempSync(join(tmpdir(), "unrolled-pool-kernels-"));
const reportFile = join(folder, "report.json");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Kernels with a trait of their own: ln 2, by which exp and tanh reduce their argument, is off by a
 * thousandth of itself.
 */
function marked(packed: Packed): Uint8Array<ArrayBuffer> {
  const bytes = unpack(packed);
  const view = new DataView(bytes.buffer);
  const found: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; ++at)
    if (view.getFloat32(at, true) === 0.693145751953125) found.push(at);
  expect(found, "places of ln 2 among the constants").toHaveLength(1);
  view.setFloat32(found[0], 0.694, true);
  return bytes;
}

/** A worker that also tells what it computed with, after every task. */
function telling(): URL {
  const file = join(folder, "worker.mjs");
  writeFileSync(
    file,
    `
    import { writeFileSync } from "node:fs";
    import { parentPort } from "node:worker_threads";
    import { engineInfo } from ${JSON.stringify(new URL("../wasm/engine.js", worker).href)};
    const post = parentPort.postMessage.bind(parentPort);
    parentPort.postMessage = (...message) => {
      writeFileSync(${JSON.stringify(reportFile)}, JSON.stringify(engineInfo()));
      post(...message);
    };
    await import(${JSON.stringify(worker.href)});`,
  );
  return pathToFileURL(file);
}

/** A worker that is given kernels which are none. */
function misled(): URL {
  const file = join(folder, "misled.mjs");
  writeFileSync(
    file,
    `
    import { parentPort } from "node:worker_threads";
    const on = parentPort.on.bind(parentPort);
    const broken = { float32: new Uint8Array(8) };
    parentPort.on = (name, hear) =>
      on(name, (message) => hear(message.kind === "kernels" ? { ...message, wasm: broken } : message));
    await import(${JSON.stringify(worker.href)});`,
  );
  return pathToFileURL(file);
}

async function losses(precision: Precision, pool?: TrainOptions["pool"]): Promise<number[]> {
  const net = await network({ input: 2, layers: [lstm(6), dense(1)], loss: "bernoulli", seed: 2, precision });
  const { history } = await net.fit(tasks.addition({ digits: 8 }), {
    optimizer: adam({ rate: 0.05 }),
    steps: 4,
    batch: 12,
    shard: 3,
    pool,
  });
  net.dispose();
  return history.map(({ loss }) => loss);
}

async function pooled(precision: Precision): Promise<{ losses: number[]; info: EngineInfo }> {
  const pool = workerPool({ workers: 2, url: telling() });
  try {
    return {
      losses: await losses(precision, pool),
      info: JSON.parse(readFileSync(reportFile, "utf8")) as EngineInfo,
    };
  } finally {
    pool.dispose();
  }
}

describe.skipIf(!built)(`workers${built ? "" : " (skipped: dist is not built, run npm run build)"}`, () => {
  test("have the modules of the thread that started them, own or given to init", async () => {
    const own = await losses("float32");
    const first = await pooled("float32");
    expect([first.losses, first.info.engines.map(({ source }) => source)]).toEqual([own, ["given"]]);

    const bytes = marked(narrow);
    await init({ wasm: bytes });
    const given = await losses("float32");
    const second = await pooled("float32");
    expect(given, "the marked kernels compute otherwise").not.toEqual(own);
    expect([second.losses, second.info.engines.map(({ source }) => source)]).toEqual([given, ["given"]]);
    expect(
      (await pooled("float64")).info.engines.map(({ precision, source }) => `${precision} ${source}`).sort(),
    ).toEqual(["float32 given", "float64 given"]);

    await init({ wasm: { float32: await WebAssembly.compile(bytes), float64: unpack(packed64) } });
    const third = await pooled("float64");
    expect([third.losses, third.info.engines.map(({ source }) => source)]).toEqual([
      await losses("float64"),
      ["given", "given"],
    ]);
    expect((await pooled("float32")).losses).toEqual(given);
  });

  test("that cannot start answer with the reason, and the training rejects with it", async () => {
    const pool = workerPool({ workers: 2, url: misled() });
    await expect(losses("float32", pool)).rejects.toMatchObject({
      name: "DataError",
      message: expect.stringMatching(
        /init: the 8 bytes cannot be compiled to kernels: CompileError/,
      ) as string,
    });
    pool.dispose();
  });
});
