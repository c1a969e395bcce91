/**
 * What may be odd about a value: that the series was never so high or low, that it does not follow from the
 * last values, or that the season did not ask for it. Each view learns as values arrive, in constant memory,
 * and gives a deviation, in multiples of what is usual: 0 while it knows too little.
 */
import type { Elementwise } from "../inference/elementwise.ts";
import { RecursiveLeastSquares } from "../inference/recursive-least-squares.ts";

/** A way to look at a standardized series. */
export interface View {
  /** How far the value is from what was expected; then learns it. NaN is no value: 0, and nothing learned. */
  step(z: number): number;
}

/** Steps after which old values count less. */
const LONG = 5000;
/** Values before a deviation says anything, and those before one is held to be an outlier. */
const FIRST = 10;
const SETTLED = 50;
/** An outlier moves a spread by no more than so many deviations. */
const CLIP = 5;
const SMALLEST_VARIANCE = 1e-6; // of a standardized series

/** |x - mean| in deviations, of running mean and variance. */
class Deviation {
  #mean = 0;
  #variance = 0;
  #count = 0;

  step(x: number): number {
    const gap = x - this.#mean;
    const far = this.#count > FIRST ? Math.abs(gap) / Math.sqrt(this.#variance + SMALLEST_VARIANCE) : 0;
    ++this.#count;
    const gain = Math.max(1 / LONG, 1 / this.#count);
    const bound = this.#count > SETTLED ? CLIP * Math.sqrt(this.#variance) : Infinity;
    const held = Math.min(Math.max(gap, -bound), bound);
    this.#mean += gain * gap;
    this.#variance = (1 - gain) * (this.#variance + gain * held * gap);
    return far;
  }
}

/** How far a value is from all that the series has been. */
export class Level implements View {
  readonly #deviation = new Deviation();

  step(z: number): number {
    return Number.isNaN(z) ? 0 : this.#deviation.step(z);
  }
}

const TAPS = 4;
const FORGETTING = 0.999;
const RIDGE = 0.1;
/** An error teaches the regression no more than so many deviations. */
const BELIEVED = 3;
const ERROR_GAIN = 0.01;
const SPREAD_GAIN = 0.002;
const SMALLEST_ERROR = 1e-4; // variance, of a standardized series
const FREEDOM = 3;

/**
 * -ln p of a value given the last four, up to the spread: an autoregression that learns as values arrive,
 * with errors that are Student's t.
 */
export class Change implements View {
  readonly #math: Elementwise;
  readonly #regression = new RecursiveLeastSquares(TAPS + 1, 1, { forgetting: FORGETTING, ridge: RIDGE });
  /** The last values, newest first, and 1. */
  readonly #x = new Float64Array(TAPS + 1).fill(1, TAPS);
  #believed = 1;
  #spread = 1;
  #count = 0;

  constructor(math: Elementwise) {
    this.#math = math;
    this.#regression.weights[0] = 1; // the last value, until more is known
  }

  /** What comes next, in standardized units. */
  get expected(): number {
    return this.#regression.predict(this.#x)[0];
  }

  step(z: number): number {
    const expected = this.expected;
    if (Number.isNaN(z)) {
      this.#shift(expected);
      return 0;
    }
    const error = z - expected;
    const bound = BELIEVED * Math.sqrt(this.#believed);
    const held = Math.min(Math.max(error, -bound), bound);
    this.#regression.learn(this.#x, [held]);
    this.#believed = Math.max(this.#believed + ERROR_GAIN * (held * held - this.#believed), 1e-8);
    this.#shift(z);
    const square = (error * error) / (this.#spread + SMALLEST_ERROR);
    const gain = Math.max(SPREAD_GAIN, 1 / ++this.#count);
    const usual = Math.min(error * error, 9 * this.#spread + SMALLEST_ERROR);
    this.#spread += gain * (usual - this.#spread);
    return 0.5 * (FREEDOM + 1) * this.#math.log([1 + square / FREEDOM])[0];
  }

  #shift(z: number): void {
    this.#x.copyWithin(1, 0, TAPS - 1);
    this.#x[0] = z;
  }
}

/** Steps over which the distance from the season's own value is averaged. */
const AVERAGED = 5;
/** A season's value moves so much of the way to a new one at least. */
const SEASON_GAIN = 0.15;

/** How far the last values are from those that their places in the season had. */
export class Season implements View {
  readonly #means: Float64Array;
  readonly #counts: Float64Array;
  readonly #gaps = new Float64Array(AVERAGED);
  readonly #deviation = new Deviation();
  #step = 0;

  /** m: steps a season. */
  constructor(m: number) {
    this.#means = new Float64Array(m);
    this.#counts = new Float64Array(m);
  }

  step(z: number): number {
    const at = this.#step % this.#means.length;
    const early = this.#step < 2 * this.#means.length;
    const slot = this.#step++ % AVERAGED;
    if (Number.isNaN(z)) {
      this.#gaps[slot] = 0;
      return 0;
    }
    if (this.#counts[at] === 0) this.#means[at] = z;
    const gap = z - this.#means[at];
    this.#means[at] += Math.max(1 / ++this.#counts[at], SEASON_GAIN) * gap;
    this.#gaps[slot] = early ? 0 : gap;
    return this.#deviation.step(this.#gaps.reduce((a, b) => a + b, 0) / AVERAGED);
  }
}
