/** Messages over a bus: cut where they are large, put together again, and read by whoever hears them. */
import type { Floats } from "../wasm/memory.ts";
import type { Bus } from "./bus.ts";
import { cut, Joiner } from "./chunks.ts";
import { encodePieces } from "./codec.ts";

/**
 * Bytes of a datagram at most: a server hands the first parts on while the last are still sent, and what a
 * socket reads at once (64 KiB) holds whole ones.
 */
const PART = 2 ** 14;

/** One end of a bus. */
export class Channel {
  readonly bus: Bus;
  readonly #part: number;
  readonly #joiner = new Joiner();
  #sent = 0;
  /** Memory of a message that has gone out. */
  #spare: Uint8Array<ArrayBuffer> | undefined;

  constructor(bus: Bus) {
    this.bus = bus;
    this.#part = Math.min(bus.max, PART);
  }

  /** Sends a message. Throws DataError on what is no plain data. */
  send(subject: string, message: object): void {
    const pieces = encodePieces(message);
    this.#sent = (this.#sent + 1) >>> 0;
    let memory = new Uint8Array(0);
    const take = (bytes: number): Uint8Array => (memory = this.#memory(bytes));
    const datagrams = cut(pieces, this.#sent, this.#part, take);
    for (const datagram of datagrams) this.bus.publish(subject, datagram);
    if (datagrams.length === 1) return;
    const free = (): void => void (this.#spare = memory);
    this.bus.sent().then(free, () => {}); // while that is not known, nobody writes there again
  }

  /** So many bytes at least: those of a message that has gone out, where they fit. */
  #memory(bytes: number): Uint8Array<ArrayBuffer> {
    const spare = this.#spare;
    if (!spare || spare.length < bytes || spare.length > 2 * bytes) return new Uint8Array(bytes);
    this.#spare = undefined;
    return spare;
  }

  /** Hears a subject. bad: somebody there sends what nobody of this library does. */
  hear(
    subject: string,
    take: (bytes: Uint8Array, subject: string) => void,
    bad: (error: Error, subject: string) => void,
  ): void {
    this.bus.subscribe(subject, (datagram, from) => {
      try {
        // a client may hand over a Buffer of Node, whose slices are no copies
        const { buffer, byteOffset, length } = datagram;
        const bytes = this.#joiner.take(from, new Uint8Array(buffer, byteOffset, length));
        if (bytes) take(bytes, from);
      } catch (error) {
        this.#joiner.forget(from);
        bad(error as Error, from);
      }
    });
  }

  /** Numbers of a message that nobody reads any more: their memory is for messages to come. */
  reuse({ buffer }: Floats): void {
    this.#joiner.reuse(buffer);
  }

  /** Forgets what a sender began. */
  forget(subject: string): void {
    this.#joiner.forget(subject);
  }
}
