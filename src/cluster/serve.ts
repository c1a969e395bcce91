/**
 * The worker's side of a cluster: hears a run's coordinator, computes the shards that it is asked for, one
 * after another, and answers. It keeps the net, one point, and the items that it was sent.
 */
import { OptionError } from "../wasm/errors.ts";
import type { DataItem } from "../data/item.ts";
import { turn } from "../wasm/turn.ts";
import { platformClock, type Bus, type Clock } from "./bus.ts";
import { Channel } from "./channel.ts";
import { connectBus } from "./nats-bus.ts";
import { readClusterOptions, type ClusterOptions } from "./options.ts";
import { BEAT, readSubject, readToWorker, runName, subjects, VERSION } from "./protocol.ts";
import type { FromWorker, TaskMessage, ToWorker } from "./protocol.ts";
import { Workbench } from "./workbench.ts";

/** Options of `serveShards`. */
export interface ServeOptions extends ClusterOptions {
  /** The run to work for. Default: whichever the key may hear, one after another. */
  readonly run?: string;
  /**
   * Data that this worker has of its own: it is asked for them by their hashes, and they do not travel. In
   * the form in which the coordinator trains on them.
   */
  readonly data?: readonly DataItem[];
}

/** A worker at work. */
export interface ShardServer {
  /** What its coordinator calls it: its public key, or "open", and a word of its own. */
  readonly name: string;
  /** Shards that it has answered. */
  readonly answered: number;
  /** Resolves when it was closed; rejects with Error where the server or the coordinator refuses it. */
  readonly closed: Promise<void>;
  /** Leaves: what it was asked for is asked of others. */
  close(): Promise<void>;
}

const who = "serveShards";
const SILENT = 5000; // ms without a roll call after which a coordinator has gone

/** One worker. */
export class ShardWorker implements ShardServer {
  readonly name: string;
  readonly closed: Promise<void>;
  readonly #channel: Channel;
  readonly #clock: Clock;
  readonly #holds: boolean;
  readonly #bench: Workbench;
  /** The run that it was made for, and the one that it works for. */
  readonly #only: string | undefined;
  #run: string | undefined;
  #session = "";
  #heard = -Infinity;
  #queue: TaskMessage[] = [];
  #working = false;
  #answered = 0;
  #ended = false;
  #settle!: { resolve(): void; reject(error: Error): void };
  #cancelBeat = (): void => {};

  /** Use `serveShards(options)`. */
  constructor(
    bus: Bus,
    { run, data = [] }: Pick<ServeOptions, "run" | "data">,
    clock: Clock = platformClock,
  ) {
    this.name = `${bus.who}.${bus.unique()}`;
    this.#channel = new Channel(bus);
    this.#clock = clock;
    this.#only = this.#run = run;
    this.#holds = data.length > 0;
    this.#bench = new Workbench(data, (numbers) => this.#channel.reuse(numbers));
    this.closed = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.closed.catch(() => {}); // who does not ask need not hear
    bus.onfailure = (error) => this.#end(error);
    bus.onreturn = () => this.#here();
    const runs = run ?? "*";
    for (const subject of [subjects.all(runs), subjects.to(runs, this.name)])
      this.#channel.hear(
        subject,
        (bytes, from) => this.#hear(readSubject(from).run, readToWorker(bytes)),
        () => {}, // nothing for us
      );
    this.#beat();
  }

  get answered(): number {
    return this.#answered;
  }

  async close(): Promise<void> {
    if (!this.#ended && this.#run !== undefined) this.#send({ kind: "leave" });
    this.#end();
    await this.closed.catch(() => {});
  }

  #end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelBeat();
    this.#queue = [];
    if (!this.#working) this.#bench.dispose();
    void this.#channel.bus.close().then(
      () => (error ? this.#settle.reject(error) : this.#settle.resolve()),
      (other: Error) => this.#settle.reject(error ?? other),
    );
  }

  #send(message: FromWorker): void {
    if (this.#run !== undefined) this.#channel.send(subjects.from(this.#run, this.name), message);
  }

  #here(): void {
    const idle = !this.#working && this.#queue.length === 0;
    this.#send({ kind: "here", version: VERSION, idle, holds: this.#holds });
  }

  #beat(): void {
    this.#here();
    this.#cancelBeat = this.#clock.after(BEAT, () => this.#beat());
  }

  #hear(run: string, message: ToWorker): void {
    if (this.#ended || !this.#follow(run, message)) return;
    switch (message.kind) {
      case "roll":
        return;
      case "task":
        this.#queue = this.#queue.filter(({ round }) => round === message.round);
        this.#queue.push(message);
        void this.#work();
        return;
      case "refused":
        return this.#end(
          new Error(`${who}: the coordinator of run "${run}" refuses ${this.name}: ${message.reason}`),
        );
      case "end":
        this.#forget();
        return;
      default:
        this.#bench.take(message);
    }
  }

  /** Whether a message is of the coordinator that is followed: the newest of a run, and one run at a time. */
  #follow(run: string, { session, kind }: ToWorker): boolean {
    const now = this.#clock.now();
    if (session === this.#session && run === this.#run) {
      this.#heard = now;
      return true;
    }
    if (kind !== "roll" && this.#session !== "") return false;
    if (run !== this.#run && now - this.#heard < SILENT) return false;
    this.#forget();
    this.#run = run;
    this.#session = session;
    this.#heard = now;
    this.#here();
    return true;
  }

  /** A coordinator has gone: its questions and its net are of no use. */
  #forget(): void {
    this.#queue = [];
    this.#session = "";
    this.#heard = -Infinity;
    this.#run = this.#only;
    this.#bench.clear();
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    for (let task = this.#queue.shift(); task; task = this.#queue.shift()) {
      const session = this.#session;
      const reply = await this.#bench.answer(task);
      if (!this.#ended && session === this.#session) {
        this.#send(reply);
        if (reply.kind === "answer") ++this.#answered;
      }
      await turn(); // messages come in between
    }
    this.#working = false;
    if (this.#ended) this.#bench.dispose();
  }
}

/**
 * Computes shards for trainings with a `clusterPool`, until it is closed. In Node, Deno, a page or a Web
 * Worker. Rejects with OptionError, or Error where no server answers or the key is refused.
 */
export async function serveShards(options: ServeOptions): Promise<ShardServer> {
  readClusterOptions(who, options, ["run", "data"]);
  const { servers, key, tls, run, data } = options;
  if (data !== undefined && !Array.isArray(data))
    throw new OptionError(`${who}: data is no array, want the items that are trained on`);
  if (run !== undefined) runName(who, run);
  return new ShardWorker(await connectBus(who, { servers, key, tls }), { run, data });
}
