/** Edits between sequences of labels or letters, and what somebody meant who mistyped a name. */

/**
 * The fewest insertions, deletions and substitutions (Levenshtein 1966) that turn `from` into `to`; with
 * `swaps` two neighbors that trade places are one edit too (Damerau 1964, no label twice).
 */
export function edits<T>(from: ArrayLike<T>, to: ArrayLike<T>, swaps: boolean): number {
  let older = new Int32Array(to.length + 1);
  let old = Int32Array.from({ length: to.length + 1 }, (_, j) => j);
  let now = new Int32Array(to.length + 1);
  for (let i = 0; i < from.length; ++i) {
    now[0] = i + 1;
    for (let j = 0; j < to.length; ++j) {
      const change = old[j] + (from[i] === to[j] ? 0 : 1);
      now[j + 1] = Math.min(change, old[j + 1] + 1, now[j] + 1);
      if (swaps && i > 0 && j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j])
        now[j + 1] = Math.min(now[j + 1], older[j - 1] + 1);
    }
    [older, old, now] = [old, now, older];
  }
  return old[to.length];
}

/** The nearest of the names to a word: an edit off, or one for every three of its letters, at most. */
export function meant(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const far = edits(word.toLowerCase(), name.toLowerCase(), true);
    if (far >= least) continue;
    least = far;
    best = name;
  }
  return best;
}
