/**
 * A comparison over a cluster: each run is a task of a queue, taken by some `unrolled worker --trainings`,
 * and its result is kept under the hash of what was asked. Who asks may stop and ask again: what is there is
 * not run twice. Seconds are those of the machine that ran.
 */
import { DataError } from "../../wasm/errors.ts";
import { longLag } from "../../tasks/long-lag/long-lag.ts";
import { VERSION } from "../../cluster/protocol.ts";
import { sha256 } from "../../cluster/sha256.ts";
import type { TakenTask, WorkQueue } from "../../cluster/work-queue.ts";
import type { RunKey, RunProgress, RunResult, runWay } from "./run.ts";
import { ways } from "./ways.ts";

/** What is asked of a worker. */
interface SweepTask extends RunKey {
  readonly version: string;
  /** Seconds of learning at most. */
  readonly budget: number;
}

/** What a worker answers: how the run ended, or why it could not be done. */
type SweepAnswer = { readonly worker: string } & (Omit<RunResult, keyof RunKey> | { readonly fault: string });

const TRIES = 3; // of workers that ended in the midst of a task
const TELL = 10_000; // ms between two signs of life of who works on a task
const LOOK = 2000; // ms that a worker waits for a task before it looks whether it shall leave

const bytesOf = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const read = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** Has runs done by workers; take(result) as they come. Rejects with DataError on a bad answer. */
export async function sweep(
  queue: WorkQueue,
  { keys, budget }: { keys: readonly RunKey[]; budget: number },
  take: (result: RunResult, worker: string) => void,
): Promise<void> {
  const waiting = new Map<string, RunKey>();
  for (const { task, way, lag, seed } of keys) {
    const asked: SweepTask = { version: VERSION, task, way, lag, seed, budget };
    const bytes = bytesOf(asked);
    const id = sha256(bytes);
    if (!(await queue.isAnswered(id))) await queue.put(id, bytes);
    waiting.set(id, { task, way, lag, seed });
  }
  if (waiting.size === 0) return;
  for await (const { id, bytes, forget } of queue.answers()) {
    const key = waiting.get(id);
    if (!key) continue;
    const answer = readAnswer(bytes);
    const title = `${key.task} T=${key.lag} ${key.way} seed ${key.seed}`;
    if (!answer || "fault" in answer) {
      await forget();
      const why = answer ? `${answer.worker}: ${answer.fault}` : "its answer is nothing that a worker says";
      throw new DataError(`compare: ${title}: ${why}; the same command asks again`);
    }
    const { worker, ...rest } = answer;
    take({ ...key, ...rest }, worker);
    waiting.delete(id);
    if (waiting.size === 0) return;
  }
  throw new Error(`compare: the queue was closed while ${waiting.size} runs were waiting`);
}

/** An answer, field by field; undefined where it is none. */
function readAnswer(bytes: Uint8Array): SweepAnswer | undefined {
  let answer: Partial<Record<string, unknown>> | null;
  try {
    answer = read(bytes) as typeof answer;
  } catch {
    return undefined;
  }
  const { worker, fault, solved, error, wrong, sequences, seconds } = answer ?? {};
  if (typeof worker !== "string") return undefined;
  if (typeof fault === "string") return { worker, fault };
  const numbers = [error, wrong, sequences, seconds];
  if (typeof solved !== "boolean" || !numbers.every((x) => Number.isFinite(x) && (x as number) >= 0))
    return { worker, fault: "its answer is no result" };
  const result = { solved, error, wrong, sequences, seconds } as Omit<RunResult, keyof RunKey>;
  return { worker, ...result };
}

/** How a worker works. */
export interface SweepWork {
  /** What it goes by. */
  readonly name: string;
  readonly signal: AbortSignal;
  readonly clock: () => number;
  /** Does a run. */
  readonly run: typeof runWay;
  onTask?(key: RunKey): void;
  onProgress?(at: RunProgress): void;
}

/**
 * Takes tasks and answers them until the signal says to leave; resolves to how many. What is under way then
 * is given back. Rejects with Error where tasks are of another version.
 */
export async function serveSweep(queue: WorkQueue, work: SweepWork): Promise<number> {
  let answered = 0;
  while (!work.signal.aborted) {
    const task = await queue.take(LOOK);
    if (task && (await serveTask(queue, task, work))) ++answered;
  }
  return answered;
}

/** One task; whether it was answered. */
async function serveTask(queue: WorkQueue, task: TakenTask, work: SweepWork): Promise<boolean> {
  const asked = read(task.bytes) as SweepTask;
  if (asked.version !== VERSION) {
    task.giveBack();
    throw new Error(`worker: a task is of version ${asked.version}, this is ${VERSION}; want the same`);
  }
  if (await queue.isAnswered(task.id)) {
    await task.done();
    return false;
  }
  const tell = setInterval(() => task.working(), TELL);
  try {
    const answer = await answerTo(asked, task.tries, work);
    if (!answer) {
      task.giveBack();
      return false;
    }
    await queue.answer(task.id, bytesOf({ worker: work.name, ...answer }));
    await task.done();
    return true;
  } finally {
    clearInterval(tell);
  }
}

/** How a run ended; undefined: the worker leaves. */
async function answerTo(
  { task, way, lag, seed, budget }: SweepTask,
  tries: number,
  { signal, clock, run, onTask, onProgress }: SweepWork,
): Promise<Omit<RunResult, keyof RunKey> | { fault: string } | undefined> {
  if (tries > TRIES) return { fault: `${TRIES} workers ended in the midst of it` };
  if (!Object.hasOwn(longLag, task) || !Object.hasOwn(ways, way))
    return { fault: `there is no task ${task} or no way ${way}` };
  const key = { task, way, lag, seed };
  onTask?.(key);
  try {
    const result = await run(key, { budget, signal, clock, onProgress });
    if ("interrupted" in result) return undefined;
    const { solved, error, wrong, sequences, seconds } = result;
    return { solved, error, wrong, sequences, seconds };
  } catch (error) {
    return { fault: String(error) };
  }
}
