/** Recordings as files give them. */
import { DataError, show } from "../wasm/errors.ts";

/** A recording. */
export interface Recording {
  /** Samples a second. */
  readonly rate: number;
  /** One array of samples in [-1, 1] a channel. */
  readonly channels: readonly Float32Array<ArrayBuffer>[];
  /** The mean of the channels. */
  readonly samples: Float32Array<ArrayBuffer>;
  /** Length. */
  readonly seconds: number;
}

function mix(channels: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  if (channels.length === 1) return channels[0];
  return channels[0].map((_, t) => channels.reduce((sum, channel) => sum + channel[t], 0) / channels.length);
}

/** A recording of these channels, at least one and equally long. */
export const recordingOf = (rate: number, channels: readonly Float32Array<ArrayBuffer>[]): Recording => ({
  rate,
  channels,
  samples: mix(channels),
  seconds: channels[0].length / rate,
});

/** A file's bytes. Throws DataError where they are none. */
export function viewOf(who: string, bytes: Uint8Array | ArrayBuffer): DataView<ArrayBuffer> {
  if (bytes instanceof ArrayBuffer) return new DataView(bytes);
  if (ArrayBuffer.isView(bytes))
    return new DataView(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  throw new DataError(`${who}: got ${show(bytes)}, want the bytes of a file as Uint8Array or ArrayBuffer`);
}

/** The four letters at a place. */
export const tag = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)));
