/**
 * Data-parallel training: a pool of workers that compute the shards of each batch, each worker with its own
 * kernels and its own memory. Shards are the same whatever the number of workers and are summed in their
 * order, so the bits do not depend on who computed what. A worker that dies or throws is replaced, and its
 * shard is given to the new one; a training fails only where that one fails too. Workers carry no
 * kernels: they get the compiled ones that are in use when a model is first trained on them, and keep them.
 * Call `init` before the first training.
 */
import type { AbortSignal, URL } from "../wasm/platform.ts";
import { modulesInUse } from "../wasm/engine.ts";
import { DataError, DisposedError, knownOptions, OptionError, whole } from "../wasm/errors.ts";
import type { Floats } from "../wasm/memory.ts";
import type { ShardPool, ShardResult, ShardTask, ShardWork } from "../train/shards.ts";
import { errorOf, isAnswer, ofBoth } from "./answers.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { startWorker, type Port } from "./port.ts";

/** Options of `workerPool`. */
export interface PoolOptions {
  /** How many. Default: the processors there are. */
  readonly workers?: number;
  /** The worker's module, where a bundler moved it: `unrolled/worker`. */
  readonly url?: URL;
}

/**
 * A worker may die of something that was not the shard's fault, even before its shard reached it. The second
 * attempt is by a worker that was started for it.
 */
const ATTEMPTS = 2;

interface Worker {
  readonly port: Port;
  /** The task it works on; a stale one has another run. */
  task: { run: number; index: number } | undefined;
  /** The run whose work it knows; the model and the point that it has, and shards of that point. */
  run: number;
  model: unknown;
  theta: Floats | undefined;
  readonly shards: Set<ShardTask>;
}

/** One call of `run`. */
interface Run {
  readonly id: number;
  readonly model: unknown;
  readonly work: ShardWork;
  readonly tasks: readonly ShardTask[];
  readonly waiting: number[];
  readonly failures: number[];
  readonly results: (ShardResult | undefined)[];
  readonly take: (result: ShardResult) => void;
  taken: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** Workers that stay until `dispose`. One training at a time uses them. */
export class WorkerPool implements ShardPool {
  /** How many workers. */
  readonly size: number;
  readonly #url: URL | undefined;
  #workers: Worker[] = [];
  #current: Run | undefined;
  #runs = 0;
  /** Numbers of shards. */
  readonly #numbers = new WeakMap<ShardTask, number>();
  #shards = 0;
  #disposed = false;

  /** Use `workerPool(options)`. */
  constructor(size: number, url?: URL) {
    this.size = size;
    this.#url = url;
  }

  /**
   * Computes the tasks on the workers, hands each result on as it comes, and resolves after the last. For
   * trainings: give the pool as option `pool`. Rejects with the signal's reason, DisposedError, OptionError
   * where another training uses the pool, what a worker threw twice on one task, or Error where the worker
   * that took its place ended too.
   */
  run(
    model: unknown,
    work: ShardWork,
    tasks: readonly ShardTask[],
    take: (result: ShardResult) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    if (this.#disposed)
      return Promise.reject(new DisposedError("workerPool: the pool was disposed; make another"));
    if (this.#current)
      return Promise.reject(
        new OptionError("workerPool: another training uses the pool; wait for it, or make another pool"),
      );
    return new Promise<void>((resolve, reject) => {
      const abort = (): void => end(() => reject(signal!.reason));
      const end = (settle: () => void): void => {
        this.#current = undefined;
        signal?.removeEventListener("abort", abort);
        for (const { port } of this.#workers) port.hold(false);
        settle();
      };
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener("abort", abort);
      this.#current = {
        id: ++this.#runs,
        model,
        work,
        tasks,
        waiting: tasks.map((_, i) => i),
        failures: tasks.map(() => 0),
        results: [],
        take,
        taken: 0,
        resolve: () => end(resolve),
        reject: (error) => end(() => reject(error)),
      };
      while (this.#workers.length < Math.min(this.size, tasks.length)) this.#workers.push(this.#start());
      for (const worker of this.#workers) this.#feed(worker);
    });
  }

  /** Ends all workers. A run in progress is rejected. */
  dispose(): void {
    this.#disposed = true;
    for (const { port } of this.#workers) {
      port.onfailure = () => {};
      port.end();
    }
    this.#workers = [];
    this.#current?.reject(new DisposedError("workerPool: the pool was disposed while it worked"));
  }

  #start(): Worker {
    const worker: Worker = {
      port: startWorker(this.#url),
      task: undefined,
      run: 0,
      model: undefined,
      theta: undefined,
      shards: new Set(),
    };
    worker.port.onmessage = (message) => {
      if (isAnswer(message)) this.#answer(worker, message);
      else this.#fail(worker, new DataError("workerPool: a worker sent a message that is no answer"));
    };
    worker.port.onfailure = (error) => this.#fail(worker, error);
    worker.port.hold(false);
    return worker;
  }

  /** Gives an idle worker the next task. */
  #feed(worker: Worker): void {
    const run = this.#current;
    if (!run || worker.task) return;
    const index = this.#next(worker, run);
    worker.port.hold(index !== undefined);
    if (index === undefined) return;
    worker.task = { run: run.id, index };
    try {
      this.#send(worker, run, index);
    } catch (error) {
      worker.task = undefined;
      run.reject(
        new OptionError(
          `workerPool: the net or its data cannot be sent to a worker: ${(error as Error).message}; ` +
            "want plain data in notes and items",
          { cause: error },
        ),
      );
    }
  }

  /** The task for a worker: a shard that it has, else one that no other has, else any. */
  #next(worker: Worker, { waiting, tasks }: Run): number | undefined {
    if (waiting.length === 0) return undefined;
    let place = waiting.findIndex((i) => worker.shards.has(tasks[i]));
    if (place < 0)
      place = waiting.findIndex((i) => !this.#workers.some(({ shards }) => shards.has(tasks[i])));
    return waiting.splice(Math.max(place, 0), 1)[0];
  }

  #send(worker: Worker, { id, model, work, tasks }: Run, index: number): void {
    const send = (message: ToWorker): void => worker.port.send(message);
    if (worker.run !== id) {
      const fresh = worker.model !== model;
      const { theta, ...rest } = work;
      if (fresh) send({ kind: "kernels", wasm: modulesInUse() });
      if (fresh || worker.theta !== theta) {
        send({ kind: "point", theta, ...(fresh && { model }) });
        worker.shards.clear();
      }
      send({ kind: "work", ...rest });
      Object.assign(worker, { run: id, model, theta });
    }
    const task = tasks[index];
    const known = worker.shards.has(task);
    send({ kind: "task", run: id, index, shard: this.#number(task), ...(!known && { task: own(task) }) });
    if (work.pass === "product") worker.shards.add(task);
  }

  #number(task: ShardTask): number {
    const known = this.#numbers.get(task) ?? ++this.#shards;
    this.#numbers.set(task, known);
    return known;
  }

  #answer(worker: Worker, answer: FromWorker): void {
    const run = this.#current;
    if ("error" in answer) {
      this.#fail(worker, errorOf(answer.error));
      return;
    }
    if (run && answer.run === run.id && !fits(worker, run, answer)) {
      this.#fail(worker, new DataError("workerPool: a worker sent an answer that does not fit its task"));
      return;
    }
    worker.task = undefined;
    if (run && answer.run === run.id) {
      run.results[answer.index] = answer;
      try {
        for (let next = run.results[run.taken]; next; next = run.results[run.taken]) {
          run.take(next);
          run.results[run.taken++] = undefined; // its gradient is summed
        }
      } catch (error) {
        return run.reject(error);
      }
      if (run.taken === run.tasks.length) return run.resolve();
    }
    this.#feed(worker);
  }

  /** Replaces a worker and gives its task out again. */
  #fail(worker: Worker, error: Error): void {
    const run = this.#current;
    const { task, port } = worker;
    const place = this.#workers.indexOf(worker);
    port.onmessage = port.onfailure = () => {};
    port.end();
    if (place >= 0) this.#workers.splice(place, 1);
    if (!run) return;
    if (task?.run === run.id) {
      if (++run.failures[task.index] >= ATTEMPTS) return run.reject(ofBoth(error));
      run.waiting.unshift(task.index);
    } else if (!task && run.waiting.length === 0) return; // it died idle: the next run starts another
    const fresh = this.#start();
    this.#workers.push(fresh);
    this.#feed(fresh);
    for (const other of this.#workers) this.#feed(other);
  }
}

/** Whether a result is that of the worker's task, with a vector as long as its pass gives one. */
const fits = ({ task }: Worker, { work }: Run, answer: ShardResult & { readonly index: number }): boolean =>
  task?.index === answer.index &&
  answer.vector.length === (work.pass === "value" ? 0 : work.theta.length) &&
  answer.vector.constructor === work.theta.constructor;

/** Processors there are, as the platform tells. */
function processors(): number {
  const os = (
    globalThis as { process?: { getBuiltinModule?: (name: "node:os") => typeof import("node:os") } }
  ).process?.getBuiltinModule?.("node:os");
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}

/** A task whose arrays bring no larger buffer along when they are copied to a worker. */
function own(task: ShardTask): ShardTask {
  const tight = (x: ArrayLike<number>): ArrayLike<number> =>
    ArrayBuffer.isView(x) && x.byteLength < x.buffer.byteLength ? (x as unknown as Float32Array).slice() : x;
  return {
    ...task,
    items: task.items.map(({ length, steps, input, target, weight, initial }) => ({
      length,
      steps,
      input: tight(input),
      target: tight(target),
      weight: tight(weight),
      initial: tight(initial),
    })),
  };
}

/**
 * A pool: `net.train(data, { pool: workerPool({ workers: 2 }), shard: 8 })`. Dispose it when done. In a page,
 * make it in the page's own script: in Firefox a Worker that makes Workers stands still at times.
 */
export function workerPool(options: PoolOptions = {}): WorkerPool {
  knownOptions("workerPool", options, ["workers", "url"]);
  return new WorkerPool(
    whole("workerPool", "workers", options.workers ?? processors(), 1, 1024),
    options.url,
  );
}
