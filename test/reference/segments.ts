/** Hidden semi-Markov models by enumeration of all segmentations: for tiny cases, in plain numbers. */

/** start [N], A [N][N] without staying, durations [N][D] p(1) .. p(D). */
export interface SegmentChain {
  readonly start: readonly number[];
  readonly A: readonly (readonly number[])[];
  readonly durations: readonly (readonly number[])[];
}

/** Every path of T states with its p(path, y); density[t][i] = p(y_t | state i). */
export function segmentations(
  { start, A, durations }: SegmentChain,
  density: readonly (readonly number[])[],
): { path: number[]; p: number }[] {
  const T = density.length;
  const found: { path: number[]; p: number }[] = [];
  /** Goes on with a segment of state i whose first step is the next one; p does not have its length yet. */
  const go = (path: number[], p: number, i: number): void => {
    let q = p;
    for (let d = 1; path.length + d <= T; ++d) {
      q *= density[path.length + d - 1][i];
      const longer = [...path, ...new Array<number>(d).fill(i)];
      const table = durations[i];
      if (longer.length === T) {
        const atLeast = table.slice(d - 1).reduce((sum, x) => sum + x, 0);
        found.push({ path: longer, p: q * atLeast });
      } else A[i].forEach((a, j) => j !== i && go(longer, q * (table[d - 1] ?? 0) * a, j));
    }
  };
  start.forEach((p, i) => go([], p, i));
  return found;
}
