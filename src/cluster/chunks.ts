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
const SPARE = 4; // memories that are kept for messages to come
const LARGEST = 2 ** 30; // bytes of a message that are waited for

/**
 * A message in datagrams of at most `max` bytes, one after another in one memory. pieces: its bytes, one
 * piece after another. message: a number of its own. memory: gives at least so many bytes.
 */
export function cut(
  pieces: readonly Uint8Array[],
  message: number,
  max: number,
  memory = (bytes: number): Uint8Array => new Uint8Array(bytes),
): Uint8Array[] {
  const room = max - HEADER;
  if (room < 1) throw new RangeError(`cut: datagrams of ${max} bytes hold nothing, want more than ${HEADER}`);
  const size = pieces.reduce((sum, { length }) => sum + length, 0);
  const parts = Math.max(1, Math.ceil(size / room));
  const whole = memory(size + parts * HEADER);
  const view = new DataView(whole.buffer, whole.byteOffset);
  const datagrams: Uint8Array[] = [];
  for (let part = 0; part < parts; ++part) {
    const from = part * max;
    whole.set(MAGIC, from);
    view.setUint32(from + 4, message, true);
    view.setUint32(from + 8, part, true);
    view.setUint32(from + 12, parts, true);
    datagrams.push(whole.subarray(from, from + HEADER + Math.min(room, size - part * room)));
  }
  let at = 0; // of the message
  for (const piece of pieces)
    for (let done = 0; done < piece.length;) {
      const place = at % room;
      const some = piece.subarray(done, done + room - place);
      whole.set(some, Math.floor(at / room) * max + HEADER + place);
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

/** Puts datagrams together again, for many senders. */
export class Joiner {
  readonly #partial = new Map<string, Partial>();
  /** Memory that was made here and that a message has. */
  readonly #lent = new WeakSet<ArrayBufferLike>();
  /** Memory of messages that nobody reads any more. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

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
    known.whole = this.#grown(known, size, parts * body.length);
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

  /**
   * Memory of a message that nobody reads any more: another may have it, where it would else be garbage. Left
   * alone is what was not made here: short messages stand in memory of the client, beside others.
   */
  reuse(memory: ArrayBufferLike): void {
    if (!this.#lent.delete(memory)) return;
    this.#spare.push(new Uint8Array(memory as ArrayBuffer));
    if (this.#spare.length > SPARE) this.#spare.shift();
  }

  /** The memory with room for so many bytes. wanted: what a message of its size will need, if it comes. */
  #grown({ whole, bytes }: Partial, size: number, wanted: number): Uint8Array<ArrayBuffer> {
    if (size <= whole.length) return whole;
    const place = this.#spare.findIndex(({ length }) => length >= wanted && length <= 2 * wanted);
    const larger =
      place >= 0
        ? this.#spare.splice(place, 1)[0]
        : new Uint8Array(Math.max(size, Math.min(wanted, Math.max(FIRST, 2 * whole.length))));
    this.#lent.add(larger.buffer);
    larger.set(whole.subarray(0, bytes));
    return larger;
  }
}
