/**
 * Emissions that inputs drive: y_t = B_k·x_t + N(0, S_k) in state k, x_t = (1, u_t), by weighted least
 * squares on residuals. A step that is not complete is missing.
 */
import type { Algebra } from "../inference/matrix.ts";
import { LOG_TWO_PI, Matrix } from "../inference/matrix-value.ts";
import { clusterCenters } from "../models/hmm/emissions/clusters.ts";
import { flattenReals } from "../models/hmm/emissions/reals.ts";
import { NO_WEIGHT } from "../models/hmm/emissions/entries.ts";
import {
  addPulls,
  addStep,
  believedCovariance,
  pullLogPrior,
  statesOf,
  type PullAt,
} from "../models/hmm/emissions/pulls.ts";
import type {
  Draw,
  Driven,
  DrivenEmission,
  DrivenRules,
  EmissionSums,
  Regressions,
  Sizes,
} from "./emission.ts";
import type { DrivenPrior } from "./prior.ts";

/** B_k·x_t [T,C] of state k. */
export function meansOf(
  algebra: Algebra,
  { C, R }: Sizes,
  { coefficients }: Regressions,
  X: Float64Array,
  k: number,
): Float64Array {
  const B = coefficients.slice(k * C * R, (k + 1) * C * R);
  const T = X.length / R;
  return T === 0 ? new Float64Array(0) : algebra.multiply(T, R, C, X, algebra.transpose(C, R, B));
}

/** Whether each step is complete. */
const completeSteps = ({ T, y }: Driven, D: number): boolean[] =>
  Array.from({ length: T }, (_, t) => y.subarray(t * D, (t + 1) * D).every((v) => v === v));

/** Residuals [T,D] of state k, 0 where a step is missing. */
function residualsOf(
  algebra: Algebra,
  sizes: Sizes,
  own: Regressions,
  data: Driven,
  k: number,
): Float64Array {
  const { D } = sizes;
  const there = completeSteps(data, D);
  const means = meansOf(algebra, sizes, own, data.X, k);
  return means.map((m, at) => (there[Math.floor(at / D)] ? data.y[at] - m : 0));
}

/** ln p(y_t | s_t = k, u_t) [T,K]; 0 where a step is missing. */
function logDensities(algebra: Algebra, sizes: Sizes, own: Regressions, data: Driven): Float64Array {
  const { K, D } = sizes;
  const { T } = data;
  const there = completeSteps(data, D);
  const out = new Float64Array(T * K);
  for (let k = 0; k < K; ++k) {
    const S = own.covariances.slice(k * D * D, (k + 1) * D * D);
    const L = algebra.cholesky(`iohmm: covariance of state ${k}`, D, S);
    const logs = algebra.log(L.filter((_, i) => i % (D + 1) === 0));
    const constant = -0.5 * D * LOG_TWO_PI - logs.reduce((sum, x) => sum + x, 0);
    const E = algebra.transpose(T, D, residualsOf(algebra, sizes, own, data, k));
    const Z = algebra.solveLower(D, T, L, E);
    for (let t = 0; t < T; ++t) {
      let squares = 0;
      for (let d = 0; d < D; ++d) squares += Z[d * T + t] * Z[d * T + t];
      out[t * K + k] = there[t] ? constant - 0.5 * squares : 0;
    }
  }
  return out;
}

/** Sums of 1, x·xᵀ, x·eᵀ, e·eᵀ of each state. */
class RegressionSums implements EmissionSums {
  readonly #sizes: Sizes;
  readonly #sums: readonly [Float64Array, Float64Array, Float64Array, Float64Array];

  constructor(sizes: Sizes) {
    const { K, D, R } = sizes;
    this.#sizes = sizes;
    this.#sums = [
      new Float64Array(K),
      new Float64Array(K * R * R),
      new Float64Array(K * R * D),
      new Float64Array(K * D * D),
    ];
  }

  clear(): void {
    for (const sums of this.#sums) sums.fill(0);
  }

  /** Adds a sequence under γ [T,K]. */
  add(algebra: Algebra, own: Regressions, data: Driven, gamma: Float64Array): void {
    const { K, D, R } = this.#sizes;
    const [weight, ...rest] = this.#sums;
    const sums = statesOf(K, rest);
    const there = completeSteps(data, D);
    for (let k = 0; k < K; ++k) {
      const E = residualsOf(algebra, this.#sizes, own, data, k);
      for (let t = 0; t < data.T; ++t) {
        if (!there[t]) continue;
        const w = gamma[t * K + k];
        weight[k] += w;
        addStep(sums[k], w, data.X.subarray(t * R, (t + 1) * R), E.subarray(t * D, (t + 1) * D));
      }
    }
  }

  /** Moves B by G⁻¹·H in its first `free` columns, and S to what is left, in place. */
  maximize(algebra: Algebra, own: Regressions, { free, floor, prior }: DrivenRules): void {
    const { K, D, R } = this.#sizes;
    const { coefficients, covariances } = own;
    const [weight, ...rest] = this.#sums;
    const states = statesOf(
      K,
      rest.map((sums) => sums.slice()),
    );
    const columns = Array.from({ length: free }, (_, i) => i);
    const outputs = Array.from({ length: D }, (_, d) => d);
    for (let k = 0; k < K; ++k) {
      const w = weight[k];
      if (!(w > NO_WEIGHT)) continue;
      const { xx, xe, ee } = states[k];
      addPulls(states[k], pullsOf(this.#sizes, own, prior, k));
      const G = new Matrix(algebra, R, R, xx).part(columns, columns);
      const H = new Matrix(algebra, R, D, xe).part(columns, outputs);
      const who = `iohmm: regression of state ${k}`;
      const step = free > 0 ? algebra.solveSemidefinite(who, free, D, G.data, H.data) : H.data;
      step.forEach((by, at) => {
        coefficients[(k * D + (at % D)) * R + Math.floor(at / D)] += by;
      });
      if (!floor) continue;
      const gained =
        free > 0
          ? new Matrix(algebra, free, D, step).transposed().times(H).symmetric().data
          : new Float64Array(D * D);
      const squares = ee.map((x, i) => x - gained[i]);
      covariances.set(floor.raised(believedCovariance(squares, w, prior.covariances)), k * D * D);
    }
  }
}

/** Where the prior pulls the columns of B of state k. */
function pullsOf(
  { D, R }: Sizes,
  { coefficients }: Regressions,
  { means, slopes }: DrivenPrior,
  k: number,
): PullAt[] {
  const column = (i: number, at?: Float64Array): Float64Array =>
    Float64Array.from({ length: D }, (_, d) => coefficients[(k * D + d) * R + i] - (at?.[d] ?? 0));
  return Array.from({ length: R }, (_, i) => ({
    strength: i === 0 ? means.strength : slopes,
    x: new Float64Array(R).fill(1, i, i + 1),
    gap: i === 0 && means.strength > 0 ? column(0, means.at) : column(i),
  })).filter(({ strength }) => strength > 0);
}

/** One output B_k·x + noise. */
function drawn(algebra: Algebra, sizes: Sizes, own: Regressions, { state, x, random }: Draw): Float64Array {
  const { D } = sizes;
  const S = own.covariances.slice(state * D * D, (state + 1) * D * D);
  const L = algebra.cholesky("iohmm.sample: covariance", D, S);
  const e = Float64Array.from({ length: D }, () => random.normal());
  return meansOf(algebra, sizes, own, x, state).map((mean, i) => {
    let sum = mean;
    for (let j = 0; j <= i; ++j) sum += L[i * D + j] * e[j];
    return sum;
  });
}

/** Numbers about regressions on the inputs. */
export const gaussianEmission: DrivenEmission = {
  spread: true,
  believes: ["means", "covariances"],
  entry: { test: (x) => Number.isFinite(x) || Number.isNaN(x), want: "a finite number or NaN" },
  flatten: flattenReals,
  densities: logDensities,
  means: meansOf,
  variance: ({ covariances }, D, { k, d }) => covariances[(k * D + d) * D + d],
  draw: drawn,
  constants: (_, { K, D }, data, random) => clusterCenters(random, data, D, K),
  logPrior(algebra, sizes, own, prior) {
    const { K, D } = sizes;
    let sum = 0;
    for (let k = 0; k < K; ++k) {
      const S = own.covariances.slice(k * D * D, (k + 1) * D * D);
      sum += pullLogPrior(algebra, S, pullsOf(sizes, own, prior, k), prior.covariances);
    }
    return sum;
  },
  sums: (sizes) => new RegressionSums(sizes),
};
