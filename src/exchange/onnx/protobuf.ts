/**
 * The wire format of Protocol Buffers (developers.google.com/protocol-buffers/docs/encoding), as far as ONNX
 * needs it: messages are fields by number, a field is a whole number, 4 or 8 bytes, or bytes with a length.
 */
import { DataError } from "../../wasm/errors.ts";
import { concatBytes, utf8 } from "../bytes.ts";

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A whole number, seven bits a byte, lowest first; negative ones as 64 bits. */
function varint(value: number | bigint): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const out: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    out.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return out;
}

/** A field of a message. */
export type Field = Uint8Array<ArrayBuffer>;

/** A whole number. */
export const intField = (number: number, value: number | bigint): Field =>
  Uint8Array.from([...varint((number << 3) | VARINT), ...varint(value)]);

/** Bytes, a text, or a message inside a message. */
export function bytesField(number: number, value: Uint8Array | string | readonly Field[]): Field {
  const body = Array.isArray(value) ? message(value) : utf8OrBytes(value as Uint8Array | string);
  return concatBytes([Uint8Array.from([...varint((number << 3) | BYTES), ...varint(body.length)]), body]);
}
const utf8OrBytes = (value: Uint8Array | string): Uint8Array =>
  typeof value === "string" ? utf8(value) : value;

/** A float32. */
export function floatField(number: number, value: number): Field {
  const out = new Uint8Array(5);
  out[0] = (number << 3) | FIXED32;
  new DataView(out.buffer).setFloat32(1, value, true);
  return out;
}

/** A message of these fields. */
export const message = (fields: readonly Field[]): Field => concatBytes(fields);

/** A message that was read: values by number of the field, in the order of the file. */
export class Message {
  readonly #who: string;
  readonly #values = new Map<number, (bigint | Uint8Array<ArrayBuffer>)[]>();

  /** `who` names the reader in errors. Throws DataError on bytes that are no message. */
  constructor(who: string, bytes: Uint8Array<ArrayBuffer>) {
    this.#who = who;
    let at = 0;
    const take = (count: number): number => {
      if (!(count <= bytes.length - at)) this.fail("ends too early: truncated or foreign");
      at += count;
      return at - count;
    };
    const whole = (): bigint => {
      let value = 0n;
      for (let shift = 0n; shift < 70n; shift += 7n) {
        const byte = bytes[take(1)];
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return BigInt.asUintN(64, value);
      }
      return this.fail("holds a number of more than ten bytes: foreign");
    };
    const part = (count: number): Uint8Array<ArrayBuffer> => {
      const from = take(count);
      return bytes.subarray(from, from + count);
    };
    while (at < bytes.length) {
      const key = Number(whole());
      const kind = key % 8;
      if (kind === VARINT) this.#add(key >>> 3, whole());
      else if (kind === FIXED64) this.#add(key >>> 3, part(8));
      else if (kind === FIXED32) this.#add(key >>> 3, part(4));
      else if (kind === BYTES) this.#add(key >>> 3, part(Number(whole())));
      else this.fail(`holds a field of kind ${kind}: truncated or foreign`);
    }
  }

  #add(number: number, value: bigint | Uint8Array<ArrayBuffer>): void {
    const before = this.#values.get(number);
    if (before) before.push(value);
    else this.#values.set(number, [value]);
  }

  /** Throws a DataError about the file. */
  fail(what: string): never {
    throw new DataError(`${this.#who}: the file ${what}`);
  }

  /** Every value of a field as bytes. */
  bytes(number: number): Uint8Array<ArrayBuffer>[] {
    return (this.#values.get(number) ?? []).map((value) =>
      typeof value === "bigint" ? this.fail(`holds a number as field ${number}`) : value,
    );
  }
  /** Every value of a field as text. */
  texts(number: number): string[] {
    return this.bytes(number).map((value) => new TextDecoder().decode(value));
  }
  /** The last value of a field as text, "" without. */
  text(number: number): string {
    return this.texts(number).pop() ?? "";
  }
  /** Every value of a field as a message. */
  messages(number: number): Message[] {
    return this.bytes(number).map((value) => new Message(this.#who, value));
  }
  /** The whole numbers of a repeated field, packed or not. */
  ints(number: number): bigint[] {
    return (this.#values.get(number) ?? []).flatMap((value) => {
      if (typeof value === "bigint") return [BigInt.asIntN(64, value)];
      const own: bigint[] = [];
      for (let at = 0; at < value.length;) {
        let whole = 0n;
        let shift = 0n;
        do whole |= BigInt(value[at] & 127) << shift;
        while (((shift += 7n), value[at++] > 127 && at < value.length && shift < 70n));
        own.push(BigInt.asIntN(64, whole));
      }
      return own;
    });
  }
  /** The last whole number of a field. */
  int(number: number): number | undefined {
    const last = this.ints(number).pop();
    return last === undefined ? undefined : Number(last);
  }
  /** The float32 values of a repeated field, packed or not. */
  floats(number: number): number[] {
    return this.bytes(number).flatMap((value) => {
      const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
      return Array.from({ length: value.length >> 2 }, (_, i) => view.getFloat32(4 * i, true));
    });
  }
}
