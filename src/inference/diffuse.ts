/**
 * The exact diffuse start of a Kalman filter: elements of x_1 that have infinite variance, taken as a limit.
 *
 *   x_t | y_1..y_t  ~  N(m, P + κ·W·Wᵀ),  κ → ∞
 *
 * W has one column for each direction that nothing observed yet. Observations enter one by one,
 * decorrelated by R = L·D·Lᵀ; each that W reaches removes one column, so the rank is exact. (Koopman 1997;
 * Durbin & Koopman 2012, sections 5.2 and 6.4; the factor W in place of their P∞ is equal to theirs in
 * exact arithmetic.)
 */
import { NumericError } from "../wasm/errors.ts";
import { LOG_TWO_PI, Matrix } from "./matrix-value.ts";
import type { Diffuse, StateSpace } from "./state-space.ts";

/** What one step of the start leaves behind. */
export interface DiffuseStep {
  readonly predicted: Diffuse;
  readonly filtered: Diffuse;
  readonly logLikelihood: number;
}

/** (Part of an observation that W reaches)² below this share of the most it could be is rounding. */
const REACHED = 1e-20;

/** What is left of terms that cancel, below this share of their sizes, is rounding. */
const CANCELLED = 1e-13;

/** A sum of terms; 0 where they cancel. */
const unlessCancelled = (sum: number, size: number): number => (Math.abs(sum) > CANCELLED * size ? sum : 0);

/** One scalar observation y = z·x + N(0, h). */
export interface Observation {
  readonly z: Float64Array;
  readonly y: number;
  readonly h: number;
}

/** What T steps come to that leave directions W of the start unobserved. */
export const unobserved = (who: string, T: number, { columns, rows }: Matrix): NumericError =>
  new NumericError(
    `${who}: ${T} steps leave ${columns} of ${rows} directions of a diffuse start unobserved; ` +
      "give more steps, or a model that takes it initial: { mean, covariance }",
  );

/** What `compute` gives; its NumericErrors begin with `who`. */
export function inPlace<T>(who: string, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw error instanceof NumericError ? new NumericError(`${who}: ${error.message}`) : error;
  }
}

/** A filter that starts diffuse, one step at a time until `predicted.W` has no columns. */
export class DiffuseFilter {
  readonly #model: StateSpace;
  /** x_t given what was observed before. */
  predicted: Diffuse;

  constructor(model: StateSpace, start: Diffuse) {
    this.#model = model;
    this.predicted = start;
  }

  /**
   * Takes y [p], NaN where missing, and the drift [n] to the next step. Throws NumericError where an
   * innovation has no variance.
   */
  step(y: ArrayLike<number>, drift?: Float64Array): DiffuseStep {
    const { A, Q } = this.#model;
    const { predicted } = this;
    let filtered = predicted;
    let logLikelihood = 0;
    for (const observation of decorrelate(this.#model, y)) {
      const update = observe(filtered, observation);
      filtered = update.state;
      logLikelihood += update.logLikelihood;
    }
    const moved = A.times(filtered.mean);
    this.predicted = {
      mean: drift ? moved.plus(Matrix.column(A.algebra, drift)) : moved,
      covariance: A.congruence(filtered.covariance).plus(Q).symmetric(),
      W: directionsAfter(A, filtered.W),
    };
    return { predicted, filtered, logLikelihood };
  }
}

/**
 * The observed elements of y as scalar observations with independent noise: L⁻¹·y for R = L·D·Lᵀ, |L| = 1.
 */
export function decorrelate({ state: n, output: p, C, R }: StateSpace, y: ArrayLike<number>): Observation[] {
  const seen = Array.from({ length: p }, (_, i) => i).filter((i) => y[i] === y[i]);
  const o = seen.length;
  const rows = seen.map((i) => C.data.slice(i * n, (i + 1) * n));
  const values = seen.map((i) => y[i]);
  const noise = seen.map((i) => Float64Array.from(seen, (j) => R.at(i, j)));
  return seen.map((_, i) => {
    const h = noise[i][i];
    for (let j = i + 1; j < o; ++j) {
      const l = h > 0 ? noise[j][i] / h : 0;
      if (l === 0) continue;
      values[j] -= l * values[i];
      for (let k = 0; k < n; ++k) rows[j][k] -= l * rows[i][k];
      for (let k = i; k < o; ++k) noise[j][k] -= l * noise[i][k];
    }
    return { z: rows[i], y: values[i], h };
  });
}

/** A·W, in which what no direction reaches is 0, that no later observation takes it for reached. */
function directionsAfter(A: Matrix, W: Matrix): Matrix {
  const [n, rank] = [W.rows, W.columns];
  const out = new Float64Array(n * rank);
  for (let i = 0; i < n; ++i)
    for (let k = 0; k < rank; ++k) {
      let sum = 0;
      let size = 0;
      for (let j = 0; j < n; ++j) {
        const x = A.at(i, j) * W.at(j, k);
        sum += x;
        size += Math.abs(x);
      }
      out[i * rank + k] = unlessCancelled(sum, size);
    }
  return new Matrix(W.algebra, n, rank, out);
}

/**
 * How much of an observation the diffuse directions reach: Wᵀz [rank], its square, and whether it is
 * rounding.
 */
function reached(W: Matrix, z: Float64Array): { reach: Float64Array; square: number; exists: boolean } {
  const reach = new Float64Array(W.columns);
  let square = 0;
  let possible = 0;
  for (let k = 0; k < W.columns; ++k) {
    let sum = 0;
    let size = 0;
    for (let i = 0; i < z.length; ++i) {
      sum += z[i] * W.at(i, k);
      size += Math.abs(z[i] * W.at(i, k));
    }
    reach[k] = sum;
    square += sum * sum;
    possible += size * size;
  }
  return { reach, square, exists: square > REACHED * possible };
}

/** The state after one scalar observation, and the observation's log-likelihood, or that of the limit. */
export function observe(now: Diffuse, { z, y, h }: Observation): { state: Diffuse; logLikelihood: number } {
  const n = z.length;
  const { mean, covariance: P, W } = now;
  const { algebra } = P;
  const Pz = P.times(Matrix.column(algebra, z)).data;
  const { reach, square, exists } = reached(W, z);
  let F = h;
  let v = y;
  for (let i = 0; i < n; ++i) {
    F += z[i] * Pz[i];
    v -= z[i] * mean.data[i];
  }
  if (!exists && !(F > 0))
    throw new NumericError(
      "the innovation of an observation has no variance; give R more noise, or drop repeated outputs",
    );
  const gain = exists ? diffuseGain(W, reach, square) : Pz.map((x) => x / F);
  const keep = Matrix.identity(algebra, n).map((x, i) => x - gain[Math.floor(i / n)] * z[i % n]);
  const covariance = keep
    .congruence(P)
    .map((x, i) => x + h * gain[Math.floor(i / n)] * gain[i % n])
    .symmetric();
  const logVariance = algebra.log([exists ? square : F])[0];
  return {
    state: {
      mean: mean.map((x, i) => x + gain[i] * v),
      covariance,
      W: exists ? withoutDirection(W, reach, square) : W,
    },
    logLikelihood: -0.5 * (LOG_TWO_PI + logVariance + (exists ? 0 : (v * v) / F)),
  };
}

/** W·Wᵀz / ‖Wᵀz‖² */
function diffuseGain(W: Matrix, reach: Float64Array, square: number): Float64Array {
  return Float64Array.from({ length: W.rows }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < W.columns; ++k) sum += W.at(i, k) * reach[k];
    return sum / square;
  });
}

/**
 * W·H without its first column, H the reflection that turns `reach` [rank] to the first axis: the columns
 * that stay unobserved.
 */
function withoutDirection(W: Matrix, reach: Float64Array, square: number): Matrix {
  const r = W.columns;
  const u = reach.slice();
  const length = Math.sqrt(square);
  const out = new Float64Array(W.rows * (r - 1));
  u[0] += u[0] < 0 ? -length : length;
  let size = 0;
  for (let k = 0; k < r; ++k) size += u[k] * u[k];
  for (let i = 0; i < W.rows; ++i) {
    let along = 0;
    for (let k = 0; k < r; ++k) along += W.at(i, k) * u[k];
    for (let k = 1; k < r; ++k) {
      const [was, taken] = [W.at(i, k), ((2 * along) / size) * u[k]];
      out[i * (r - 1) + k - 1] = unlessCancelled(was - taken, Math.abs(was) + Math.abs(taken));
    }
  }
  return new Matrix(W.algebra, W.rows, r - 1, out);
}

/** ±∞ in covariance [n,n] wherever W·Wᵀ is not 0, W [n,rank]. */
export function markInfinite(W: Matrix, covariance: Float64Array): void {
  const n = W.rows;
  for (let i = 0; i < n; ++i)
    for (let j = 0; j < n; ++j) {
      let sum = 0;
      let size = 0;
      for (let k = 0; k < W.columns; ++k) {
        const x = W.at(i, k) * W.at(j, k);
        sum += x;
        size += Math.abs(x);
      }
      if (Math.abs(sum) > 1e-10 * size && size > 0) covariance[i * n + j] = sum > 0 ? Infinity : -Infinity;
    }
}
