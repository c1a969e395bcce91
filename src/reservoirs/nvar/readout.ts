/** The readout of a nonlinear vector autoregression: y = Wᵀ·z, or x + Wᵀ·z where it says increments. */
import type { FeatureWindow } from "./features.ts";
import type { NvarSpec } from "./spec.ts";

/** What a model has learned, and how its answers are made. */
export interface Readout {
  readonly spec: Required<NvarSpec>;
  /** [D,O] */
  readonly weights: Float64Array;
}

/**
 * The answer [O] to x [I], which stands at `at` of an array and is the next of a window. `z` [D] is written.
 */
export function answer(
  { spec, weights }: Readout,
  window: FeatureWindow,
  z: Float64Array,
  x: ArrayLike<number>,
  at = 0,
): Float64Array {
  const O = spec.output;
  window.push(x, at);
  window.write(z);
  const y = new Float64Array(O);
  for (let d = 0; d < z.length; ++d) for (let o = 0; o < O; ++o) y[o] += weights[d * O + o] * z[d];
  if (spec.says === "increment") for (let o = 0; o < O; ++o) y[o] += x[at + o];
  return y;
}
