/**
 * The kernels inside this library's JavaScript: a text in which the bytes that wasm uses most are one
 * letter each, so that they arrive with the import, without a fetch, and take no more of a gzipped bundle
 * than the file itself (base64 hides the repetitions from gzip and takes 40% more).
 *
 * Bytes are numbered by how often they occur. Number v is the printable letter v + 35 below 91, or that of
 * v - 91 or v - 182 behind "!" or a blank; "~" stands for the backslash.
 */

/** Bytes as text. Made by scripts/build-wasm.js. */
export interface Packed {
  readonly size: number;
  /** All 256 bytes in hexadecimal, the most frequent first. */
  readonly order: string;
  readonly text: string;
}

const FIRST = 35;
const SINGLE = 91;
const BACKSLASH = 92;
const TILDE = 126;
const MARK = 33;

/** The bytes of a packed text. */
export function unpack({ size, order, text }: Packed): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => parseInt(order.slice(2 * i, 2 * i + 2), 16));
  const out = new Uint8Array(size);
  let at = 0;
  for (let i = 0; i < size; ++i) {
    let letter = text.charCodeAt(at++);
    let number = -FIRST;
    if (letter <= MARK) {
      number += letter === MARK ? SINGLE : 2 * SINGLE;
      letter = text.charCodeAt(at++);
    }
    out[i] = bytes[number + (letter === TILDE ? BACKSLASH : letter)];
  }
  return out;
}
