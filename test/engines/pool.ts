/**
 * Trains one net with no worker, 1, 2 and 8 of them: the bits must be the same, and a pool's workers compute
 * every shard, so that the page's own thread stays free. Reaches the package's public names only, and
 * runs in every engine.
 */
import {
  adam,
  bidirectional,
  dense,
  dropout,
  lstm,
  network,
  subsample,
  workerPool,
  type DataItem,
} from "../../src/index.ts";
import { sha256 } from "./hash.ts";

/** One training over a pool. */
export interface Trained {
  /** Workers that the pool may have. */
  readonly workers: number;
  /** Workers that answered. */
  readonly used: number;
  /** Shards that they answered: what is missing, the thread that asked would have computed. */
  readonly shards: number;
  /** Of the net's file after the training. */
  readonly hash: string;
  /** The longest time between two ticks of the thread that asked, and the whole time, ms: to be read only. */
  readonly gap: number;
  readonly ms: number;
}

const TICK = 5;
const STEPS = 2;
const SHARD = 2;

const items: DataItem[] = Array.from({ length: 16 }, (_, i) => ({
  input: Float32Array.from({ length: 4 * (150 + 7 * i) }, (_, j) => ((7 * j + 3 * i) % 13) / 6 - 1),
  target: Array.from({ length: 12 }, (_, j) => (i + 5 * j) % 9),
}));

/** Shards of all steps. */
export const SHARDS = (STEPS * items.length) / SHARD;

/** Answers of each worker that was started since the last `clear`. */
const answers = new Map<object, number>();
const count = (worker: object, message: unknown): void => {
  const { index, error } = message as { index?: number; error?: unknown };
  if (index !== undefined && error === undefined) answers.set(worker, (answers.get(worker) ?? 0) + 1);
};

/** From now on, what workers of the platform answer is counted. */
function countAnswers(): void {
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (threads)
    threads.Worker = class extends threads.Worker {
      constructor(...args: ConstructorParameters<typeof threads.Worker>) {
        super(...args);
        this.on("message", (message) => count(this, message));
      }
    };
  else
    globalThis.Worker = class extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        this.addEventListener("message", ({ data }) => count(this, data));
      }
    };
}

/** Ticks from now on; the function it gives back tells the longest gap and ends. */
function ticking(): () => number {
  let last = performance.now();
  let longest = 0;
  const tick = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(tick, TICK);
  return () => {
    tick();
    clearInterval(timer);
    return longest;
  };
}

/** One training over `workers` workers; `url`: their module, where it is not the package's own. */
async function train(workers: number, url?: URL): Promise<Trained> {
  const net = await network({
    input: 4,
    layers: [subsample({ steps: 2 }), bidirectional(lstm(72, { peepholes: true })), dropout(0.2), dense(10)],
    loss: "ctc",
    seed: 7,
  });
  const pool = workers > 0 ? workerPool({ workers, ...(url ? { url } : {}) }) : undefined;
  const start = performance.now();
  const end = ticking();
  answers.clear();
  try {
    await net.fit(items, {
      optimizer: adam({ rate: 0.01, clip: 1 }),
      steps: STEPS,
      batch: items.length,
      shard: SHARD,
      pool,
    });
    const gap = end();
    const ms = performance.now() - start;
    const shards = [...answers.values()].reduce((sum, n) => sum + n, 0);
    return { workers, used: answers.size, shards, gap, ms, hash: await sha256([net.save()]) };
  } finally {
    end();
    pool?.dispose();
    net.dispose();
  }
}

/** With no worker, and with 1, 2 and 8. */
export async function pooled(url?: URL): Promise<Trained[]> {
  countAnswers();
  const found: Trained[] = [];
  for (const workers of [0, 1, 2, 8]) found.push(await train(workers, url));
  return found;
}
