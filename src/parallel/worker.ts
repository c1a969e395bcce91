/**
 * The worker's side of a pool: a net of its own in a memory of its own; computes shards until it is ended.
 */
import { init } from "../wasm/engine.ts";
import type { Floats } from "../wasm/memory.ts";
import { internals } from "../models/network/internals.ts";
import { network, type Network } from "../models/network/network.ts";
import type { NetworkSpec } from "../models/network/spec.ts";
import type { FromWorker, KernelsMessage, ToWorker } from "./messages.ts";
import { serve } from "./port.ts";

let model: NetworkSpec | undefined;
let net: Network | undefined;
let theta: Floats;
let ready = Promise.resolve();
const taken = new Set<string>();

/** Takes the kernels that this worker has not yet. */
async function take(wasm: KernelsMessage["wasm"]): Promise<void> {
  const fresh = Object.entries(wasm).filter(([name]) => !taken.has(name));
  for (const [name] of fresh) taken.add(name);
  if (fresh.length > 0) await init({ wasm: Object.fromEntries(fresh) });
}

async function compute({ run, index, task }: Extract<ToWorker, { kind: "task" }>): Promise<FromWorker> {
  try {
    await ready;
    net ??= await network(model!);
    return { run, index, ...internals(net).shardGradient(theta, task) };
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
      theta = message.theta;
      if (message.model !== undefined) {
        net?.dispose();
        net = undefined;
        model = message.model as NetworkSpec;
      }
      return undefined;
    case "task": {
      const reply = await compute(message);
      return { message: reply, transfer: "gradient" in reply ? [reply.gradient.buffer] : [] };
    }
  }
});
