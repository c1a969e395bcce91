/**
 * Local steps: a worker goes several steps down the gradient of its own shard before anything is exchanged
 * (McMahan et al. 2017, federated averaging). A shard's sequences are cut in K runs in their order; from θ,
 *
 *   u_k = ∇ of the mean loss of run k at θ_k      θ_k = θ − rate · (u_1 + … + u_{k−1})
 *
 * and the shard's answer is (W_shard / W) · (u_1 + … + u_K), W the weights that losses are divided by. Summed
 * over shards it takes the gradient's place: `sgd({ rate })` with the same rate is federated averaging, and
 * any other optimizer of gradients is that of Reddi et al. 2021. It is a function of θ and of the shard, so
 * it has the same bits whoever computes it.
 */
import { OptionError } from "../wasm/errors.ts";
import { countWeight } from "../data/item.ts";
import { internals } from "../models/network/internals.ts";
import type { ShardNet } from "../parallel/shard-net.ts";
import { divisor, shardMode } from "../train/objective.ts";
import { packed, type ShardResult, type ShardTask, type ShardWork } from "../train/shards.ts";

/** How many steps a worker takes between two exchanges, and their rate. */
export interface LocalSteps {
  readonly steps: number;
  readonly rate: number;
}

/** One shard, by one pass, or by local steps. Rejects with what computing it throws. */
export function computeShard(
  net: ShardNet,
  work: ShardWork,
  task: ShardTask,
  local: LocalSteps | undefined,
): Promise<ShardResult> {
  return local ? stepLocally(net, work, task, local) : net.compute(work, task);
}

async function stepLocally(
  net: ShardNet,
  { theta }: ShardWork,
  { items, total, mode }: ShardTask,
  { steps, rate }: LocalSteps,
): Promise<ShardResult> {
  const { spec } = internals(await net.net()).parts();
  const count = Math.min(steps, items.length);
  const sum = new Float64Array(theta.length);
  let at = theta;
  let value = 0;
  let weight = 0;
  for (let k = 0; k < count; ++k) {
    const from = Math.floor((k * items.length) / count);
    const run = items.slice(from, Math.floor(((k + 1) * items.length) / count));
    const own = countWeight(spec, packed(run));
    const task = { items: run, total: divisor(own), mode: shardMode(mode, k, count) };
    const step = await net.compute({ theta: at, pass: "gradient" }, task);
    value += step.value;
    weight += own;
    for (let i = 0; i < sum.length; ++i) sum[i] += step.vector[i];
    at = theta.map((x, i) => x - rate * sum[i]);
  }
  const share = weight / total;
  return { value, vector: theta.map((_, i) => share * sum[i]) };
}

/** Throws OptionError where local steps cannot stand for a gradient. */
export function checkLocalSteps(
  who: string,
  { steps }: LocalSteps,
  { pass }: ShardWork,
  tasks: readonly ShardTask[],
): void {
  if (pass !== "gradient")
    throw new OptionError(
      `${who}: localSteps is ${steps}, and the optimizer asks for a ${pass}; want one of gradients alone, ` +
        "as sgd or adam, or no localSteps",
    );
  const longest = tasks.reduce((most, { items }) => Math.max(most, items.length), 0);
  if (longest < steps)
    throw new OptionError(
      `${who}: localSteps is ${steps}, and a shard holds ${longest} sequences; want shard: ${steps} or ` +
        "more in a batch of as many",
    );
}

/** Throws OptionError where a net's parameters are bound: a worker's own steps would part them. */
export async function checkFree(who: string, { steps }: LocalSteps, net: ShardNet): Promise<void> {
  if (internals(await net.net()).parts().constraints)
    throw new OptionError(
      `${who}: localSteps is ${steps}, and the net has constraints, which a worker's own steps would ` +
        "break; leave out localSteps or the constraints",
    );
}
