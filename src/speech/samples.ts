/** Samples as they come: real numbers in [-1, 1], or 16-bit integers, checked and made doubles. */
import { DataError, show } from "../wasm/errors.ts";

/** Samples of one channel. Int16Array counts 32768 as 1; everything else is taken as it is. */
export type Samples = ArrayLike<number>;

/** No sound is louder, in any unit: 32-bit integers stay below. Energies of larger numbers overflow. */
const LOUDEST = 2 ** 32;

/**
 * The samples as doubles. Throws DataError that names the first one that is not a finite number or above
 * ±2^32, and on bytes, which do not tell where their zero is.
 */
export function readSamples(who: string, samples: Samples): Float64Array {
  const count = (samples as Samples | null | undefined)?.length;
  if (typeof samples !== "object" || !Number.isInteger(count))
    throw new DataError(
      `${who}: samples are ${show(samples)}, want a Float32Array or another array of numbers`,
    );
  if (ArrayBuffer.isView(samples) && (samples as unknown as Uint8Array).BYTES_PER_ELEMENT === 1)
    throw new DataError(
      `${who}: samples are ${show(samples)}, bytes, want numbers in [-1, 1] or an Int16Array; ` +
        "readWav reads the bytes of a file",
    );
  const scale = samples instanceof Int16Array ? 1 / 32768 : 1;
  const out = new Float64Array(samples.length);
  for (let i = 0; i < out.length; ++i) {
    const value = samples[i];
    if (typeof value !== "number" || !Number.isFinite(value))
      throw new DataError(`${who}: sample ${i} is ${show(value)}, want a finite number`);
    if (Math.abs(value) > LOUDEST)
      throw new DataError(`${who}: sample ${i} is ${value}, want numbers in [-1, 1], at most 2^32`);
    out[i] = value * scale;
  }
  return out;
}
