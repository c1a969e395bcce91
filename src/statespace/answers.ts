/** What a state-space model is asked and answers. */
import type { Moments, Series } from "../inference/state-space.ts";
import type { Driven } from "../models/lds/answers.ts";
import type { GaussianStates } from "../models/lds/outputs.ts";
import type { Disturbances } from "../models/structural/simulation.ts";
import type { EmOptions } from "../train/em.ts";
import { inputsAt, offsets, smoothed, type Systems, type Walk } from "./passes.ts";
import type { SystemSizes } from "./system.ts";

/** How to fit; `restarts` must be 1. Default tolerance 1e-8, iterations 200. */
export type StateSpaceFitOptions = EmOptions & Driven;

/** Rows of the first n elements of each mean, and [n,n] of each covariance. */
export function rowsOf(moments: readonly Moments[], n: number): GaussianStates {
  const means = new Float64Array(moments.length * n);
  const covariances = new Float64Array(moments.length * n * n);
  moments.forEach(({ mean, covariance }, t) => {
    for (let i = 0; i < n; ++i) {
      means[t * n + i] = mean.data[i];
      for (let j = 0; j < n; ++j) covariances[(t * n + i) * n + j] = covariance.at(i, j);
    }
  });
  return { means, covariances };
}

/** One series at work: who speaks, its steps, the system of each, and the filter's way through them. */
export interface Run {
  readonly who: string;
  readonly series: Series;
  readonly systems: Systems;
  readonly walk: Walk;
}

/** [p] arrays [T] of one-step errors over their deviations; NaN where y is missing or the start diffuse. */
export function standardized({ series, walk }: Run, p: number): Float64Array[] {
  return Array.from({ length: p }, (_, i) =>
    Float64Array.from(walk.outputs, ({ mean, covariance }, t) => {
      const variance = covariance.at(i, i);
      return variance < Infinity ? (series.y[t * p + i] - mean.data[i]) / Math.sqrt(variance) : NaN;
    }),
  );
}

/** The noises of a series given all of it. */
export function noisesGiven(run: Run, { state: n, output: p, input }: SystemSizes): Disturbances {
  const { who, series, systems, walk } = run;
  const all = Array.from({ length: n }, (_, i) => i);
  const states = smoothed(who, systems, walk).map(({ mean }) => mean.part(all, [0]));
  const noises = states.map((x, t) => {
    const { model, A } = systems(t);
    const { drift, offset } = offsets(systems(t), inputsAt(series, t, input));
    const seen = model.C.columnRange(0, n).times(x).plus(offset).data;
    const next = A.times(x).plus(drift.part(all, [0]));
    return {
      outputs: seen.map((v, i) => series.y[t * p + i] - v),
      states: t + 1 < states.length ? states[t + 1].minus(next).data : new Float64Array(0),
    };
  });
  return {
    outputs: Float64Array.from(noises.flatMap(({ outputs }) => [...outputs])),
    states: Float64Array.from(noises.flatMap(({ states: own }) => [...own])),
  };
}
