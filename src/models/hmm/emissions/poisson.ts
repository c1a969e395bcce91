/** D independent counts a state: rates [K,D]. An entry that is NaN is missing by itself. */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { flattenSequences, type Sequences } from "../../../data/sequence.ts";
import { indifferent, placed } from "./beliefs.ts";
import { clusterCenters, columnMoments } from "./clusters.ts";
import type { Emission, EmissionRules, Observed, Outputs, Workspace } from "./emission.ts";
import { EntryMoments, NO_WEIGHT, mixtureMoments, put, rowsOf } from "./entries.ts";
import { Parameters } from "./parameters.ts";
import { drawPoisson } from "./draws.ts";

const LARGEST = 2 ** 53; // counts above are not whole numbers any more

/** Counts, checked: whole numbers from 0 to 2^53, NaN missing. */
export const flattenCounts = (who: string, sequences: Sequences, D: number): Float64Array[] =>
  flattenSequences(who, sequences, D, {
    test: (x) => Number.isInteger(x) && x >= 0 && x <= LARGEST,
    want: "a count, a whole number of at least 0",
  });

/** Poisson counts. */
export class Poisson extends Parameters implements Emission {
  readonly width: number;
  readonly #algebra: Algebra;
  readonly #moments: EntryMoments;
  readonly believes = ["rates"];
  #prior = indifferent;

  constructor(algebra: Algebra, K: number, D: number) {
    super(K, { rates: { shape: [D], kind: "nonnegative" } });
    this.width = D;
    this.#algebra = algebra;
    this.#moments = new EntryMoments(algebra.engine, K, D);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return flattenCounts(who, sequences, this.width);
  }

  rows(space: Workspace, y: Float64Array): Observed {
    const { K, width: D } = this;
    const { arena, N } = space;
    const { kernels: k } = space.engine;
    const rate = put(arena, this.parameters.rates);
    const logRate = arena.reals(K * D);
    const scratch = arena.reals(D);
    k.mapLog(K * D, rate, logRate);
    return rowsOf(space, y, D, (T, data, out) =>
      k.poissonLogDensity(T, D, K, N, data, rate, logRate, out, scratch),
    );
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const { mean } = columnMoments(data, this.width);
    const { rates } = this.parameters;
    rates.set(clusterCenters(random, data, this.width, this.K));
    rates.forEach((x, i) => {
      rates[i] = Math.max(x, 0.1 * mean[i % this.width], 1e-3);
    }); // a rate of 0 could never move
  }

  prepare(who: string, data: readonly Float64Array[], { beliefs = {} }: EmissionRules): void {
    const { mean } = columnMoments(data, this.width);
    this.#prior = placed(who, "rates", beliefs, { own: mean, low: 0 });
  }

  clear(): void {
    this.#moments.clear();
  }

  add(space: Workspace, observed: Observed, gamma: Ptr): void {
    this.#moments.add(space, observed, gamma, this.parameters.rates);
  }

  maximize({ ties, fixed }: EmissionRules): void {
    if (fixed.has("rates")) return;
    const { rates } = this.parameters;
    const { weight, first } = this.#moments.pooled(ties);
    const { strength, at } = this.#prior;
    weight.forEach((w, i) => {
      if (!(w > NO_WEIGHT)) return;
      const pull = strength > 0 ? strength * (at[i % this.width] - rates[i]) : 0;
      rates[i] = Math.max(rates[i] + (first[i] + pull) / (w + strength), 0);
    });
  }

  logPrior({ ties }: EmissionRules): number {
    const { strength, at } = this.#prior;
    if (strength === 0) return 0;
    const { rates } = this.parameters;
    const D = this.width;
    const logs = this.#algebra.log(rates);
    let sum = 0;
    rates.forEach((rate, i) => {
      if (ties[Math.floor(i / D)] !== Math.floor(i / D)) return;
      const count = at[i % D];
      sum += strength * ((count > 0 ? count * logs[i] : 0) - rate);
    });
    return sum;
  }

  sample(k: number, random: Random): ArrayLike<number> {
    const D = this.width;
    const rates = this.parameters.rates.subarray(k * D, (k + 1) * D);
    return rates.map((rate) => drawPoisson(this.#algebra, random, rate));
  }

  outputs(_: number, weights: Float64Array): Outputs {
    const { rates } = this.parameters;
    return mixtureMoments(this.#algebra, this.K, weights, { means: rates, variances: rates });
  }

  dispose(): void {
    this.#moments.dispose();
  }
}
