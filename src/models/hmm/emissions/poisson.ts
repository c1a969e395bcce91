/** D independent counts a state: rates [K,D]. An entry that is NaN is missing by itself. */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import type { EmissionRows, ForwardBackward } from "../../../inference/forward-backward.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { flattenSequences, type Sequences } from "../../../inference/sequences.ts";
import { clusterCenters, columnMoments } from "./clusters.ts";
import type { Emission, EmissionRules, Outputs } from "./emission.ts";
import { EntryMoments, mixture, rowsOf } from "./entries.ts";
import { Parameters } from "./parameters.ts";

const MOST = 2 ** 53; // counts above are not whole numbers any more
const CHUNK = 16; // e^-16 is far from underflow, and a draw needs about so many uniforms

export class Poisson extends Parameters implements Emission {
  readonly width: number;
  readonly #algebra: Algebra;
  readonly #moments: EntryMoments;

  constructor(algebra: Algebra, K: number, D: number) {
    super(K, { rates: [D] });
    this.width = D;
    this.#algebra = algebra;
    this.#moments = new EntryMoments(algebra.engine, K, D);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return flattenSequences(who, sequences, this.width, {
      test: (x) => Number.isInteger(x) && x >= 0 && x <= MOST,
      want: "a count, a whole number of at least 0",
    });
  }

  rows(space: ForwardBackward, y: Float64Array): EmissionRows {
    const {
      K,
      width: D,
      parameters: { rates },
    } = this;
    const {
      arena,
      engine: { memory, kernels: k },
    } = space;
    const rate = arena.reals(K * D);
    const logRate = arena.reals(K * D);
    memory.reals(rate, K * D).set(rates);
    k.mapLog(K * D, rate, logRate);
    return rowsOf(space, y, D, (T, N, data, out) =>
      k.poissonLogDensity(T, D, K, N, data, rate, logRate, out, arena.reals(D)),
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

  prepare(): void {}
  clear(): void {
    this.#moments.clear();
  }
  add(space: ForwardBackward, y: Float64Array, gamma: Ptr): void {
    this.#moments.add(space, y, gamma, this.parameters.rates);
  }

  maximize({ ties }: EmissionRules): void {
    const { rates } = this.parameters;
    const { weight, first } = this.#moments.pooled(ties);
    weight.forEach((w, i) => {
      if (w > 1e-290) rates[i] = Math.max(rates[i] + first[i] / w, 0);
    });
  }

  logPrior(): number {
    return 0;
  }

  sample(k: number, random: Random): ArrayLike<number> {
    const {
      width: D,
      parameters: { rates },
    } = this;
    return Float64Array.from({ length: D }, (_, d) => {
      let count = 0;
      for (let left = rates[k * D + d]; left > 0; left -= CHUNK) {
        // a sum of Poissons is Poisson; each by Knuth's product of uniforms
        const limit = this.#algebra.exp([-Math.min(left, CHUNK)])[0];
        for (let product = random.uniform(); product > limit; product *= random.uniform()) ++count;
      }
      return count;
    });
  }

  outputs(T: number, weights: Float64Array): Outputs {
    return mixture(
      this.#algebra,
      T,
      this.K,
      this.width,
      weights,
      this.parameters.rates,
      this.parameters.rates,
    );
  }

  dispose(): void {
    this.#moments.dispose();
  }
}
