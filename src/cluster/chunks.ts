/**
 * Messages in datagrams of bounded size, since a server says how large one may be (`max_payload`):
 *
 *   "UNR" · u8 version · u32 message · u32 part · u32 parts · the part's bytes
 *
 * Parts of a message come in their order from one sender; of what was lost, the rest is forgotten.
 */
import { DataError } from "../wasm/errors.ts";

/** Of the form of datagrams and messages: peers of another one are refused. */
export const PROTOCOL = 1;

/** Bytes before those of a part. */
export const HEADER = 16;
const MAGIC = [0x55, 0x4e, 0x52, PROTOCOL];
const LARGEST = 2 ** 30; // bytes of a message that are waited for

function stamp(datagram: Uint8Array, numbers: readonly number[]): Uint8Array {
  datagram.set(MAGIC);
  const view = new DataView(datagram.buffer, datagram.byteOffset);
  numbers.forEach((x, i) => view.setUint32(4 + 4 * i, x, true));
  return datagram;
}

/**
 * A message in datagrams of at most `max` bytes; where it is one, in its own memory. whole: its bytes after
 * HEADER others. message: a number of its own.
 */
export function cut(whole: Uint8Array, message: number, max: number): Uint8Array[] {
  const room = max - HEADER;
  if (room < 1) throw new RangeError(`cut: datagrams of ${max} bytes hold nothing, want more than ${HEADER}`);
  if (whole.length <= max) return [stamp(whole, [message, 0, 1])];
  const bytes = whole.subarray(HEADER);
  const parts = Math.ceil(bytes.length / room);
  return Array.from({ length: parts }, (_, part) => {
    const body = bytes.subarray(part * room, (part + 1) * room);
    const datagram = new Uint8Array(HEADER + body.length);
    datagram.set(body, HEADER);
    return stamp(datagram, [message, part, parts]);
  });
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
    known.bodies.push(body.slice());
    if (known.bodies.length < parts) return undefined;
    this.#partial.delete(sender);
    return joined(known);
  }

  /** Forgets what a sender began. */
  forget(sender: string): void {
    this.#partial.delete(sender);
  }
}

function joined({ bodies, bytes }: Partial): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const body of bodies) {
    whole.set(body, at);
    at += body.length;
  }
  return whole;
}
