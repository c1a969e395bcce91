/**
 * D independent Gaussians a state: means and variances [K,D], the variances of a state all equal where they
 * are spherical. An entry that is NaN is missing by itself.
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import type { Sequences } from "../../../data/sequence.ts";
import { indifferent, placed } from "./beliefs.ts";
import { clusterCenters, columnMoments } from "./clusters.ts";
import type { Emission, EmissionRules, Observed, Outputs, Workspace } from "./emission.ts";
import { EntryMoments, NO_WEIGHT, mixtureMoments, put, rowsOf } from "./entries.ts";
import { Parameters } from "./parameters.ts";
import { flattenReals, realMoments } from "./reals.ts";

/** Gaussians with a variance for each entry, or one for all of a state's. */
export class Diagonal extends Parameters implements Emission {
  readonly width: number;
  readonly #algebra: Algebra;
  readonly #moments: EntryMoments;
  readonly #spherical: boolean;
  /** [D] the smallest variance an entry may have. */
  #floors: Float64Array;
  readonly believes = ["means", "covariances"];
  #means = indifferent;
  #prior = indifferent;

  constructor(algebra: Algebra, K: number, D: number, { spherical = false } = {}) {
    super(K, {
      means: { shape: [D], kind: "real" },
      variances: { shape: [D], kind: "positive", equal: spherical ? "entries" : undefined },
    });
    this.width = D;
    this.#algebra = algebra;
    this.#moments = new EntryMoments(algebra.engine, K, D);
    this.#spherical = spherical;
    this.#floors = new Float64Array(D);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return flattenReals(who, sequences, this.width);
  }

  rows(space: Workspace, y: Float64Array): Observed {
    const { K, width: D } = this;
    const { means, variances } = this.parameters;
    const { arena, N } = space;
    const precision = variances.map((v) => 1 / v);
    const logPrecision = this.#algebra.log(precision);
    const { kernels: k } = space.engine;
    return rowsOf(space, y, D, (T, data, out) =>
      k.diagonalLogDensity(
        T,
        D,
        K,
        N,
        data,
        put(arena, means),
        put(arena, precision),
        put(arena, logPrecision),
        out,
      ),
    );
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const D = this.width;
    const { variance } = columnMoments(data, D);
    const { means, variances } = this.parameters;
    const shared = variance.reduce((sum, v) => sum + v, 0) / D;
    means.set(clusterCenters(random, data, D, this.K));
    variances.forEach((_, i) => {
      variances[i] = this.#spherical ? shared : variance[i % D];
    });
  }

  /** A start below the floor lowers it: EM must be able to stay where it is. */
  prepare(who: string, data: readonly Float64Array[], { floor, beliefs = {} }: EmissionRules): void {
    const D = this.width;
    const { mean, variance } = realMoments(who, data, D);
    this.#means = placed(who, "means", beliefs, { own: mean, low: -Infinity });
    this.#prior = placed(who, "covariances", beliefs, { own: variance, low: 0 });
    const { variances } = this.parameters;
    this.#floors = variance.map((v, d) =>
      variances.reduce((smallest, x, i) => (i % D === d ? Math.min(smallest, x) : smallest), floor * v),
    );
    if (this.#spherical) this.#floors.fill(this.#floors.reduce((smallest, x) => Math.min(smallest, x)));
  }

  clear(): void {
    this.#moments.clear();
  }

  add(space: Workspace, observed: Observed, gamma: Ptr): void {
    this.#moments.add(space, observed, gamma, this.parameters.means);
  }

  maximize({ ties, fixed }: EmissionRules): void {
    const { means, variances } = this.parameters;
    const { weight, first, second } = this.#moments.pooled(ties);
    const squares = new Float64Array(weight.length);
    weight.forEach((w, i) => {
      if (!(w > NO_WEIGHT)) return;
      const { strength, at } = this.#means;
      const center = strength > 0 ? at[i % this.width] : 0;
      const pull = strength > 0 ? strength * (center - means[i]) : 0;
      const moved = fixed.has("means") ? 0 : (first[i] + pull) / (w + strength);
      means[i] += moved;
      const spread = strength > 0 ? second[i] - 2 * first[i] * moved + w * moved * moved : 0;
      squares[i] =
        strength > 0
          ? (spread + strength * (means[i] - center) * (means[i] - center)) / w
          : second[i] / w - moved * moved;
    });
    if (fixed.has("variances")) return;
    if (this.#spherical) this.#share(squares, weight);
    weight.forEach((w, i) => {
      if (w > NO_WEIGHT) variances[i] = Math.max(this.#drawn(i, squares[i], w), this.#floors[i % this.width]);
    });
  }

  logPrior({ ties }: EmissionRules): number {
    const { width: D } = this;
    const { means, variances } = this.parameters;
    if (this.#means.strength === 0 && this.#prior.strength === 0) return 0;
    const logs = this.#algebra.log(variances);
    let sum = 0;
    variances.forEach((v, i) => {
      if (ties[Math.floor(i / D)] !== Math.floor(i / D)) return;
      const { strength, at } = this.#means;
      const gap = strength > 0 ? means[i] - at[i % D] : 0;
      const { strength: worth, at: own } = this.#prior;
      sum -= 0.5 * ((strength * gap * gap) / v + (worth > 0 ? worth * (logs[i] + own[i % D] / v) : 0));
    });
    return sum;
  }

  sample(k: number, random: Random): ArrayLike<number> {
    const { width: D } = this;
    const { means, variances } = this.parameters;
    return Float64Array.from(
      { length: D },
      (_, d) => means[k * D + d] + Math.sqrt(variances[k * D + d]) * random.normal(),
    );
  }

  outputs(_: number, weights: Float64Array): Outputs {
    const { means, variances } = this.parameters;
    return mixtureMoments(this.#algebra, this.K, weights, { means, variances });
  }

  dispose(): void {
    this.#moments.dispose();
  }

  /** A variance seen with weight w at entry i, drawn to the prior; a spherical one to the priors' mean. */
  #drawn(i: number, square: number, w: number): number {
    const { strength, at } = this.#prior;
    if (strength === 0) return square;
    const D = this.width;
    if (!this.#spherical) return (w * square + strength * at[i % D]) / (w + strength);
    const total = at.reduce((sum, v) => sum + v, 0);
    return (w * square + strength * total) / (w + D * strength);
  }

  /** The mean of each state's squares over its entries, by their weights; the weights likewise. */
  #share(squares: Float64Array, weight: Float64Array): void {
    const D = this.width;
    for (let k = 0; k < this.K; ++k) {
      let total = 0;
      let sum = 0;
      for (let i = k * D; i < (k + 1) * D; ++i) {
        total += weight[i];
        sum += weight[i] * squares[i];
      }
      squares.fill(total > NO_WEIGHT ? sum / total : 0, k * D, (k + 1) * D);
      weight.fill(total, k * D, (k + 1) * D);
    }
  }
}
