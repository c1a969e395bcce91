/** Where a recording sounds: the stretch between the first and the last frame above the noise. */
import { framePowers } from "../frame-powers.ts";

/** Seconds kept on either side of the stretch. */
const MARGIN = 0.15;
/** A frame sounds above this share of the loudest frame's power, and this many times the softest ones'. */
const OF_LOUDEST = 0.003;
const OF_SOFTEST = 8;
/** The share of the frames that counts as the softest ones. */
const SOFT = 0.1;

/** A stretch of samples, and what of it sounds: samples [from, to). */
export interface Sounding {
  readonly samples: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** The part of samples x that sounds, with a margin; all of it where nothing stands out. */
export function trimmed(x: Float64Array, rate: number): Sounding {
  const { powers: power, width } = framePowers(x, rate);
  const sorted = power.slice().sort();
  const loudest = sorted[sorted.length - 1];
  const softest = sorted[Math.floor(SOFT * sorted.length)];
  const level = Math.max(OF_LOUDEST * loudest, OF_SOFTEST * softest);
  const first = power.findIndex((p) => p > level);
  if (first < 0) return { samples: x, from: 0, to: x.length };
  let last = power.length - 1;
  while (!(power[last] > level)) --last;
  const margin = Math.round(MARGIN * rate);
  const [from, to] = [first * width, (last + 1) * width];
  const cut = Math.max(0, from - margin);
  return { samples: x.subarray(cut, Math.min(x.length, to + margin)), from: from - cut, to: to - cut };
}
