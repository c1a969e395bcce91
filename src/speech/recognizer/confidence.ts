/**
 * How sure a recognizer is of each word: the share of the hypotheses' probability that agrees with it, the
 * scores divided by a temperature at which such shares are as often right as they say (Guo et al. 2017).
 */
import type { Hypothesis } from "../../inference/beam-search.ts";
import { elementwise } from "../../wasm/elementwise.ts";
import type { Engine } from "../../wasm/engine.ts";

/** A reading: its words, and its ln score. */
export interface Candidate {
  readonly words: readonly string[];
  readonly score: number;
}

/** Temperatures that are tried. */
const temperatures: readonly number[] = [0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 11, 16, 22, 32];

/** Hypotheses that read alike, as one. */
export function candidates(
  hypotheses: readonly Hypothesis[],
  words: (labels: readonly number[]) => readonly string[],
): Candidate[] {
  return hypotheses.map(({ labels, score }) => ({ words: words(labels), score }));
}

/** For each word of `a` whether a best alignment (fewest edits) sets the same word of `b` beside it. */
export function agreeing(a: readonly string[], b: readonly string[]): boolean[] {
  const width = b.length + 1;
  const cost = new Int32Array((a.length + 1) * width);
  for (let j = 0; j <= b.length; ++j) cost[j] = j;
  for (let i = 1; i <= a.length; ++i) {
    cost[i * width] = i;
    for (let j = 1; j <= b.length; ++j)
      cost[i * width + j] = Math.min(
        cost[(i - 1) * width + j - 1] + Number(a[i - 1] !== b[j - 1]),
        cost[(i - 1) * width + j] + 1,
        cost[i * width + j - 1] + 1,
      );
  }
  const agree = a.map(() => false);
  for (let i = a.length, j = b.length; i > 0;) {
    const here = cost[i * width + j];
    if (j > 0 && here === cost[(i - 1) * width + j - 1] + Number(a[i - 1] !== b[j - 1])) {
      agree[i - 1] = a[i - 1] === b[j - 1];
      --i;
      --j;
    } else if (here === cost[(i - 1) * width + j] + 1) --i;
    else --j;
  }
  return agree;
}

/** Confidence of each word of the first candidate, from 0 to 1. */
export function confidences(engine: Engine, list: readonly Candidate[], temperature: number): number[] {
  if (list.length === 0) return [];
  const [best] = list;
  const shares = elementwise(
    engine,
    "mapExp",
    list.map(({ score }) => (score - best.score) / temperature),
  );
  const sum = shares.reduce((total, share) => total + share, 0);
  const out = best.words.map(() => 0);
  list.forEach(({ words }, i) => {
    agreeing(best.words, words).forEach((same, w) => {
      if (same) out[w] += shares[i] / sum;
    });
  });
  return out.map((share) => Math.min(1, share));
}

/** A reading beside the words that were said. */
export interface Judged {
  readonly list: readonly Candidate[];
  readonly truth: readonly string[];
}

/** Mean squared difference of confidences and whether their words were right (Brier 1950). */
export function brierScore(engine: Engine, readings: readonly Judged[], temperature: number): number {
  let sum = 0;
  let count = 0;
  for (const { list, truth } of readings) {
    if (list.length === 0) continue;
    const right = agreeing(list[0].words, truth);
    confidences(engine, list, temperature).forEach((confidence, w) => {
      sum += (confidence - Number(right[w])) * (confidence - Number(right[w]));
      ++count;
    });
  }
  return count === 0 ? 0 : sum / count;
}

/** The temperature with the smallest Brier score. */
export function fitTemperature(engine: Engine, readings: readonly Judged[]): number {
  const scores = temperatures.map((temperature) => brierScore(engine, readings, temperature));
  return temperatures[scores.indexOf(scores.reduce((least, score) => Math.min(least, score), Infinity))];
}
