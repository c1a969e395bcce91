/**
 * Recordings in WAV files (RIFF WAVE): integers of 8, 16, 24 and 32 bits and floats of 32 and 64, any number
 * of channels, plain and extensible headers. Nothing is read beyond the bytes given, and nothing larger than
 * them is made but the samples as 32-bit floats.
 */
import { DataError, show } from "../wasm/errors.ts";
import { sampleRate } from "./options.ts";
import { recordingOf, type Recording, tag, viewOf } from "./recorded.ts";
import { readSamples, type Samples } from "./samples.ts";

interface Format {
  readonly kind: "integer" | "float";
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
}

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/**
 * Size of a data chunk from which on its writer did not know it, as in pipes (SoX: whole blocks within
 * 0x7ffff000, FFmpeg: 0xffffffff): the samples reach to the end of the file.
 */
export const UNKNOWN_SIZE: number = 0x7ffff000 - 0xffff;
const who = "readWav";

function readFormat(view: DataView, at: number, size: number): Format {
  if (size < 16) throw new DataError(`${who}: the format chunk has ${size} bytes, want at least 16`);
  const plain = view.getUint16(at, true);
  const code = plain === EXTENSIBLE && size >= 26 ? view.getUint16(at + 24, true) : plain;
  const channels = view.getUint16(at + 2, true);
  const rate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);
  const known = code === PCM ? [8, 16, 24, 32] : [32, 64];
  if ((code !== PCM && code !== FLOAT) || !known.includes(bits))
    throw new DataError(
      `${who}: samples are of format ${code} with ${bits} bits, want integers (1) of ` +
        "8, 16, 24 or 32 bits or floats " +
        "(3) of 32 or 64; convert the file to 16-bit PCM",
    );
  if (channels === 0) throw new DataError(`${who}: the file has 0 channels, want at least 1`);
  if (rate === 0) throw new DataError(`${who}: the sample rate is 0, want at least 1`);
  return { kind: code === PCM ? "integer" : "float", channels, rate, bits };
}

/** The format and where the samples are. */
function readChunks(view: DataView): { format: Format; from: number; size: number } {
  const length = view.byteLength;
  if (length < 12 || tag(view, 0) !== "RIFF" || tag(view, 8) !== "WAVE")
    throw new DataError(`${who}: ${length} bytes without a RIFF WAVE header, want a WAV file`);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= length;) {
    const name = tag(view, at);
    const size = view.getUint32(at + 4, true);
    const from = at + 8;
    const left = length - from;
    if (name === "data" && size >= UNKNOWN_SIZE && size > left && format) return { format, from, size: left };
    if (size > left)
      throw new DataError(
        `${who}: chunk "${name}" has ${size} bytes, but ${left} are left: the file is cut off`,
      );
    if (name === "fmt ") format = readFormat(view, from, size);
    if (name === "data") {
      if (!format) throw new DataError(`${who}: samples come before their format, want a chunk "fmt " first`);
      return { format, from, size };
    }
    at = from + size + (size % 2); // chunks begin at even places
  }
  throw new DataError(`${who}: the file holds no samples, want a chunk "data"`);
}

/** How one sample is read. */
function reader(view: DataView, { kind, bits }: Format): (at: number) => number {
  if (kind === "float")
    return bits === 32 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  if (bits === 8) return (at) => (view.getUint8(at) - 128) / 128;
  if (bits === 16) return (at) => view.getInt16(at, true) / 32768;
  if (bits === 24) return (at) => (view.getUint16(at, true) + 65536 * view.getInt8(at + 2)) / 8388608;
  return (at) => view.getInt32(at, true) / 2147483648;
}

/** The recording in a WAV file. Throws DataError on files that are none, cut off, or of another encoding. */
export function readWav(bytes: Uint8Array | ArrayBuffer): Recording {
  const view = viewOf(who, bytes);
  const { format, from, size } = readChunks(view);
  const step = format.bits / 8;
  const block = step * format.channels;
  const count = Math.floor(size / block);
  if (count === 0) throw new DataError(`${who}: the file has 0 samples, want at least one`);
  const read = reader(view, format);
  const channels = Array.from({ length: format.channels }, (_, c) => {
    const out = new Float32Array(count);
    for (let t = 0; t < count; ++t) {
      const value = read(from + t * block + c * step);
      if (!Number.isFinite(value))
        throw new DataError(`${who}: sample ${t} of channel ${c} is ${value}, want a finite number`);
      out[t] = value;
    }
    return out;
  });
  return recordingOf(format.rate, channels);
}

/**
 * A WAV file of 16-bit samples, one channel: numbers in [-1, 1], what is beyond is cut, or an Int16Array,
 * which counts 32768 as 1. Throws DataError where there is no sample or one is not finite, OptionError on
 * rates that no recording has.
 */
export function writeWav(recording: {
  readonly samples: Samples;
  readonly rate: number;
}): Uint8Array<ArrayBuffer> {
  const by = "writeWav";
  if (typeof recording !== "object" || recording === null)
    throw new DataError(`${by}: the recording is ${show(recording)}, want { samples, rate }`);
  const samples = readSamples(by, recording.samples);
  if (samples.length === 0) throw new DataError(`${by}: 0 samples, want at least one`);
  const rate = sampleRate(by, recording.rate);
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, letters: string): void => {
    for (let i = 0; i < letters.length; ++i) view.setUint8(at + i, letters.charCodeAt(i));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, t) =>
    view.setInt16(44 + 2 * t, Math.max(-32768, Math.min(32767, Math.round(value * 32768))), true),
  );
  return bytes;
}
