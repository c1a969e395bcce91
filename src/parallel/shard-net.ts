/** A net of its own that computes shards for a training elsewhere, made when the first is asked for. */
import { internals } from "../models/network/internals.ts";
import { network, type Network } from "../models/network/network.ts";
import type { NetworkSpec } from "../models/network/spec.ts";
import { asksForPasses } from "../train/options.ts";
import { ShardComputer } from "../train/shard-computer.ts";
import type { ShardResult, ShardTask, ShardWork } from "../train/shards.ts";

/** One net, made from what a training tells of its own. */
export class ShardNet {
  readonly #spec: NetworkSpec;
  #made: Promise<Network> | undefined;
  #computer: ShardComputer | undefined;

  constructor(spec: unknown) {
    this.#spec = spec as NetworkSpec;
  }

  /** The net. Rejects with what making it throws. */
  net(): Promise<Network> {
    return (this.#made ??= network(this.#spec));
  }

  /** One shard. Rejects with what computing it throws. */
  async compute(work: ShardWork, task: ShardTask): Promise<ShardResult> {
    const net = await this.net();
    if (asksForPasses(task.mode)) await internals(net).parts().fetchPasses();
    this.#computer ??= new ShardComputer(internals(net).parts());
    return this.#computer.compute(work, task);
  }

  /** Gives all memory back. */
  dispose(): void {
    this.#computer?.dispose();
    void this.#made?.then((net) => net.dispose()).catch(() => {});
  }
}
