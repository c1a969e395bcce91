/**
 * One Gaussian with a full covariance a state: means [K,D], covariances [K,D,D]. Missing entries are
 * integrated out: rows are grouped by which entries they have, densities are those of the marginals, and
 * moments are completed by regression on what is there.
 */
import type { Ptr } from "../../../wasm/kernels.ts";
import { Arena } from "../../../wasm/memory.ts";
import type { Random } from "../../../wasm/random.ts";
import type { EmissionRows, ForwardBackward } from "../../../inference/forward-backward.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import { flattenSequences, type Sequences } from "../../../inference/sequences.ts";
import { clusterCenters, columnMoments } from "./clusters.ts";
import type { Emission, EmissionRules, Outputs } from "./emission.ts";
import { mixture, rowsOf } from "./entries.ts";
import { Parameters, pool } from "./parameters.ts";

const LOG_TWO_PI = 1.8378770664093453; // ln 2π

/** Steps that have the same entries. */
interface Pattern {
  readonly seen: readonly number[];
  readonly steps: readonly number[];
}

export class Gaussian extends Parameters implements Emission {
  readonly width: number;
  readonly #algebra: Algebra;
  /** Square roots of the data's variances, and the least eigenvalue of a covariance in those units. */
  #scale: Float64Array;
  #floor = 0;
  readonly #weight: Float64Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;

  constructor(algebra: Algebra, K: number, D: number) {
    super(K, { means: [D], covariances: [D, D] });
    this.width = D;
    this.#algebra = algebra;
    this.#scale = new Float64Array(D).fill(1);
    this.#weight = new Float64Array(K);
    this.#first = new Float64Array(K * D);
    this.#second = new Float64Array(K * D * D);
  }

  flatten(who: string, sequences: Sequences): Float64Array[] {
    return flattenSequences(who, sequences, this.width);
  }

  rows(space: ForwardBackward, y: Float64Array): EmissionRows {
    return rowsOf(space, y, this.width, (T, N, data, out) => {
      const { K, width: D } = this;
      const {
        arena,
        engine: { memory, kernels: k },
      } = space;
      for (const { seen, steps } of patterns(y, D)) {
        const o = seen.length;
        const { mean, W, base } = this.#marginals(seen);
        const put = (x: Float64Array): Ptr => {
          const ptr = arena.reals(x.length);
          memory.reals(ptr, x.length).set(x);
          return ptr;
        };
        if (o === D && steps.length === T) {
          k.gaussianLogDensity(T, D, K, N, data, put(mean), put(W), put(base), out, arena.reals(D));
          continue;
        }
        const some = arena.reals(steps.length * N);
        k.gaussianLogDensity(
          steps.length,
          o,
          K,
          N,
          put(gather(y, D, seen, steps)),
          put(mean),
          put(W),
          put(base),
          some,
          arena.reals(Math.max(o, 1)),
        );
        const from = memory.reals(some, steps.length * N);
        const to = memory.reals(out, T * N);
        steps.forEach((t, r) => to.set(from.subarray(r * N, r * N + K), t * N));
      }
    });
  }

  draw(random: Random, data: readonly Float64Array[]): void {
    const {
      width: D,
      parameters: { means, covariances },
    } = this;
    const { variance } = columnMoments(data, D);
    means.set(clusterCenters(random, data, D, this.K));
    covariances.forEach((_, i) => {
      covariances[i] = (i % (D * D)) % (D + 1) === 0 ? variance[i % D] : 0;
    });
  }

  /** A start below the floor lowers it: EM must be able to stay where it is. */
  prepare(data: readonly Float64Array[], { floor }: EmissionRules): void {
    this.#scale = columnMoments(data, this.width).variance.map(Math.sqrt);
    this.#floor = floor;
    for (let k = 0; k < this.K; ++k)
      this.#floor = Math.min(
        this.#floor,
        this.#algebra.symmetricEigen("hmm: covariance", this.width, this.#scaled(k, -1)).values[0],
      );
  }

  clear(): void {
    for (const sums of [this.#weight, this.#first, this.#second]) sums.fill(0);
  }

  add({ engine: { memory, kernels: k }, N }: ForwardBackward, y: Float64Array, gamma: Ptr): void {
    const {
      K,
      width: D,
      parameters: { means },
    } = this;
    const T = y.length / D;
    const arena = new Arena(memory);
    const all = memory.reals(gamma, T * N).slice();
    for (const { seen, steps } of patterns(y, D)) {
      const o = seen.length;
      const R = steps.length;
      if (o === 0) continue; // all missing: tells nothing about the emission
      arena.reset();
      const put = (x: ArrayLike<number>): Ptr => {
        const ptr = arena.reals(x.length);
        memory.reals(ptr, x.length).set(x);
        return ptr;
      };
      const data = put(gather(y, D, seen, steps));
      const weights = put(
        R === T
          ? all
          : gather(
              all,
              N,
              Array.from({ length: N }, (_, j) => j),
              steps,
            ),
      );
      const center = put(gather(means, D, seen, range(K)));
      const weight = put(new Float64Array(K));
      const first = put(new Float64Array(K * o));
      const second = put(new Float64Array(K * o * o));
      k.fullMoments(R, o, K, N, data, weights, center, weight, first, second, arena.reals(o));
      const read = (ptr: Ptr, n: number): Float64Array => memory.reals(ptr, n).slice() as Float64Array;
      this.#complete(seen, read(weight, K), read(first, K * o), read(second, K * o * o));
    }
    arena.dispose();
  }

  maximize({ ties }: EmissionRules): void {
    const {
      K,
      width: D,
      parameters: { means, covariances },
    } = this;
    const [weight, first, second] = [this.#weight, this.#first, this.#second].map((sums) =>
      pool(sums, ties),
    ) as [Float64Array, Float64Array, Float64Array];
    for (let k = 0; k < K; ++k) {
      const w = weight[k];
      if (!(w > 1e-290)) continue;
      const moved = first.slice(k * D, (k + 1) * D).map((x) => x / w);
      for (let i = 0; i < D; ++i) {
        means[k * D + i] += moved[i];
        for (let j = 0; j < D; ++j)
          covariances[(k * D + i) * D + j] = second[(k * D + i) * D + j] / w - moved[i] * moved[j];
      }
      covariances.set(
        this.#algebra.floorEigenvalues("hmm: covariance", D, this.#scaled(k, -1), this.#floor),
        k * D * D,
      );
      covariances.set(this.#scaled(k, 1), k * D * D);
    }
  }

  logPrior(): number {
    return 0;
  }

  sample(k: number, random: Random): ArrayLike<number> {
    const {
      width: D,
      parameters: { means, covariances },
    } = this;
    const L = this.#algebra.cholesky(
      "hmm.sample: covariance",
      D,
      covariances.subarray(k * D * D, (k + 1) * D * D),
    );
    const e = Float64Array.from({ length: D }, () => random.normal());
    return Float64Array.from({ length: D }, (_, i) => {
      let sum = means[k * D + i];
      for (let j = 0; j <= i; ++j) sum += L[i * D + j] * e[j];
      return sum;
    });
  }

  outputs(T: number, weights: Float64Array): Outputs {
    const {
      K,
      width: D,
      parameters: { means, covariances },
    } = this;
    return mixture(
      this.#algebra,
      T,
      K,
      D,
      weights,
      means,
      Float64Array.from({ length: K * D }, (_, i) => covariances[i * D + (i % D)]),
    );
  }

  dispose(): void {}

  /** Covariance k with rows and columns divided (-1) or multiplied (1) by the scale. */
  #scaled(k: number, power: 1 | -1): Float64Array {
    const {
      width: D,
      parameters: { covariances },
    } = this;
    const by = (d: number): number => (power === 1 ? this.#scale[d] : 1 / this.#scale[d]);
    return covariances.slice(k * D * D, (k + 1) * D * D).map((x, i) => x * by(Math.floor(i / D)) * by(i % D));
  }

  /**
   * Of each state's marginal on `seen`: mean [K,o], W = L⁻¹ [K,o,o] and the constant of the log-density [K].
   */
  #marginals(seen: readonly number[]): { mean: Float64Array; W: Float64Array; base: Float64Array } {
    const {
      K,
      width: D,
      parameters: { means, covariances },
    } = this;
    const o = seen.length;
    const W = new Float64Array(K * o * o);
    const base = new Float64Array(K);
    const identity = Float64Array.from({ length: o * o }, (_, i) => (i % (o + 1) === 0 ? 1 : 0));
    for (let k = 0; k < K && o > 0; ++k) {
      const L = this.#algebra.cholesky(
        `hmm: covariance of state ${k}`,
        o,
        part(covariances.subarray(k * D * D, (k + 1) * D * D), D, seen, seen),
      );
      W.set(this.#algebra.solveLower(o, o, L, identity), k * o * o);
      base[k] =
        -0.5 * o * LOG_TWO_PI -
        this.#algebra.log(L.filter((_, i) => i % (o + 1) === 0)).reduce((sum, x) => sum + x, 0);
    }
    return { mean: gather(means, D, seen, range(K)), W, base };
  }

  /**
   * Adds moments over `seen`, regressed to all entries: z = G·z_o + N(0, S - G·S_o·). second holds lower
   * triangles.
   */
  #complete(seen: readonly number[], weight: Float64Array, first: Float64Array, second: Float64Array): void {
    const {
      K,
      width: D,
      parameters: { covariances },
    } = this;
    const o = seen.length;
    const algebra = this.#algebra;
    for (let k = 0; k < K; ++k) {
      const S = covariances.subarray(k * D * D, (k + 1) * D * D);
      const m1 = first.subarray(k * o, (k + 1) * o);
      const low = second.subarray(k * o * o, (k + 1) * o * o);
      let full = low.map((x, i) => (i % o > Math.floor(i / o) ? low[(i % o) * o + Math.floor(i / o)] : x));
      let z: Float64Array = m1;
      if (o < D) {
        const cross = part(S, D, seen, range(D));
        const G = algebra.transpose(
          o,
          D,
          algebra.solve(`hmm: covariance of state ${k}`, o, D, part(S, D, seen, seen), cross),
        );
        const explained = algebra.multiply(D, o, D, G, cross);
        full = algebra.congruence(D, o, G, full).map((x, i) => x + weight[k] * (S[i] - explained[i]));
        z = algebra.multiply(D, o, 1, G, m1);
      }
      this.#weight[k] += weight[k];
      z.forEach((x, i) => {
        this.#first[k * D + i] += x;
      });
      for (let i = 0; i < D; ++i)
        for (let j = 0; j < D; ++j)
          this.#second[(k * D + i) * D + j] += 0.5 * (full[i * D + j] + full[j * D + i]);
    }
  }
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
/** The chosen columns of the chosen rows of x [·,D]. */
const gather = (
  x: ArrayLike<number>,
  D: number,
  columns: readonly number[],
  rows: readonly number[],
): Float64Array => {
  const out = new Float64Array(rows.length * columns.length);
  let at = 0;
  for (const r of rows) for (const c of columns) out[at++] = x[r * D + c]!;
  return out;
};
const part = (
  S: ArrayLike<number>,
  D: number,
  rows: readonly number[],
  columns: readonly number[],
): Float64Array => gather(S, D, columns, rows);

/** The steps of y [T,D] grouped by the entries they have. */
function patterns(y: Float64Array, D: number): Pattern[] {
  const T = y.length / D;
  const groups = new Map<string, { seen: number[]; steps: number[] }>();
  if (y.every((x) => x === x)) return [{ seen: range(D), steps: range(T) }];
  for (let t = 0; t < T; ++t) {
    const seen = range(D).filter((d) => y[t * D + d] === y[t * D + d]);
    const key = seen.join();
    const group = groups.get(key);
    if (group) group.steps.push(t);
    else groups.set(key, { seen, steps: [t] });
  }
  return [...groups.values()];
}
