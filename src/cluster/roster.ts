/** Who works for a run, what each worker has, and who was refused and why. */
import type { Floats } from "../wasm/memory.ts";

/** A worker as its coordinator knows it. */
export interface Peer {
  readonly name: string;
  /** Last sign of life, ms. */
  seen: number;
  /** The model, the point and the direction that it was sent, and the hashes of items. */
  model: string | undefined;
  theta: Floats | undefined;
  direction: Floats | undefined;
  readonly items: Set<string>;
  /** It has data of its own: items are asked for by their hashes first. */
  holds: boolean | undefined;
  /** Faults that its coordinator did not have with the same shard, and shards that it could not begin. */
  strikes: number;
  lacks: number;
}

const GONE = 5000; // ms without a sign of life from who has nothing to do
const BUSY = 60_000; // from who was asked for something
const OPEN = "open";

/** The name that refusals go by: a key, or one worker where it has none. */
const identity = (name: string): string => (name.startsWith(`${OPEN}.`) ? name : name.split(".")[0]);

/** The workers of one pool. */
export class Roster {
  readonly #peers = new Map<string, Peer>();
  readonly #refused = new Map<string, string>();

  /** Names of those that are there. */
  get names(): string[] {
    return [...this.#peers.keys()];
  }

  /** Name or key → why it was refused. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refused;
  }

  get peers(): Iterable<Peer> {
    return this.#peers.values();
  }

  find(name: string): Peer | undefined {
    return this.#peers.get(name);
  }

  /** Why a name is refused, if it is. */
  refusal(name: string): string | undefined {
    return this.#refused.get(identity(name));
  }

  /** Somebody is there. */
  seen(name: string, now: number): Peer {
    let peer = this.#peers.get(name);
    if (!peer) {
      peer = {
        name,
        seen: now,
        model: undefined,
        theta: undefined,
        direction: undefined,
        items: new Set(),
        holds: undefined,
        strikes: 0,
        lacks: 0,
      };
      this.#peers.set(name, peer);
    }
    peer.seen = now;
    return peer;
  }

  remove(name: string): void {
    this.#peers.delete(name);
  }

  /** All of a name are refused from now on; those that were there. */
  refuse(name: string, reason: string): string[] {
    this.#refused.set(identity(name), reason);
    const gone = this.names.filter((other) => identity(other) === identity(name));
    for (const other of gone) this.remove(other);
    return gone;
  }

  /** Those of whom nothing has been heard for long; who computes is silent while it does. */
  silent(now: number, isWorking: (name: string) => boolean): string[] {
    return this.names.filter((name) => now - this.find(name)!.seen > (isWorking(name) ? BUSY : GONE));
  }
}
