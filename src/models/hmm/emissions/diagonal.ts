/** D independent Gaussians a state: means and variances [K,D]. An entry that is NaN is missing by itself. */
import type { Ptr } from "../../../wasm/kernels.ts";
import type { Random } from "../../../wasm/random.ts";
import type { EmissionRows, ForwardBackward } from "../../../inference/forward-backward.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { flattenSequences, type Sequences } from "../../../inference/sequences.ts";
import { clusterCenters, columnMoments } from "./clusters.ts";
import type { Emission, EmissionRules, Outputs } from "./emission.ts";
import { EntryMoments, mixture, rowsOf } from "./entries.ts";
import { Parameters } from "./parameters.ts";

export class Diagonal extends Parameters implements Emission {
  readonly width: number;
  readonly #algebra: Algebra;
  readonly #moments: EntryMoments;
  #floors: Float64Array;

  constructor(algebra: Algebra, K: number, D: number) {
    super(K, { means: [D], variances: [D] });
    this.width = D;
    this.#algebra = algebra;
    this.#moments = new EntryMoments(algebra.engine, K, D);
    this.#floors = new Float64Array(D);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return flattenSequences(who, sequences, this.width);
  }

  rows(space: ForwardBackward, y: Float64Array): EmissionRows {
    const {
      K,
      width: D,
      parameters: { means, variances },
    } = this;
    const {
      arena,
      engine: { memory, kernels: k },
    } = space;
    const put = (x: Float64Array): Ptr => {
      const ptr = arena.reals(K * D);
      memory.reals(ptr, K * D).set(x);
      return ptr;
    };
    const precision = variances.map((v) => 1 / v);
    return rowsOf(space, y, D, (T, N, data, out) =>
      k.diagonalLogDensity(
        T,
        D,
        K,
        N,
        data,
        put(means),
        put(precision),
        put(this.#algebra.log(precision)),
        out,
      ),
    );
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const { variance } = columnMoments(data, this.width);
    const { means, variances } = this.parameters;
    means.set(clusterCenters(random, data, this.width, this.K));
    variances.forEach((_, i) => {
      variances[i] = variance[i % this.width]!;
    });
  }

  /** A start below the floor lowers it: EM must be able to stay where it is. */
  prepare(data: readonly Float64Array[], { floor }: EmissionRules): void {
    const { variance } = columnMoments(data, this.width);
    const { variances } = this.parameters;
    this.#floors = variance.map((v, d) =>
      variances.reduce((least, x, i) => (i % this.width === d ? Math.min(least, x) : least), floor * v),
    );
  }

  clear(): void {
    this.#moments.clear();
  }
  add(space: ForwardBackward, y: Float64Array, gamma: Ptr): void {
    this.#moments.add(space, y, gamma, this.parameters.means);
  }

  maximize({ ties }: EmissionRules): void {
    const { means, variances } = this.parameters;
    const { weight, first, second } = this.#moments.pooled(ties);
    weight.forEach((w, i) => {
      if (!(w > 1e-290)) return;
      const moved = first[i] / w;
      means[i] += moved;
      variances[i] = Math.max(second[i] / w - moved * moved, this.#floors[i % this.width]);
    });
  }

  logPrior(): number {
    return 0;
  }

  sample(k: number, random: Random): ArrayLike<number> {
    const {
      width: D,
      parameters: { means, variances },
    } = this;
    return Float64Array.from(
      { length: D },
      (_, d) => means[k * D + d] + Math.sqrt(variances[k * D + d]) * random.normal(),
    );
  }

  outputs(T: number, weights: Float64Array): Outputs {
    return mixture(
      this.#algebra,
      T,
      this.K,
      this.width,
      weights,
      this.parameters.means,
      this.parameters.variances,
    );
  }

  dispose(): void {
    this.#moments.dispose();
  }
}
