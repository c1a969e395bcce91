/**
 * Counts of D outcomes over some trials a step: probabilities [K,D] of the outcomes. Trials may differ from
 * step to step; samples have `trials`. A step with a missing entry is missing as a whole.
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import { elementwise, type Elementwise } from "../../../inference/elementwise.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import type { Sequences } from "../../../data/sequence.ts";
import { dirichletTied, normalizeRows } from "./distribution.ts";
import type { Emission, EmissionRules, Observed, Outputs, Workspace } from "./emission.ts";
import { rowsOf } from "./entries.ts";
import { Parameters, pool } from "./parameters.ts";
import { flattenCounts } from "./poisson.ts";

/** Counts of outcomes. */
export class Multinomial extends Parameters implements Emission {
  readonly width: number;
  readonly #algebra: Algebra;
  readonly #e: Elementwise;
  readonly #counts: Float64Array;
  readonly #trials: number;

  constructor(algebra: Algebra, K: number, D: number, trials: number) {
    super(K, { probabilities: { shape: [D], kind: "distribution" } });
    this.width = D;
    this.#algebra = algebra;
    this.#e = elementwise(algebra.engine);
    this.#counts = new Float64Array(K * D);
    this.#trials = trials;
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return flattenCounts(who, sequences, this.width);
  }

  /** ln n! - Σ ln y_i! + Σ y_i·ln p_i. */
  rows(space: Workspace, y: Float64Array): Observed {
    const { K, width: D } = this;
    const T = y.length / D;
    const there = completeSteps(y, D);
    const logs = this.#e.log(this.parameters.probabilities);
    const factorials = this.#e.logGamma(y.map((x) => (x === x ? x + 1 : 1)));
    const totals = Float64Array.from({ length: T }, (_, t) => trialsOf(y, D, t) || 0);
    const ways = this.#e.logGamma(totals.map((n) => n + 1));
    return rowsOf(space, y, D, (_, __, out) => {
      const { N, engine } = space;
      const rows = engine.memory.reals(out, T * N);
      for (let t = 0; t < T; ++t)
        for (let k = 0; k < K; ++k) {
          let sum = there[t] ? ways[t] : 0;
          for (let d = 0; d < D && there[t]; ++d) {
            sum -= factorials[t * D + d];
            if (y[t * D + d] > 0) sum += y[t * D + d] * logs[k * D + d]; // 0·ln 0 is 0
          }
          rows[t * N + k] = sum;
        }
    });
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const { K, width: D } = this;
    const P = this.parameters.probabilities;
    const frequency = new Float64Array(D).fill(1);
    for (const y of data)
      y.forEach((x, i) => {
        if (x === x) frequency[i % D] += x;
      });
    for (let k = 0; k < K; ++k) {
      const row = frequency.map((f) => f * (0.5 + random.uniform()));
      const sum = row.reduce((total, x) => total + x, 0);
      P.set(
        row.map((x) => x / sum),
        k * D,
      );
    }
  }

  prepare(): void {}

  clear(): void {
    this.#counts.fill(0);
  }

  add({ engine, N }: Workspace, { y }: Observed, from: Ptr): void {
    const { K, width: D } = this;
    const gamma = engine.memory.reals(from, (y.length / D) * N);
    completeSteps(y, D).forEach((there, t) => {
      for (let k = 0; k < K && there; ++k)
        for (let d = 0; d < D; ++d) this.#counts[k * D + d] += gamma[t * N + k] * y[t * D + d];
    });
  }

  maximize({ prior, ties, fixed }: EmissionRules): void {
    if (fixed.has("probabilities")) return;
    normalizeRows(this.parameters.probabilities, pool(this.#counts.slice(), ties), this.width, prior);
  }

  logPrior({ prior, ties }: EmissionRules): number {
    return dirichletTied(this.#algebra, this.parameters.probabilities, ties, prior);
  }

  sample(k: number, random: Random): ArrayLike<number> {
    const D = this.width;
    const counts = new Float64Array(D);
    const p = this.parameters.probabilities.subarray(k * D, (k + 1) * D);
    for (let i = 0; i < this.#trials; ++i) ++counts[random.choice(p)];
    return counts;
  }

  outputs(T: number, weights: Float64Array): Outputs {
    const probabilities = this.#algebra.multiply(
      T,
      this.K,
      this.width,
      weights,
      this.parameters.probabilities,
    );
    return { probabilities, means: probabilities.map((p) => this.#trials * p) };
  }

  dispose(): void {}
}

/** Σ_d y_td, NaN where one is missing. */
const trialsOf = (y: Float64Array, D: number, t: number): number =>
  y.subarray(t * D, (t + 1) * D).reduce((sum, x) => sum + x, 0);

/** [T] whether every entry of the step is there. */
const completeSteps = (y: Float64Array, D: number): boolean[] =>
  Array.from({ length: y.length / D }, (_, t) => !Number.isNaN(trialsOf(y, D, t)));
