/** A pool in this thread: shards computed on a net of the same spec, each after a turn of the event loop. */
import { internals } from "../../src/models/network/internals.ts";
import type { Network } from "../../src/models/network/network.ts";
import { ShardComputer } from "../../src/train/shard-computer.ts";
import type { ShardPool } from "../../src/train/shards.ts";

/** helper: the net that computes; turn: what is awaited before each shard. */
export const poolHere = (helper: Network, turn: () => Promise<void>): ShardPool => ({
  async run(_, work, tasks, take, signal) {
    const computer = new ShardComputer(internals(helper).parts());
    try {
      for (const task of tasks) {
        await turn();
        signal?.throwIfAborted();
        take(computer.compute(work, task));
      }
    } finally {
      computer.dispose();
    }
  },
});
