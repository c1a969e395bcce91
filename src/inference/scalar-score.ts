/**
 * The score of variances from a pass of scalar-likelihood.ts: one pass backward, whatever their number.
 * (Koopman & Shephard 1992, "Exact score for time series models in state space form"; Durbin & Koopman 2012,
 * section 7.3.3.)
 */
import type { Arena } from "../wasm/memory.ts";
import type { ScalarPass } from "./scalar-likelihood.ts";
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
  const { state: n, A, C } = model;
  const { kernels } = A.algebra.engine;
  arena.reset();
  const { plan } = pass;
  const [N, K, NK, ...work] = takeBlocks(arena, [n * n, n, n, plan.work, plan.work]);
  const transition = plan.start(kernels, work, pass.places);
  const c = C.data;
  const nonzero = [...c.keys()].filter((i) => c[i] !== 0);
  const weight = 1 / scale;
  const r = new Float64Array(n);
  const states = new Float64Array(n);
  const NN = N.reals;
  const gain = K.reals;
  const product = NK.reals;
  let output = 0;
  for (let t = y.length - 1; t >= 0; --t) {
    const { places } = transition;
    for (let i = 0; i < n; ++i) {
      const at = places[i];
      states[i] += 0.5 * (weight * r[at] * r[at] - NN[at * n + at]);
    }
    transition.retreat(r, N);
    if (y[t] !== y[t]) continue;
    for (let i = 0; i < n; ++i) gain[i] = pass.gains[t * n + i];
    kernels.product(1, n, n, K.at, n, N.at, n, NK.at, n);
    let u = pass.errors[t];
    let D = pass.precisions[t];
    for (let i = 0; i < n; ++i) {
      u -= gain[i] * r[i];
      D += gain[i] * product[i];
    }
    output += 0.5 * (weight * u * u - D);
    // r = r + Cᵀ·u, N = N - Cᵀ·(N·K)ᵀ - (N·K)·C + Cᵀ·D·C
    for (const k of nonzero) {
      const at = transition.places[k];
      r[at] += c[k] * u;
      for (let j = 0; j < n; ++j) {
        const change = c[k] * product[j];
        NN[at * n + j] -= change;
        NN[j * n + at] -= change;
      }
      for (const l of nonzero) NN[at * n + transition.places[l]] += c[k] * (D * c[l]);
    }
  }
  return { states, output };
}
