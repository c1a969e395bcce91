/**
 * ln p of a series alone, where the system changes from step to step: one scalar observation after another on
 * plain arrays. (Durbin & Koopman 2012, section 6.4.)
 */
import type { State } from "../inference/backward-state.ts";
import { DiffuseFilter, decorrelate, inPlace, unobserved } from "../inference/diffuse.ts";
import { LOG_TWO_PI, sum } from "../inference/matrix-value.ts";
import { diffuseStart, type Moments, type Series } from "../inference/state-space.ts";
import type { FilterStep } from "../inference/system-slopes.ts";
import { NumericError } from "../wasm/errors.ts";
import { checkTotal, inputsAt, offsets, type Systems } from "./passes.ts";

/**
 * ln p(y), nats. Throws NumericError, beginning with `who`. `input`: numbers of u a step. `record` gets what
 * each step leaves.
 */
export function varyingLikelihood(
  who: string,
  systems: Systems,
  series: Series,
  input: number,
  record?: (step: FilterStep) => void,
): number {
  const { output: p, A } = systems(0).model;
  const T = series.y.length / p;
  let predicted = diffuseStart(systems(0).model);
  let total = 0;
  let t = 0;
  for (; t < T && predicted.W.columns > 0; ++t) {
    const system = systems(t);
    const filter = new DiffuseFilter(system.model, predicted);
    const { drift, offset } = offsets(system, inputsAt(series, t, input));
    const y = minus(series.y, t, offset.data);
    const { filtered, logLikelihood } = inPlace(`${who}: step ${t}`, () => filter.step(y, drift.data));
    record?.({ predicted: { ...plain(predicted), W: predicted.W }, filtered: plain(filtered), y });
    total += logLikelihood;
    predicted = filter.predicted;
  }
  if (predicted.W.columns > 0) throw unobserved(who, T, predicted.W);
  const state = { m: predicted.mean.data.slice(), P: predicted.covariance.data.slice() };
  const variances: number[] = [];
  let squares = 0;
  for (; t < T; ++t) {
    const system = systems(t);
    const { drift, offset } = offsets(system, inputsAt(series, t, input));
    const values = minus(series.y, t, offset.data);
    const before = record && { m: state.m.slice(), P: state.P.slice() };
    for (const { z, y, h } of decorrelate(system.model, values)) {
      const { v, F } = update(state, z, y, h);
      if (!(F > 0))
        throw new NumericError(
          `${who}: step ${t}: the innovation of an observation has no variance; give R more noise, or drop ` +
            "repeated outputs",
        );
      variances.push(F);
      squares += (v * v) / F;
    }
    if (before) record({ predicted: before, filtered: { ...state }, y: values });
    move(state, system.model.A.data, drift.data, system.model.Q.data);
  }
  total -= 0.5 * (squares + variances.length * LOG_TWO_PI + sum(A.algebra.log(variances)));
  return checkTotal(who, total);
}

/** y of step t less what is added to it. */
const minus = (y: Float64Array, t: number, offset: Float64Array): Float64Array =>
  offset.map((v, i) => y[t * offset.length + i] - v);

const plain = ({ mean, covariance }: Moments): State => ({ m: mean.data, P: covariance.data });

/** A state's mean [n] and covariance [n,n], which move in place. */
interface PlainState {
  m: Float64Array;
  P: Float64Array;
}

/** Takes y = z·x + N(0, h); gives its error and the variance of that. */
function update({ m, P }: PlainState, z: Float64Array, y: number, h: number): { v: number; F: number } {
  const n = m.length;
  const Pz = new Float64Array(n);
  let F = h;
  let v = y;
  for (let i = 0; i < n; ++i) {
    for (let j = 0; j < n; ++j) Pz[i] += P[i * n + j] * z[j];
    F += z[i] * Pz[i];
    v -= z[i] * m[i];
  }
  for (let i = 0; i < n; ++i) {
    m[i] += (Pz[i] * v) / F;
    for (let j = 0; j < n; ++j) P[i * n + j] -= (Pz[i] * Pz[j]) / F;
  }
  return { v, F };
}

/** m ← A·m + drift, P ← A·P·Aᵀ + Q. */
function move(state: PlainState, A: Float64Array, drift: Float64Array, Q: Float64Array): void {
  const { m, P } = state;
  const n = m.length;
  const AP = new Float64Array(n * n);
  const next = { m: drift.slice(), P: Q.slice() };
  for (let i = 0; i < n; ++i)
    for (let k = 0; k < n; ++k) {
      const a = A[i * n + k];
      if (a === 0) continue;
      next.m[i] += a * m[k];
      for (let j = 0; j < n; ++j) AP[i * n + j] += a * P[k * n + j];
    }
  for (let j = 0; j < n; ++j)
    for (let k = 0; k < n; ++k) {
      const a = A[j * n + k];
      if (a !== 0) for (let i = 0; i < n; ++i) next.P[i * n + j] += AP[i * n + k] * a;
    }
  state.m = next.m;
  state.P = next.P;
}
