/** Filter and smoother of nonlinear functions. (Särkkä 2013, chapters 5 and 9.) */
import { LOG_TWO_PI, Matrix } from "../inference/matrix-value.ts";
import type { Moments, Series } from "../inference/state-space.ts";
import type { Nonlinear } from "./nonlinear-spec.ts";
import { inputsAt } from "./passes.ts";
import type { SystemStep } from "./system.ts";
import type { Transformed } from "./transform.ts";

/** What one step leaves behind. */
export interface NonlinearStep {
  /** x_t given y_1..y_{t-1}, and given y_t too. */
  readonly predicted: Moments;
  readonly filtered: Moments;
  /** y_t given y_1..y_{t-1}. */
  readonly output: Moments;
  /** x_{t+1} given y_1..y_t, and the covariance [n,n] of x_t with it. */
  readonly next: Transformed;
  /** ln p(y_t | y_<t), nats. */
  readonly logLikelihood: number;
}

/** One step, from x_t given what came before; y [p], NaN where missing. Throws NumericError. */
export function filterStep(
  who: string,
  model: Nonlinear,
  predicted: Moments,
  { y, step }: { readonly y: Float64Array; readonly step: SystemStep },
): NonlinearStep {
  const { Q, R, transform } = model;
  const place = `${who}: step ${step.t}`;
  const seen = transform(place, model.observation(step), predicted);
  const output = { mean: seen.mean, covariance: seen.covariance.plus(R) };
  const { filtered, logLikelihood } = updated(place, predicted, { ...output, cross: seen.cross }, y);
  const moved = transform(place, model.transition(step), filtered);
  const next = { ...moved, covariance: moved.covariance.plus(Q).symmetric() };
  return { predicted, filtered, output, next, logLikelihood };
}

/** The state given the known elements of y, whose joint Gaussian with it is there. */
function updated(
  who: string,
  predicted: Moments,
  { mean, covariance, cross }: Transformed,
  y: Float64Array,
): { filtered: Moments; logLikelihood: number } {
  const { algebra, rows: n } = predicted.mean;
  const known = Array.from(y.keys()).filter((i) => y[i] === y[i]);
  if (known.length === 0) return { filtered: predicted, logLikelihood: 0 };
  const S = covariance.part(known, known);
  const own = cross.part(
    Array.from({ length: n }, (_, i) => i),
    known,
  );
  const error = Matrix.column(
    algebra,
    Float64Array.from(known, (i) => y[i] - mean.data[i]),
  );
  const name = `${who}: covariance of the output`;
  const gain = S.solve(name, own.transposed()).transposed();
  const square = error.transposed().times(S.solve(name, error)).data[0];
  return {
    filtered: {
      mean: predicted.mean.plus(gain.times(error)),
      covariance: predicted.covariance.minus(gain.timesTransposed(own)).symmetric(),
    },
    logLikelihood: -0.5 * (known.length * LOG_TWO_PI + S.logDeterminant(name) + square),
  };
}

/** The filter over a series. */
export function nonlinearWalk(who: string, model: Nonlinear, series: Series): NonlinearStep[] {
  const { output: p, input } = model;
  const steps: NonlinearStep[] = [];
  for (let t = 0; t < series.y.length / p; ++t) {
    const step = { t, input: Float64Array.from(inputsAt(series, t, input)) };
    const y = series.y.subarray(t * p, (t + 1) * p);
    steps.push(filterStep(who, model, steps[t - 1]?.next ?? model.initial, { y, step }));
  }
  return steps;
}

/** x_t given all of y: J = Cov(x_t, x_{t+1})·Cov(x_{t+1})⁻¹ carries back what later steps tell. */
export function nonlinearSmoothed(who: string, steps: readonly NonlinearStep[]): Moments[] {
  const out: Moments[] = [];
  for (let t = steps.length - 1; t >= 0; --t) {
    const { filtered, next } = steps[t];
    const later = out[t + 1];
    if (!later) {
      out[t] = filtered;
      continue;
    }
    const J = next.covariance
      .solve(`${who}: step ${t}: covariance of the next state`, next.cross.transposed(), {
        semidefinite: true,
      })
      .transposed();
    out[t] = {
      mean: filtered.mean.plus(J.times(later.mean.minus(next.mean))),
      covariance: filtered.covariance.plus(J.congruence(later.covariance.minus(next.covariance))).symmetric(),
    };
  }
  return out;
}
