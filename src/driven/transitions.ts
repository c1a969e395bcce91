/**
 * Transitions that inputs drive, a multinomial logit in each row (Bengio & Frasconi 1996, section 3):
 *
 *   p(s_t = j | s_{t-1} = i, u_t) = exp w_ij·x_t / Σ_k exp w_ik·x_t,   x_t = (1, u_t),  w_ii = 0
 *
 * so that w_ij are log-odds beside staying. Their M-step is concave: Newton's method.
 */
import type { Algebra } from "../inference/matrix.ts";
import { climbed, type Concave } from "./newton.ts";

const HALVINGS = 20; // of a Newton step

/** exp of rows of K, each divided by its sum; and ln of the sums. */
function softmax(
  algebra: Algebra,
  K: number,
  logits: Float64Array,
): { p: Float64Array; logSums: Float64Array } {
  const rows = logits.length / K;
  const tops = new Float64Array(rows).fill(-Infinity);
  logits.forEach((x, at) => {
    const row = Math.floor(at / K);
    tops[row] = Math.max(tops[row], x);
  });
  const p = algebra.exp(logits.map((x, at) => x - tops[Math.floor(at / K)]));
  const sums = new Float64Array(rows);
  p.forEach((x, at) => {
    sums[Math.floor(at / K)] += x;
  });
  const logSums = algebra.log(sums).map((x, row) => x + tops[row]);
  return { p: p.map((x, at) => x / sums[Math.floor(at / K)]), logSums };
}

/** A_t [T,K,K], from W [K,K,R] and x [T,R]. */
export function transitionsAt(algebra: Algebra, K: number, W: Float64Array, X: Float64Array): Float64Array {
  const R = W.length / (K * K);
  const T = X.length / R;
  if (T === 0) return new Float64Array(0);
  const logits = algebra.multiply(T, R, K * K, X, algebra.transpose(K * K, R, W));
  return softmax(algebra, K, logits).p;
}

/** What the logits are fitted to. */
export interface TransitionTask {
  readonly K: number;
  /** [N,R] of all steps that have one before them. */
  readonly X: Float64Array;
  /** [N,K,K] p(s_{t-1} = i, s_t = j | y). */
  readonly pairs: Float64Array;
  /** Of R, how many columns move: all, or the constant alone. */
  readonly free: number;
  /** s of the prior -½·s·|w|². */
  readonly ridge: number;
}

/** ln prior of W up to a constant. */
export const logPrior = (W: Float64Array, ridge: number): number =>
  -0.5 * ridge * W.reduce((sum, w) => sum + w * w, 0);

/** The objective of a row, and the probabilities [N,K] that it is of. */
interface RowValue {
  readonly value: number;
  readonly p: Float64Array;
}

/** One row i of the task: w [K,R], counts [N,K]. */
class Row implements Concave<RowValue> {
  readonly who = "iohmm: transitions";
  readonly halvings = HALVINGS;
  readonly #algebra: Algebra;
  readonly #task: TransitionTask;
  readonly #R: number;
  readonly #counts: Float64Array;
  readonly #others: readonly number[];

  constructor(algebra: Algebra, task: TransitionTask, i: number) {
    const { K, X, pairs } = task;
    const N = pairs.length / (K * K);
    this.#algebra = algebra;
    this.#task = task;
    this.#R = X.length / N;
    this.#counts = Float64Array.from(
      { length: N * K },
      (_, at) => pairs[(Math.floor(at / K) * K + i) * K + (at % K)],
    );
    this.#others = Array.from({ length: K }, (_, j) => j).filter((j) => j !== i);
  }

  /** The objective of w, and the probabilities that it is of. */
  at(w: Float64Array): RowValue {
    const { K, X, ridge } = this.#task;
    const R = this.#R;
    const N = X.length / R;
    const logits = this.#algebra.multiply(N, R, K, X, this.#algebra.transpose(K, R, w));
    const { p, logSums } = softmax(this.#algebra, K, logits);
    const fit = this.#counts.reduce((sum, c, at) => sum + c * (logits[at] - logSums[Math.floor(at / K)]), 0);
    return { value: fit + logPrior(w, ridge), p };
  }

  /** Gradient [F] and negated Hessian [F,F] by the free entries: others × free columns. */
  curvature(w: Float64Array, { p }: RowValue): { g: Float64Array; H: Float64Array } {
    const { K, X, free, ridge } = this.#task;
    const R = this.#R;
    const F = this.#others.length * free;
    const g = new Float64Array(F);
    const H = new Float64Array(F * F);
    for (let t = 0; t < X.length / R; ++t) {
      const counts = this.#counts.subarray(t * K, (t + 1) * K);
      const n = counts.reduce((sum, c) => sum + c, 0);
      const x = X.subarray(t * R, t * R + free);
      this.#others.forEach((j, a) => {
        const gap = counts[j] - n * p[t * K + j];
        for (let r = 0; r < free; ++r) g[a * free + r] += gap * x[r];
        this.#others.forEach((k, b) => {
          const weight = n * p[t * K + j] * (Number(j === k) - p[t * K + k]);
          for (let r = 0; r < free; ++r)
            for (let s = 0; s < free; ++s) H[(a * free + r) * F + b * free + s] += weight * x[r] * x[s];
        });
      });
    }
    this.#others.forEach((j, a) => {
      for (let r = 0; r < free; ++r) {
        g[a * free + r] -= ridge * w[j * R + r];
        H[(a * free + r) * (F + 1)] += ridge;
      }
    });
    return { g, H };
  }

  /** w moved by a share of a step [F]. */
  moved(w: Float64Array, step: Float64Array, share: number): Float64Array {
    const out = w.slice();
    const { free } = this.#task;
    step.forEach((s, at) => {
      out[this.#others[Math.floor(at / free)] * this.#R + (at % free)] += share * s;
    });
    return out;
  }
}

/** Moves W [K,K,R] to its maximum, in place. */
export function maximizeTransitions(algebra: Algebra, W: Float64Array, task: TransitionTask): void {
  const { K, pairs } = task;
  if (pairs.length === 0 || K === 1) return;
  const width = W.length / K;
  for (let i = 0; i < K; ++i) {
    const row = new Row(algebra, task, i);
    W.set(climbed(algebra, W.slice(i * width, (i + 1) * width), row), i * width);
  }
}
