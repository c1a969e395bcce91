/**
 * Paths and pairs of states given the data: p(state_t, state_{t+1} | y), paths drawn from the posterior
 * (forward filtering, backward sampling: Chib 1996), and the n most probable paths (list Viterbi: Seshadri &
 * Sundberg 1994).
 */
import { DataError } from "../../wasm/errors.ts";
import type { Random } from "../../wasm/random.ts";
import type { ViterbiPath } from "../../inference/forward-backward.ts";
import type { Algebra } from "../../inference/matrix.ts";

/** One sequence under a model of K states, by step. */
export interface PathProblem {
  readonly K: number;
  readonly T: number;
  /** [K], [K,K] and [T,K] logarithms: start, transitions, densities. */
  readonly logStart: Float64Array;
  readonly logA: Float64Array;
  readonly logb: Float64Array;
}

/** The largest of them, or -∞. */
const largest = (x: Float64Array): number => x.reduce((top, v) => Math.max(top, v), -Infinity);

/**
 * p(state_t = i | state_{t+1} = j, y_≤t) as [T-1,K,K] with j before i, from logarithms of the filtered
 * probabilities: exact where those have underflowed.
 */
function backward(algebra: Algebra, K: number, T: number, logs: Logs): Float64Array {
  const { logAlpha, logA } = logs;
  const terms = new Float64Array((T - 1) * K * K);
  for (let t = 0; t < T - 1; ++t)
    for (let j = 0; j < K; ++j) {
      const row = terms.subarray((t * K + j) * K, (t * K + j + 1) * K);
      for (let i = 0; i < K; ++i) row[i] = logAlpha[t * K + i] + logA[i * K + j];
      const top = largest(row);
      for (let i = 0; i < K; ++i) row[i] = top > -Infinity ? row[i] - top : -Infinity;
    }
  const p = algebra.exp(terms);
  for (let at = 0; at < p.length; at += K) {
    let sum = 0;
    for (let i = 0; i < K; ++i) sum += p[at + i];
    for (let i = 0; i < K && sum > 0; ++i) p[at + i] /= sum;
  }
  return p;
}

/** ln p(state_t | y_≤t) [T,K] and ln A [K,K]. */
export interface Logs {
  readonly logAlpha: Float64Array;
  readonly logA: Float64Array;
}

/** p(state_t = i, state_{t+1} = j | y) [T-1,K,K] from γ [T,K]. */
export function pairPosteriors(algebra: Algebra, gamma: Float64Array, K: number, logs: Logs): Float64Array {
  const T = gamma.length / K;
  const p = backward(algebra, K, T, logs);
  return Float64Array.from({ length: (T - 1) * K * K }, (_, at) => {
    const t = Math.floor(at / (K * K));
    const i = Math.floor(at / K) % K;
    const j = at % K;
    return gamma[(t + 1) * K + j] * p[(t * K + j) * K + i];
  });
}

/** `count` paths [T] drawn from p(states | y). */
export function drawPaths(
  algebra: Algebra,
  random: Random,
  { K, T, count }: { K: number; T: number; count: number },
  logs: Logs,
): Int32Array[] {
  const p = backward(algebra, K, T, logs);
  const last = algebra.exp(logs.logAlpha.subarray((T - 1) * K));
  return Array.from({ length: count }, () => {
    const path = new Int32Array(T);
    path[T - 1] = random.choice(last);
    for (let t = T - 2; t >= 0; --t) {
      const at = (t * K + path[t + 1]) * K;
      path[t] = random.choice(p.subarray(at, at + K));
    }
    return path;
  });
}

/** A partial path: its score, and its predecessor. */
interface Branch {
  readonly score: number;
  readonly state: number;
  readonly before: Branch | undefined;
}

/** The n most probable paths, best first; fewer where fewer are possible. Ties go to the lower states. */
export function likeliestPaths(who: string, n: number, problem: PathProblem): ViterbiPath[] {
  const { K, T, logStart, logA, logb } = problem;
  let now: Branch[][] = Array.from({ length: K }, (_, state) =>
    possible([{ score: logStart[state] + logb[state], state, before: undefined }]),
  );
  for (let t = 1; t < T; ++t) {
    const old = now;
    now = Array.from({ length: K }, (_, state) => {
      const all = old.flatMap((list, from) =>
        list.map((before) => ({
          score: before.score + logA[from * K + state] + logb[t * K + state],
          state,
          before,
        })),
      );
      return possible(all).sort(byScore).slice(0, n);
    });
  }
  const found = now.flat().sort(byScore).slice(0, n);
  if (found.length === 0) throw new DataError(`${who}: every path is impossible`);
  return found.map((end) => ({ states: statesOf(end, T), logProbability: end.score }));
}

const byScore = (a: Branch, b: Branch): number => b.score - a.score;
const possible = (paths: Branch[]): Branch[] => paths.filter(({ score }) => score > -Infinity);

function statesOf(end: Branch, T: number): Int32Array {
  const states = new Int32Array(T);
  let node: Branch | undefined = end;
  for (let t = T - 1; node; --t, node = node.before) states[t] = node.state;
  return states;
}
