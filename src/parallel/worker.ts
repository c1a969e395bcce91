/** The worker's side of a pool: a net of its own in a memory of its own; computes shards until it is ended. */
import { init } from "../wasm/engine.ts";
import type { Floats } from "../wasm/memory.ts";
import { network, type Network } from "../models/network.ts";
import type { NetworkSpec } from "../models/spec.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { serve } from "./port.ts";

let model: NetworkSpec | undefined;
let net: Network | undefined;
let theta: Floats;

async function compute({ run, index, task }: Extract<ToWorker, { kind: "task" }>): Promise<FromWorker> {
  try {
    net ??= await network(model!);
    return { run, index, ...net.shardGradient(theta, task) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { run, index, error: { name, message } };
  }
}

serve(async (received) => {
  const message = received as ToWorker;
  switch (message.kind) {
    case "init":
      await init({ precision: [], variant: message.variant, revectorize: message.revectorize });
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
