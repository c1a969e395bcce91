/** What a worker computes with: the net of a run, one point, one direction, and items by their hashes. */
import { engineInfo } from "../wasm/engine.ts";
import { DataError } from "../wasm/errors.ts";
import type { Floats } from "../wasm/memory.ts";
import { checkItems, type DataItem, type FlatItem } from "../data/item.ts";
import { internals } from "../models/network/internals.ts";
import { ShardNet } from "../parallel/shard-net.ts";
import type { ShardTask, ShardWork } from "../train/shards.ts";
import { decode } from "./codec.ts";
import { computeShard } from "./local-steps.ts";
import { itemHash, modelHash } from "./protocol.ts";
import type { AnswerMessage, FaultMessage, LackMessage, TaskMessage, ToWorker } from "./protocol.ts";

const ROOM = 2 ** 28; // bytes of items that are kept; the oldest make room

type Part = Extract<ToWorker, { kind: "model" | "theta" | "direction" }>;

const bytesOf = ({ input, target, weight, initial }: FlatItem): number =>
  8 * (input.length + target.length + weight.length + initial.length);

/** A worker's memory of one session. */
export class Workbench {
  readonly #data: readonly DataItem[];
  #spec: Uint8Array | undefined;
  /** The hash of the model as its coordinator has it, and as it is here. */
  #asked = "";
  #model = "";
  #net: ShardNet | undefined;
  #point = -1;
  #theta: Floats | undefined;
  #number = -1;
  #direction: Floats | undefined;
  /** What was the point or the direction before: a shard at work may still read it. */
  #before: Floats | undefined;
  readonly #reuse: (numbers: Floats) => void;
  /** Shards at the point, by their numbers. */
  readonly #shards = new Map<number, ShardTask>();
  readonly #items = new Map<string, FlatItem>();
  #bytes = 0;

  /** data: items that the worker has of its own. reuse: takes arrays of messages that are read no more. */
  constructor(data: readonly DataItem[], reuse: (numbers: Floats) => void) {
    this.#data = data;
    this.#reuse = reuse;
  }

  /** Takes over what all shards need. */
  take(message: Part): void {
    if (message.kind === "model") this.#takeModel(message.hash, message.spec);
    else if (message.kind === "theta") {
      this.#point = message.point;
      this.#before = this.#theta;
      this.#theta = message.values;
      this.#shards.clear();
    } else {
      this.#number = message.number;
      this.#before = this.#direction;
      this.#direction = message.values;
    }
  }

  /** The answer to a question, or why there is none. */
  async answer(task: TaskMessage): Promise<AnswerMessage | FaultMessage | LackMessage> {
    const { session, round, index } = task;
    const at = { session, round, index };
    for (const [hash, item] of Object.entries(task.fresh)) this.#keep(hash, item);
    try {
      const lack = await this.#lack(task);
      if (lack) return { kind: "lack", ...at, ...lack };
      const result = await computeShard(this.#net!, this.#work(task), this.#shard(task), task.local);
      return { kind: "answer", ...at, model: this.#model, ...result };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return { kind: "fault", ...at, name, message };
    } finally {
      if (this.#before) this.#reuse(this.#before);
      this.#before = undefined;
    }
  }

  /** Forgets a session; items stay. */
  clear(): void {
    this.#net?.dispose();
    this.#net = this.#theta = this.#direction = this.#spec = undefined;
    this.#asked = this.#model = "";
    this.#shards.clear();
  }

  /** Gives all memory back. */
  dispose(): void {
    this.clear();
    this.#items.clear();
  }

  #takeModel(hash: string, spec: Uint8Array): void {
    this.clear();
    this.#asked = hash;
    this.#spec = spec;
    this.#model = modelHash(spec, engineInfo().variant);
  }

  /** What is missing for a task; makes the net where it can be made. */
  async #lack({
    model,
    point,
    pass,
    direction,
    items,
  }: TaskMessage): Promise<Pick<LackMessage, "parts" | "items"> | undefined> {
    const parts: ("model" | "theta" | "direction")[] = [];
    if (!this.#spec || this.#asked !== model) parts.push("model");
    else if (!this.#net) await this.#make(this.#spec);
    if (!this.#theta || this.#point !== point) parts.push("theta");
    if (pass === "product" && this.#number !== direction) parts.push("direction");
    const missing = items.filter((hash) => !this.#items.has(hash));
    return parts.length + missing.length > 0 ? { parts, items: missing } : undefined;
  }

  async #make(spec: Uint8Array): Promise<void> {
    this.#net = new ShardNet(decode(spec));
    const net = await this.#net.net();
    for (const item of checkItems("serveShards", internals(net).data, this.#data))
      this.#keep(itemHash(item), item);
  }

  #work({ pass, structural }: TaskMessage): ShardWork {
    const theta = this.#theta!;
    if (pass !== "product") return { theta, pass };
    if (!this.#direction) throw new DataError("serveShards: a product came without its direction");
    return { theta, pass, direction: this.#direction, structural };
  }

  #shard({ shard, pass, items, total, mode }: TaskMessage): ShardTask {
    const known = this.#shards.get(shard);
    if (known) return known;
    const task: ShardTask = { items: items.map((hash) => this.#items.get(hash)!), total, mode };
    if (pass === "product") this.#shards.set(shard, task);
    return task;
  }

  #keep(hash: string, item: FlatItem): void {
    if (this.#items.has(hash)) return;
    this.#items.set(hash, item);
    this.#bytes += bytesOf(item);
    for (const [oldest, old] of this.#items) {
      if (this.#bytes <= ROOM || oldest === hash) return;
      this.#items.delete(oldest);
      this.#bytes -= bytesOf(old);
    }
  }
}
