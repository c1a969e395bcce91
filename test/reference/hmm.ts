/** Hidden Markov models by enumeration of all state paths: for tiny cases, in plain numbers. */

export interface Chain {
  start: readonly number[];
  A: readonly (readonly number[])[];
}
export interface Enumerated {
  /** Σ over paths of p(path, y). */
  likelihood: number;
  /** [T][K]: p(state_t | y). */
  posterior: number[][];
  /** Σ_t p(state_t = i, state_{t+1} = j | y). */
  transitions: number[][];
  best: number[];
  bestProbability: number;
  /** Every path with p(path, y). */
  paths: { path: number[]; p: number }[];
}

/** density[t][k] = p(y_t | state k). */
export function enumerate({ start, A }: Chain, density: readonly (readonly number[])[]): Enumerated {
  const K = start.length;
  const T = density.length;
  const posterior = density.map(() => new Array<number>(K).fill(0));
  const transitions = A.map(() => new Array<number>(K).fill(0));
  let likelihood = 0;
  let best: number[] = [];
  let bestProbability = -1;
  const path: number[] = [];
  const paths: { path: number[]; p: number }[] = [];
  const visit = (p: number): void => {
    if (path.length === T) {
      likelihood += p;
      paths.push({ path: [...path], p });
      if (p > bestProbability) {
        bestProbability = p;
        best = [...path];
      }
      path.forEach((k, t) => {
        posterior[t][k] += p;
        if (t > 0) transitions[path[t - 1]][k] += p;
      });
      return;
    }
    for (let k = 0; k < K; ++k) {
      const t = path.length;
      path.push(k);
      visit(p * (t === 0 ? start[k] : A[path[t - 1]][k]) * density[t][k]);
      path.pop();
    }
  };
  visit(1);
  for (const row of [...posterior, ...transitions]) for (let k = 0; k < K; ++k) row[k] /= likelihood;
  return { likelihood, posterior, transitions, best, bestProbability, paths };
}
