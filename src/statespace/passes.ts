/**
 * Filter and smoother of a system whose matrices may change from step to step, through a diffuse start.
 * (Durbin & Koopman 2012, chapters 4 and 5.)
 */
import { smoothDiffuse } from "../inference/diffuse-smoother.ts";
import { DiffuseFilter, inPlace, markInfinite, unobserved } from "../inference/diffuse.ts";
import { Matrix, sum } from "../inference/matrix-value.ts";
import { diffuseStart, type Diffuse, type Moments, type Series } from "../inference/state-space.ts";
import { NumericError } from "../wasm/errors.ts";
import type { ReadSystem } from "./system.ts";

/** The system of each step. */
export type Systems = (t: number) => ReadSystem;

/** A filter's way through a series. */
export interface Walk {
  /** [T+1] x_t given y_1..y_{t-1}, the last beyond the series. */
  readonly predicted: readonly Diffuse[];
  /** [T] x_t given y_1..y_t. */
  readonly filtered: readonly Diffuse[];
  /** [T] y_t given y_1..y_{t-1}. */
  readonly outputs: readonly Moments[];
  /** [T] ln p(y_t | y_<t), nats. */
  readonly logLikelihoods: Float64Array;
}

/** B·u + a and D·u + c of one step, u [m]. */
export function offsets({ model: { B, D } }: ReadSystem, u: Float64Array): { drift: Matrix; offset: Matrix } {
  return { drift: withOne(B, u), offset: withOne(D, u) };
}

/** M·(u, 1) */
function withOne({ algebra, rows, columns, data }: Matrix, u: Float64Array): Matrix {
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; ++i) {
    out[i] = data[(i + 1) * columns - 1];
    for (let j = 0; j + 1 < columns; ++j) out[i] += data[i * columns + j] * u[j];
  }
  return Matrix.column(algebra, out);
}

/** The inputs of step t. */
export const inputsAt = ({ u }: Series, t: number, m: number): Float64Array =>
  u?.subarray(t * m, (t + 1) * m) ?? new Float64Array(0);

/** A total of ln p. Throws NumericError where it is not finite. */
export function checkTotal(who: string, total: number): number {
  if (Number.isFinite(total)) return total;
  throw new NumericError(`${who}: the log-likelihood is ${total}; data or parameters are too large`);
}

/** What a step is given: y [p], NaN where missing, and u [m]. */
export interface Given {
  readonly y: Float64Array;
  readonly input: Float64Array;
}

/** What a step of the filter comes to. */
export interface WalkStep {
  /** x_{t+1} given y_1..y_t. */
  readonly predicted: Diffuse;
  /** x_t given y_1..y_t. */
  readonly filtered: Diffuse;
  /** y_t given y_1..y_{t-1}. */
  readonly output: Moments;
  /** ln p(y_t | y_<t), nats. */
  readonly logLikelihood: number;
}

/** One step of the filter, from x_t given y_1..y_{t-1}. Throws NumericError, beginning with `who`. */
export function walkStep(who: string, system: ReadSystem, now: Diffuse, { y, input }: Given): WalkStep {
  const { C, R } = system.model;
  const { drift, offset } = offsets(system, input);
  const filter = new DiffuseFilter(system.model, now);
  const less = y.map((v, i) => v - offset.data[i]);
  const { filtered, logLikelihood } = inPlace(who, () => filter.step(less, drift.data));
  return {
    predicted: filter.predicted,
    filtered,
    output: withInfinities(
      C.times(now.W),
      C.times(now.mean).plus(offset),
      C.congruence(now.covariance).plus(R),
    ),
    logLikelihood,
  };
}

/** The filter. Throws NumericError, beginning with `who`. `input`: numbers of u a step. */
export function walk(who: string, systems: Systems, series: Series, input: number): Walk {
  const { output: p } = systems(0).model;
  const T = series.y.length / p;
  const predicted: Diffuse[] = [diffuseStart(systems(0).model)];
  const filtered: Diffuse[] = [];
  const outputs: Moments[] = [];
  const logLikelihoods = new Float64Array(T);
  for (let t = 0; t < T; ++t) {
    const given = { y: series.y.subarray(t * p, (t + 1) * p), input: inputsAt(series, t, input) };
    const step = walkStep(`${who}: step ${t}`, systems(t), predicted[t], given);
    filtered.push(step.filtered);
    logLikelihoods[t] = step.logLikelihood;
    outputs.push(step.output);
    predicted.push(step.predicted);
  }
  checkTotal(who, sum(logLikelihoods));
  return { predicted, filtered, outputs, logLikelihoods };
}

function withInfinities(W: Matrix, mean: Matrix, covariance: Matrix): Moments {
  const data = covariance.data.slice();
  markInfinite(W, data);
  return { mean, covariance: new Matrix(mean.algebra, covariance.rows, covariance.columns, data) };
}

/** A state of a diffuse filter, with ∞ where nothing is known yet. */
export const asMoments = ({ mean, covariance, W }: Diffuse): Moments => withInfinities(W, mean, covariance);

/** The smoother: x_t given all of y. Throws NumericError, beginning with `who`. */
export function smoothed(who: string, systems: Systems, { filtered, predicted }: Walk): Moments[] {
  const T = filtered.length;
  const out: Moments[] = [];
  for (let t = T - 1; t >= 0; --t) {
    const next = out[t + 1];
    if (!next && filtered[t].W.columns > 0) throw unobserved(who, T, filtered[t].W);
    out[t] = next
      ? smoothDiffuse(systems(t).model, { filtered: filtered[t], predicted: predicted[t + 1], next })
      : filtered[t];
  }
  return out;
}
