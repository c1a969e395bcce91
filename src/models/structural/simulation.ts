/** States and noises of a series given all of it: smoothed, and drawn. (Durbin & Koopman 2002.) */
import type { Kalman } from "../../inference/kalman.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import type { LinearGaussian, Series } from "../../inference/state-space.ts";
import type { Random } from "../../wasm/random.ts";
import { PassReader } from "../lds/outputs.ts";
import { sampleSystem } from "../lds/sampling.ts";

/** E[x_t | y] [T,n] */
function smoothedStates(who: string, kalman: Kalman, model: LinearGaussian, series: Series): Float64Array {
  const pass = kalman.run(who, model, series, "smooth");
  return new PassReader(kalman, model).numbers(pass.smoothedMean, pass.steps * model.state);
}

/**
 * A draw of all states given y: x⁺ + E[x | y - y⁺] for a series (x⁺, y⁺) that the model made. [T,n]
 */
export function simulateStates(
  who: string,
  kalman: Kalman,
  model: LinearGaussian,
  series: Series,
  random: Random,
): Float64Array {
  const { output: p, initial } = model;
  const length = series.y.length / p;
  const free = { ...model, input: 0, B: model.B.columnRange(0, 0), D: model.D.columnRange(0, 0) };
  const start =
    initial === "diffuse"
      ? {
          mean: Matrix.zeros(kalman.algebra, model.state, 1),
          covariance: Matrix.zeros(kalman.algebra, model.state),
        }
      : { mean: initial.mean.scaled(0), covariance: initial.covariance };
  const drawn = sampleSystem(who, free, start, random, { length });
  const gap = series.y.map((y, i) => y - drawn.sequence[i]);
  const smoothed = smoothedStates(who, kalman, model, { ...series, y: gap });
  return smoothed.map((x, i) => x + drawn.states[i]);
}

/**
 * Noises given all of y: of the outputs [T,p], y - C·x - D·u, and of the states [T-1,n], x_{t+1} - A·x_t -
 * B·u_t.
 */
export interface Disturbances {
  /** [T,p] */
  readonly outputs: Float64Array;
  /** [T-1,n] */
  readonly states: Float64Array;
}

/** The smoothed noises; NaN where y is missing. */
export function smoothedDisturbances(
  who: string,
  kalman: Kalman,
  model: LinearGaussian,
  series: Series,
): Disturbances {
  const { state: n, output: p, input: m, A, B, C, D } = model;
  const T = series.y.length / p;
  const x = new Matrix(kalman.algebra, T, n, smoothedStates(who, kalman, model, series));
  const u = new Matrix(kalman.algebra, T, m, series.u ?? new Float64Array(0));
  const y = new Matrix(kalman.algebra, T, p, series.y);
  const outputs = y.minus(x.timesTransposed(C)).minus(u.timesTransposed(D));
  const next = x.timesTransposed(A).plus(u.timesTransposed(B)).data;
  return { outputs: outputs.data, states: x.data.slice(n).map((value, i) => value - next[i]) };
}
