/**
 * Maximization of a smooth function of few variables by BFGS: the inverse of the Hessian is built up from
 * differences of gradients, steps are cut back until the function rises enough. (Nocedal & Wright 2006,
 * algorithm 6.1 with Armijo's condition, equation 3.4.)
 */
import { dot } from "../inference/matrix-value.ts";
import { NumericError } from "../wasm/errors.ts";
import { Pace } from "./pace.ts";
import type { AbortSignal } from "../wasm/platform.ts";

/** A function at a point: its gradient is computed only where the search goes on from there. */
export interface SmoothPoint {
  readonly x: Float64Array;
  readonly value: number;
  /** Asked for at most once, before the next point. */
  gradient(): Float64Array;
}

/** What is maximized. A NumericError from it or from a gradient means -∞: the point is outside. */
export type SmoothFunction<P extends SmoothPoint = SmoothPoint> = (x: Float64Array) => P;

/** When to stop. */
export interface QuasiNewtonOptions<P extends SmoothPoint = SmoothPoint> {
  readonly iterations: number;
  /** Stops when an iteration gains less than this. */
  readonly tolerance: number;
  readonly signal?: AbortSignal;
  /** After each iteration, with the best point so far. */
  readonly onIteration?: (iteration: number, best: P) => void;
}

/** Where it ended. */
export interface Maximum<P extends SmoothPoint = SmoothPoint> {
  readonly best: P;
  readonly iterations: number;
  readonly converged: boolean;
  /** The value before every iteration, and after the last: never falls. */
  readonly history: readonly number[];
}

const ARMIJO = 1e-4;
/** A step is halved at most so often. */
const HALVINGS = 40;
/** sᵀy below this share of ‖s‖·‖y‖ says nothing about curvature. */
const CURVED = 1e-10;

/** A point that the search goes on from. */
interface Reached<P extends SmoothPoint> {
  readonly point: P;
  readonly gradient: Float64Array;
}

/** Maximizes, starting from `start` [n]. Throws the NumericError of the start, if it has one. */
export async function quasiNewton<P extends SmoothPoint>(
  f: SmoothFunction<P>,
  start: Float64Array,
  options: QuasiNewtonOptions<P>,
): Promise<Maximum<P>> {
  const { iterations, tolerance, signal, onIteration } = options;
  const pace = new Pace();
  let now = reached(f(start));
  let inverse: Float64Array | undefined;
  const history = [now.point.value];
  let converged = start.length === 0;
  let iteration = 0;
  while (iteration < iterations && !converged && !signal?.aborted) {
    const next = lineSearch(f, now, direction(inverse, now.gradient));
    if (!next && inverse) {
      inverse = undefined; // what was learned of the curvature leads nowhere: steepest ascent once
      continue;
    }
    ++iteration;
    converged = !next || next.point.value - now.point.value < tolerance;
    if (next) {
      inverse = updated(inverse, now, next);
      now = next;
    }
    history.push(now.point.value);
    onIteration?.(iteration, now.point);
    await pace.breathe();
  }
  return { best: now.point, iterations: iteration, converged, history };
}

const reached = <P extends SmoothPoint>(point: P): Reached<P> => ({ point, gradient: point.gradient() });

/** H·g; without H, g at a length of at most 1. */
function direction(inverse: Float64Array | undefined, gradient: Float64Array): Float64Array {
  const n = gradient.length;
  if (!inverse) {
    const length = Math.sqrt(dot(gradient, gradient));
    return gradient.map((g) => g / Math.max(length, 1));
  }
  return gradient.map((_, i) => dot(inverse.subarray(i * n, (i + 1) * n), gradient));
}

/** The first point along the direction, at lengths 1, ½, ¼, …, that rises enough. */
function lineSearch<P extends SmoothPoint>(
  f: SmoothFunction<P>,
  { point, gradient }: Reached<P>,
  along: Float64Array,
): Reached<P> | undefined {
  const slope = dot(gradient, along);
  if (!(slope > 0)) return undefined;
  let step = 1;
  for (let i = 0; i < HALVINGS; ++i, step /= 2) {
    const x = point.x.map((v, j) => v + step * along[j]);
    const next = inside(() => f(x));
    if (!next || !(next.value >= point.value + ARMIJO * step * slope)) continue;
    const at = inside(() => reached(next));
    if (at) return at;
  }
  return undefined;
}

/** What `compute` gives; undefined where it throws a NumericError. */
function inside<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    if (error instanceof NumericError) return undefined;
    throw error;
  }
}

/** H ← (I - ρsyᵀ)·H·(I - ρysᵀ) + ρssᵀ with y = -Δg, ρ = 1/sᵀy; first scaled to sᵀy/yᵀy. */
function updated(
  inverse: Float64Array | undefined,
  old: Reached<SmoothPoint>,
  now: Reached<SmoothPoint>,
): Float64Array | undefined {
  const n = old.gradient.length;
  const s = now.point.x.map((x, i) => x - old.point.x[i]);
  const y = old.gradient.map((g, i) => g - now.gradient[i]);
  const curvature = dot(s, y);
  if (!(curvature > CURVED * Math.sqrt(dot(s, s) * dot(y, y)))) return inverse;
  const scale = curvature / dot(y, y);
  const H = inverse ?? Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? scale : 0));
  const Hy = y.map((_, i) => dot(H.subarray(i * n, (i + 1) * n), y));
  const yHy = dot(y, Hy);
  return H.map((h, k) => {
    const i = Math.floor(k / n);
    const j = k % n;
    const own = ((1 + yHy / curvature) * s[i] * s[j]) / curvature;
    return h + own - (Hy[i] * s[j] + s[i] * Hy[j]) / curvature;
  });
}
