/**
 * CTC by enumeration; the last class is the blank. Every alignment of T steps, collapsed (repeats merged,
 * blanks dropped) and summed. For tiny cases.
 */

/** Merges repeats, then drops blanks. */
export function collapse(path: readonly number[], blank: number): number[] {
  return path.filter((k, t) => k !== blank && k !== path[t - 1]);
}

/** -ln Σ Π softmax over all alignments [T] of `labels`; z is [T][K]. */
export function enumeratedCtc(z: readonly (readonly number[])[], labels: readonly number[]): number {
  const K = z[0].length;
  const blank = K - 1;
  const p = z.map((row) => {
    const sum = row.reduce((s, v) => s + Math.exp(v), 0);
    return row.map((v) => Math.exp(v) / sum);
  });
  let likelihood = 0;
  const path: number[] = [];
  const visit = (probability: number): void => {
    if (path.length === z.length) {
      if (collapse(path, blank).join() === labels.join()) likelihood += probability;
      return;
    }
    for (let k = 0; k < K; ++k) {
      path.push(k);
      visit(probability * p[path.length - 1][k]);
      path.pop();
    }
  };
  visit(1);
  return -Math.log(likelihood);
}
