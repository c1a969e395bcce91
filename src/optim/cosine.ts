/**
 * Rates that fall along half a cosine: annealing (Loshchilov & Hutter 2017, eq. 5, one period) and one cycle
 * (Smith & Topin 2019). The cosine is computed here, by sums and products alone: JavaScript's differs between
 * engines.
 */
import { inRange, knownOptions, whole } from "../wasm/errors.ts";
import type { Schedule } from "./schedule.ts";

/** A fall along half a cosine. */
export interface CosineOptions {
  /** Value at step 0. */
  readonly from: number;
  /** Value from step `until` on. Default 0. */
  readonly to?: number;
  /** Steps of the fall. */
  readonly until: number;
}

/** One rise and one fall. */
export interface OneCycleOptions {
  /** The highest value. */
  readonly max: number;
  /** Steps of the training. */
  readonly steps: number;
  /** Share of the steps in which the value rises. Default 0.3. */
  readonly rise?: number;
  /** max / the first value. Default 25. */
  readonly divide?: number;
  /** The first value / the last one. Default 1e4. */
  readonly divideEnd?: number;
}

const HALF_PI = 1.5707963267948966;

/** sin²(x) for x in [0, π/4], to 2 ulp: the Taylor series of the sine up to x¹⁵. */
function sineSquared(x: number): number {
  let sum = x;
  let term = x;
  for (let n = 2; n <= 14; n += 2) {
    term *= -(x * x) / (n * (n + 1));
    sum += term;
  }
  return sum * sum;
}

/** (1 + cos πx)/2 = 1 - sin²(πx/2) for x in [0, 1]: from 1 to 0. */
const halfCosine = (x: number): number =>
  x <= 0.5 ? 1 - sineSquared(HALF_PI * x) : sineSquared(HALF_PI * (1 - x));

/** to + (from - to)·(1 + cos(π·t/until))/2 at step t, `to` from `until` on. */
export function cosine(options: CosineOptions): Schedule {
  knownOptions("cosine", options, ["from", "to", "until"]);
  const { from, to = 0, until } = options;
  inRange("cosine", "from", from, 0);
  inRange("cosine", "to", to, 0);
  inRange("cosine", "until", until, 1);
  return (step) => (step >= until ? to : to + (from - to) * halfCosine(step / until));
}

/**
 * Along half a cosine from max/divide up to max at step rise·steps - 1, and down to max/divide/divideEnd at
 * the last step, as PyTorch's OneCycleLR has it.
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  knownOptions("oneCycle", options, ["max", "steps", "rise", "divide", "divideEnd"]);
  const { max, steps, rise = 0.3, divide = 25, divideEnd = 1e4 } = options;
  inRange("oneCycle", "max", max, 0);
  whole("oneCycle", "steps", steps, 1);
  inRange("oneCycle", "rise", rise, 0, 1);
  inRange("oneCycle", "divide", divide, 1);
  inRange("oneCycle", "divideEnd", divideEnd, 1);
  const first = max / divide;
  const last = first / divideEnd;
  const top = rise * steps - 1;
  return (step) => {
    if (step <= top) return max + (first - max) * halfCosine(top > 0 ? step / top : 1);
    if (step >= steps - 1) return last;
    return last + (max - last) * halfCosine((step - Math.max(top, 0)) / (steps - 1 - Math.max(top, 0)));
  };
}
