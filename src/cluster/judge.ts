/**
 * The coordinator's own answer to a shard, for when a worker's is in doubt: a number that is not finite, an
 * error, or one of those that are checked.
 */
import { ShardNet } from "../parallel/shard-net.ts";
import type { ShardResult, ShardTask, ShardWork } from "../train/shards.ts";
import { checkFree, computeShard, type LocalSteps } from "./local-steps.ts";
import { sha256 } from "./sha256.ts";

/** A net of the coordinator's own, made when it is first needed. */
export class Judge {
  readonly #local: LocalSteps | undefined;
  /** The last model whose parameters were found free. */
  #free: unknown;
  #model: unknown;
  #net: ShardNet | undefined;

  /** local: steps that answers are made of, where they are no gradients. */
  constructor(local: LocalSteps | undefined) {
    this.#local = local;
  }

  /** The right answer; rejects with what computing it throws. */
  async compute(model: unknown, work: ShardWork, task: ShardTask): Promise<ShardResult> {
    return computeShard(this.#of(model), work, task, this.#local);
  }

  /** Rejects with OptionError where the parameters of a model are bound, and local steps would part them. */
  async checkFree(who: string, model: unknown): Promise<void> {
    if (!this.#local || this.#free === model) return;
    await checkFree(who, this.#local, this.#of(model));
    this.#free = model;
  }

  #of(model: unknown): ShardNet {
    if (this.#model !== model) this.dispose();
    this.#model = model;
    return (this.#net ??= new ShardNet(model));
  }

  /** Gives its memory back. */
  dispose(): void {
    this.#net?.dispose();
    this.#net = this.#model = undefined;
  }
}

/** Whether an answer is one of the share that is recomputed: known to whoever has the secret. */
export function isChecked(share: number, secret: string, place: string): boolean {
  if (share <= 0) return false;
  const draw = parseInt(sha256(new TextEncoder().encode(`${secret} ${place}`)).slice(0, 8), 16);
  return draw < share * 2 ** 32;
}
