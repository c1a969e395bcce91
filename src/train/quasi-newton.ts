/**
 * Maximization of a smooth function of few variables by BFGS: the inverse of the Hessian is built up from
 * differences of gradients, steps are cut back until the function rises enough. (Nocedal & Wright 2006,
 * algorithm 6.1 with Armijo's condition, equation 3.4.)
 */
import { NumericError } from "../wasm/errors.ts";
import { Pace } from "./pace.ts";
import type { AbortSignal } from "../wasm/platform.ts";

/** What is maximized. A NumericError from it means -∞: the point is outside. */
export interface SmoothFunction {
  value(x: Float64Array): number;
  gradient(x: Float64Array): { readonly value: number; readonly gradient: Float64Array };
}

/** When to stop. */
export interface QuasiNewtonOptions {
  readonly iterations: number;
  /** Stops when an iteration gains less than this. */
  readonly tolerance: number;
  readonly signal?: AbortSignal;
  /** After each iteration, with the best point so far. */
  readonly onIteration?: (iteration: number, value: number, x: Float64Array) => void;
}

/** Where it ended. */
export interface Maximum {
  readonly x: Float64Array;
  readonly value: number;
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

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** Maximizes, starting from `start` [n]. Throws the NumericError of the start, if it has one. */
export async function quasiNewton(
  f: SmoothFunction,
  start: Float64Array,
  options: QuasiNewtonOptions,
): Promise<Maximum> {
  const { iterations, tolerance, signal, onIteration } = options;
  const pace = new Pace();
  let now: Point = { x: start, ...f.gradient(start) };
  let inverse: Float64Array | undefined;
  const history = [now.value];
  let converged = start.length === 0;
  let iteration = 0;
  while (iteration < iterations && !converged && !signal?.aborted) {
    const next = lineSearch(f, now, direction(inverse, now.gradient));
    if (!next && inverse) {
      inverse = undefined; // what was learned of the curvature leads nowhere: steepest ascent once
      continue;
    }
    ++iteration;
    converged = !next || next.value - now.value < tolerance;
    if (next) {
      inverse = updated(inverse, now, next);
      now = next;
    }
    history.push(now.value);
    onIteration?.(iteration, now.value, now.x);
    await pace.breathe();
  }
  return { x: now.x, value: now.value, iterations: iteration, converged, history };
}

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
function lineSearch(f: SmoothFunction, now: Point, along: Float64Array): Point | undefined {
  const slope = dot(now.gradient, along);
  if (!(slope > 0)) return undefined;
  let step = 1;
  for (let i = 0; i < HALVINGS; ++i, step /= 2) {
    const x = now.x.map((v, j) => v + step * along[j]);
    if (!(inside(() => f.value(x), -Infinity) >= now.value + ARMIJO * step * slope)) continue;
    const at = inside(() => f.gradient(x), undefined);
    if (at) return { x, ...at };
  }
  return undefined;
}

/** What `compute` gives, or `outside` where it throws a NumericError. */
function inside<T>(compute: () => T, outside: T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof NumericError) return outside;
    throw error;
  }
}

/** H ← (I - ρsyᵀ)·H·(I - ρysᵀ) + ρssᵀ with y = -Δg, ρ = 1/sᵀy; first scaled to sᵀy/yᵀy. */
function updated(inverse: Float64Array | undefined, old: Point, now: Point): Float64Array | undefined {
  const n = old.x.length;
  const s = now.x.map((x, i) => x - old.x[i]);
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

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}
