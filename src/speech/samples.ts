/** Samples as they come: real numbers in [-1, 1], or 16-bit integers, checked and made doubles. */
import { DataError, show } from "../wasm/errors.ts";

/** Samples of one channel. Int16Array counts 32768 as 1; everything else is taken as it is. */
export type Samples = ArrayLike<number>;

/** The samples as doubles. Throws DataError that names the first one that is not a finite number. */
export function readSamples(who: string, samples: Samples): Float64Array {
  const count = (samples as Samples | null | undefined)?.length;
  if (typeof samples !== "object" || !Number.isInteger(count))
    throw new DataError(
      `${who}: samples are ${show(samples)}, want a Float32Array or another array of numbers`,
    );
  const scale = samples instanceof Int16Array ? 1 / 32768 : 1;
  const out = new Float64Array(samples.length);
  for (let i = 0; i < out.length; ++i) {
    const value = samples[i];
    if (typeof value !== "number" || !Number.isFinite(value))
      throw new DataError(`${who}: sample ${i} is ${show(value)}, want a finite number`);
    out[i] = value * scale;
  }
  return out;
}
