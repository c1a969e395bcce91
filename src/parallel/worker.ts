/**
 * The worker's side of a pool: a net of its own in a memory of its own; computes shards until it is ended.
 */
import { init } from "../wasm/engine.ts";
import type { Floats } from "../wasm/memory.ts";
import type { ShardTask, ShardWork } from "../train/shards.ts";
import type { FromWorker, KernelsMessage, TaskMessage, ToWorker, WorkMessage } from "./messages.ts";
import { serve } from "./port.ts";
import { ShardNet } from "./shard-net.ts";

let net: ShardNet | undefined;
let theta: Floats;
let work: WorkMessage;
/** Shards of products at θ, by their numbers. */
const shards = new Map<number, ShardTask>();
let ready = Promise.resolve();
const taken = new Set<string>();

/** Takes the kernels that this worker has not yet. */
async function take(wasm: KernelsMessage["wasm"]): Promise<void> {
  const fresh = Object.entries(wasm).filter(([name]) => !taken.has(name));
  for (const [name] of fresh) taken.add(name);
  if (fresh.length > 0) await init({ wasm: Object.fromEntries(fresh) });
}

/** The work of this run at θ. */
const workAt = (theta: Floats): ShardWork => {
  const { kind: _, ...rest } = work;
  return { ...rest, theta };
};

async function compute({ run, index, shard, task }: TaskMessage): Promise<FromWorker> {
  try {
    await ready;
    const known = task ?? shards.get(shard)!;
    if (work.pass === "product") shards.set(shard, known);
    return { run, index, ...(await net!.compute(workAt(theta), known)) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { run, index, error: { name, message } };
  }
}

serve(async (received) => {
  const message = received as ToWorker;
  switch (message.kind) {
    case "kernels":
      ready = ready.then(() => take(message.wasm));
      ready.catch(() => {}); // a task tells it: in a page an unhandled rejection reaches nobody
      return undefined;
    case "point":
      if (message.theta) {
        theta = message.theta;
        shards.clear();
      }
      if (message.model !== undefined) {
        net?.dispose();
        net = new ShardNet(message.model);
      }
      return undefined;
    case "work":
      work = message;
      return undefined;
    case "task": {
      const reply = await compute(message);
      return { message: reply, transfer: "vector" in reply ? [reply.vector.buffer] : [] };
    }
  }
});
