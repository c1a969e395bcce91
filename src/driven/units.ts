/** Inputs at mean 0 and deviation 1, and parameters that say the same of them: no fit depends on units. */
import { columnMoments } from "../models/hmm/emissions/clusters.ts";
import type { IohmmParameters } from "./spec.ts";

/** Mean and deviation [m] of inputs. */
export interface InputUnits {
  readonly mean: Float64Array;
  readonly sd: Float64Array;
}

/** Of all sequences of inputs [T,m]. An input of one value has deviation 1. */
export function measureUnits(inputs: readonly Float64Array[], m: number): InputUnits {
  const { mean, variance } = columnMoments(inputs, m);
  const varies = Array.from({ length: m }, (_, j) =>
    inputs.some((u) => u.some((x, i) => i % m === j && x !== u[j])),
  );
  return { mean, sd: variance.map((v, j) => (varies[j] ? Math.sqrt(v) : 1)) };
}

/** x_t = (1, u_t) [T,1+m], in units. */
export function designOf(u: Float64Array, m: number, { mean, sd }: InputUnits): Float64Array {
  const R = 1 + m;
  return Float64Array.from({ length: (u.length / m) * R }, (_, at) => {
    const j = (at % R) - 1;
    return j < 0 ? 1 : (u[Math.floor(at / R) * m + j] - mean[j]) / sd[j];
  });
}

/** Units as they come. */
export const plainUnits = (m: number): InputUnits => ({
  mean: new Float64Array(m),
  sd: new Float64Array(m).fill(1),
});

/** Rows w_0 + w·u as rows of (u - mean)/sd. */
function rowsInto(w: Float64Array, { mean, sd }: InputUnits): Float64Array {
  const R = 1 + mean.length;
  return w.map((x, at) => {
    const j = (at % R) - 1;
    if (j >= 0) return x * sd[j];
    return mean.reduce((sum, center, i) => sum + w[at + 1 + i] * center, x);
  });
}

/** Rows of (u - mean)/sd as rows of u. */
function rowsBack(w: Float64Array, { mean, sd }: InputUnits): Float64Array {
  const R = 1 + mean.length;
  return w.map((x, at) => {
    const j = (at % R) - 1;
    if (j >= 0) return x / sd[j];
    return mean.reduce((sum, center, i) => sum - (w[at + 1 + i] / sd[i]) * center, x);
  });
}

/** Parameters of inputs in units. */
export const intoUnits = (p: IohmmParameters, units: InputUnits): IohmmParameters => ({
  ...p,
  transitions: rowsInto(p.transitions, units),
  coefficients: rowsInto(p.coefficients, units),
});

/** Parameters of inputs as they come. */
export const outOfUnits = (p: IohmmParameters, units: InputUnits): IohmmParameters => ({
  ...p,
  transitions: rowsBack(p.transitions, units),
  coefficients: rowsBack(p.coefficients, units),
});
