/**
 * Fixed points of a net left to itself, by Newton's method from many starts, with the eigenvalues that say
 * which are attractors.
 */
import { inRange, knownOptions, whole } from "../wasm/errors.ts";
import { Random } from "../wasm/random.ts";
import { streams } from "../wasm/streams.ts";
import { spectrum, type Spectrum } from "../inference/spectrum.ts";
import type { StateMap } from "./state-map.ts";

/** A state that maps to itself. */
export interface FixedPoint {
  /** [n] */
  readonly state: Float64Array;
  /** Eigenvalues of the Jacobian there. */
  readonly eigenvalues: Spectrum;
  /** The largest modulus; below 1 the point attracts. */
  readonly radius: number;
  /** Whether `radius` is below 1. */
  readonly stable: boolean;
}

/** Where `fixedPoints` starts its search. */
export interface FixedPointOptions {
  /** Random starts, uniform in [-range, range]ⁿ. Default 100. */
  readonly starts?: number;
  /** Default 1, the reach of tanh. */
  readonly range?: number;
  /** Default 1. */
  readonly seed?: number;
}

const ITERATIONS = 100; // Newton steps from one start
const RESIDUAL = 1e-12; // |next - state| at which a point is taken
const SAME = 1e-6; // distance below which two points are one

/** All fixed points found, nearest to the origin first. */
export function fixedPoints(map: StateMap, options: FixedPointOptions = {}): FixedPoint[] {
  knownOptions("fixedPoints", options, ["starts", "range", "seed"]);
  const starts = whole("fixedPoints", "starts", options.starts ?? 100, 1);
  const range = inRange("fixedPoints", "range", options.range ?? 1, 0);
  const n = map.size;
  const random = new Random(map.engine, options.seed ?? 1, streams.searches);
  const found: Float64Array[] = [];
  for (let s = 0; s < starts; ++s) {
    const point = newton(
      map,
      Float64Array.from({ length: n }, () => range * (2 * random.uniform() - 1)),
    );
    if (point && !found.some((other) => distance(other, point) < SAME)) found.push(point);
  }
  const origin = new Float64Array(n);
  return found
    .sort((a, b) => distance(a, origin) - distance(b, origin) || a[0] - b[0])
    .map((state) => {
      const eigenvalues = spectrum(map.engine, n, map.linearize(state).jacobian);
      let square = 0;
      for (let i = 0; i < n; ++i)
        square = Math.max(
          square,
          eigenvalues.re[i] * eigenvalues.re[i] + eigenvalues.im[i] * eigenvalues.im[i],
        );
      const radius = Math.sqrt(square);
      return { state, eigenvalues, radius, stable: radius < 1 };
    });
}

/** (J - I)·δ = h - next, until h maps to itself; undefined where it does not settle. */
function newton(map: StateMap, h: Float64Array): Float64Array | undefined {
  const n = map.size;
  for (let i = 0; i < ITERATIONS; ++i) {
    const { next, jacobian } = map.linearize(h);
    const residual = h.map((x, j) => x - next[j]);
    if (distance(h, next) < RESIDUAL) return h;
    for (let j = 0; j < n; ++j) jacobian[j * n + j] -= 1;
    const delta = eliminate(n, jacobian, residual);
    if (!delta) return undefined;
    h = h.map((x, j) => x + delta[j]);
    if (!h.every(Number.isFinite)) return undefined;
  }
  return undefined;
}

/** A⁻¹·b by elimination with row pivots; undefined where A is singular. Overwrites both. */
function eliminate(n: number, A: Float64Array, b: Float64Array): Float64Array | undefined {
  for (let k = 0; k < n; ++k) {
    let pivot = k;
    for (let i = k + 1; i < n; ++i) if (Math.abs(A[i * n + k]) > Math.abs(A[pivot * n + k])) pivot = i;
    if (A[pivot * n + k] === 0) return undefined;
    for (let j = 0; j < n; ++j) [A[k * n + j], A[pivot * n + j]] = [A[pivot * n + j], A[k * n + j]];
    [b[k], b[pivot]] = [b[pivot], b[k]];
    for (let i = k + 1; i < n; ++i) {
      const f = A[i * n + k] / A[k * n + k];
      for (let j = k; j < n; ++j) A[i * n + j] -= f * A[k * n + j];
      b[i] -= f * b[k];
    }
  }
  for (let k = n - 1; k >= 0; --k) {
    for (let j = k + 1; j < n; ++j) b[k] -= A[k * n + j] * b[j];
    b[k] /= A[k * n + k];
  }
  return b;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return Math.sqrt(sum);
}
