/**
 * Counts that inputs drive: entries y_td ~ Poisson(exp(b_kd·x_t)) in state k, independent, x_t = (1, u_t).
 * The weighted log-likelihood is concave in b: Newton's method (McCullagh & Nelder
 * 1989, section 2.5). An entry that is NaN is missing by itself.
 */
import { elementwise } from "../inference/elementwise.ts";
import type { Algebra } from "../inference/matrix.ts";
import { drawPoisson } from "../models/hmm/emissions/draws.ts";
import { flattenCounts } from "../models/hmm/emissions/poisson.ts";
import { clusterCenters } from "../models/hmm/emissions/clusters.ts";
import type { Driven, DrivenEmission, DrivenRules, EmissionSums, Regressions, Sizes } from "./emission.ts";
import { ridgeLogPrior } from "./logits.ts";
import { climbed } from "./newton.ts";
import { slopeRidge, type DrivenPrior } from "./prior.ts";
import { meansOf } from "./regressions.ts";
import { SeenSteps, type SeenRows } from "./seen-steps.ts";

/** Of a start: counts of all but 0 begin here. */
const SMALLEST_RATE = 0.1;

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

/** What the regressions of all states learn from. */
class CountSums extends SeenSteps implements EmissionSums {
  /** Moves B in its first `free` columns to its maximum, in place; a state without weight keeps its own. */
  maximize(algebra: Algebra, { coefficients }: Regressions, { free, prior }: DrivenRules): void {
    const { K, D, R } = this.sizes;
    if (free === 0) return;
    for (let k = 0; k < K; ++k)
      for (let d = 0; d < D; ++d) {
        const rows = this.rows(k, d);
        if (!rows) continue;
        const b = coefficients.slice((k * D + d) * R, (k * D + d + 1) * R);
        const task = { ...withBelief(rows, R, d, prior), free, ridge: slopeRidge(prior, R) };
        coefficients.set(fitted(algebra, b, task), (k * D + d) * R);
      }
  }
}

/** The prior's steps as one more row at x = (1, 0). */
function withBelief({ X, y, w }: SeenRows, R: number, d: number, { rates }: DrivenPrior): SeenRows {
  const { strength, at } = rates;
  if (strength === 0) return { X, y, w };
  const x = new Float64Array(R).fill(1, 0, 1);
  return {
    X: Float64Array.of(...X, ...x),
    y: Float64Array.of(...y, at[d]),
    w: Float64Array.of(...w, strength),
  };
}

/** One regression. */
interface CountTask extends SeenRows {
  readonly free: number;
  /** [R] s of the prior -½·s·b² of each column. */
  readonly ridge: Float64Array;
}

/** Σ w·(y·η - e^η) and the prior of b, and the rates e^η. */
function valueOf(
  algebra: Algebra,
  b: Float64Array,
  { X, y, w, ridge }: CountTask,
): { value: number; rates: Float64Array } {
  const logs = algebra.multiply(y.length, b.length, 1, X, b);
  const rates = algebra.exp(logs);
  let value = ridgeLogPrior(b, ridge);
  for (let i = 0; i < y.length; ++i) value += w[i] * (y[i] * logs[i] - rates[i]);
  return { value, rates };
}

/** b after Newton's method from b, its columns from `free` on as they are. */
function fitted(algebra: Algebra, b: Float64Array, task: CountTask): Float64Array {
  const { X, y, w, free, ridge } = task;
  const R = b.length;
  return climbed(algebra, b, {
    who: "iohmm: regression of counts",
    at: (point) => valueOf(algebra, point, task),
    curvature(point, { rates }) {
      const g = Float64Array.from({ length: free }, (_, r) => -ridge[r] * point[r]);
      const H = new Float64Array(free * free);
      for (let r = 0; r < free; ++r) H[r * (free + 1)] = ridge[r];
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

/** Of the rates at x = (1, 0), and of slopes. */
function countLogPrior({ D, R }: Sizes, rates: Float64Array, own: Regressions, prior: DrivenPrior): number {
  const { strength, at } = prior.rates;
  let sum = ridgeLogPrior(own.coefficients, slopeRidge(prior, R));
  if (strength === 0) return sum;
  rates.forEach((rate, i) => {
    sum += strength * (at[i % D] * own.coefficients[i * R] - rate);
  });
  return sum;
}

/** Counts whose rates go with the inputs. */
export const poissonEmission: DrivenEmission = {
  spread: false,
  believes: ["rates"],
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
  constants: (algebra, { K, D }, data, random) =>
    algebra.log(clusterCenters(random, data, D, K).map((x) => Math.max(x, SMALLEST_RATE))),
  logPrior(algebra, sizes, own, prior) {
    const { R } = sizes;
    const constants = own.coefficients.filter((_, at) => at % R === 0);
    return countLogPrior(sizes, algebra.exp(constants), own, prior);
  },
  sums: (sizes) => new CountSums(sizes),
};
