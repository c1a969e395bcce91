/** Messages over a bus: cut where they are large, put together again, and read by whoever hears them. */
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
  readonly #joiner = new Joiner();
  #sent = 0;

  constructor(bus: Bus) {
    this.bus = bus;
  }

  /** Sends a message. Throws DataError on what is no plain data. */
  send(subject: string, message: object): void {
    const pieces = encodePieces(message);
    this.#sent = (this.#sent + 1) >>> 0;
    for (const datagram of cut(pieces, this.#sent, Math.min(this.bus.max, PART)))
      this.bus.publish(subject, datagram);
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

  /** Forgets what a sender began. */
  forget(subject: string): void {
    this.#joiner.forget(subject);
  }
}
