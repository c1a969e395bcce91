/**
 * One Gaussian a state whose covariance is Λ·Λᵀ + diag ψ, with loadings Λ [K,D,R] and variances ψ [K,D]: a
 * factor analyzer. Λ and ψ move by some steps of EM of their own, which raise the expected log-density with
 * the priors of means and covariances in it (Rubin & Thayer 1982):
 *
 *   β = Λᵀ·(Λ·Λᵀ + ψ)⁻¹      Λ' = S·βᵀ·(I - β·Λ + β·S·βᵀ)⁻¹      ψ' = diag(S - Λ'·β·S)
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { Matrix } from "../../../inference/matrix-value.ts";
import type { Sequences } from "../../../data/sequence.ts";
import { columnMoments } from "./clusters.ts";
import type { Emission, EmissionRules, Observed, Outputs, Workspace } from "./emission.ts";
import { NO_WEIGHT } from "./entries.ts";
import { Gaussian } from "./gaussian.ts";
import { Parameters } from "./parameters.ts";
import { realMoments } from "./reals.ts";

/** Steps of the factor analyzers in one maximization. */
const ROUNDS = 5;

/** Gaussians with covariances of low rank plus a diagonal. */
export class LowRank extends Parameters implements Emission {
  readonly width: number;
  readonly believes = ["means", "covariances"];
  readonly #R: number;
  readonly #algebra: Algebra;
  /** The same Gaussians with whole covariances. */
  readonly #whole: Gaussian;
  /** [D] the smallest of the variances. */
  #floors: Float64Array;

  constructor(algebra: Algebra, K: number, D: number, rank: number) {
    const whole = new Gaussian(algebra, K, D);
    const { means } = whole.parameters;
    super(
      K,
      {
        means: { shape: [D], kind: "real" },
        loadings: { shape: [D, rank], kind: "loadings" },
        variances: { shape: [D], kind: "positive" },
      },
      { means },
    );
    this.width = D;
    this.#R = rank;
    this.#algebra = algebra;
    this.#whole = whole;
    this.#floors = new Float64Array(D);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return this.#whole.flatten(who, sequences);
  }

  rows(space: Workspace, y: Float64Array): Observed {
    this.#multiply();
    return this.#whole.rows(space, y);
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const D = this.width;
    const { loadings, variances } = this.parameters;
    const { variance } = columnMoments(data, D);
    this.#whole.draw(random, data);
    variances.forEach((_, i) => {
      variances[i] = 0.5 * variance[i % D];
    });
    loadings.forEach((_, i) => {
      const d = Math.floor(i / this.#R) % D;
      loadings[i] = random.normal() * Math.sqrt((0.5 * variance[d]) / this.#R);
    });
  }

  /** A start below the floor lowers it: EM must be able to stay where it is. */
  prepare(who: string, data: readonly Float64Array[], rules: EmissionRules): void {
    const D = this.width;
    const { floor } = rules;
    this.#multiply();
    this.#whole.prepare(who, data, rules);
    const { variances } = this.parameters;
    this.#floors = realMoments(who, data, D).variance.map((v, d) =>
      variances.reduce((smallest, x, i) => (i % D === d ? Math.min(smallest, x) : smallest), floor * v),
    );
  }

  clear(): void {
    this.#whole.clear();
  }

  add(space: Workspace, observed: Observed, gamma: Ptr): void {
    this.#whole.add(space, observed, gamma);
  }

  maximize(rules: EmissionRules): void {
    const D = this.width;
    const { weight, scatter } = this.#whole.moveMeans(rules);
    this.#whole.believe(scatter, weight);
    for (let k = 0; k < this.K; ++k)
      if (weight[k] > NO_WEIGHT)
        this.#analyze(k, new Matrix(this.#algebra, D, D, scatter.slice(k * D * D, (k + 1) * D * D)), rules);
  }

  logPrior(rules: EmissionRules): number {
    this.#multiply();
    return this.#whole.logPrior(rules);
  }

  sample(k: number, random: Random): ArrayLike<number> {
    this.#multiply();
    return this.#whole.sample(k, random);
  }

  outputs(T: number, weights: Float64Array): Outputs {
    this.#multiply();
    return this.#whole.outputs(T, weights);
  }

  dispose(): void {
    this.#whole.dispose();
  }

  #loadings(k: number): Matrix {
    const size = this.width * this.#R;
    const part = this.parameters.loadings.slice(k * size, (k + 1) * size);
    return new Matrix(this.#algebra, this.width, this.#R, part);
  }

  /** Λ·Λᵀ + diag ψ of state k. */
  #covariance(k: number): Matrix {
    const D = this.width;
    const loadings = this.#loadings(k);
    const S = loadings.timesTransposed(loadings);
    for (let d = 0; d < D; ++d) S.data[d * (D + 1)] += this.parameters.variances[k * D + d];
    return S;
  }

  #multiply(): void {
    const size = this.width * this.width;
    for (let k = 0; k < this.K; ++k)
      this.#whole.parameters.covariances.set(this.#covariance(k).data, k * size);
  }

  /** Some steps of EM on S, the covariance [D,D] that state k saw. */
  #analyze(k: number, S: Matrix, { fixed }: EmissionRules): void {
    const D = this.width;
    const R = this.#R;
    const { loadings, variances } = this.parameters;
    for (let round = 0; round < ROUNDS; ++round) {
      const old = this.#loadings(k);
      const who = `hmm: covariance of state ${k}`;
      const solved = this.#algebra.solve(who, D, R, this.#covariance(k).data, old.data);
      const beta = new Matrix(this.#algebra, D, R, solved).transposed();
      const cross = S.timesTransposed(beta); // S·βᵀ
      const unexplained = Matrix.identity(this.#algebra, R).minus(beta.times(old));
      const inner = unexplained.plus(beta.times(cross)).symmetric(); // I - β·Λ + β·S·βᵀ
      const moved = this.#algebra.solve(who, R, D, inner.data, cross.transposed().data);
      const now = fixed.has("loadings") ? old : new Matrix(this.#algebra, R, D, moved).transposed();
      loadings.set(now.data, k * D * R);
      if (fixed.has("variances")) continue;
      const inward = inner.timesTransposed(now);
      for (let d = 0; d < D; ++d) {
        let rest = S.at(d, d);
        for (let r = 0; r < R; ++r) rest += now.at(d, r) * (inward.at(r, d) - 2 * cross.at(d, r));
        variances[k * D + d] = Math.max(rest, this.#floors[d]);
      }
    }
  }
}
