/**
 * Symbols that inputs drive: p(y_t = c | s_t = k, u_t) = exp b_kc·x_t / Σ_j exp b_kj·x_t, x_t = (1, u_t),
 * b_k0 = 0: a multinomial logit in each state (Bengio & Frasconi 1996, section 4). A step that is NaN is
 * missing.
 */
import { flattenSequences } from "../data/sequence.ts";
import type { Algebra } from "../inference/matrix.ts";
import type { Random } from "../wasm/random.ts";
import { SeenSteps, type SeenRows } from "./seen-steps.ts";
import type { Driven, DrivenEmission, DrivenRules, EmissionSums, Regressions, Sizes } from "./emission.ts";
import { fittedLogit, ridgeLogPrior, softmax } from "./logits.ts";
import { slopeRidge } from "./prior.ts";
import { meansOf } from "./regressions.ts";

/** The logits b_kc·x [T,C] of state k, divided into probabilities. */
const softmaxOf = (
  algebra: Algebra,
  sizes: Sizes,
  own: Regressions,
  X: Float64Array,
  k: number,
): { p: Float64Array; logits: Float64Array; logSums: Float64Array } => {
  const logits = meansOf(algebra, sizes, own, X, k);
  return { logits, ...softmax(algebra, sizes.C, logits) };
};

/** ln p(y_t | s_t = k, u_t) [T,K], 0 where a step is missing. */
function symbolDensities(algebra: Algebra, sizes: Sizes, own: Regressions, data: Driven): Float64Array {
  const { K, C } = sizes;
  const out = new Float64Array(data.T * K);
  for (let k = 0; k < K; ++k) {
    const { logits, logSums } = softmaxOf(algebra, sizes, own, data.X, k);
    for (let t = 0; t < data.T; ++t)
      if (data.y[t] === data.y[t]) out[t * K + k] = logits[t * C + data.y[t]] - logSums[t];
  }
  return out;
}

/** How often each symbol was seen [n,C], in rows [n,R]; the Dirichlet prior as one more row at x = (1, 0). */
function counted(
  { X, y, w }: SeenRows,
  { C, R }: Sizes,
  prior: number,
): { X: Float64Array; counts: Float64Array } {
  const counts = new Float64Array((y.length + 1) * C);
  y.forEach((c, i) => {
    counts[i * C + c] = w[i];
  });
  counts.fill(prior - 1, y.length * C);
  const rows = new Float64Array((y.length + 1) * R);
  rows.set(X);
  rows[y.length * R] = 1;
  return { X: rows, counts };
}

/** What the logits of all states learn from. */
class SymbolSums extends SeenSteps implements EmissionSums {
  /** Moves B to its maximum, in place; a state without weight keeps its own. */
  maximize(algebra: Algebra, { coefficients }: Regressions, { free, prior }: DrivenRules): void {
    const { K, C, R } = this.sizes;
    for (let k = 0; k < K; ++k) {
      const rows = this.rows(k, 0);
      if (!rows) continue;
      const b = coefficients.slice(k * C * R, (k + 1) * C * R);
      const task = {
        ...counted(rows, this.sizes, prior.emission),
        who: "iohmm: regression of symbols",
        classes: C,
        base: 0,
        free,
        ridge: slopeRidge(prior, R),
      };
      coefficients.set(fittedLogit(algebra, b, task), k * C * R);
    }
  }
}

/** Log-odds of symbols as often as in all data and one of each, with something drawn on top. */
function drawnConstants(
  algebra: Algebra,
  { K, C }: Sizes,
  data: readonly Float64Array[],
  random: Random,
): Float64Array {
  const seen = new Float64Array(C).fill(1);
  for (const y of data) for (const c of y) if (c === c) seen[c] += 1;
  const logs = algebra.log(
    Float64Array.from({ length: K * C }, (_, at) => seen[at % C] * (0.5 + random.uniform())),
  );
  return logs.map((x, at) => x - logs[at - (at % C)]);
}

/** Symbols from 0 to C - 1 whose log-odds go with the inputs. */
export function symbolEmission(C: number): DrivenEmission {
  const entry = {
    test: (x: number) => Number.isNaN(x) || (Number.isInteger(x) && x >= 0 && x < C),
    want: `a symbol, a whole number from 0 to ${C - 1}, or NaN`,
  };
  return {
    spread: false,
    classes: C,
    believes: [],
    entry,
    flatten: (who, sequences, D) => flattenSequences(who, sequences, D, entry),
    densities: symbolDensities,
    means: (algebra, sizes, own, X, k) => softmaxOf(algebra, sizes, own, X, k).p,
    draw: (algebra, sizes, own, { state, x, random }) =>
      Float64Array.of(random.choice(softmaxOf(algebra, sizes, own, x, state).p)),
    constants: drawnConstants,
    logPrior(algebra, sizes, own, prior) {
      const { K, R } = sizes;
      let sum = ridgeLogPrior(own.coefficients, slopeRidge(prior, R));
      if (prior.emission === 1) return sum;
      const x = new Float64Array(R).fill(1, 0, 1);
      for (let k = 0; k < K; ++k) {
        const { logits, logSums } = softmaxOf(algebra, sizes, own, x, k);
        sum += (prior.emission - 1) * logits.reduce((all, v) => all + v - logSums[0], 0);
      }
      return sum;
    },
    sums: (sizes) => new SymbolSums(sizes),
  };
}
