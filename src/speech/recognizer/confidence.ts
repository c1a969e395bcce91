/**
 * How sure a recognizer is of each word: the share of the hypotheses' probability that agrees with it, the
 * scores divided by a temperature at which such shares are as often right as they say (Guo et al. 2017).
 */
import { agreeing } from "../../inference/agreement.ts";
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
