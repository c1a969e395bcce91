/**
 * A hidden semi-Markov model as a hidden Markov model of N·D states: state i becomes the steps (i,1) .. (i,D)
 * that say how long it has lasted. With p(d | i), d = 1..D, the hazard is
 *
 *   h_i(a) = p(a | i) / Σ_{d≥a} p(d | i),
 *
 * and (i,a) goes to (i,a+1) with 1 - h_i(a), to (j,1) with h_i(a)·A_ij; it starts in (i,1) with π_i. So every
 * path through the steps is one segmentation, the last segment may be cut off by the end of the data, and
 * then counts with p(at least as long | i). Hazards are as free as the table, and EM has a closed form:
 * leaving over being there (right-censored lifetimes). Rabiner 1989, section IV.D; Yu 2010, section 2; step
 * (i,a) has the number i·D + a - 1.
 */
import { normalize } from "../models/hmm/emissions/distribution.ts";
import type { ChainCounts, HmmChain } from "../models/hmm/spec.ts";

/** The probabilities of a semi-Markov chain. */
export interface Tables {
  /** [N] of the state of the first segment. */
  readonly startprob: Float64Array;
  /** [N,N] of the state after a segment; its diagonal is 0. */
  readonly transmat: Float64Array;
  /** [N,D] p(d | state), d = 1..D. */
  readonly durations: Float64Array;
}

/** 1 - h [N,D]; 0 at an age that is never reached. */
function staying(N: number, D: number, durations: Float64Array): Float64Array {
  const stay = new Float64Array(N * D);
  for (let i = 0; i < N; ++i) {
    let longer = 0;
    for (let at = (i + 1) * D - 1; at >= i * D; --at) {
      const p = durations[at];
      stay[at] = longer > 0 ? longer / (longer + p) : 0;
      longer += p;
    }
  }
  return stay;
}

/** p(d | i) = h_i(d)·Π_{a<d} (1 - h_i(a)), from the probabilities of staying [N,D]. */
function lifetimes(N: number, D: number, stay: Float64Array): Float64Array {
  const p = new Float64Array(N * D);
  for (let i = 0; i < N; ++i) {
    let alive = 1;
    for (let a = 0; a < D; ++a) {
      p[i * D + a] = alive * (1 - stay[i * D + a]);
      alive *= stay[i * D + a];
    }
  }
  return p;
}

/** The row of step (i,a): (i,a+1) with `stay`, (j,1) with (1 - stay)·moves_j. */
function writeRow(row: Float64Array, at: number, D: number, stay: number, moves: Float64Array): void {
  row.fill(0);
  moves.forEach((p, j) => {
    row[j * D] = (1 - stay) * p;
  });
  if ((at + 1) % D > 0) row[at + 1] = stay;
}

/** All rows [N·D,N·D] from the probabilities of staying [N,D] and A [N,N]. */
function writeRows(transmat: Float64Array, N: number, stay: Float64Array, A: Float64Array): void {
  const K = stay.length;
  const D = K / N;
  for (let at = 0; at < K; ++at) {
    const i = Math.floor(at / D);
    writeRow(transmat.subarray(at * K, (at + 1) * K), at, D, stay[at], A.subarray(i * N, (i + 1) * N));
  }
}

/** The probabilities of staying [N,D] in a chain of steps. */
function stays(N: number, D: number, transmat: Float64Array): Float64Array {
  const K = N * D;
  return Float64Array.from({ length: K }, (_, at) => ((at + 1) % D > 0 ? transmat[at * K + at + 1] : 0));
}

/** The chain of N·D steps. */
export function expand({ startprob, transmat, durations }: Tables): HmmChain {
  const N = startprob.length;
  const D = durations.length / N;
  const K = N * D;
  const start = new Float64Array(K);
  startprob.forEach((p, i) => {
    start[i * D] = p;
  });
  const moves = new Float64Array(K * K);
  writeRows(moves, N, staying(N, D, durations), transmat);
  return { startprob: start, transmat: moves };
}

/** What was expanded, up to rounding. */
export function collapse(N: number, { startprob, transmat }: HmmChain): Tables {
  const K = startprob.length;
  const D = K / N;
  return {
    startprob: Float64Array.from({ length: N }, (_, i) => startprob[i * D]),
    // the oldest step always leaves
    transmat: Float64Array.from({ length: N * N }, (_, at) => {
      const oldest = Math.floor(at / N) * D + D - 1;
      return transmat[oldest * K + (at % N) * D];
    }),
    durations: lifetimes(N, D, stays(N, D, transmat)),
  };
}

/** [T,N] sums over the ages of each state, of x [T,N·D]. */
export function summed(D: number, x: Float64Array): Float64Array {
  const sums = new Float64Array(x.length / D);
  x.forEach((p, at) => {
    sums[Math.floor(at / D)] += p;
  });
  return sums;
}

/** [T-1,N,N] sums over the ages of both states, of x [T-1,N·D,N·D]. */
export function summedPairs(N: number, D: number, x: Float64Array): Float64Array {
  const K = N * D;
  const sums = new Float64Array(x.length / (D * D));
  x.forEach((p, at) => {
    const row = Math.floor(at / K);
    sums[Math.floor(row / D) * N + Math.floor((at % K) / D)] += p;
  });
  return sums;
}

/** The states [T] of a path of steps. */
export const statesOf = (D: number, path: Int32Array): Int32Array => path.map((at) => Math.floor(at / D));

/**
 * The M-step of an expanded chain: hazards are the share that leaves of what is there at an age, and A the
 * moves summed over all ages. Zeros stay zero; what was never visited keeps its probabilities.
 */
export function maximizeExpanded(
  N: number,
  fixed: ReadonlySet<string>,
  chain: HmmChain,
  { starts, transitions }: ChainCounts,
): void {
  const { startprob, transmat } = chain;
  const K = startprob.length;
  const D = K / N;
  if (!fixed.has("startprob")) normalize(startprob, starts, 1);
  const { transmat: A } = collapse(N, chain);
  const stay = stays(N, D, transmat);
  const moves = new Float64Array(N * N);
  for (let at = 0; at < K; ++at) {
    const i = Math.floor(at / D);
    let left = 0;
    for (let j = 0; j < N; ++j) {
      const count = transitions[at * K + j * D];
      moves[i * N + j] += count;
      left += count;
    }
    if (fixed.has("durations") || (at + 1) % D === 0) continue;
    const pair = Float64Array.of(stay[at], 1 - stay[at]);
    normalize(pair, Float64Array.of(transitions[at * K + at + 1], left), 1);
    stay[at] = pair[0];
  }
  if (!fixed.has("transmat"))
    for (let i = 0; i < N; ++i) {
      const row = i * N;
      normalize(A.subarray(row, row + N), moves.subarray(row, row + N), 1);
    }
  writeRows(transmat, N, stay, A);
}
