/**
 * Trains one net with no worker, 1, 2 and 8 of them: the bits must be the same, and while a pool computes,
 * the page's own thread stays free. Reaches the package's public names only, and runs in every engine.
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
import { sha256 } from "./identity.ts";

/**
 * The net's file after the training, the longest time between two ticks of the thread that asked for it, and
 * the whole time, ms. `idle`: the longest gap of the thread doing nothing beside as many workers that only
 * count, where it was asked for: what the machine does to it.
 */
export interface Trained {
  readonly workers: number;
  readonly hash: string;
  readonly gap: number;
  readonly ms: number;
  readonly idle?: number;
}

const TICK = 5;

const items: DataItem[] = Array.from({ length: 16 }, (_, i) => ({
  input: Float32Array.from({ length: 4 * (150 + 7 * i) }, (_, j) => ((7 * j + 3 * i) % 13) / 6 - 1),
  target: Array.from({ length: 12 }, (_, j) => (i + 5 * j) % 9),
}));

/** Counts from now on; the function it gives back tells the longest gap and ends. */
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
  try {
    await net.fit(items, { optimizer: adam({ rate: 0.01, clip: 1 }), steps: 2, batch: 16, shard: 2, pool });
    return { workers, gap: end(), ms: performance.now() - start, hash: await sha256([net.save()]) };
  } finally {
    end();
    pool?.dispose();
    net.dispose();
  }
}

/**
 * The longest gap beside so many workers that are busy for `ms`; `url`: a module that counts for the
 * milliseconds it is sent.
 */
async function idle(workers: number, ms: number, url: URL): Promise<number> {
  const end = ticking();
  const busy = Array.from({ length: workers }, () => new Worker(url, { type: "module" }));
  await Promise.all(
    busy.map(
      (worker) =>
        new Promise((resolve) => {
          worker.onmessage = resolve;
          worker.postMessage(ms);
        }),
    ),
  );
  for (const worker of busy) worker.terminate();
  return end();
}

/**
 * All numbers of workers. Machines are busy: a gap above `most` ms is measured again, three times in all, and
 * the least one counts; if it is still above, `counting` tells what the machine does to an idle thread.
 */
export async function pooled(limit: number, url?: URL, counting?: URL): Promise<Trained[]> {
  const found: Trained[] = [];
  for (const workers of [0, 1, 2, 8]) {
    let best = await train(workers, url);
    for (let again = 0; again < 2 && counting && workers > 0 && best.gap > limit; ++again) {
      const other = await train(workers, url);
      best = {
        ...best,
        gap: Math.min(best.gap, other.gap),
        hash: best.hash === other.hash ? best.hash : `${best.hash} and ${other.hash}`,
      };
    }
    if (counting && workers > 0 && best.gap > limit)
      best = { ...best, idle: await idle(workers, best.ms, counting) };
    found.push(best);
  }
  return found;
}
