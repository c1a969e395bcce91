/**
 * Newton's method for a concave function, its steps halved until they gain (Hastie, Tibshirani & Friedman
 * 2009, section 4.4).
 */
import type { Algebra } from "../inference/matrix.ts";

const ITERATIONS = 10;
/** How often a step is halved at most. */
const HALVINGS = 30;
/** Newton's gain below which it is done, nats. */
const DONE = 1e-9;

/** A concave function of points, and how a step of its free entries moves one. */
export interface Concave<Value extends { readonly value: number }> {
  /** Whose it is, for messages. */
  readonly who: string;
  /** The function, and what its derivatives need. */
  at(point: Float64Array): Value;
  /** Gradient [F] and negated Hessian [F,F] by the free entries. */
  curvature(point: Float64Array, value: Value): { readonly g: Float64Array; readonly H: Float64Array };
  /** The point moved by a share of a step [F]. */
  moved(point: Float64Array, step: Float64Array, share: number): Float64Array;
}

/** A point that is no lower than the start, after some steps from it. Throws NumericError. */
export function climbed<Value extends { readonly value: number }>(
  algebra: Algebra,
  start: Float64Array,
  f: Concave<Value>,
): Float64Array {
  let best = start;
  let now = f.at(best);
  for (let iteration = 0; iteration < ITERATIONS; ++iteration) {
    const { g, H } = f.curvature(best, now);
    const step = algebra.solveSemidefinite(f.who, g.length, 1, H, g);
    const gain = step.reduce((sum, s, at) => sum + s * g[at], 0);
    if (!(gain > DONE)) break;
    let share = 1;
    let next = f.at(f.moved(best, step, share));
    for (let halving = 0; halving < HALVINGS && !(next.value >= now.value); ++halving) {
      share /= 2;
      next = f.at(f.moved(best, step, share));
    }
    if (!(next.value >= now.value)) break;
    best = f.moved(best, step, share);
    now = next;
  }
  return best;
}
