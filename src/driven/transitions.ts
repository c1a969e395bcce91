/**
 * Transitions that inputs drive, a multinomial logit in each row (Bengio & Frasconi 1996, section 3):
 *
 *   p(s_t = j | s_{t-1} = i, u_t) = exp w_ij·x_t / Σ_k exp w_ik·x_t,   x_t = (1, u_t),  w_ii = 0
 *
 * so that w_ij are log-odds beside staying.
 */
import type { Algebra } from "../inference/matrix.ts";
import { fittedLogit, softmax } from "./logits.ts";

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
  /** [R] s of the prior -½·s·w² of each column. */
  readonly ridge: Float64Array;
}

/** Moves W [K,K,R] to its maximum, in place. */
export function maximizeTransitions(algebra: Algebra, W: Float64Array, task: TransitionTask): void {
  const { K, pairs, ...rest } = task;
  const N = pairs.length / (K * K);
  const width = W.length / K;
  for (let i = 0; i < K; ++i) {
    const counts = Float64Array.from(
      { length: N * K },
      (_, at) => pairs[(Math.floor(at / K) * K + i) * K + (at % K)],
    );
    const w = W.slice(i * width, (i + 1) * width);
    const row = { ...rest, who: "iohmm: transitions", classes: K, base: i, counts };
    W.set(fittedLogit(algebra, w, row), i * width);
  }
}
