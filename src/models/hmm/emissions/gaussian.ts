/**
 * One Gaussian with a full covariance a state: means [K,D], covariances [K,D,D], all equal where they are
 * tied. Missing entries are integrated out: rows are grouped by which entries they have, densities are those
 * of the marginals, and moments are completed by regression on what is there (completed-moments.ts).
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import type { Sequences } from "../../../data/sequence.ts";
import { LOG_TWO_PI } from "../../../inference/matrix-value.ts";
import { indifferent, placed } from "./beliefs.ts";
import { believedCovariance, pullLogPrior } from "./pulls.ts";
import { clusterCenters, columnMoments } from "./clusters.ts";
import { CompletedMoments } from "./completed-moments.ts";
import { CovarianceFloor } from "./covariances.ts";
import type { Emission, EmissionRules, Observed, Outputs, Workspace } from "./emission.ts";
import { NO_WEIGHT, mixtureMoments, put, rowsOf } from "./entries.ts";
import { gather, patterns, range, type Pattern } from "./missing-entries.ts";
import { Parameters } from "./parameters.ts";
import { flattenReals, realMoments } from "./reals.ts";
import { tiedLogDensity } from "./tied-gaussians.ts";

/** Gaussians with full covariances, each state its own or all the same. */
export class Gaussian extends Parameters implements Emission {
  readonly width: number;
  readonly #algebra: Algebra;
  readonly #moments: CompletedMoments;
  readonly #floor: CovarianceFloor;
  readonly #tied: boolean;
  readonly believes = ["means", "covariances"];
  #means = indifferent;
  #variances = indifferent;

  constructor(algebra: Algebra, K: number, D: number, { tied = false } = {}) {
    super(K, {
      means: { shape: [D], kind: "real" },
      covariances: { shape: [D, D], kind: "covariance", equal: tied ? "states" : undefined },
    });
    this.width = D;
    this.#algebra = algebra;
    this.#moments = new CompletedMoments(algebra, K, D, { tied });
    this.#floor = new CovarianceFloor(algebra, D);
    this.#tied = tied;
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return flattenReals(who, sequences, this.width);
  }

  rows(space: Workspace, y: Float64Array): Observed {
    const { width: D } = this;
    const { arena, N } = space;
    return rowsOf(space, y, D, (T, data, out) => {
      for (const pattern of patterns(y, D)) {
        if (pattern.steps.length < T || pattern.seen.length < D) {
          this.#someRows(space, y, pattern, out);
          continue;
        }
        this.#density(arena, { T, N, data, seen: pattern.seen }, out);
      }
    });
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const D = this.width;
    const { means, covariances } = this.parameters;
    const { variance } = columnMoments(data, D);
    means.set(clusterCenters(random, data, D, this.K));
    covariances.forEach((_, i) => {
      covariances[i] = (i % (D * D)) % (D + 1) === 0 ? variance[i % D] : 0;
    });
  }

  prepare(who: string, data: readonly Float64Array[], { floor, beliefs = {} }: EmissionRules): void {
    const { mean, variance } = realMoments(who, data, this.width);
    this.#floor.set(variance, floor, this.parameters.covariances);
    this.#means = placed(who, "means", beliefs, { own: mean, low: -Infinity });
    this.#variances = placed(who, "covariances", beliefs, { own: variance, low: 0 });
  }

  clear(): void {
    this.#moments.clear();
  }

  add(space: Workspace, observed: Observed, gamma: Ptr): void {
    const { means, covariances } = this.parameters;
    this.#moments.add(space, observed, gamma, { means, covariances });
  }

  maximize(rules: EmissionRules): void {
    const { covariances } = this.parameters;
    const { weight, scatter } = this.moveMeans(rules);
    if (rules.fixed.has("covariances")) return;
    if (this.#tied) share(scatter, weight, rules.ties);
    const size = this.width * this.width;
    this.believe(scatter, weight);
    for (let k = 0; k < this.K; ++k)
      if (weight[k] > NO_WEIGHT)
        covariances.set(this.#floor.raised(scatter.slice(k * size, (k + 1) * size)), k * size);
  }

  /** Moves the means; returns the weights [K] and the covariances [K,D,D] about them. */
  moveMeans({ ties, fixed }: EmissionRules): { weight: Float64Array; scatter: Float64Array } {
    const { K, width: D } = this;
    const { means } = this.parameters;
    const { weight, first, second } = this.#moments.pooled(ties);
    const { strength, at: center } = this.#means;
    for (let k = 0; k < K; ++k) {
      const w = weight[k];
      if (!(w > NO_WEIGHT)) continue;
      const mean = means.subarray(k * D, (k + 1) * D);
      const seen = first.subarray(k * D, (k + 1) * D);
      const pull = mean.map((x, i) => (strength > 0 ? strength * (center[i] - x) : 0));
      const moved = seen.map((x, i) => (fixed.has("means") ? 0 : (x + pull[i]) / (w + strength)));
      moved.forEach((x, i) => {
        mean[i] += x;
      });
      for (let i = 0; i < D; ++i)
        for (let j = 0; j < D; ++j) {
          const of = (k * D + i) * D + j;
          if (strength === 0) second[of] = second[of] / w - moved[i] * moved[j];
          else {
            const spread = second[of] - seen[i] * moved[j] - moved[i] * seen[j] + w * moved[i] * moved[j];
            second[of] = (spread + strength * (mean[i] - center[i]) * (mean[j] - center[j])) / w;
          }
        }
    }
    return { weight, scatter: second };
  }

  /** Draws covariances [K,D,D] seen with weights [K] to the prior. */
  believe(scatter: Float64Array, weight: Float64Array): void {
    if (this.#variances.strength === 0) return;
    const size = this.width * this.width;
    weight.forEach((w, k) => {
      const squares = scatter.slice(k * size, (k + 1) * size).map((x) => w * x);
      scatter.set(believedCovariance(squares, w, this.#variances), k * size);
    });
  }

  /** Of the states that share with no earlier one; tied covariances count once. */
  logPrior({ ties }: EmissionRules): number {
    if (this.#means.strength === 0 && this.#variances.strength === 0) return 0;
    const { K, width: D } = this;
    const algebra = this.#algebra;
    const { means, covariances } = this.parameters;
    let sum = 0;
    for (let k = 0; k < K; ++k) {
      if (ties[k] !== k) continue;
      const S = covariances.slice(k * D * D, (k + 1) * D * D);
      const { strength, at } = this.#means;
      const mean = means.subarray(k * D, (k + 1) * D);
      const pulls = strength > 0 ? [{ strength, gap: mean.map((x, i) => x - at[i]) }] : [];
      sum += pullLogPrior(algebra, S, pulls, this.#tied && k > 0 ? indifferent : this.#variances);
    }
    return sum;
  }

  sample(k: number, random: Random): ArrayLike<number> {
    const D = this.width;
    const { means, covariances } = this.parameters;
    const S = covariances.subarray(k * D * D, (k + 1) * D * D);
    const L = this.#algebra.cholesky("hmm.sample: covariance", D, S);
    const e = Float64Array.from({ length: D }, () => random.normal());
    return Float64Array.from({ length: D }, (_, i) => {
      let sum = means[k * D + i];
      for (let j = 0; j <= i; ++j) sum += L[i * D + j] * e[j];
      return sum;
    });
  }

  outputs(_: number, weights: Float64Array): Outputs {
    const { K, width: D } = this;
    const { means, covariances } = this.parameters;
    const variances = Float64Array.from({ length: K * D }, (_, i) => covariances[i * D + (i % D)]);
    return mixtureMoments(this.#algebra, K, weights, { means, variances });
  }

  dispose(): void {}

  /** Densities of rows that have the entries `seen`, into the first K columns of out [T,N]. */
  #density(
    arena: Workspace["arena"],
    { T, N, data, seen }: { T: number; N: number; data: Ptr; seen: readonly number[] },
    out: Ptr,
  ): void {
    const { K, width: D } = this;
    const o = seen.length;
    if (this.#tied && o === D) {
      const { means, covariances } = this.parameters;
      const S = covariances.slice(0, D * D);
      tiedLogDensity(this.#algebra, arena, { T, D, K, N, data, means }, { S, out });
      return;
    }
    const { mean, W, base } = this.#marginals(arena, seen);
    const scratch = arena.reals(Math.max(o, 1));
    this.#algebra.engine.kernels.gaussianLogDensity(T, o, K, N, data, mean, W, base, out, scratch);
  }

  /** Densities of the steps of one pattern, placed among the others. */
  #someRows(space: Workspace, y: Float64Array, { seen, steps }: Pattern, out: Ptr): void {
    const { K, width: D } = this;
    const { arena, N } = space;
    const { memory } = space.engine;
    const R = steps.length;
    const some = arena.reals(R * N);
    const data = put(arena, gather(y, D, seen, steps));
    this.#density(arena, { T: R, N, data, seen }, some);
    const from = memory.reals(some, R * N);
    const to = memory.reals(out, (y.length / D) * N);
    steps.forEach((t, r) => to.set(from.subarray(r * N, r * N + K), t * N));
  }

  /**
   * Of each state's marginal on `seen`: mean [K,o], W = L⁻¹ [K,o,o] and the constant of the log-density [K].
   */
  #marginals(arena: Workspace["arena"], seen: readonly number[]): { mean: Ptr; W: Ptr; base: Ptr } {
    const { K, width: D } = this;
    const algebra = this.#algebra;
    const { means, covariances } = this.parameters;
    const o = seen.length;
    const W = new Float64Array(K * o * o);
    const base = new Float64Array(K);
    const identity = Float64Array.from({ length: o * o }, (_, i) => (i % (o + 1) === 0 ? 1 : 0));
    for (let k = 0; k < K && o > 0; ++k) {
      const S = gather(covariances.subarray(k * D * D, (k + 1) * D * D), D, seen, seen);
      const L = algebra.cholesky(`hmm: covariance of state ${k}`, o, S);
      const logs = algebra.log(L.filter((_, i) => i % (o + 1) === 0));
      W.set(algebra.solveLower(o, o, L, identity), k * o * o);
      base[k] = -0.5 * o * LOG_TWO_PI - logs.reduce((sum, x) => sum + x, 0);
    }
    return { mean: put(arena, gather(means, D, seen, range(K))), W: put(arena, W), base: put(arena, base) };
  }
}

/**
 * Every state's part of S [K,·] becomes the mean over the states, by their weights [K], those that share an
 * emission counted once; the weights their sum.
 */
function share(S: Float64Array, weight: Float64Array, ties: readonly number[]): void {
  const size = S.length / weight.length;
  const mean = new Float64Array(size);
  const total = weight.reduce((sum, w, k) => (ties[k] === k ? sum + w : sum), 0);
  weight.forEach((w, k) => {
    if (ties[k] === k && w > NO_WEIGHT)
      for (let i = 0; i < size; ++i) mean[i] += (w / total) * S[k * size + i];
  });
  for (let k = 0; k < weight.length; ++k) S.set(mean, k * size);
  weight.fill(total);
}
