/** What a pool and its workers need of a network, and of a clock: tests have others of both. */

/** Sends bytes by subject, to whoever listens; nothing is kept. */
export interface Bus {
  /** Bytes that one datagram may have. */
  readonly max: number;
  /** What others know this one by: its public key, or "open" where it has none. */
  readonly who: string;
  /** A word that nobody else has. */
  unique(): string;
  /** The datagram must not change before `sent` says so. */
  publish(subject: string, datagram: Uint8Array): void;
  /** Resolves when all that was published has gone out; rejects, or never settles, where it may be lost. */
  sent(): Promise<void>;
  /** Hears a subject, in which "*" stands for a word and ">" for the rest. */
  subscribe(subject: string, take: (datagram: Uint8Array, subject: string) => void): void;
  /** The connection is there again: what was sent meanwhile may be lost. */
  onreturn: () => void;
  /** The server refuses something, or the connection is gone for good. */
  onfailure: (error: Error) => void;
  close(): Promise<void>;
}

/** Time in ms, from anywhere. */
export interface Clock {
  now(): number;
  /** Calls back after so many ms; the function that comes back prevents it. */
  after(ms: number, call: () => void): () => void;
}

/** The platform's. */
export const platformClock: Clock = {
  now: () => performance.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
