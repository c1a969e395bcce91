/** Forecasts of a net that predicts the next value: futures are drawn, and their spread is the variance. */
import type { Outlook } from "./model.ts";
import { Pace } from "../../train/pace.ts";
import type { AbortSignal } from "../../wasm/platform.ts";

/** Futures that are drawn. */
const PATHS = 200;
/** Steps of the past that bring a net into the state from which it runs on. */
const WARM_UP = 300;

/** The end of a history, enough to bring a net into its state. */
export const recent = (z: Float64Array): Float64Array => z.subarray(Math.max(0, z.length - WARM_UP));

/** Mean and variance of each step over drawn futures [steps]. */
export async function spreadOf(
  steps: number,
  draw: (path: number) => ArrayLike<number>,
  signal: AbortSignal | undefined,
): Promise<Outlook> {
  const pace = new Pace();
  const means = new Float64Array(steps);
  const squares = new Float64Array(steps);
  for (let path = 1; path <= PATHS; ++path) {
    signal?.throwIfAborted();
    const future = draw(path);
    for (let h = 0; h < steps; ++h) {
      const gap = future[h] - means[h]; // Welford's update over the paths
      means[h] += gap / path;
      squares[h] += gap * (future[h] - means[h]);
    }
    await pace.breathe();
  }
  return { means, variances: squares.map((v) => v / (PATHS - 1)) };
}
