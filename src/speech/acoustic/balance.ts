/**
 * Answers balanced: where all words are said equally often, a net that hears one of them more often than the
 * others takes some of them for it. Its probabilities are divided by how often it hears each word in the mean
 * (Saerens, Latinne & Decaestecker 2002; Berthelot et al. 2020).
 */
import type { Floats } from "../../wasm/memory.ts";

/** How much rarer or more frequent than the mean a word is taken for, at most. */
const MOST = 10;

/**
 * Probabilities [T,K] of recordings, of which the words are equally frequent; each row still sums to 1.
 * `wordOf` [K]: the number of the word that a class is a part of, -1 of none.
 */
export function balanced(each: readonly Floats[], wordOf: readonly number[]): Float64Array<ArrayBuffer>[] {
  const K = wordOf.length;
  const sums = new Float64Array(Math.max(...wordOf) + 1);
  for (const y of each)
    y.forEach((p, at) => {
      const word = wordOf[at % K];
      if (word >= 0) sums[word] += p;
    });
  const words = sums.filter((_, word) => wordOf.includes(word));
  const mean = words.reduce((sum, p) => sum + p, 0) / words.length;
  const factors = wordOf.map((word) =>
    word < 0 || mean === 0 ? 1 : mean / Math.min(MOST * mean, Math.max(mean / MOST, sums[word])),
  );
  return each.map((y) => {
    const own = Float64Array.from(y, (p, at) => p * factors[at % K]);
    for (let at = 0; at < own.length; at += K) {
      const row = own.subarray(at, at + K);
      const sum = row.reduce((total, p) => total + p, 0);
      row.forEach((p, k) => (row[k] = p / sum));
    }
    return own;
  });
}
