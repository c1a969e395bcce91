/** What somebody may have meant who wrote a word that is not there. */

/**
 * Letters to add, leave out, exchange or swap with a neighbor on the way from one word to another (Damerau
 * 1964, no letter twice).
 */
function distance(from: string, to: string): number {
  const [n, m] = [from.length, to.length];
  const rows = Array.from({ length: n + 1 }, (_, i) => Array.from({ length: m + 1 }, (__, j) => i || j));
  for (let i = 1; i <= n; ++i)
    for (let j = 1; j <= m; ++j) {
      const same = from[i - 1] === to[j - 1];
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      rows[i][j] = Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + (same ? 0 : 1),
        swapped ? rows[i - 2][j - 2] + 1 : Infinity,
      );
    }
  return rows[n][m];
}

/** ", did you mean …?" with the nearest of the choices, or nothing where none is near. */
export function didYouMean(word: string, choices: readonly string[]): string {
  const far = Math.max(1, Math.floor(word.length / 3));
  const [nearest] = choices
    .map((choice) => ({ choice, off: distance(word, choice) }))
    .filter(({ off }) => off <= far)
    .sort((a, b) => a.off - b.off);
  return nearest ? `, did you mean ${nearest.choice}?` : "";
}
