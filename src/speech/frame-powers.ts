/** Mean squares of short frames, by which words are parted from silence. */

/** Seconds of a frame. */
const FRAME = 0.01;

/** The mean square of each whole frame of 10 ms, and the samples of one. */
export function framePowers(x: Float64Array, rate: number): { powers: Float64Array; width: number } {
  const width = Math.max(1, Math.round(FRAME * rate));
  const powers = Float64Array.from({ length: Math.floor(x.length / width) }, (_, f) => {
    let sum = 0;
    for (let i = f * width; i < (f + 1) * width; ++i) sum += x[i] * x[i];
    return sum / width;
  });
  return { powers, width };
}
