/** Sound that comes on stdin: a WAV file with its header, or bare samples of 16 bits, piece by piece. */
import { concatBytes } from "../../exchange/bytes.ts";
import { readWav } from "../../speech/index.ts";
import { UNKNOWN_SIZE } from "../../speech/wav.ts";
import { UsageError } from "../command.ts";

/** What comes. */
export interface Piped {
  /** Samples a second, where a header says so. */
  readonly rate: number | undefined;
  /** Samples as they come, of one channel or the mean of several. */
  readonly pieces: AsyncIterable<ArrayLike<number>>;
}

type Bytes = Uint8Array<ArrayBufferLike>;

const WHO = "listen: stdin";
const BYTES = 2; // of a bare sample
/** A header is at most so long. */
const LONGEST_HEADER = 2 ** 20;
/** First letters of other files of sound. */
const OTHERS = ["fLaC", "OggS", "RIFX", "RF64", "FORM", "caff", "ID3"];

const viewOf = ({ buffer, byteOffset, byteLength }: Bytes): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const letters = (bytes: Bytes, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

/** Whole blocks of bytes; what is left of one waits for its rest, and the end of all drops it. */
async function* blocks(first: Bytes, rest: AsyncIterator<Bytes>, size: number): AsyncGenerator<Bytes> {
  try {
    for (let left = first; ;) {
      const whole = left.length - (left.length % size);
      if (whole > 0) yield left.subarray(0, whole);
      const { value, done } = await rest.next();
      if (done) return;
      left = concatBytes([left.subarray(whole), value]);
    }
  } finally {
    await rest.return?.();
  }
}

/** Samples of 16 bits, little-endian. */
async function* bareSamples(first: Bytes, rest: AsyncIterator<Bytes>): AsyncGenerator<Int16Array> {
  for await (const bytes of blocks(first, rest, BYTES)) {
    const view = viewOf(bytes);
    yield Int16Array.from({ length: bytes.length / BYTES }, (_, i) => view.getInt16(BYTES * i, true));
  }
}

/** Where the samples of a WAV file begin, their bytes, those of a block of channels, and blocks a second. */
interface Header {
  readonly from: number;
  readonly size: number;
  readonly block: number;
  readonly rate: number;
}

/** The header, undefined where it goes on behind these bytes. Throws UsageError where there is none. */
function headerOf(bytes: Bytes): Header | undefined {
  const view = viewOf(bytes);
  let [block, rate] = [0, 0];
  for (let at = 12; at + 8 <= bytes.length;) {
    const [name, size, from] = [letters(bytes, at), view.getUint32(at + 4, true), at + 8];
    if (name === "data") {
      if (block === 0) throw new UsageError(`${WHO}: the WAV header has no format before its samples`);
      return { from, size, block, rate };
    }
    if (name === "fmt " && size >= 16 && from + 16 <= bytes.length) {
      block = view.getUint16(from + 2, true) * Math.ceil(view.getUint16(from + 14, true) / 8);
      rate = view.getUint32(from + 4, true);
    }
    at = from + size + (size % 2);
  }
  return undefined;
}

/** Samples of a WAV file, each piece read as a small file of the same header. */
async function* wavSamples(
  head: Bytes,
  { from, size, block }: Header,
  rest: AsyncIterator<Bytes>,
): AsyncGenerator<Float32Array> {
  const header = head.slice(0, from);
  viewOf(header).setUint32(from - 4, 0xffffffff, true);
  let left = size >= UNKNOWN_SIZE ? Infinity : size;
  for await (const bytes of blocks(head.subarray(from), rest, block)) {
    const piece = bytes.subarray(0, Math.min(bytes.length, left));
    left -= piece.length;
    if (piece.length > 0) yield readWav(concatBytes([header, piece])).samples;
    if (left < block) return;
  }
  if (left !== Infinity && left > 0)
    throw new UsageError(`${WHO}: the WAV file is cut off: ${left} of ${size} bytes of samples are missing`);
}

/**
 * Sound as it comes, of a WAV file where it begins as one. Throws UsageError on other files, and on a header
 * that does not end.
 */
export async function piped(input: AsyncIterable<Bytes>): Promise<Piped> {
  const rest = input[Symbol.asyncIterator]();
  let head: Bytes = new Uint8Array(0);
  let over = false;
  const more = async (): Promise<void> => {
    const { value, done } = await rest.next();
    if (done) over = true;
    else head = concatBytes([head, value]);
  };
  while (head.length < 12 && !over) await more();
  const begins = letters(head, 0);
  const other = OTHERS.find((name) => begins.startsWith(name));
  if (other !== undefined)
    throw new UsageError(
      `${WHO} begins with "${other}", want WAV, or bare samples of 16 bits; convert it, as by ` +
        "sox FILE -t wav -, or give the file's name in place of -",
    );
  if (begins !== "RIFF" || letters(head, 8) !== "WAVE")
    return { rate: undefined, pieces: bareSamples(head, rest) };
  let header = headerOf(head);
  while (!header && head.length < LONGEST_HEADER && !over) {
    await more();
    header = headerOf(head);
  }
  if (!header) throw new UsageError(`${WHO}: a WAV header without samples in ${head.length} bytes`);
  return { rate: header.rate, pieces: wavSamples(head, header, rest) };
}
