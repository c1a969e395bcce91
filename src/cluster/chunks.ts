/**
 * Messages in datagrams of bounded size, since a server says how large one may be (`max_payload`):
 *
 *   "UNR" · u8 version · u32 message · u32 part · u32 parts · the part's bytes
 *
 * Parts of a message come in their order from one sender; of what was lost, the rest is forgotten.
 */
import { DataError } from "../wasm/errors.ts";

/** Of the form of datagrams and messages: peers of another one are refused. */
export const PROTOCOL = 2;

/** Bytes before those of a part. */
const HEADER = 16;
const MAGIC = [0x55, 0x4e, 0x52, PROTOCOL];
const FIRST = 2 ** 22; // bytes of memory that a message may have before it comes
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

/** What has come of a message: its bytes so far, in memory that grows with what comes. */
interface Partial {
  readonly message: number;
  whole: Uint8Array<ArrayBuffer>;
  parts: number;
  bytes: number;
}

/** The memory with room for so many bytes. wanted: what a message of its size will need, if it comes. */
function grown({ whole, bytes }: Partial, size: number, wanted: number): Uint8Array<ArrayBuffer> {
  if (size <= whole.length) return whole;
  const larger = new Uint8Array(Math.max(size, Math.min(wanted, Math.max(FIRST, 2 * whole.length))));
  larger.set(whole.subarray(0, bytes));
  return larger;
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
    if (part === 0) {
      known = { message, whole: new Uint8Array(0), parts: 0, bytes: 0 };
      this.#partial.set(sender, known);
    }
    if (!known || known.message !== message || known.parts !== part) {
      this.#partial.delete(sender); // something was lost
      return undefined;
    }
    const size = known.bytes + body.length;
    if (size > LARGEST) {
      this.#partial.delete(sender);
      throw new DataError(`cluster: got a message of more than ${LARGEST} bytes`);
    }
    known.whole = grown(known, size, parts * body.length);
    known.whole.set(body, known.bytes);
    known.bytes = size;
    if (++known.parts < parts) return undefined;
    this.#partial.delete(sender);
    return known.whole.subarray(0, size);
  }

  /** Forgets what a sender began. */
  forget(sender: string): void {
    this.#partial.delete(sender);
  }
}
