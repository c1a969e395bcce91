/** Mean squares of short frames, by which words are parted from silence. */

/** Seconds of a frame. */
const FRAME = 0.01;

/** Mean squares of frames, and the samples of one. */
export interface FramePowers {
  readonly powers: Float64Array;
  readonly width: number;
}

/** The mean square of each whole frame of 10 ms, and the samples of one. */
export function framePowers(x: Float64Array, rate: number): FramePowers {
  const width = Math.max(1, Math.round(FRAME * rate));
  const powers = Float64Array.from({ length: Math.floor(x.length / width) }, (_, f) => {
    let sum = 0;
    for (let i = f * width; i < (f + 1) * width; ++i) sum += x[i] * x[i];
    return sum / width;
  });
  return { powers, width };
}

/** Frames whose loudness counts together. */
const LULL = 5;

/** The sample at which it is quietest between two others, over 50 ms. */
export function quietest({ powers, width }: FramePowers, from: number, to: number): number {
  const first = Math.max(0, Math.floor(from / width));
  const last = Math.min(powers.length, Math.ceil(to / width)) - LULL;
  let best = (from + to) / 2;
  let least = Infinity;
  for (let f = first; f <= last; ++f) {
    let sum = 0;
    for (let i = f; i < f + LULL; ++i) sum += powers[i];
    if (sum >= least) continue;
    least = sum;
    best = (f + LULL / 2) * width;
  }
  return best;
}
