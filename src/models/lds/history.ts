/** What a forecast or a sample goes on from: one sequence before it, and the state that it leaves. */
import { finite, flattenSequences, type Sequences } from "../../data/sequence.ts";
import type { Kalman } from "../../inference/kalman.ts";
import { Matrix } from "../../inference/matrix-value.ts";
import { diffuseStart, type LinearGaussian, type Moments, type Series } from "../../inference/state-space.ts";
import { DataError } from "../../wasm/errors.ts";
import { PassReader } from "./outputs.ts";

/** The one sequence [T,p] of a history; NaN is missing. Throws DataError or ShapeError. */
export function flattenHistory(who: string, history: Sequences, p: number): Float64Array {
  const data = flattenSequences(`${who}: history`, history, p, finite, 1);
  if (data.length !== 1) throw new DataError(`${who}: history has ${data.length} sequences, want one`);
  return data[0];
}

/** x_{T+1} given a series of T steps, which may be 0. Diffuse states are 0 there. */
export function stateAfter(who: string, kalman: Kalman, model: LinearGaussian, series: Series): Moments {
  if (series.y.length === 0) return diffuseStart(model);
  const n = model.state;
  const { algebra } = kalman;
  const pass = kalman.run(who, model, series, "likelihood");
  const read = new PassReader(kalman, model);
  return {
    mean: Matrix.column(algebra, read.numbers(pass.predictedMean, n)),
    covariance: new Matrix(algebra, n, n, read.numbers(pass.predictedCovariance, n * n)),
  };
}
