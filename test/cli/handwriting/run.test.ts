/**
 * Training runs on handwriting: they resume with the same bits, keep the best net, and stop when asked to.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import {
  checkpointOf,
  fileHash,
  runTraining,
  type Recipe,
  type RunOptions,
} from "../../../src/cli/handwriting/run.ts";
import { loadModel } from "../../../src/cli/open-model.ts";
import { drawnWords } from "../../../src/handwriting/letters.ts";
import { scoreReading } from "../../../src/handwriting/reading.ts";
import { engine } from "../../../src/wasm/engine.ts";
import { Random } from "../../../src/wasm/random.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-handwriting-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const e = await engine("float32");
const train = drawnWords(24, new Random(e, 1, 1));
const valid = drawnWords(12, new Random(e, 2, 1));
const recipe: Recipe = {
  net: "hierarchical",
  input: { kind: "pen", size: 60 },
  seed: 1,
  epochs: 3,
  batch: 8,
  shard: 4,
  rate: 0.004,
  fall: 0.4,
  clip: 5,
  drop: 0.25,
  noise: 0.01,
  distort: {},
  check: 12,
};
const run = (name: string, options: Partial<RunOptions> = {}): ReturnType<typeof runTraining> =>
  runTraining({
    recipe,
    train,
    valid,
    out: join(folder, `${name}.safetensors`),
    resume: false,
    workers: 0,
    minutes: Infinity,
    patience: 100,
    signal: new AbortController().signal,
    clock: () => performance.now(),
    ...options,
  });

test("a run stopped in the middle of an epoch and resumed gives the same net, to the bit", async () => {
  const whole = await run("whole");
  const controller = new AbortController();
  const first = await run("pieces", {
    signal: controller.signal,
    onStep: ({ step }) => {
      if (step === 4) controller.abort();
    },
  });
  expect([first.finished, first.step]).toEqual([false, 4]);
  // the checkpoint's recipe counts
  const second = await run("pieces", { resume: true, recipe: { ...recipe, rate: 99 } });
  expect([whole.finished, second.finished, second.step]).toEqual([true, true, 9]);
  expect(second.history.map(({ epoch, loss, error }) => [epoch, loss, error])).toEqual(
    whole.history.map(({ epoch, loss, error }) => [epoch, loss, error]),
  );
  expect(fileHash(join(folder, "pieces.safetensors"))).toBe(fileHash(join(folder, "whole.safetensors")));
});

test("the best net is kept with its script, and reads as well as the history says", async () => {
  const out = join(folder, "best.safetensors");
  const { history } = await run("best");
  const { net, about } = await loadModel(out);
  expect(about.task).toBe("handwriting");
  expect((await scoreReading(net, valid)).labelError).toBe(Math.min(...history.map(({ error }) => error)));
  expect((await scoreReading(net, valid, { width: 8 })).readings).toHaveLength(12);
  net.dispose();
});

test(
  "a run without a better epoch for as long as its patience ends early, finished, with the best " +
    "net kept",
  async () => {
    const { history, finished, step } = await run("tired", { patience: 1, recipe: { ...recipe, rate: 0 } });
    expect([finished, step, history.length]).toEqual([true, 6, 2]);
    const { net } = await loadModel(join(folder, "tired.safetensors"));
    expect(net.step).toBe(0); // saved without its training
    expect((await scoreReading(net, valid)).labelError).toBe(history[0].error);
    net.dispose();
  },
);

test(
  "momentum, an update a line: stopped, resumed and run through are the same, and not what Adam " + "does",
  async () => {
    const graves: Recipe = {
      ...recipe,
      net: "graves",
      optimizer: "momentum",
      momentum: 0.9,
      rate: 1e-4,
      batch: 1,
      shard: 1,
      epochs: 1,
      drop: 0,
      fall: 0,
    };
    const few = { train: train.slice(0, 6), valid: valid.slice(0, 2) };
    const whole = await run("momentum", { ...few, recipe: graves });
    const controller = new AbortController();
    await run("momentum-pieces", {
      ...few,
      recipe: graves,
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 3) controller.abort();
      },
    });
    await run("momentum-pieces", { ...few, resume: true });
    expect([whole.finished, whole.step]).toEqual([true, 6]);
    const hash = (name: string): string => fileHash(join(folder, `${name}.safetensors`));
    expect(hash("momentum-pieces")).toBe(hash("momentum"));
    // as in older checkpoints: Adam
    await run("momentum-adam", { ...few, recipe: { ...graves, optimizer: undefined } });
    await run("momentum-named", { ...few, recipe: { ...graves, optimizer: "adam" } });
    expect(hash("momentum-named")).toBe(hash("momentum-adam"));
    expect(hash("momentum-named")).not.toBe(hash("momentum"));
  },
);

const worker = new URL("../../../dist/parallel/worker.js", import.meta.url);
const built = existsSync(worker);
test.skipIf(!built)(
  "a run begun with two workers and resumed with none, and the other way round, gives the bits of " +
    `a run without${built ? "" : " (skipped: dist is not built, run npm run build)"}`,
  async () => {
    await run("alone", { recipe: { ...recipe, epochs: 2 } });
    for (const workers of [
      [2, 0],
      [0, 2],
    ] as const) {
      const name = `workers-${workers[0]}`;
      const controller = new AbortController();
      await run(name, {
        recipe: { ...recipe, epochs: 2 },
        workers: workers[0],
        worker,
        signal: controller.signal,
        onStep: ({ step }) => {
          if (step === 2) controller.abort();
        },
      });
      expect((await run(name, { resume: true, workers: workers[1], worker })).finished).toBe(true);
      expect(fileHash(join(folder, `${name}.safetensors`))).toBe(fileHash(join(folder, "alone.safetensors")));
    }
  },
);

test("minutes that are over stop a run with a checkpoint; without one, resuming says so", async () => {
  let now = 0;
  const { finished, step } = await run("late", { minutes: 1.5, clock: () => (now += 20_000) });
  expect([
    finished,
    step > 0 && step < 9,
    existsSync(checkpointOf(join(folder, "late.safetensors"))),
  ]).toEqual([false, true, true]);
  expect(readFileSync(checkpointOf(join(folder, "late.safetensors"))).length).toBeGreaterThan(1e6);
  await expect(run("never", { resume: true })).rejects.toThrow("no checkpoint to resume from");
});
