/**
 * The coordinator's own answer to a shard, for when a worker's is in doubt: a number that is not finite, an
 * error, or one of those that are checked.
 */
import { internals } from "../models/network/internals.ts";
import { network, type Network } from "../models/network/network.ts";
import type { NetworkSpec } from "../models/network/spec.ts";
import { ShardComputer } from "../train/shard-computer.ts";
import type { ShardResult, ShardTask, ShardWork } from "../train/shards.ts";
import { sha256 } from "./sha256.ts";

/** A net of the coordinator's own, made when it is first needed. */
export class Judge {
  #model: unknown;
  #net: Promise<Network> | undefined;
  #computer: ShardComputer | undefined;

  /** The right answer; rejects with what computing it throws. */
  async compute(model: unknown, work: ShardWork, task: ShardTask): Promise<ShardResult> {
    if (this.#model !== model) this.dispose();
    this.#model = model;
    const net = await (this.#net ??= network(model as NetworkSpec));
    this.#computer ??= new ShardComputer(internals(net).parts());
    return this.#computer.compute(work, task);
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#computer?.dispose();
    void this.#net?.then((net) => net.dispose()).catch(() => {});
    this.#net = this.#computer = this.#model = undefined;
  }
}

/** Whether an answer is one of the share that is recomputed: known to whoever has the secret. */
export function isChecked(share: number, secret: string, place: string): boolean {
  if (share <= 0) return false;
  const draw = parseInt(sha256(new TextEncoder().encode(`${secret} ${place}`)).slice(0, 8), 16);
  return draw < share * 2 ** 32;
}
