/**
 * The worker's side of a pool: a net of its own in a memory of its own; computes shards until it is ended.
 */
import { init } from "../wasm/engine.ts";
import type { Floats } from "../wasm/memory.ts";
import { internals } from "../models/network/internals.ts";
import { network, type Network } from "../models/network/network.ts";
import type { NetworkSpec } from "../models/network/spec.ts";
import type { FromWorker, InitMessage, ToWorker } from "./messages.ts";
import { serve } from "./port.ts";

let model: NetworkSpec | undefined;
let net: Network | undefined;
let theta: Floats;
let ready: Promise<void>;

/**
 * Nothing is compiled here that was compiled there; the kernels of other precisions load when a net asks for
 * them.
 */
function start({ variant, revectorize, wasm }: InitMessage): Promise<void> {
  return init({ variant, revectorize, ...(Object.keys(wasm).length > 0 ? { wasm } : { precision: [] }) });
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
    case "init":
      ready = start(message);
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
