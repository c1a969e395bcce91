/** Drawing sequences from a linear dynamical system. */
import { triangularNormals, type Matrix } from "../../inference/matrix-value.ts";
import type { Moments, LinearGaussian } from "../../inference/state-space.ts";
import type { Random } from "../../wasm/random.ts";

/** A drawn sequence [length,p] and its states [length,n]. */
export interface LdsSample {
  /** [length,p] */
  readonly sequence: Float64Array;
  /** [length,n] */
  readonly states: Float64Array;
}

/**
 * Draws x_1 from `start`, then `length` steps; u [length,m]. Throws NumericError on covariances that are
 * not.
 */
export function sampleSystem(
  who: string,
  model: LinearGaussian,
  start: Moments,
  random: Random,
  { length, u }: { readonly length: number; readonly u?: Float64Array },
): LdsSample {
  const { state: n, output: p, input: m, A, B, C, D, Q, R } = model;
  const root = (S: Matrix): Matrix => S.cholesky(`${who}: covariance`, { semidefinite: true });
  const rootQ = root(Q);
  const rootR = root(R);
  const sequence = new Float64Array(length * p);
  const states = new Float64Array(length * n);
  let x: Float64Array = triangularNormals(random, root(start.covariance)).map(
    (v, i) => v + start.mean.data[i],
  );
  for (let t = 0; t < length; ++t) {
    const now = u?.subarray(t * m, (t + 1) * m);
    states.set(x, t * n);
    sequence.set(add(triangularNormals(random, rootR), C, x, D, now), t * p);
    x = add(triangularNormals(random, rootQ), A, x, B, now);
  }
  return { sequence, states };
}

/** w + M·x + N·u */
function add(w: Float64Array, M: Matrix, x: Float64Array, N: Matrix, u?: Float64Array): Float64Array {
  return w.map((noise, i) => {
    let sum = noise;
    for (let j = 0; j < M.columns; ++j) sum += M.at(i, j) * x[j];
    if (u) for (let j = 0; j < N.columns; ++j) sum += N.at(i, j) * u[j];
    return sum;
  });
}
