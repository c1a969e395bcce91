/**
 * Who computes which shard: a plan that knows workers, times and answers, and no network. Every shard is
 * asked of somebody, then of somebody else where its worker has left, or takes longer than others would; the
 * last tenth of a round is asked of who is idle too, well after twice the median. Answers are functions of
 * the question, so the first one wins and others change nothing. All times are given, in ms.
 */

/** A question that goes out. */
export interface Question {
  readonly worker: string;
  readonly index: number;
}

/** Shards in a worker's hands: while one answer travels, it computes the next. */
const DEPTH = 2;
const FIRST = 10_000; // ms until a shard is asked again while nobody has answered any
const UNKNOWN = 1000; // ms until an idle worker is asked too, as long
const LATE = 4; // times the median
const HEDGE = 2; // times the median: at one, every second shard would be asked twice
const SPARED = 25; // ms beyond that: who computes twice is late for the next round
const SLACK = 250; // ms beyond that: a busy machine, a collection of garbage
const MEMORY = 31; // answers that the median is of

interface Shard {
  readonly cost: number;
  done: boolean;
  waiting: boolean;
  /** Workers that were asked, and when; and when the first was. */
  readonly asked: Map<string, number>;
  since: number;
}

interface Worker {
  readonly queue: { readonly index: number; readonly at: number }[];
  /** When it last answered anything. */
  last: number;
  /** It gets no more until it is heard of. */
  late: boolean;
}

/** Median of a few numbers; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** The plan of one pool. */
export class Assignment {
  readonly #workers = new Map<string, Worker>();
  #shards: Shard[] = [];
  #owners: (string | undefined)[] = [];
  /** ms for a cost of 1, of the last answers. */
  #paces: number[] = [];
  #left = 0;

  /** Workers that would be given a shard. */
  get ready(): number {
    return [...this.#workers.values()].filter(({ late }) => !late).length;
  }

  /** Whether a worker was asked for something and has not answered. */
  isWorking(name: string): boolean {
    const worker = this.#workers.get(name);
    return worker !== undefined && (worker.late || worker.queue.length > 0);
  }

  /** Somebody is there, or is still there. */
  join(name: string, now: number): void {
    if (!this.#workers.has(name)) this.#workers.set(name, { queue: [], last: now, late: false });
  }

  /** Somebody has left: what it was asked is asked again. */
  leave(name: string): void {
    const worker = this.#workers.get(name);
    if (!worker) return;
    this.#empty(worker);
    this.#workers.delete(name);
  }

  /** A worker says that it has nothing to do: what it was asked before `since` never reached it. */
  idle(name: string, since: number): void {
    const worker = this.#workers.get(name);
    if (!worker) return;
    if (worker.queue.every(({ at }) => at < since)) {
      this.#empty(worker);
      worker.late = false;
    }
  }

  /** What was asked may be lost: all of it is asked again. */
  lost(): void {
    for (const worker of this.#workers.values()) this.#empty(worker);
  }

  /** A round of shards of these costs. again: they are those of the round before. */
  begin(costs: readonly number[], { again }: { again: boolean }): void {
    for (const { queue } of this.#workers.values()) queue.length = 0;
    if (!again) this.#owners = costs.map(() => undefined);
    this.#shards = costs.map((cost) => ({
      cost: Math.max(cost, 1),
      done: false,
      waiting: true,
      asked: new Map<string, number>(),
      since: 0,
    }));
    this.#left = costs.length;
  }

  /** A shard goes to somebody again: its worker could not compute it. */
  giveBack(name: string, index: number): void {
    this.#take(name, index);
    const shard = this.#shards[index];
    if (shard && !shard.done) shard.waiting = true;
  }

  /** What an answer of this round is: the first, another one, or one that was never asked for. */
  answered(name: string, index: number, now: number): "first" | "again" | "never asked" {
    const shard = this.#shards[index];
    const worker = this.#workers.get(name);
    const at = shard?.asked.get(name);
    if (at === undefined || !worker) return "never asked";
    this.#take(name, index);
    this.#paces = [...this.#paces, (now - Math.max(at, worker.last)) / shard.cost].slice(-MEMORY);
    this.heard(name, now);
    if (shard.done) return "again";
    shard.done = true;
    shard.waiting = false;
    --this.#left;
    this.#owners[index] = name;
    return "first";
  }

  /** A worker answered something: it goes on. */
  heard(name: string, now: number): void {
    const worker = this.#workers.get(name);
    if (!worker) return;
    worker.last = now;
    worker.late = false;
  }

  /** The questions to put now. */
  ask(now: number): Question[] {
    for (const worker of this.#workers.values())
      if (worker.queue.length > 0 && now >= this.#deadline(worker)) {
        worker.late = true;
        this.#empty(worker);
      }
    const questions: Question[] = [];
    for (let depth = 1; depth <= DEPTH; ++depth)
      for (const [name, worker] of this.#workers) {
        if (worker.late || worker.queue.length >= depth) continue;
        const index = this.#next(name);
        if (index !== undefined) questions.push(this.#put(name, index, now));
      }
    return [...questions, ...this.#hedges(now)];
  }

  /** ms until `ask` may say something new without being told anything; undefined: never. */
  wake(now: number): number | undefined {
    const times = [...this.#workers.values()]
      .filter(({ queue }) => queue.length > 0)
      .map((worker) => this.#deadline(worker));
    if (this.#lastTenth())
      for (const shard of this.#shards)
        if (!shard.done && !shard.waiting && shard.asked.size < 2) times.push(this.#hedgeTime(shard));
    const due = times.filter((at) => at > now);
    return due.length === 0 ? undefined : Math.min(...due) - now;
  }

  #pace(): number | undefined {
    return median(this.#paces);
  }

  #deadline({ queue, last }: Worker): number {
    const [{ index, at }] = queue;
    const pace = this.#pace();
    const limit = pace === undefined ? FIRST : SLACK + LATE * pace * this.#shards[index].cost;
    return Math.max(at, last) + limit;
  }

  #hedgeTime({ since, cost }: Shard): number {
    const pace = this.#pace();
    return since + (pace === undefined ? UNKNOWN : SPARED + HEDGE * pace * cost);
  }

  #lastTenth(): boolean {
    return this.#left > 0 && this.#left <= Math.ceil(this.#shards.length / 10);
  }

  /** The waiting shard for a worker: one that it has computed before, else one that nobody has, else any. */
  #next(name: string): number | undefined {
    const rank = (index: number): number => {
      const owner = this.#owners[index];
      if (owner === name) return 0;
      const there = owner !== undefined && this.#workers.get(owner);
      if (!there || there.late) return 1;
      return there.queue.length >= DEPTH ? 2 : Infinity; // its owner will come for it
    };
    let best: number | undefined;
    let least = Infinity;
    this.#shards.forEach((shard, index) => {
      const r = shard.waiting ? rank(index) : Infinity;
      if (r < least) [best, least] = [index, r];
    });
    return best;
  }

  #put(worker: string, index: number, at: number): Question {
    const shard = this.#shards[index];
    if (shard.asked.size === 0) shard.since = at;
    shard.asked.set(worker, at);
    shard.waiting = false;
    this.#workers.get(worker)!.queue.push({ index, at });
    return { worker, index };
  }

  #hedges(now: number): Question[] {
    if (!this.#lastTenth() || this.#shards.some(({ waiting }) => waiting)) return [];
    const questions: Question[] = [];
    for (const [name, { queue, late }] of this.#workers) {
      if (late || queue.length > 0) continue;
      const index = this.#shards.findIndex(
        (s) => !s.done && s.asked.size < 2 && !s.asked.has(name) && now >= this.#hedgeTime(s),
      );
      if (index >= 0) questions.push(this.#put(name, index, now));
    }
    return questions;
  }

  #take(name: string, index: number): void {
    const queue = this.#workers.get(name)?.queue ?? [];
    const place = queue.findIndex((asked) => asked.index === index);
    if (place >= 0) queue.splice(place, 1);
  }

  /** What a worker was asked waits for another one, unless somebody has it besides. */
  #empty(worker: Worker): void {
    for (const { index } of worker.queue) {
      const shard = this.#shards[index];
      if (!shard.done) shard.waiting = true;
    }
    worker.queue.length = 0;
  }
}
