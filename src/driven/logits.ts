/**
 * Multinomial logits: p(c | x) = exp w_c·x / Σ_k exp w_k·x over C classes, where one class has w = 0, so that
 * the others are log-odds beside it. The weighted log-likelihood is concave in w: Newton's method.
 */
import type { Algebra } from "../inference/matrix.ts";
import { climbed, type Concave } from "./newton.ts";

/** exp of rows of C, each divided by its sum; and ln of the sums. */
export function softmax(
  algebra: Algebra,
  C: number,
  logits: Float64Array,
): { p: Float64Array; logSums: Float64Array } {
  const rows = logits.length / C;
  const tops = new Float64Array(rows).fill(-Infinity);
  for (let at = 0; at < logits.length; ++at) {
    const row = Math.floor(at / C);
    tops[row] = Math.max(tops[row], logits[at]);
  }
  const p = algebra.exp(logits.map((x, at) => x - tops[Math.floor(at / C)]));
  const sums = new Float64Array(rows);
  for (let at = 0; at < p.length; ++at) sums[Math.floor(at / C)] += p[at];
  const logSums = algebra.log(sums).map((x, row) => x + tops[row]);
  return { p: p.map((x, at) => x / sums[Math.floor(at / C)]), logSums };
}

/** What a logit is fitted to. */
export interface LogitTask {
  /** Whose it is, for messages. */
  readonly who: string;
  /** C, classes. */
  readonly classes: number;
  /** The class whose w is 0. */
  readonly base: number;
  /** [N,R] */
  readonly X: Float64Array;
  /** [N,C] how often each class was seen. */
  readonly counts: Float64Array;
  /** Of R, how many columns move: all, or the constant alone. */
  readonly free: number;
  /** [R] s of the prior -½·s·w² of each column. */
  readonly ridge: Float64Array;
}

/** ln prior of w [·,R] up to a constant. */
export const ridgeLogPrior = (w: Float64Array, ridge: Float64Array): number =>
  -0.5 * w.reduce((sum, x, at) => sum + ridge[at % ridge.length] * x * x, 0);

/** The objective, and the probabilities [N,C] that it is of. */
interface LogitValue {
  readonly value: number;
  readonly p: Float64Array;
}

/** Adds weight·x·xᵀ to H [F,F], from entry `at` on. */
function addOuter(H: Float64Array, F: number, at: number, weight: number, x: Float64Array): void {
  for (let r = 0; r < x.length; ++r)
    for (let s = 0; s < x.length; ++s) H[at + r * F + s] += weight * x[r] * x[s];
}

/** The objective of w [C,R]. */
class Logit implements Concave<LogitValue> {
  readonly who: string;
  readonly #algebra: Algebra;
  readonly #task: LogitTask;
  readonly #others: readonly number[];

  constructor(algebra: Algebra, task: LogitTask) {
    this.who = task.who;
    this.#algebra = algebra;
    this.#task = task;
    this.#others = Array.from({ length: task.classes }, (_, j) => j).filter((j) => j !== task.base);
  }

  /** The objective of w, and the probabilities that it is of. */
  at(w: Float64Array): LogitValue {
    const { classes: C, X, counts, ridge } = this.#task;
    const R = ridge.length;
    const logits = this.#algebra.multiply(X.length / R, R, C, X, this.#algebra.transpose(C, R, w));
    const { p, logSums } = softmax(this.#algebra, C, logits);
    const fit = counts.reduce((sum, c, at) => sum + c * (logits[at] - logSums[Math.floor(at / C)]), 0);
    return { value: fit + ridgeLogPrior(w, ridge), p };
  }

  /** Gradient [F] and negated Hessian [F,F] by the free entries: others × free columns. */
  curvature(w: Float64Array, { p }: LogitValue): { g: Float64Array; H: Float64Array } {
    const { classes: C, X, counts, free, ridge } = this.#task;
    const R = ridge.length;
    const others = this.#others;
    const F = others.length * free;
    const g = new Float64Array(F);
    const H = new Float64Array(F * F);
    for (let t = 0; t < X.length / R; ++t) {
      const x = X.subarray(t * R, t * R + free);
      let n = 0;
      for (let c = 0; c < C; ++c) n += counts[t * C + c];
      for (let a = 0; a < others.length; ++a) {
        const j = t * C + others[a];
        const gap = counts[j] - n * p[j];
        for (let r = 0; r < free; ++r) g[a * free + r] += gap * x[r];
        for (let b = 0; b < others.length; ++b) {
          const weight = n * p[j] * (Number(a === b) - p[t * C + others[b]]);
          addOuter(H, F, a * free * F + b * free, weight, x);
        }
      }
    }
    others.forEach((j, a) => {
      for (let r = 0; r < free; ++r) {
        g[a * free + r] -= ridge[r] * w[j * R + r];
        H[(a * free + r) * (F + 1)] += ridge[r];
      }
    });
    return { g, H };
  }

  /** w moved by a share of a step [F]. */
  moved(w: Float64Array, step: Float64Array, share: number): Float64Array {
    const out = w.slice();
    const { free, ridge } = this.#task;
    step.forEach((s, at) => {
      out[this.#others[Math.floor(at / free)] * ridge.length + (at % free)] += share * s;
    });
    return out;
  }
}

/** w [C,R] after Newton's method from w. Throws NumericError. */
export function fittedLogit(algebra: Algebra, w: Float64Array, task: LogitTask): Float64Array {
  if (task.classes === 1 || task.free === 0 || task.counts.length === 0) return w;
  return climbed(algebra, w, new Logit(algebra, task));
}
