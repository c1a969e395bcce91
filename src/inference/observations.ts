/** What outputs see of a state: scalar observations with noises that do not correlate, there and back. */
import { decorrelate, type Observation } from "./diffuse.ts";
import type { StateSpace } from "./state-space.ts";
import type { ObservationSlopes } from "./backward-state.ts";
import { dot } from "./matrix-value.ts";

/** The outputs that are there, decorrelated by R = L·diag(h)·Lᵀ, |L| = 1. */
export interface Look {
  readonly seen: readonly number[];
  /** [o] rows of L⁻¹·C, and h. */
  readonly rows: readonly Omit<Observation, "y">[];
  /** [o,o] L, below its diagonal; none where that is all 0. */
  readonly L?: Float64Array;
}

/** What is seen where y [p] is not NaN. */
export function lookAt(model: StateSpace, y: ArrayLike<number>): Look {
  const seen = Array.from({ length: model.output }, (_, i) => i).filter((i) => y[i] === y[i]);
  return { seen, rows: decorrelate(model, y), L: unitFactor(model.R.part(seen, seen).data, seen.length) };
}

/** Whether the same outputs are there in y [p]. */
export function isSeenIn({ seen }: Look, y: ArrayLike<number>): boolean {
  let k = 0;
  for (let i = 0; i < y.length; ++i) if (y[i] === y[i] && seen[k++] !== i) return false;
  return k === seen.length;
}

/** The L of R [o,o]; a variance of 0 has no others below it. */
function unitFactor(R: Float64Array, o: number): Float64Array | undefined {
  const L = new Float64Array(o * o);
  for (let j = 0; j < o; ++j)
    for (let i = j + 1; i < o; ++i) {
      const l = R[j * o + j] > 0 ? R[i * o + j] / R[j * o + j] : 0;
      L[i * o + j] = l;
      for (let k = j; k < o; ++k) R[i * o + k] -= l * R[j * o + k];
    }
  return L.some((x) => x !== 0) ? L : undefined;
}

/** The observations of y [p]. */
export function observationsOf({ seen, rows, L }: Look, y: ArrayLike<number>): Observation[] {
  const values = seen.map((i) => y[i]);
  const o = seen.length;
  if (L) for (let j = 0; j < o; ++j) for (let i = j + 1; i < o; ++i) values[i] -= L[i * o + j] * values[j];
  return rows.map(({ z, h }, i) => ({ z, h, y: values[i] }));
}

/** X ← L⁻ᵀ·X of X [o,width]. */
function solveTransposed(L: Float64Array, X: Float64Array, width: number): void {
  const o = X.length / width;
  for (let j = o - 1; j >= 0; --j)
    for (let i = j + 1; i < o; ++i)
      for (let k = 0; k < width; ++k) X[j * width + k] -= L[i * o + j] * X[i * width + k];
}

/** Derivatives by the C [o,n], y [o] and R [o,o] of the outputs that are there. */
export interface OutputSlopes {
  readonly C: Float64Array;
  readonly y: Float64Array;
  readonly R: Float64Array;
}

/** Back from the observations, by whose rows [o,n] the derivatives are `C`. */
export function outputSlopes(
  { L }: Look,
  observations: readonly Observation[],
  slopes: readonly ObservationSlopes[],
  C: Float64Array,
): OutputSlopes {
  const o = observations.length;
  const n = C.length / o;
  const y = Float64Array.from(slopes, (slope) => slope.y);
  const R = new Float64Array(o * o);
  for (let i = 0; i < o; ++i) {
    R[i * (o + 1)] = slopes[i].h;
    for (let j = 0; j < i; ++j) {
      const { z, y: value, h } = observations[j];
      const along = dot(C.subarray(i * n, (i + 1) * n), z) + slopes[i].y * value;
      // a variance of 0 stays alone
      if (h > 0) R[i * o + j] = R[j * o + i] = (-0.5 * along) / h;
    }
  }
  if (!L) return { C, y, R };
  solveTransposed(L, C, n);
  solveTransposed(L, y, 1);
  solveTransposed(L, R, o);
  const turned = R.map((_, k) => R[(k % o) * o + Math.floor(k / o)]);
  solveTransposed(L, turned, o);
  return { C, y, R: turned };
}
