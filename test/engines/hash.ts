/** SHA-256 of the bits of whatever was computed. */

/** Name of a case → hexadecimal SHA-256 of its bits. */
export type Hashes = Record<string, string>;

/** What a hash is taken of. */
export type Parts = (ArrayBufferView<ArrayBuffer> | string)[];

/** SHA-256 of some bits one after another, hexadecimal. */
export async function sha256(parts: Parts): Promise<string> {
  const bytes = parts.map((part) =>
    typeof part === "string"
      ? new TextEncoder().encode(part)
      : new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  );
  const all = new Uint8Array(bytes.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of bytes) {
    all.set(part, at);
    at += part.length;
  }
  return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", all)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** All numbers of a value, arrays in it as they are, in the order of its keys. */
export function bits(value: unknown): Parts {
  if (ArrayBuffer.isView(value)) return [value as ArrayBufferView<ArrayBuffer>];
  if (typeof value === "number") return [Float64Array.of(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(bits) : [String(value)];
}
