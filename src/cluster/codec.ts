/**
 * Plain data and arrays of numbers as bytes, and back, number for number:
 *
 *   u32 length of the JSON · JSON · zeros to a multiple of 8 · the arrays, each at a multiple of 8
 *
 * In the JSON an array of numbers is { "$": [type, offset, length] }, what JSON cannot say of a number
 * { "$": "NaN" }, and an object that has a key "$" of its own { "$": { … } }. Little-endian, as every
 * engine's typed arrays are.
 */
import { DataError } from "../wasm/errors.ts";

const types = {
  f32: Float32Array,
  f64: Float64Array,
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
};
type Type = keyof typeof types;
type Numbers = InstanceType<(typeof types)[Type]>;

const names = new Map<unknown, Type>(Object.entries(types).map(([name, of]) => [of, name as Type]));
const spoken = new Map<string, number>([NaN, Infinity, -Infinity, -0].map((x) => [wordOf(x), x]));

/** A number as text, the sign of zero with it. */
function wordOf(x: number): string {
  return Object.is(x, -0) ? "-0" : String(x);
}

const aligned = (n: number): number => (n + 7) & ~7;

/** Arrays that are set aside while the rest becomes JSON. */
class Arrays {
  readonly list: Numbers[] = [];
  size = 0;

  plain(value: unknown): unknown {
    if (typeof value === "number") return spoken.has(wordOf(value)) ? { $: wordOf(value) } : value;
    if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint")
      throw new DataError(`cluster: a ${typeof value} cannot be sent; want plain data`);
    if (value === null || typeof value !== "object") return value;
    if (ArrayBuffer.isView(value)) return this.#aside(value as Numbers);
    if (Array.isArray(value)) return value.map((x) => this.plain(x));
    const entries = Object.entries(value).filter(([, x]) => x !== undefined);
    const object = Object.fromEntries(entries.map(([key, x]) => [key, this.plain(x)]));
    return Object.hasOwn(object, "$") ? { $: object } : object;
  }

  #aside(array: Numbers): unknown {
    const type = names.get(array.constructor);
    if (!type) throw new DataError(`cluster: ${array.constructor.name} cannot be sent; want numbers`);
    const place = [type, this.size, array.length];
    this.list.push(array);
    this.size = aligned(this.size + array.byteLength);
    return { $: place };
  }
}

/**
 * The bytes of a value in pieces, one after another: arrays of numbers are seen where they stand, so whoever
 * sends them must have done so before they change. Throws DataError on what is no plain data.
 */
export function encodePieces(value: unknown): Uint8Array[] {
  const arrays = new Arrays();
  const json = new TextEncoder().encode(JSON.stringify(arrays.plain(value)));
  const head = new Uint8Array(aligned(4 + json.length));
  new DataView(head.buffer).setUint32(0, json.length, true);
  head.set(json, 4);
  const pieces = [head];
  for (const { buffer, byteOffset, byteLength } of arrays.list)
    pieces.push(
      new Uint8Array(buffer, byteOffset, byteLength),
      new Uint8Array(aligned(byteLength) - byteLength),
    );
  return pieces;
}

/** Pieces one after another in memory of their own. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The bytes of a value. Throws DataError on what is no plain data. */
export const encode = (value: unknown): Uint8Array => joined(encodePieces(value));

const broken = (): DataError => new DataError("cluster: got bytes that are no message of this library");

/**
 * What `encode` made bytes of. Arrays of numbers are views where the bytes begin a buffer, so that
 * nothing of others stands before them, and copies elsewhere. Throws DataError on anything else.
 */
export function decode(bytes: Uint8Array): unknown {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
    if (4 + length > bytes.length) throw broken();
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, 4 + length));
    return revived(JSON.parse(text), bytes, aligned(4 + length));
  } catch {
    throw broken(); // too short, no JSON, nested without end: all the same to who reads
  }
}

function revived(value: unknown, bytes: Uint8Array, start: number): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((x) => revived(x, bytes, start));
  const special = (value as { $?: unknown }).$;
  if (special === undefined) return object(value, bytes, start);
  if (typeof special === "string" && spoken.has(special)) return spoken.get(special);
  if (Array.isArray(special)) return numbers(special, bytes, start);
  if (special === null || typeof special !== "object") throw broken();
  return object(special, bytes, start);
}

const object = (value: object, bytes: Uint8Array, start: number): object =>
  Object.fromEntries(Object.entries(value).map(([key, x]) => [key, revived(x, bytes, start)]));

function numbers([type, offset, length]: unknown[], bytes: Uint8Array, start: number): Numbers {
  const Of = types[type as Type];
  if (!Object.hasOwn(types, type as Type) || !Number.isInteger(offset) || !Number.isInteger(length))
    throw broken();
  const from = start + (offset as number);
  const to = from + (length as number) * Of.BYTES_PER_ELEMENT;
  if (from < start || to < from || to > bytes.length) throw broken();
  const own = bytes.byteOffset === 0;
  if (own && from % Of.BYTES_PER_ELEMENT === 0)
    return new Of(bytes.buffer as ArrayBuffer, from, length as number);
  return new Of(bytes.slice(from, to).buffer);
}
