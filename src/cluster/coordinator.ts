/**
 * One life of a coordinator: rounds, the workers that are there, and what they say, which is checked before
 * it counts. It knows messages and times, and no network.
 */
import type { AbortSignal } from "../wasm/platform.ts";
import { engineInfo } from "../wasm/engine.ts";
import { DataError, OptionError } from "../wasm/errors.ts";
import type { ShardResult, ShardTask, ShardWork } from "../train/shards.ts";
import { Assignment } from "./assignment.ts";
import type { Clock } from "./bus.ts";
import type { Channel } from "./channel.ts";
import { encode } from "./codec.ts";
import { isChecked, Judge } from "./judge.ts";
import { checkLocalSteps, type LocalSteps } from "./local-steps.ts";
import { Posting } from "./posting.ts";
import {
  modelHash,
  subjects,
  VERSION,
  type AnswerMessage,
  type FaultMessage,
  type FromWorker,
  type LackMessage,
} from "./protocol.ts";
import { Roster, type Peer } from "./roster.ts";
import { faultOf, isFinite, Round, sameBits } from "./round.ts";

/** How a pool works. */
export interface PoolSettings {
  readonly run: string;
  /** Share of the answers that are recomputed. */
  readonly spotChecks: number;
  /** ms without a worker. */
  readonly patience: number;
  /** Steps that a worker takes by itself; absent: answers are gradients. */
  readonly local?: LocalSteps;
  readonly onRefused: (worker: string, reason: string) => void;
}

/** What `run` is called with. */
interface Call {
  readonly model: unknown;
  readonly work: ShardWork;
  readonly tasks: readonly ShardTask[];
  readonly take: (result: ShardResult) => void;
  readonly signal?: AbortSignal;
}

const who = "clusterPool";
const STRIKES = 3; // errors of a worker where its coordinator has none
const LACKS = 20; // shards in a row that a worker could not begin with what it was sent
const LOST = 1000; // ms after which an idle worker's questions never reached it

/** The coordinator of one session. */
export class Coordinator {
  /** The word that this life goes by. */
  readonly session: string;
  readonly roster = new Roster();
  readonly #channel: Channel;
  readonly #settings: PoolSettings;
  readonly #clock: Clock;
  readonly #secret: string;
  readonly #posting: Posting;
  readonly #assignment = new Assignment();
  readonly #judge: Judge;
  #round: Round | undefined;
  #rounds = 0;
  #model: { readonly of: unknown; readonly spec: Uint8Array; readonly hash: string } | undefined;
  #tasks: readonly ShardTask[] = [];
  /** When somebody was last there to work. */
  #manned = 0;
  #cancelWake = (): void => {};

  constructor(channel: Channel, settings: PoolSettings, clock: Clock) {
    this.#channel = channel;
    this.#settings = settings;
    this.#clock = clock;
    this.session = channel.bus.unique();
    this.#secret = channel.bus.unique();
    this.#judge = new Judge(settings.local);
    this.#posting = new Posting(channel, settings, this.session);
  }

  /** Ends a round that is at work. */
  reject(error: Error): void {
    this.#round?.reject(error);
  }

  /** What was sent may be lost: it is asked again. */
  lost(): void {
    this.#assignment.lost();
    this.#pump();
  }

  /** Now and then: who is silent has gone, and where nobody is there for long the round rejects. */
  beat(): void {
    const now = this.#clock.now();
    for (const name of this.roster.silent(now, (name) => this.#assignment.isWorking(name))) this.#gone(name);
    if (this.#assignment.ready > 0) this.#manned = now;
    if (now - this.#manned > this.#settings.patience) this.reject(this.#nobody());
    this.#pump();
  }

  /** Gives memory back. */
  dispose(): void {
    this.#judge.dispose();
  }

  /** Before a round: rejects with OptionError where it asks for what local steps cannot give. */
  async check({ model, work, tasks }: Pick<Call, "model" | "work" | "tasks">): Promise<void> {
    const { local } = this.#settings;
    if (!local) return;
    checkLocalSteps(who, local, work, tasks);
    await this.#judge.checkFree(who, model);
  }

  /** One round; resolves when all results are taken. Rejects with the signal's reason, or what went wrong. */
  compute({ model, work, tasks, take, signal }: Call): Promise<void> {
    const { spec, hash } = this.#modelOf(model);
    this.#posting.announce(spec, hash, work, this.roster.peers);
    return new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#round = undefined;
        this.#cancelWake();
        signal?.removeEventListener("abort", abort);
        settle();
      };
      const abort = (): void => end(() => reject(signal!.reason));
      signal?.addEventListener("abort", abort);
      const again = this.#tasks === tasks;
      this.#tasks = tasks;
      const taken = (result: ShardResult): void => {
        take(result);
        this.#channel.reuse(result.vector);
      };
      this.#round = new Round({ id: ++this.#rounds, model: hash, work, tasks }, taken, {
        resolve: () => end(resolve),
        reject: (error) => end(() => reject(error)),
      });
      this.#manned = this.#clock.now();
      this.#assignment.begin(
        tasks.map(({ items }) => items.reduce((sum, { length }) => sum + length, 0)),
        { again },
      );
      if (tasks.length === 0) this.#round.resolve();
      this.#pump();
    });
  }

  #nobody(): Error {
    const { run, patience } = this.#settings;
    const refused = [...this.roster.refused].map(([name, reason]) => `${name}: ${reason}`);
    const why = refused.length > 0 ? `; refused: ${refused.join("; ")}` : "";
    return new Error(
      `${who}: no worker of run "${run}" for ${patience / 1000} s; start some: npx unrolled worker${why}`,
    );
  }

  #modelOf(model: unknown): { spec: Uint8Array; hash: string } {
    if (this.#model?.of !== model) {
      const spec = encode(model);
      this.#model = { of: model, spec, hash: modelHash(spec, engineInfo().variant) };
    }
    return this.#model!;
  }

  /** Puts the questions that are due, and comes back when more may be. */
  #pump(): void {
    this.#cancelWake();
    const now = this.#clock.now();
    if (!this.#round) return;
    for (const { worker, index } of this.#assignment.ask(now)) {
      const peer = this.roster.find(worker);
      if (!peer) continue;
      try {
        this.#posting.ask(peer, this.#round.asked, index);
      } catch (error) {
        return this.#round.reject(unsent(error as Error));
      }
    }
    const ms = this.#assignment.wake(now);
    if (ms !== undefined) this.#cancelWake = this.#clock.after(Math.max(1, ms), () => this.#pump());
  }

  /** What a worker says. */
  hear(name: string, message: FromWorker): void {
    const now = this.#clock.now();
    const refusal = this.roster.refusal(name);
    if (refusal !== undefined) return this.#posting.refuse(name, refusal);
    if (message.kind === "leave") return this.#gone(name);
    const peer = this.roster.seen(name, now);
    this.#assignment.join(name, now);
    if (message.kind === "here") {
      if (message.version !== VERSION)
        return this.refuse(name, `it is of version ${message.version}, want ${VERSION}`);
      peer.holds ??= message.holds;
      if (message.idle) this.#assignment.idle(name, now - LOST);
    } else if (message.session !== this.session || message.round !== this.#round?.asked.id) {
      this.#assignment.heard(name, now); // late: somebody else has answered
    } else if (message.kind === "answer") {
      this.#answer(peer, message, this.#round);
    } else if (message.kind === "fault") this.#fault(peer, message, this.#round);
    else this.#lack(peer, message);
    this.#pump();
  }

  #answer(peer: Peer, answer: AnswerMessage, round: Round): void {
    const { asked } = round;
    const fault = faultOf(asked, answer);
    if (fault) return this.refuse(peer.name, fault);
    const place = this.#assignment.answered(peer.name, answer.index, this.#clock.now());
    if (place === "never asked")
      return this.refuse(peer.name, `it answered shard ${answer.index}, which it was not asked for`);
    peer.lacks = 0;
    if (place === "again") return;
    const { value, vector } = answer;
    const checked = isChecked(this.#settings.spotChecks, this.#secret, `${asked.id} ${answer.index}`);
    if (!checked && isFinite(answer)) return round.add(answer.index, { value, vector });
    void this.#compare(peer, answer, round);
  }

  /** An answer beside the coordinator's own, which counts. */
  async #compare(peer: Peer, answer: AnswerMessage, round: Round): Promise<void> {
    const right = await this.#own(round, answer.index);
    if (!right || this.#round !== round) return;
    if (!sameBits(right, answer)) {
      const reason = `its answer to shard ${answer.index} of round ${round.asked.id} is wrong`;
      this.refuse(peer.name, reason);
      if (isFinite(answer))
        return round.reject(
          new DataError(
            `${who}: ${peer.name}: ${reason}; earlier ones may have been: go back to a checkpoint`,
          ),
        );
    }
    round.add(answer.index, right);
  }

  /** A worker could not compute a shard: if it cannot be computed here either, that is the answer. */
  #fault(peer: Peer, { index, name, message }: FaultMessage, round: Round): void {
    const place = this.#assignment.answered(peer.name, index, this.#clock.now());
    if (place === "never asked")
      return this.refuse(peer.name, `it failed on shard ${index}, which it was not asked for`);
    if (++peer.strikes >= STRIKES) this.refuse(peer.name, `it failed ${STRIKES} times: ${name}: ${message}`);
    if (place === "again") return;
    void this.#own(round, index).then((right) => {
      if (right && this.#round === round) round.add(index, right);
    });
  }

  /** The coordinator's own answer; where computing it throws, the round rejects with that. */
  async #own(round: Round, index: number): Promise<ShardResult | undefined> {
    const { work, tasks } = round.asked;
    try {
      return await this.#judge.compute(this.#model!.of, work, tasks[index]);
    } catch (error) {
      if (this.#round === round) round.reject(error);
      return undefined;
    }
  }

  #lack(peer: Peer, { index, parts, items }: LackMessage): void {
    this.#posting.forgotten(peer, parts, items);
    this.#assignment.heard(peer.name, this.#clock.now());
    this.#assignment.giveBack(peer.name, index);
    if (++peer.lacks > LACKS) this.refuse(peer.name, "it lacks again and again what it was sent");
  }

  #gone(name: string): void {
    this.roster.remove(name);
    this.#assignment.leave(name);
    this.#channel.forget(subjects.from(this.#settings.run, name));
    this.#pump();
  }

  /** A worker is not listened to any more. */
  refuse(name: string, reason: string): void {
    if (this.roster.refusal(name) !== undefined) return;
    for (const other of new Set([name, ...this.roster.refuse(name, reason)])) {
      this.#assignment.leave(other);
      this.#posting.refuse(other, reason);
    }
    this.#settings.onRefused(name, reason);
    this.#pump();
  }
}

const unsent = (error: Error): OptionError =>
  new OptionError(
    `${who}: the net or its data cannot be sent: ${error.message}; want plain data in notes and items`,
    { cause: error },
  );
