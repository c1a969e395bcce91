/**
 * Autoregressions that switch with the state (Hamilton 1989): y_t = c + A·(y_{t-1}, …, y_{t-p}) + N(0, S),
 * with intercepts c [K,D], coefficients A [K,D,p·D] and covariances S [K,D,D]. A step that is not complete,
 * or of whose p steps before one is not, is missing: the likelihood is that given the first p steps.
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { LOG_TWO_PI, Matrix } from "../../../inference/matrix-value.ts";
import type { Sequences } from "../../../data/sequence.ts";
import { indifferent, placed } from "./beliefs.ts";
import { clusterCenters, columnMoments } from "./clusters.ts";
import { CovarianceFloor, squaredLength } from "./covariances.ts";
import type { Emission, EmissionRules, Future, Observed, Outputs, Workspace } from "./emission.ts";
import { addPulls, addStep, believedCovariance, pullLogPrior, statesOf, type PullAt } from "./pulls.ts";
import { NO_WEIGHT, mixtureMoments, rowsOf } from "./entries.ts";
import { Parameters, pool } from "./parameters.ts";
import { flattenReals, realMoments } from "./reals.ts";
import { switchingFuture } from "./switching-moments.ts";

/** What a sequence left for each state: residuals [T,K,D] of the steps that are there. */
interface SwitchingObserved extends Observed {
  readonly residuals: Float64Array;
  readonly there: readonly boolean[];
}

/** Switching autoregressions. */
export class SwitchingAutoregression extends Parameters implements Emission {
  readonly width: number;
  readonly lags: number;
  readonly #algebra: Algebra;
  readonly #floor: CovarianceFloor;
  readonly believes = ["means", "covariances"];
  #means = indifferent;
  #variances = indifferent;
  /** [D] of the data. */
  #dataMean: Float64Array;
  /** [D] what regressors are taken about in sums. */
  #center: Float64Array;
  /** [K], [K,R,R], [K,R,D], [K,D,D] with R = 1 + p·D: sums of 1, x·xᵀ, x·eᵀ, e·eᵀ. */
  readonly #sums: readonly Float64Array[];

  constructor(algebra: Algebra, K: number, D: number, lags: number) {
    super(K, {
      intercepts: { shape: [D], kind: "real" },
      coefficients: { shape: [D, lags * D], kind: "real" },
      covariances: { shape: [D, D], kind: "covariance" },
    });
    this.width = D;
    this.lags = lags;
    this.#algebra = algebra;
    this.#floor = new CovarianceFloor(algebra, D);
    this.#center = new Float64Array(D);
    this.#dataMean = new Float64Array(D);
    const R = 1 + lags * D;
    this.#sums = [1, R * R, R * D, D * D].map((size) => new Float64Array(K * size));
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return flattenReals(who, sequences, this.width);
  }

  rows(space: Workspace, y: Float64Array): SwitchingObserved {
    const { K, width: D } = this;
    const T = y.length / D;
    const there = Array.from({ length: T }, (_, t) => this.#complete(y, t));
    const residuals = new Float64Array(T * K * D);
    const logs = new Float64Array(T * K);
    for (let k = 0; k < K; ++k) {
      const { L, constant } = this.#factor(k);
      for (let t = 0; t < T; ++t) {
        if (!there[t]) continue;
        const e = residuals.subarray((t * K + k) * D, (t * K + k + 1) * D);
        this.#mean(k, y, t).forEach((m, d) => {
          e[d] = y[t * D + d] - m;
        });
        logs[t * K + k] = constant - 0.5 * squaredLength(D, L, e);
      }
    }
    const rows = rowsOf(space, y, D, (_, __, out) => {
      const to = space.engine.memory.reals(out, T * space.N);
      for (let t = 0; t < T; ++t) to.set(logs.subarray(t * K, (t + 1) * K), t * space.N);
    });
    return { ...rows, residuals, there };
  }

  /** No memory at first: what EM finds of it, it finds from the means of clusters. */
  draw(random: Random, data: readonly Float64Array[]): void {
    const D = this.width;
    const { intercepts, coefficients, covariances } = this.parameters;
    const { variance } = columnMoments(data, D);
    intercepts.set(clusterCenters(random, data, D, this.K));
    coefficients.fill(0);
    covariances.forEach((_, i) => {
      covariances[i] = (i % (D * D)) % (D + 1) === 0 ? variance[i % D] : 0;
    });
  }

  prepare(who: string, data: readonly Float64Array[], rules: EmissionRules): void {
    const { floor, fixed, beliefs = {} } = rules;
    const { mean, variance } = realMoments(who, data, this.width);
    this.#dataMean = mean;
    this.#center = fixed.has("intercepts") ? mean.map(() => 0) : mean; // a move of A about a center moves c
    this.#means = placed(who, "means", beliefs, { own: mean, low: -Infinity });
    this.#variances = placed(who, "covariances", beliefs, { own: variance, low: 0 });
    this.#floor.set(variance, floor, this.parameters.covariances);
  }

  clear(): void {
    for (const sums of this.#sums) sums.fill(0);
  }

  add({ engine, N }: Workspace, { y, residuals, there }: SwitchingObserved, from: Ptr): void {
    const { K, width: D, lags } = this;
    const R = 1 + lags * D;
    const [weight, ...rest] = this.#sums;
    const sums = statesOf(K, rest);
    const gamma = engine.memory.reals(from, there.length * N);
    const x = new Float64Array(R).fill(1, 0, 1);
    there.forEach((complete, t) => {
      if (!complete) return;
      for (let i = 1; i < R; ++i) x[i] = y[this.#at(t, i - 1)] - this.#center[(i - 1) % D];
      for (let k = 0; k < K; ++k) {
        const w = gamma[t * N + k];
        weight[k] += w;
        addStep(sums[k], w, x, residuals.subarray((t * K + k) * D, (t * K + k + 1) * D));
      }
    });
  }

  /** Weighted least squares on the residuals: B moves by G⁻¹·H, and S is what is left. */
  maximize({ ties, fixed }: EmissionRules): void {
    const { K, width: D, lags } = this;
    const R = 1 + lags * D;
    const [weight, ...rest] = this.#sums.map((sums) => pool(sums.slice(), ties));
    const sums = statesOf(K, rest);
    const { intercepts, coefficients, covariances } = this.parameters;
    const free = Array.from({ length: R }, (_, i) => i).filter(
      (i) => !fixed.has(i === 0 ? "intercepts" : "coefficients"),
    );
    for (let k = 0; k < K; ++k) {
      const w = weight[k];
      if (!(w > NO_WEIGHT)) continue;
      const { xx, xe, ee } = sums[k];
      addPulls(sums[k], this.#pulls(k));
      const G = new Matrix(this.#algebra, R, R, xx.slice()).part(free, free);
      const all = new Matrix(this.#algebra, R, D, xe.slice());
      const H = all.part(
        free,
        Array.from({ length: D }, (_, d) => d),
      );
      const who = `hmm: regression of state ${k}`;
      const f = free.length;
      const moved = f > 0 ? this.#algebra.solveSemidefinite(who, f, D, G.data, H.data) : H.data;
      free.forEach((i, row) => {
        for (let d = 0; d < D; ++d) {
          const by = moved[row * D + d];
          if (i > 0) coefficients[(k * D + d) * (R - 1) + i - 1] += by;
          intercepts[k * D + d] += i === 0 ? by : -by * this.#center[(i - 1) % D];
        }
      });
      if (fixed.has("covariances")) continue;
      const step = new Matrix(this.#algebra, f, D, moved);
      const gained = f > 0 ? step.transposed().times(H).symmetric().data : new Float64Array(D * D);
      const squares = ee.map((x, i) => x - gained[i]);
      covariances.set(this.#floor.raised(believedCovariance(squares, w, this.#variances)), k * D * D);
    }
  }

  logPrior({ ties }: EmissionRules): number {
    const D = this.width;
    let sum = 0;
    for (let k = 0; k < this.K; ++k) {
      if (ties[k] !== k) continue;
      const S = this.parameters.covariances.slice(k * D * D, (k + 1) * D * D);
      sum += pullLogPrior(this.#algebra, S, this.#pulls(k), this.#variances);
    }
    return sum;
  }

  /** The prior's steps in state k: at m, after steps at the data's mean. */
  #pulls(k: number): PullAt[] {
    const { strength, at } = this.#means;
    if (strength === 0) return [];
    const { width: D, lags } = this;
    const past = Float64Array.from({ length: lags * D }, (_, i) => this.#dataMean[i % D]);
    const gap = this.#mean(k, past, lags).map((x, d) => x - at[d]);
    return [{ strength, x: Float64Array.of(1, ...past.map((x, i) => x - this.#center[i % D])), gap }];
  }

  /** Values before the start count as 0. */
  sample(k: number, random: Random, past: Float64Array = new Float64Array(0)): ArrayLike<number> {
    const D = this.width;
    const { covariances } = this.parameters;
    const S = covariances.slice(k * D * D, (k + 1) * D * D);
    const L = this.#algebra.cholesky("hmm.sample: covariance", D, S);
    const before = new Float64Array(this.lags * D);
    const tail = past.subarray(Math.max(past.length - before.length, 0));
    before.set(
      tail.map((x) => (x === x ? x : 0)),
      before.length - tail.length,
    );
    const e = Float64Array.from({ length: D }, () => random.normal());
    return this.#mean(k, before, this.lags).map((m, i) => {
      let sum = m;
      for (let j = 0; j <= i; ++j) sum += L[i * D + j] * e[j];
      return sum;
    });
  }

  /** Of T steps that follow `past`, which ends with the step before the last; NaN where a lag is missing. */
  outputs(T: number, weights: Float64Array, past: Float64Array = new Float64Array(0)): Outputs {
    const { K, width: D, lags } = this;
    const { covariances } = this.parameters;
    const all = new Float64Array((lags + T) * D).fill(NaN);
    const known = past.subarray(Math.max(past.length - (lags + T - 1) * D, 0));
    all.set(known, (lags + T - 1) * D - known.length);
    const variances = Float64Array.from({ length: K * D }, (_, i) => covariances[i * D + (i % D)]);
    const means = new Float64Array(T * D);
    const spreads = new Float64Array(T * D);
    for (let t = 0; t < T; ++t) {
      const own = Array.from({ length: K }, (_, k) => [...this.#mean(k, all, lags + t)]).flat();
      const mixed = mixtureMoments(this.#algebra, K, weights.slice(t * K, (t + 1) * K), {
        means: Float64Array.from(own),
        variances,
      });
      means.set(mixed.means!, t * D);
      spreads.set(mixed.variances!, t * D);
    }
    return { means, variances: spreads };
  }

  /** NaN where one of the p steps before is missing. */
  future(steps: number, { next, transmat, past }: Future, emitter = (k: number) => k): Outputs {
    const { K, width: D, lags } = this;
    const { intercepts, coefficients, covariances } = this.parameters;
    const n = lags * D;
    const known = Float64Array.from({ length: n }, (_, i) => past[past.length + this.#at(0, i)] ?? NaN);
    const center = known.slice(0, D); // levels far from 0 would cancel in the second moments
    const regimes = Array.from({ length: K }, (_, k) => {
      const A = coefficients.slice(k * D * n, (k + 1) * D * n);
      const about = (d: number): number =>
        A.subarray(d * n, (d + 1) * n).reduce((sum, a, i) => sum + a * center[i % D], -center[d]);
      return {
        coefficients: A,
        intercept: intercepts.slice(k * D, (k + 1) * D).map((c, d) => c + about(d)),
        noise: covariances.slice(k * D * D, (k + 1) * D * D),
      };
    });
    const from = { next, transmat, lags: known.map((x, i) => x - center[i % D]) };
    const { means, variances } = switchingFuture(steps, D, from, (k) => regimes[emitter(k)]);
    return { means: means.map((m, i) => m + center[i % D]), variances };
  }

  dispose(): void {}

  /** Where regressor i of step t stands: the values of t-1, then of t-2, … */
  #at(t: number, i: number): number {
    const D = this.width;
    return (t - 1 - Math.floor(i / D)) * D + (i % D);
  }

  #complete(y: Float64Array, t: number): boolean {
    const D = this.width;
    if (t < this.lags) return false;
    return y.subarray((t - this.lags) * D, (t + 1) * D).every((x) => x === x);
  }

  /** c + A·(y_{t-1}, …) of state k. */
  #mean(k: number, y: Float64Array, t: number): Float64Array {
    const { width: D, lags } = this;
    const { intercepts, coefficients } = this.parameters;
    const n = lags * D;
    return Float64Array.from({ length: D }, (_, d) => {
      let sum = intercepts[k * D + d];
      for (let i = 0; i < n; ++i) sum += coefficients[(k * D + d) * n + i] * y[this.#at(t, i)];
      return sum;
    });
  }

  /** The factor of a state's covariance, and the constant of its log-density. */
  #factor(k: number): { L: Float64Array; constant: number } {
    const D = this.width;
    const S = this.parameters.covariances.slice(k * D * D, (k + 1) * D * D);
    const L = this.#algebra.cholesky(`hmm: covariance of state ${k}`, D, S);
    const logs = this.#algebra.log(L.filter((_, i) => i % (D + 1) === 0));
    return { L, constant: -0.5 * D * LOG_TWO_PI - logs.reduce((sum, x) => sum + x, 0) };
  }
}
