/** The training that all of a cluster's tests do: its hash must be the same however shards are computed. */
import { createHash } from "node:crypto";
import { adam, dense, dropout, lstm, network } from "unrolled";

const wave = (phase, T) => Float32Array.from({ length: T }, (_, t) => ((7 * t + 3 * phase) % 13) / 6 - 1);
export const items = Array.from({ length: 32 }, (_, i) => ({
  input: wave(i, 30 + (i % 7)),
  target: wave(i + 1, 30 + (i % 7)),
}));
const SHARD = 2;

/**
 * SHA-256 of the net and all losses after so many steps. step(n): awaited after step n; options go to the
 * training.
 */
export async function trained(pool, { steps = 20, step = () => {}, ...options } = {}) {
  const net = await network({
    input: 1,
    layers: [lstm(24), dropout(0.1), dense(1)],
    loss: "squared",
    seed: 5,
  });
  const hash = createHash("sha256");
  try {
    const plan = { optimizer: adam({ rate: 0.01 }), batch: 16, shard: SHARD, steps, pool, ...options };
    for await (const event of net.train(items, plan)) {
      hash.update(`${event.loss}\n`);
      await step(event.step);
    }
    return hash.update(net.save()).digest("hex");
  } finally {
    net.dispose();
  }
}
