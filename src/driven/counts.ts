/**
 * Counts that inputs drive: entries y_td ~ Poisson(exp(b_kd·x_t)) in state k, independent, x_t = (1, u_t).
 * The weighted log-likelihood is concave in b: Newton's method (McCullagh & Nelder
 * 1989, section 2.5). An entry that is NaN is missing by itself.
 */
import { elementwise } from "../inference/elementwise.ts";
import type { Algebra } from "../inference/matrix.ts";
import { NO_WEIGHT } from "../models/hmm/emissions/entries.ts";
import { drawPoisson } from "../models/hmm/emissions/draws.ts";
import { flattenCounts } from "../models/hmm/emissions/poisson.ts";
import type { Driven, DrivenEmission, EmissionSums, Regressions, Sizes } from "./emission.ts";
import { climbed } from "./newton.ts";
import { meansOf } from "./regressions.ts";

/** Of a start: counts of all but 0 begin here. */
const SMALLEST_RATE = 0.1;
const HALVINGS = 30; // of a Newton step

/** Rates exp(b·x) [T,D] of state k. */
const ratesOf = (
  algebra: Algebra,
  sizes: Sizes,
  own: Regressions,
  X: Float64Array,
  k: number,
): Float64Array => algebra.exp(meansOf(algebra, sizes, own, X, k));

/** ln p(y_t | s_t = k, u_t) [T,K] over the entries that are there. */
function countDensities(algebra: Algebra, sizes: Sizes, own: Regressions, data: Driven): Float64Array {
  const { K, D } = sizes;
  const { T, y } = data;
  const factorials = elementwise(algebra.engine).logGamma(y.map((v) => (v === v ? v + 1 : 1)));
  const out = new Float64Array(T * K);
  for (let k = 0; k < K; ++k) {
    const logs = meansOf(algebra, sizes, own, data.X, k);
    const rates = algebra.exp(logs);
    for (let at = 0; at < T * D; ++at)
      if (y[at] === y[at]) out[Math.floor(at / D) * K + k] += y[at] * logs[at] - rates[at] - factorials[at];
  }
  return out;
}

/** Steps of one regression: rows x [n,R], counts and weights [n]. */
interface Counted {
  readonly X: Float64Array;
  readonly y: Float64Array;
  readonly w: Float64Array;
}

/** What the regressions of all states learn from. */
class CountSums implements EmissionSums {
  readonly #sizes: Sizes;
  #seen: { readonly data: Driven; readonly gamma: Float64Array }[] = [];

  constructor(sizes: Sizes) {
    this.#sizes = sizes;
  }

  clear(): void {
    this.#seen = [];
  }

  /** Adds a sequence under γ [T,K]. */
  add(_: Algebra, __: Regressions, data: Driven, gamma: Float64Array): void {
    this.#seen.push({ data, gamma: gamma.slice() });
  }

  /** Moves B in its first `free` columns to its maximum, in place. */
  maximize(algebra: Algebra, { coefficients }: Regressions, free: number): void {
    const { K, D, R } = this.#sizes;
    if (free === 0) return;
    for (let k = 0; k < K; ++k)
      for (let d = 0; d < D; ++d) {
        const b = coefficients.subarray((k * D + d) * R, (k * D + d + 1) * R);
        b.set(fitted(algebra, b.slice(), this.#counted(k, d), free));
      }
  }

  #counted(k: number, d: number): Counted {
    const { K, D, R } = this.#sizes;
    const rows = this.#seen.flatMap(({ data, gamma }) =>
      Array.from({ length: data.T }, (_, t) => ({
        x: data.X.subarray(t * R, (t + 1) * R),
        y: data.y[t * D + d],
        w: gamma[t * K + k],
      })),
    );
    const there = rows.filter(({ y }) => y === y);
    return {
      X: Float64Array.from(there.flatMap(({ x }) => [...x])),
      y: Float64Array.from(there, ({ y }) => y),
      w: Float64Array.from(there, ({ w }) => w),
    };
  }
}

/** Σ w·(y·η - e^η), and the rates e^η. */
function valueOf(
  algebra: Algebra,
  b: Float64Array,
  { X, y, w }: Counted,
): { value: number; rates: Float64Array } {
  const logs = algebra.multiply(y.length, b.length, 1, X, b);
  const rates = algebra.exp(logs);
  let value = 0;
  for (let i = 0; i < y.length; ++i) value += w[i] * (y[i] * logs[i] - rates[i]);
  return { value, rates };
}

/** b after Newton's method from b, its columns from `free` on as they are. */
function fitted(algebra: Algebra, b: Float64Array, counted: Counted, free: number): Float64Array {
  const { X, y, w } = counted;
  const R = b.length;
  if (!(w.reduce((sum, x) => sum + x, 0) > NO_WEIGHT)) return b;
  return climbed(algebra, b, {
    who: "iohmm: regression of counts",
    halvings: HALVINGS,
    at: (point) => valueOf(algebra, point, counted),
    curvature(_, { rates }) {
      const g = new Float64Array(free);
      const H = new Float64Array(free * free);
      for (let i = 0; i < y.length; ++i)
        for (let r = 0; r < free; ++r) {
          g[r] += w[i] * (y[i] - rates[i]) * X[i * R + r];
          for (let s = 0; s < free; ++s) H[r * free + s] += w[i] * rates[i] * X[i * R + r] * X[i * R + s];
        }
      return { g, H };
    },
    moved: (point, step, share) => point.map((x, r) => (r < free ? x + share * step[r] : x)),
  });
}

/** Counts whose rates go with the inputs. */
export const poissonEmission: DrivenEmission = {
  spread: false,
  entry: {
    test: (x) => (Number.isInteger(x) && x >= 0) || Number.isNaN(x),
    want: "a count, a whole number of at least 0, or NaN",
  },
  flatten: flattenCounts,
  densities: countDensities,
  means: ratesOf,
  variance: (_, __, ___, mean) => mean,
  draw: (algebra, sizes, own, { state, x, random }) =>
    ratesOf(algebra, sizes, own, x, state).map((rate) => drawPoisson(algebra, random, rate)),
  constants: (algebra, centers) => algebra.log(centers.map((x) => Math.max(x, SMALLEST_RATE))),
  sums: (sizes) => new CountSums(sizes),
};
