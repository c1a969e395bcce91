/** A comparison over workers that take whole runs from a queue, here one in memory. */
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import type { KeptAnswer, TakenTask, WorkQueue } from "../../src/cluster/work-queue.ts";
import { serveSweep, sweep } from "../../src/cli/compare/sweep.ts";
import type { RunKey, RunOptions, RunResult } from "../../src/cli/compare/run.ts";

/** What a server keeps: one task and one answer under an id, tasks until they are done. */
class Store implements WorkQueue {
  readonly tasks = new Map<string, { bytes: Uint8Array; tries: number; out: boolean }>();
  readonly kept = new Map<string, Uint8Array>();

  async put(id: string, bytes: Uint8Array): Promise<void> {
    if (!this.tasks.has(id)) this.tasks.set(id, { bytes, tries: 0, out: false });
    return Promise.resolve();
  }

  async take(): Promise<TakenTask | undefined> {
    await wait(1);
    const found = [...this.tasks].find(([, { out }]) => !out);
    if (!found) return undefined;
    const [id, task] = found;
    task.out = true;
    const done = (): Promise<void> => Promise.resolve(void this.tasks.delete(id));
    const giveBack = (): void => void (task.out = false);
    return { id, bytes: task.bytes, tries: ++task.tries, working: () => {}, done, giveBack };
  }

  /** Whoever has tasks was silent for long: others get them. */
  expire(): void {
    for (const task of this.tasks.values()) task.out = false;
  }

  async answer(id: string, bytes: Uint8Array): Promise<void> {
    if (!this.kept.has(id)) this.kept.set(id, bytes);
    return Promise.resolve();
  }

  isAnswered(id: string): Promise<boolean> {
    return Promise.resolve(this.kept.has(id));
  }

  async *answers(): AsyncIterable<KeptAnswer> {
    for (const told = new Set<string>(); ; await wait(1))
      for (const [id, bytes] of this.kept)
        if (told.size < told.add(id).size)
          yield { id, bytes, forget: () => Promise.resolve(this.kept.delete(id)) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const keys: RunKey[] = [1, 2, 3].map((seed) => ({ task: "memory5", way: "esn", lag: 10, seed }));
const solved = keys.map((key) => ({ ...key, solved: true, error: 0, wrong: 0, sequences: 32 }));

/** A run that takes a while. */
async function run(key: RunKey, { signal }: RunOptions): Promise<RunResult | { interrupted: undefined }> {
  await wait(2);
  return signal.aborted
    ? { interrupted: undefined }
    : { ...key, solved: true, error: 0, wrong: 0, sequences: 32, seconds: 1 };
}

/** Asks for runs; resolves to them in order of their seeds, without their seconds. */
async function ask(queue: Store): Promise<object[]> {
  const runs: RunResult[] = [];
  await sweep(queue, { keys, budget: 60 }, (run) => runs.push(run));
  return runs.sort((a, b) => a.seed - b.seed).map(({ seconds: _, ...rest }) => rest);
}

/** A worker, until the signal says to leave. */
const serve = (queue: Store, name: string, signal: AbortSignal): Promise<number> =>
  serveSweep(queue, { name, signal, run, clock: () => 0 });

test("runs are answered once, though asked twice, lost by a worker, and computed twice", async () => {
  const queue = new Store();
  const asked = [ask(queue), ask(queue)];
  await queue.take(); // and is never heard of again
  const leave = new AbortController();
  const workers = ["a", "b"].map((name) => serve(queue, name, leave.signal));
  while (queue.kept.size < 1) await wait(1);
  queue.expire(); // also of those who are at work
  expect(await Promise.all(asked)).toEqual([solved, solved]);
  expect(await ask(queue)).toEqual(solved); // by what is kept
  while (queue.tasks.size > 0) await wait(1);
  leave.abort();
  expect((await Promise.all(workers)).every((n) => n > 0)).toBe(true);
});

test("a run that is left is given back; one that ended three workers, or is no result, is told", async () => {
  const queue = new Store();
  const leave = new AbortController();
  const asked = ask(queue);
  asked.catch(() => {});
  while (queue.tasks.size < 3) await wait(1);
  const [id] = queue.tasks.keys();
  const answered = serveSweep(queue, {
    name: "leaves",
    signal: leave.signal,
    run,
    clock: () => 0,
    onTask: () => leave.abort(),
  });
  expect(await answered).toBe(0);
  expect([...queue.tasks.values()].map(({ out, tries }) => ({ out, tries }))).toEqual([
    { out: false, tries: 1 },
    { out: false, tries: 0 },
    { out: false, tries: 0 },
  ]);
  queue.tasks.get(id)!.tries = 3;
  const more = new AbortController();
  const worker = serve(queue, "w", more.signal);
  await expect(asked).rejects.toThrow(
    "compare: memory5 T=10 esn seed 1: w: 3 workers ended in the midst of it; the same command asks again",
  );
  expect(queue.kept.has(id)).toBe(false);
  const lying = new TextEncoder().encode(`{"worker":"liar","solved":true,"error":-1}`);
  for (const other of queue.tasks.keys()) void queue.answer(other, lying);
  void queue.answer(id, lying);
  await expect(ask(queue)).rejects.toThrow(/liar: its answer is no result/);
  more.abort();
  await worker;
});
