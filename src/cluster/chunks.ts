/**
 * Messages in datagrams of bounded size, since a server says how large one may be (`max_payload`):
 *
 *   "UNR" · u8 version · u32 message · u32 part · u32 parts · the part's bytes
 *
 * Parts of a message come in their order from one sender; of what was lost, the rest is forgotten.
 */
import { DataError } from "../wasm/errors.ts";
import { joined } from "./codec.ts";

/** Of the form of datagrams and messages: peers of another one are refused. */
export const PROTOCOL = 2;

/** Bytes before those of a part. */
const HEADER = 16;
const MAGIC = [0x55, 0x4e, 0x52, PROTOCOL];
const LARGEST = 2 ** 30; // bytes of a message that are waited for

/**
 * A message in datagrams of at most `max` bytes. pieces: its bytes, one piece after another. message: a
 * number of its own.
 */
export function cut(pieces: readonly Uint8Array[], message: number, max: number): Uint8Array[] {
  const room = max - HEADER;
  if (room < 1) throw new RangeError(`cut: datagrams of ${max} bytes hold nothing, want more than ${HEADER}`);
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const parts = Math.max(1, Math.ceil(size / room));
  const datagrams = Array.from({ length: parts }, (_, part) => {
    const datagram = new Uint8Array(HEADER + Math.min(room, size - part * room));
    datagram.set(MAGIC);
    const view = new DataView(datagram.buffer);
    [message, part, parts].forEach((x, i) => view.setUint32(4 + 4 * i, x, true));
    return datagram;
  });
  let at = 0; // of the message
  for (const piece of pieces)
    for (let done = 0; done < piece.length;) {
      const place = at % room;
      const some = piece.subarray(done, done + room - place);
      datagrams[Math.floor(at / room)].set(some, HEADER + place);
      done += some.length;
      at += some.length;
    }
  return datagrams;
}

interface Partial {
  readonly message: number;
  readonly bodies: Uint8Array[];
  bytes: number;
}

/** Puts datagrams together again, for many senders. */
export class Joiner {
  readonly #partial = new Map<string, Partial>();

  /** The message that this datagram ends, if it does. Throws DataError on what is no datagram. */
  take(sender: string, datagram: Uint8Array): Uint8Array | undefined {
    if (datagram.length < HEADER || MAGIC.some((x, i) => datagram[i] !== x))
      throw new DataError("cluster: got bytes that are no datagram of this version");
    const view = new DataView(datagram.buffer, datagram.byteOffset);
    const [message, part, parts] = [4, 8, 12].map((at) => view.getUint32(at, true));
    const body = datagram.subarray(HEADER);
    if (part >= parts) throw new DataError(`cluster: got part ${part} of ${parts}`);
    if (parts === 1) return body;
    let known = this.#partial.get(sender);
    if (part === 0) this.#partial.set(sender, (known = { message, bodies: [], bytes: 0 }));
    if (!known || known.message !== message || known.bodies.length !== part) {
      this.#partial.delete(sender); // something was lost
      return undefined;
    }
    known.bytes += body.length;
    if (known.bytes > LARGEST) {
      this.#partial.delete(sender);
      throw new DataError(`cluster: got a message of more than ${LARGEST} bytes`);
    }
    // what a socket read may be kept as it is, unless a small body would keep much alive
    known.bodies.push(4 * body.length < body.buffer.byteLength ? body.slice() : body);
    if (known.bodies.length < parts) return undefined;
    this.#partial.delete(sender);
    return joined(known.bodies);
  }

  /** Forgets what a sender began. */
  forget(sender: string): void {
    this.#partial.delete(sender);
  }
}
