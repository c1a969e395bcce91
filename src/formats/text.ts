/**
 * Text out of bytes: UTF-8, or UTF-16 where a byte-order mark says so. Anything else is refused by name: a
 * guess at the encoding would give wrong characters in silence.
 */
import { DataError } from "../wasm/errors.ts";

/** What to do with bytes that are neither. */
export interface TextOptions {
  /** "latin1" reads them as ISO 8859-1, as formats from before Unicode are. Default: they are refused. */
  readonly legacy?: "latin1";
}

/** The encoding that a byte-order mark at the start declares. */
function markedEncoding(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return "utf-8";
}

/** Bytes of the UTF-8 character that begins with `lead`; 0 where none begins with it. */
function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** The place of the first byte that breaks UTF-8. */
function firstBadByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes[at]);
    if (length === 0) return at;
    for (let next = at + 1; next < at + length; ++next) if ((bytes[next] & 0xc0) !== 0x80) return at;
    at += length;
  }
  return bytes.length;
}

/** Says where bytes stop to be UTF-8, and what they may be. */
function notUtf8(bytes: Uint8Array, name: string): DataError {
  const place = firstBadByte(bytes);
  let line = 1;
  for (let i = 0; i < place; ++i) if (bytes[i] === 10) ++line;
  const byte = bytes[place] === undefined ? "" : ` (byte 0x${bytes[place].toString(16)})`;
  return new DataError(
    `${name}: line ${line} is not UTF-8${byte}; it may be Windows-1252 or Latin-1: save the file as UTF-8`,
  );
}

/** Whether most of the first bytes come in pairs of which one is 0, as UTF-16 without a mark has them. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 1000);
  return start.filter((byte) => byte === 0).length * 3 > start.length;
}

/**
 * The text of some bytes, without its byte-order mark; `name` begins messages. Throws DataError that names
 * line and byte where they are neither UTF-8 nor UTF-16 with a mark, nor `legacy`.
 */
export function decodeBytes(bytes: Uint8Array, name: string, { legacy }: TextOptions = {}): string {
  const encoding = markedEncoding(bytes);
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (encoding !== "utf-8" || !looksLikeUtf16(bytes)) return text;
  } catch {
    if (encoding !== "utf-8") throw new DataError(`${name}: it begins as ${encoding} and does not go on so`);
    if (legacy) return new TextDecoder(legacy).decode(bytes);
    throw notUtf8(bytes, name);
  }
  throw new DataError(`${name}: it looks like UTF-16 without a byte-order mark: save the file as UTF-8`);
}

/** The number that a decimal numeral says, NaN where the text is none; "0x10", "" and "Infinity" are none. */
export const decimal = (text: string): number => (/^[-+.\deE]+$/.test(text) ? Number(text) : NaN);

/** A line of a text: where it begins, where it ends without its line end, and its number from 1. */
export interface Line {
  readonly from: number;
  readonly to: number;
  readonly number: number;
}

/** The lines of a text, which end in \n, \r\n or \r, as places: no copies are made. */
export function* lines(text: string): Generator<Line, void, void> {
  let from = 0;
  for (let number = 1; from <= text.length; ++number) {
    let to = from;
    while (to < text.length && text[to] !== "\n" && text[to] !== "\r") ++to;
    yield { from, to, number };
    from = to + (text[to] === "\r" && text[to + 1] === "\n" ? 2 : 1);
  }
}
