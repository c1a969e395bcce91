/** Forecasts of a net that predicts the next value: futures are drawn, and their spread is the variance. */
import type { Elementwise } from "../../inference/elementwise.ts";
import { scoresOfLevels } from "../shape.ts";
import type { Outlook } from "./model.ts";

/** Levels at which draws are a distribution. */
const DRAWN_LEVELS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99];
/** Steps of the past that bring a net into the state from which it runs on. */
const WARM_UP = 500;

/** A net that is fed one value a step and gives the next. */
export interface ValueStream {
  step(x: number): ArrayLike<number>;
}

/** The end of a history, enough to bring a net into its state. */
const recent = (z: Float64Array): Float64Array => z.subarray(Math.max(0, z.length - WARM_UP));

/** Feeds a stream the end of the past; its prediction of the first value after it. */
export function warmUp(run: ValueStream, past: Float64Array): number {
  let next = 0;
  for (const v of recent(past)) next = run.step(v)[0];
  return next;
}

/** How many futures of how many steps. */
export interface Futures {
  readonly paths: number;
  readonly steps: number;
}

/** Quantiles [steps,levels] of futures, by linear interpolation of the order statistics. */
function quantilesOf(draws: Float64Array, paths: number, levels: readonly number[]): Float64Array {
  const steps = draws.length / paths;
  const out = new Float64Array(steps * levels.length);
  for (let h = 0; h < steps; ++h) {
    const sorted = draws.slice(h * paths, (h + 1) * paths).sort();
    levels.forEach((p, k) => {
      const at = p * (paths - 1);
      const below = Math.min(paths - 2, Math.floor(at));
      const share = at - below;
      out[h * levels.length + k] = (1 - share) * sorted[below] + share * sorted[below + 1];
    });
  }
  return out;
}

/** The distribution of each step over futures, which may have heavier tails than a normal one. */
export function drawnOutlook(
  futures: Futures,
  draw: (path: number) => ArrayLike<number>,
  math: Elementwise,
): Outlook {
  const { paths, steps } = futures;
  const draws = new Float64Array(paths * steps);
  const spread = spreadOf(futures, (path) => {
    const drawn = Array.from(draw(path));
    drawn.forEach((v, h) => (draws[h * paths + path - 1] = v));
    return drawn;
  });
  const shape = {
    scores: scoresOfLevels(DRAWN_LEVELS, math),
    values: quantilesOf(draws, paths, DRAWN_LEVELS),
  };
  return { ...spread, shape };
}

/** Mean and variance of each step over futures, each of which gives its values one by one. */
export function spreadOf({ paths, steps }: Futures, draw: (path: number) => Iterable<number>): Outlook {
  const means = new Float64Array(steps);
  const squares = new Float64Array(steps);
  for (let path = 1; path <= paths; ++path) {
    let h = 0;
    for (const value of draw(path)) {
      const gap = value - means[h]; // Welford's update over the paths
      means[h] += gap / path;
      squares[h] += gap * (value - means[h]);
      h += 1;
    }
  }
  return { means, variances: squares.map((v) => v / paths) };
}

/** The next `steps` values after the past: each prediction with noise, fed back. */
export function* future(
  run: ValueStream,
  past: Float64Array,
  steps: number,
  noise: () => number,
): Generator<number, void, void> {
  let next = warmUp(run, past);
  for (let h = 0; h < steps; ++h) {
    const value = next + noise();
    yield value;
    next = run.step(value)[0];
  }
}
