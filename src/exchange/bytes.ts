/** Bytes of a file from outside: taken in as they come, read with every bound checked. */
import { DataError, show } from "../wasm/errors.ts";

/** The bytes of a file. */
export type Bytes = Uint8Array | ArrayBuffer;

/** The file as a plain Uint8Array; `who` names the caller in errors. Throws DataError on anything else. */
export function bytesOf(who: string, bytes: unknown): Uint8Array<ArrayBuffer> {
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  if (bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer)
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes instanceof Uint8Array) return Uint8Array.from(bytes);
  throw new DataError(`${who}: got ${show(bytes)}, want the bytes of a file (Uint8Array or ArrayBuffer)`);
}

/** UTF-8 bytes of a text. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** The text of UTF-8 bytes, or undefined where they are none. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The object that JSON text holds. Throws DataError, in the words of `what`, where it holds none. */
export function jsonOf(who: string, what: string, text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // checked below
  }
  throw new DataError(`${who}: ${what} is not a JSON object`);
}

/** Parts one after another. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
