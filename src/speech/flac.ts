/**
 * Recordings in FLAC files (RFC 9639), decoded by @wasm-audio-decoders/flac, an optional package: libFLAC in
 * WebAssembly. What the head says of the length bounds what is decoded, so that a small file cannot fill the
 * memory.
 */
import type * as Flac from "@wasm-audio-decoders/flac";
import { DataError } from "../wasm/errors.ts";
import { optionalPackage } from "../wasm/optional-package.ts";
import { recordingOf, type Recording, tag, viewOf } from "./recorded.ts";

/** What the block STREAMINFO says (RFC 9639, section 8.2). */
interface StreamInfo {
  readonly rate: number;
  readonly channels: number;
  /** Bits of a sample. */
  readonly bits: number;
  /** Samples a channel; 0: the writer did not know. */
  readonly count: number;
}

const who = "readFlac";
/** Bytes of the mark "fLaC", the head of a block, and STREAMINFO. */
const HEAD = 4 + 4 + 34;
/** Samples of all channels: 1 GiB of them. */
const LARGEST = 2 ** 28;
/** Bytes that are decoded at once. Silence of 64 Ki samples takes some ten of them. */
const PIECE = 4096;
/** The decoder gives floats of 32 bits, which hold so many exactly. */
const BITS = 24;

function readStreamInfo(view: DataView): StreamInfo {
  const length = view.byteLength;
  if (length < HEAD || tag(view, 0) !== "fLaC" || (view.getUint8(4) & 0x7f) !== 0)
    throw new DataError(`${who}: ${length} bytes without the head of a FLAC file, want one`);
  // 20 bits of rate, 3 of channels less one, 5 of bits less one, 36 of samples
  const packed = view.getUint32(18);
  const rate = packed >>> 12;
  const channels = ((packed >>> 9) & 7) + 1;
  const bits = ((packed >>> 4) & 31) + 1;
  const count = (packed & 15) * 2 ** 32 + view.getUint32(22);
  if (rate === 0) throw new DataError(`${who}: the sample rate is 0, want at least 1`);
  if (bits > BITS)
    throw new DataError(`${who}: samples of ${bits} bits, want at most ${BITS}; convert the file to 24 bits`);
  checkCount(count, channels);
  return { rate, channels, bits, count };
}

function checkCount(count: number, channels: number): void {
  if (count * channels > LARGEST)
    throw new DataError(
      `${who}: ${count} samples of ${channels} channels, want at most ${LARGEST} in all; cut the file`,
    );
}

/** Decodes piece by piece, no further than the head says. */
async function decode(
  decoder: Flac.FLACDecoder,
  bytes: Uint8Array,
  { channels, count }: StreamInfo,
): Promise<Float32Array[][]> {
  const pieces: Float32Array[][] = [];
  let decoded = 0;
  const take = ({ channelData, samplesDecoded, errors }: Flac.FLACDecodedAudio): void => {
    if (errors.length > 0) throw new DataError(`${who}: the file is broken: ${errors[0].message}`);
    if (samplesDecoded === 0) return;
    decoded += samplesDecoded;
    if (channelData.length !== channels)
      throw new DataError(`${who}: frames of ${channelData.length} channels in a file of ${channels}`);
    checkCount(decoded, channels);
    pieces.push(channelData);
  };
  for (let from = 0; from < bytes.length; from += PIECE)
    take(await decoder.decode(bytes.subarray(from, from + PIECE)));
  take(await decoder.flush());
  if (count > 0 && decoded !== count)
    throw new DataError(
      `${who}: ${decoded} samples of the ${count} that its head says: the file is cut off or broken`,
    );
  if (decoded === 0) throw new DataError(`${who}: the file has 0 samples, want at least one`);
  return pieces;
}

/**
 * The pieces of one channel, one after another. The decoder divides the integers by the largest one; here
 * they are divided by a power of two, as those of other files are.
 */
function joined(pieces: readonly Float32Array[], bits: number): Float32Array<ArrayBuffer> {
  const all = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  const size = 2 ** (bits - 1);
  let at = 0;
  for (const piece of pieces) {
    all.set(
      piece.map((x) => Math.round(x * (size - 1)) / size),
      at,
    );
    at += piece.length;
  }
  return all;
}

/**
 * The recording in a FLAC file, with the samples that a WAV file of it would have. Wants the package
 * @wasm-audio-decoders/flac; a page can have its files decoded by `AudioContext.decodeAudioData` instead.
 * Rejects with DataError on files that are none, cut off or broken, OptionError where the package is missing.
 */
export async function readFlac(bytes: Uint8Array | ArrayBuffer): Promise<Recording> {
  const view = viewOf(who, bytes);
  const info = readStreamInfo(view);
  const name = "@wasm-audio-decoders/flac";
  const { FLACDecoder } = await optionalPackage<typeof Flac>(
    who,
    "FLAC is decoded",
    name,
    () => import(/* @vite-ignore */ name),
  );
  const decoder = new FLACDecoder();
  await decoder.ready;
  try {
    const file = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const pieces = await decode(decoder, file, info);
    const channels = Array.from({ length: info.channels }, (_, c) =>
      joined(
        pieces.map((all) => all[c]),
        info.bits,
      ),
    );
    return recordingOf(info.rate, channels);
  } finally {
    decoder.free();
  }
}
