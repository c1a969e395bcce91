/** What a coordinator sends: to all what all need, once; to each what it lacks, with the shards. */
import type { Floats } from "../wasm/memory.ts";
import type { FlatItem } from "../data/item.ts";
import type { ShardTask, ShardWork } from "../train/shards.ts";
import type { Channel } from "./channel.ts";
import type { PoolSettings } from "./coordinator.ts";
import type { LocalSteps } from "./local-steps.ts";
import { itemHash, plainItem, subjects, type LackMessage, type ToWorker } from "./protocol.ts";
import type { Peer } from "./roster.ts";
import type { Asked } from "./round.ts";

/** The mail of one session. */
export class Posting {
  readonly #channel: Channel;
  readonly #run: string;
  readonly #local: LocalSteps | undefined;
  readonly #session: string;
  #spec: Uint8Array | undefined;
  #model = "";
  #theta: Floats | undefined;
  #point = 0;
  #direction: Floats | undefined;
  #directions = 0;
  /** Numbers of shards. */
  readonly #shards = new WeakMap<ShardTask, number>();
  #count = 0;

  constructor(channel: Channel, { run, local }: Pick<PoolSettings, "run" | "local">, session: string) {
    this.#channel = channel;
    this.#run = run;
    this.#local = local;
    this.#session = session;
  }

  /** Tells all workers what is new since the round before. Throws DataError on what cannot be sent. */
  announce(spec: Uint8Array, model: string, work: ShardWork, peers: Iterable<Peer>): void {
    const there = [...peers];
    const all = subjects.all(this.#run);
    if (model !== this.#model) {
      this.#spec = spec;
      this.#model = model;
      this.#tell(all, this.#modelMessage(), there, { model });
    }
    if (work.theta !== this.#theta) {
      this.#theta = work.theta;
      ++this.#point;
      this.#tell(all, this.#thetaMessage(), there, { theta: work.theta });
    }
    if (work.pass === "product" && work.direction !== this.#direction) {
      this.#direction = work.direction;
      ++this.#directions;
      this.#tell(all, this.#directionMessage(), there, { direction: work.direction });
    }
  }

  /** Asks a worker for a shard, after what it lacks. */
  ask(peer: Peer, { id, work, tasks }: Asked, index: number): void {
    const task = tasks[index];
    const to = subjects.to(this.#run, peer.name);
    if (peer.model !== this.#model) this.#tell(to, this.#modelMessage(), [peer], { model: this.#model });
    if (peer.theta !== this.#theta) this.#tell(to, this.#thetaMessage(), [peer], { theta: this.#theta });
    if (work.pass === "product" && peer.direction !== this.#direction)
      this.#tell(to, this.#directionMessage(), [peer], { direction: this.#direction });
    const items = task.items.map(itemHash);
    this.#channel.send(to, {
      kind: "task",
      session: this.#session,
      round: id,
      index,
      model: this.#model,
      point: this.#point,
      pass: work.pass,
      direction: this.#directions,
      structural: work.pass === "product" ? work.structural : 0,
      shard: this.#number(task),
      total: task.total,
      mode: task.mode,
      items,
      fresh: this.#fresh(peer, task.items, items),
      ...(this.#local && { local: this.#local }),
    } satisfies ToWorker);
  }

  /** A worker does not have these: they are sent again with the next shard. */
  forgotten(peer: Peer, parts: LackMessage["parts"], items: readonly string[]): void {
    for (const part of parts) peer[part] = undefined;
    peer.holds = false;
    for (const hash of items) peer.items.delete(hash);
  }

  /** Tells a worker that it is refused. */
  refuse(name: string, reason: string): void {
    const message: ToWorker = { kind: "refused", session: this.#session, reason };
    this.#channel.send(subjects.to(this.#run, name), message);
  }

  #tell(
    subject: string,
    message: ToWorker,
    peers: readonly Peer[],
    has: Partial<Pick<Peer, "model" | "theta" | "direction">>,
  ): void {
    if (peers.length === 0) return;
    this.#channel.send(subject, message);
    for (const peer of peers) Object.assign(peer, has);
  }

  #modelMessage(): ToWorker {
    return { kind: "model", session: this.#session, hash: this.#model, spec: this.#spec! };
  }

  #thetaMessage(): ToWorker {
    return { kind: "theta", session: this.#session, point: this.#point, values: this.#theta! };
  }

  #directionMessage(): ToWorker {
    const [number, values] = [this.#directions, this.#direction!];
    return { kind: "direction", session: this.#session, number, values };
  }

  /** Items of a shard that a worker was never sent, unless it has data of its own. */
  #fresh(peer: Peer, items: readonly FlatItem[], hashes: readonly string[]): Record<string, FlatItem> {
    const fresh: Record<string, FlatItem> = {};
    hashes.forEach((hash, i) => {
      if (peer.items.has(hash)) return;
      peer.items.add(hash);
      if (!peer.holds) fresh[hash] = plainItem(items[i]);
    });
    return fresh;
  }

  #number(task: ShardTask): number {
    const known = this.#shards.get(task) ?? ++this.#count;
    this.#shards.set(task, known);
    return known;
  }
}
