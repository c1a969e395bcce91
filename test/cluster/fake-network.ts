/** A network and a clock that tests command: messages take a given time, may be lost, and nothing waits. */
import { setImmediate as turn } from "node:timers/promises";
import type { Bus, Clock } from "../../src/cluster/bus.ts";

interface Timer {
  readonly at: number;
  readonly call: () => void;
}

/** Time that passes when it is told to. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#now + ms, call };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Lets time pass until `over()`, at most `limit` ms of it; whether it came to that. */
  async run(over: () => boolean, limit = 600_000): Promise<boolean> {
    const end = this.#now + limit;
    for (;;) {
      for (let i = 0; i < 4; ++i) await turn(); // what was begun goes as far as it can
      if (over()) return true;
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) return false;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
  }
}

interface Listener {
  readonly bus: FakeBus;
  readonly pattern: RegExp;
  readonly take: (datagram: Uint8Array, subject: string) => void;
}

/** What happens to a datagram: it is delivered as it is, changed, or lost. */
export type Fate = (subject: string, datagram: Uint8Array) => Uint8Array | undefined;

/** Buses that hear each other. */
export class FakeNetwork {
  readonly listeners: Listener[] = [];
  readonly clock: VirtualClock;
  /** ms that a datagram is under way. */
  delay = 0.2;
  fate: Fate = (_, datagram) => datagram;
  #unique = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  bus(who = "open", max = 4096): FakeBus {
    return new FakeBus(this, who, max);
  }

  unique(): string {
    return `u${++this.#unique}`;
  }
}

/** One end. */
export class FakeBus implements Bus {
  readonly max: number;
  readonly who: string;
  onreturn = (): void => {};
  onfailure = (_: Error): void => {};
  /** Whether its datagrams go out and come in. */
  connected = true;
  readonly #network: FakeNetwork;

  constructor(network: FakeNetwork, who: string, max: number) {
    this.#network = network;
    this.who = who;
    this.max = max;
  }

  unique(): string {
    return this.#network.unique();
  }

  publish(subject: string, datagram: Uint8Array): void {
    const { clock, delay, fate, listeners } = this.#network;
    if (datagram.length > this.max) throw new Error(`a datagram of ${datagram.length} bytes`);
    const given = this.connected ? fate(subject, datagram) : undefined;
    if (!given) return;
    for (const { bus, pattern, take } of [...listeners])
      if (bus !== this && pattern.test(subject))
        clock.after(delay, () => bus.connected && take(Buffer.from(given), subject));
  }

  /** After what was published has been delivered, from its sender's own memory. */
  sent(): Promise<void> {
    const { clock, delay } = this.#network;
    return new Promise((resolve, reject) => {
      clock.after(delay, this.connected ? resolve : () => reject(new Error("not connected")));
    });
  }

  subscribe(subject: string, take: (datagram: Uint8Array, subject: string) => void): void {
    const pattern = subject.replace(/[.*>]/g, (c) => ({ ".": "\\.", "*": "[^.]+", ">": ".+" })[c]!);
    this.#network.listeners.push({ bus: this, pattern: new RegExp(`^${pattern}$`), take });
  }

  close(): Promise<void> {
    this.connected = false;
    return Promise.resolve();
  }
}
