/**
 * The score of variances from a pass of scalar-likelihood.ts: one pass backward, whatever their number.
 * (Koopman & Shephard 1992, "Exact score for time series models in state space form"; Durbin & Koopman 2012,
 * section 7.3.3.)
 */
import type { Arena } from "../wasm/memory.ts";
import { outputRow, type ScalarPass } from "./scalar-likelihood.ts";
import type { LinearGaussian } from "./state-space.ts";
import { takeBlocks } from "./transition.ts";

/** ∂ ln p / ∂Q_ii [n] and ∂ ln p / ∂R. */
export interface VarianceScore {
  readonly states: Float64Array;
  readonly output: number;
}

/**
 * The score from the pass backward, in the memory of `arena`. The start must not depend on the variances.
 * With all variances times `scale` the errors' part is 1/scale² of what it is, and that of ln F 1/scale: what
 * is given is scale times the score there.
 */
export function varianceScore(
  model: LinearGaussian,
  y: Float64Array,
  pass: ScalarPass,
  { scale, arena }: { readonly scale: number; readonly arena: Arena },
): VarianceScore {
  const { state: n, A } = model;
  const { kernels } = A.algebra.engine;
  arena.reset();
  const { plan } = pass;
  const [N, r, K, NK, states, entries, of, ...blocks] = takeBlocks(arena, [
    n * n,
    ...Array<number>(6).fill(n),
    ...plan.sizes,
  ]);
  const transition = plan.start({ kernels, memory: arena.memory, blocks }, pass.places);
  const row = outputRow(model, arena, [entries, of]);
  const places = transition.places.at;
  const weight = 1 / scale;
  const gain = K.reals;
  const back = (error: number, precision: number): number =>
    kernels.scalarScore(
      n,
      row.count,
      row.entries.at,
      row.states.at,
      places,
      weight,
      error,
      precision,
      K.at,
      r.at,
      N.at,
      NK.at,
    );
  let output = 0;
  for (let t = y.length - 1; t >= 0; --t) {
    kernels.scalarStates(n, weight, places, r.at, N.at, states.at);
    transition.retreat(r, N);
    if (y[t] !== y[t]) continue;
    for (let i = 0; i < n; ++i) gain[i] = pass.gains[t * n + i];
    output += back(pass.errors[t], pass.precisions[t]);
  }
  return { states: states.reals.slice(), output };
}
