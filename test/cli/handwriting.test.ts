/** Training runs on handwriting: they resume with the same bits, keep the best net, and stop when told. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkpointOf, fileHash, runTraining, type Recipe, type RunOptions } from "../../src/cli/handwriting-run.ts";
import { loadModel } from "../../src/cli/model-file.ts";
import { drawnWords } from "../../src/tasks/handwriting-letters.ts";
import { judge } from "../../src/tasks/handwriting-reading.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-handwriting-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const e = await engine("float32"), train = drawnWords(24, new Random(e, 1, 1)), valid = drawnWords(12, new Random(e, 2, 1));
const recipe: Recipe = {
  net: "hierarchical", input: { kind: "pen", size: 60 }, seed: 1, epochs: 3, batch: 8, shard: 4, rate: 0.004, fall: 0.4, clip: 5, drop: 0.25, noise: 0.01, distort: {}, check: 12,
};
const run = (name: string, options: Partial<RunOptions> = {}): ReturnType<typeof runTraining> => runTraining({
  recipe, train, valid, out: join(folder, `${name}.safetensors`), resume: false, workers: 0, minutes: Infinity, patience: 100,
  signal: new AbortController().signal, clock: () => performance.now(), ...options,
});

test("a run stopped in the middle of an epoch and resumed gives the same net, to the bit", async () => {
  const whole = await run("whole"), controller = new AbortController();
  const first = await run("pieces", { signal: controller.signal, onStep: ({ step }) => { if (step === 4) controller.abort(); } });
  expect([first.finished, first.step]).toEqual([false, 4]);
  const second = await run("pieces", { resume: true, recipe: { ...recipe, rate: 99 } }); // the checkpoint's recipe counts
  expect([whole.finished, second.finished, second.step]).toEqual([true, true, 9]);
  expect(second.history.map(({ epoch, loss, error }) => [epoch, loss, error])).toEqual(whole.history.map(({ epoch, loss, error }) => [epoch, loss, error]));
  expect(fileHash(join(folder, "pieces.safetensors"))).toBe(fileHash(join(folder, "whole.safetensors")));
});

test("the best net is kept with its script, and reads as well as the history says", async () => {
  const out = join(folder, "best.safetensors"), { history } = await run("best"), { net, about } = await loadModel(out);
  expect(about.task).toBe("handwriting");
  expect((await judge(net, valid)).labelError).toBe(Math.min(...history.map(({ error }) => error)));
  expect((await judge(net, valid, { width: 8 })).readings).toHaveLength(12);
  net.dispose();
});

test("minutes that are over stop a run with a checkpoint; without one, resuming says so", async () => {
  let now = 0;
  const { finished, step } = await run("late", { minutes: 1.5, clock: () => now += 20_000 });
  expect([finished, step > 0 && step < 9, existsSync(checkpointOf(join(folder, "late.safetensors")))]).toEqual([false, true, true]);
  expect(readFileSync(checkpointOf(join(folder, "late.safetensors"))).length).toBeGreaterThan(1e6);
  await expect(run("never", { resume: true })).rejects.toThrow("no checkpoint to resume from");
});
