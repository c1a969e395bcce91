/**
 * A queue of tasks that outlives who put them there and who took them: JetStream, NATS's store. Two streams a
 * run: tasks, each under its id until it is done, and answers, of which the first under an id stays. An id is
 * the hash of a task's content, so that putting it twice, or computing it twice, changes nothing.
 *
 *   unrolled.RUN.task.ID       whoever has tasks; kept until a worker says that it is done
 *   unrolled.RUN.answer.ID     workers
 */
import type { ConsumerMessages, JetStreamApiError, JsMsg } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import type * as JetStream from "@nats-io/jetstream";
import { optionalPackage } from "../wasm/optional-package.ts";
import { connectNats, REACHED } from "./nats-bus.ts";
import type { ClusterOptions } from "./options.ts";

/** A task that somebody has taken. */
export interface TakenTask {
  readonly id: string;
  readonly bytes: Uint8Array;
  /** How often it has been taken, this time included. */
  readonly tries: number;
  /** Says that it is at work: without, it is given to another after a minute. */
  working(): void;
  /** It is answered. */
  done(): Promise<void>;
  /** Another shall have it. */
  giveBack(): void;
}

/** An answer as it is kept. */
export interface KeptAnswer {
  readonly id: string;
  readonly bytes: Uint8Array;
  /** Forgets it: the task may be put and answered again. */
  forget(): Promise<unknown>;
}

/** Tasks, and their answers. */
export interface WorkQueue {
  /** Puts a task, unless it is there. */
  put(id: string, bytes: Uint8Array): Promise<void>;
  /** A task that waits; undefined where none came within so many ms. */
  take(ms: number): Promise<TakenTask | undefined>;
  /** Keeps an answer, unless there is one. */
  answer(id: string, bytes: Uint8Array): Promise<void>;
  /** Whether an answer is kept. */
  isAnswered(id: string): Promise<boolean>;
  /** Answers that are kept, then those to come, until the queue is closed. */
  answers(): AsyncIterable<KeptAnswer>;
  close(): Promise<void>;
}

const SECOND = 1e9; // ns
const SILENT = 60 * SECOND; // after which a task is another's
const KEPT = 30 * 24 * 3600 * SECOND; // tasks that nobody takes, and answers
const DURABLE = "workers";
const AGAIN = 500; // ms between two attempts
const PATIENCE = 120_000; // ms of them
const FULL = 10077; // code of a server that keeps what is there under a subject

/** Both streams of a run. Rejects with OptionError, or Error where the server refuses or keeps nothing. */
export async function openWorkQueue(who: string, run: string, options: ClusterOptions): Promise<WorkQueue> {
  const name = "@nats-io/jetstream";
  const jetstream = await optionalPackage<typeof JetStream>(
    who,
    REACHED,
    name,
    () => import(/* @vite-ignore */ name),
  );
  const { nats } = await connectNats(who, options);
  try {
    const manager = await jetstream.jetstreamManager(nats);
    for (const kind of ["task", "answer"] as const)
      await manager.streams.add({
        name: streamOf(run, kind),
        subjects: [`unrolled.${run}.${kind}.*`],
        retention: kind === "task" ? "workqueue" : "limits",
        discard: "new",
        discard_new_per_subject: true,
        max_msgs_per_subject: 1,
        max_age: KEPT,
      });
    await manager.consumers.add(streamOf(run, "task"), {
      durable_name: DURABLE,
      ack_policy: "explicit",
      ack_wait: SILENT,
    });
    return new NatsQueue(run, manager, nats);
  } catch (error) {
    await nats.close();
    throw new Error(`${who}: the server keeps no tasks: ${(error as Error).message}; want JetStream on`, {
      cause: error,
    });
  }
}

const streamOf = (run: string, kind: "task" | "answer"): string => `unrolled-${run}-${kind}`;
const idOf = (subject: string): string => subject.split(".")[3];

/** The queue on a server. */
class NatsQueue implements WorkQueue {
  readonly #run: string;
  readonly #manager: JetStream.JetStreamManager;
  readonly #nats: NatsConnection;
  #listening: ConsumerMessages | undefined;

  constructor(run: string, manager: JetStream.JetStreamManager, nats: NatsConnection) {
    this.#run = run;
    this.#manager = manager;
    this.#nats = nats;
  }

  put(id: string, bytes: Uint8Array): Promise<void> {
    return this.#publish("task", id, bytes);
  }

  answer(id: string, bytes: Uint8Array): Promise<void> {
    return this.#publish("answer", id, bytes);
  }

  async take(ms: number): Promise<TakenTask | undefined> {
    const message = await this.#patiently(async () => {
      const consumer = await this.#manager.jetstream().consumers.get(streamOf(this.#run, "task"), DURABLE);
      return consumer.next({ expires: ms });
    });
    return message ? taken(message) : undefined;
  }

  async isAnswered(id: string): Promise<boolean> {
    const query = { last_by_subj: `unrolled.${this.#run}.answer.${id}` };
    const stream = streamOf(this.#run, "answer");
    return (await this.#patiently(() => this.#manager.streams.getMessage(stream, query))) !== null;
  }

  async *answers(): AsyncIterable<KeptAnswer> {
    const stream = streamOf(this.#run, "answer");
    const consumer = await this.#patiently(() => this.#manager.jetstream().consumers.get(stream));
    this.#listening = await consumer.consume();
    for await (const { subject, data, seq } of this.#listening)
      yield {
        id: idOf(subject),
        bytes: data,
        forget: () => this.#manager.streams.deleteMessage(stream, seq, false),
      };
  }

  async close(): Promise<void> {
    await this.#listening?.close();
    await this.#nats.close();
  }

  async #publish(kind: "task" | "answer", id: string, bytes: Uint8Array): Promise<void> {
    try {
      const subject = `unrolled.${this.#run}.${kind}.${id}`;
      await this.#patiently(() => this.#manager.jetstream().publish(subject, bytes));
    } catch (error) {
      if ((error as Partial<JetStreamApiError>).code !== FULL) throw error;
    }
  }

  /** Asks again while the server is away: whatever is asked changes nothing the second time. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (const from = performance.now(); ; await new Promise((resolve) => setTimeout(resolve, AGAIN)))
      try {
        return await ask();
      } catch (error) {
        const { code } = error as Partial<JetStreamApiError>; // the server's own word is final
        if (code !== undefined || this.#nats.isClosed() || performance.now() - from > PATIENCE) throw error;
      }
  }
}

const taken = (message: JsMsg): TakenTask => ({
  id: idOf(message.subject),
  bytes: message.data,
  tries: message.info.deliveryCount,
  working: () => message.working(),
  // one that is lost is asked for again, and found answered
  done: async () => void (await message.ackAck().catch(() => {})),
  giveBack: () => message.nak(),
});
