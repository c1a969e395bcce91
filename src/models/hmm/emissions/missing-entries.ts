/** Rows of which some entries are missing: grouped by what they have, and matrices cut to it. */

/** Steps that have the same entries. */
export interface Pattern {
  readonly seen: readonly number[];
  readonly steps: readonly number[];
}

/** 0, 1, … n - 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** The chosen columns of the chosen rows of x [·,D]. */
export function gather(
  x: ArrayLike<number>,
  D: number,
  columns: readonly number[],
  rows: readonly number[],
): Float64Array {
  const out = new Float64Array(rows.length * columns.length);
  let at = 0;
  for (const r of rows) for (const c of columns) out[at++] = x[r * D + c]!;
  return out;
}

/** The steps of y [T,D] grouped by the entries they have. */
export function patterns(y: Float64Array, D: number): Pattern[] {
  const T = y.length / D;
  const groups = new Map<string, { seen: number[]; steps: number[] }>();
  if (y.every((x) => x === x)) return [{ seen: range(D), steps: range(T) }];
  for (let t = 0; t < T; ++t) {
    const seen = range(D).filter((d) => y[t * D + d] === y[t * D + d]);
    const key = seen.join();
    const group = groups.get(key);
    if (group) group.steps.push(t);
    else groups.set(key, { seen, steps: [t] });
  }
  return [...groups.values()];
}
