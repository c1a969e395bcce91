/**
 * The distribution that a chain settles to, π·A = π: elimination without a subtraction (Grassmann, Taksar &
 * Heyman 1985), on the one class of states that is never left.
 */
import { NumericError } from "../../wasm/errors.ts";

/** π [K] of transitions A [K,K]. Throws NumericError where it is not unique. */
export function stationary(who: string, K: number, A: Float64Array): Float64Array {
  const classes = closedClasses(K, A);
  if (classes.length !== 1) {
    const sets = classes.map((states) => `{${states.join()}}`).join(" and ");
    throw new NumericError(`${who}: the states ${sets} are never left, each with a distribution of its own`);
  }
  const [states] = classes;
  const n = states.length;
  const P = Float64Array.from({ length: n * n }, (_, i) => A[states[Math.floor(i / n)] * K + states[i % n]]);
  for (let k = n - 1; k > 0; --k) {
    let out = 0;
    for (let j = 0; j < k; ++j) out += P[k * n + j];
    for (let i = 0; i < k; ++i) P[i * n + k] /= out;
    for (let i = 0; i < k; ++i) for (let j = 0; j < k; ++j) P[i * n + j] += P[i * n + k] * P[k * n + j];
  }
  const pi = new Float64Array(n).fill(1, 0, 1);
  let total = 1;
  for (let k = 1; k < n; ++k) {
    for (let i = 0; i < k; ++i) pi[k] += pi[i] * P[i * n + k];
    total += pi[k];
  }
  const all = new Float64Array(K);
  states.forEach((state, i) => {
    all[state] = pi[i] / total;
  });
  return all;
}

/** The sets of states that reach each other and nothing else, each in ascending order. */
function closedClasses(K: number, A: Float64Array): number[][] {
  const reach = Array.from({ length: K }, (_, from) => reachable(K, A, from));
  const classes: number[][] = [];
  const placed = new Set<number>();
  for (let i = 0; i < K; ++i) {
    if (placed.has(i)) continue;
    const states = [...reach[i]].sort((a, b) => a - b);
    if (!states.every((j) => reach[j].has(i))) continue;
    states.forEach((j) => placed.add(j));
    classes.push(states);
  }
  return classes;
}

/** The states that can be reached from a state, itself included. */
function reachable(K: number, A: Float64Array, from: number): Set<number> {
  const seen = new Set([from]);
  for (const i of seen) for (let j = 0; j < K; ++j) if (A[i * K + j] > 0) seen.add(j);
  return seen;
}
