/** Reading ink with a trained net: best path, or beam search with a language model; errors line by line. */
import { beamSearch, type BeamOptions } from "../inference/beam-search.ts";
import { bestPath } from "../inference/best-path.ts";
import { editDistance, errorRate } from "../inference/edit-distance.ts";
import type { Network } from "../models/network/network.ts";
import { inkFeatures } from "./input.ts";
import { checkLabeled, decodeText, scriptOf } from "./script.ts";
import type { Ink } from "./ink.ts";

/** How to read: beam search where a width is given. */
export type ReadingOptions = Partial<Pick<BeamOptions, "width" | "language" | "weight" | "bonus">>;

/** The texts that a net reads. */
export async function readTexts(
  net: Network,
  inks: readonly Pick<Ink, "points">[],
  options: ReadingOptions = {},
): Promise<string[]> {
  const script = scriptOf(net);
  const classes = [...script.alphabet].length + 1;
  const outputs = net.predict(inks.map(({ points }) => inkFeatures(points, script.input).input));
  const texts: string[] = [];
  for (const y of outputs) {
    const labels =
      options.width === undefined
        ? bestPath(y, classes).map(({ label }) => label)
        : ((await beamSearch(y, { classes, ...options }))[0]?.labels ?? []);
    texts.push(decodeText(labels, script.alphabet));
  }
  return texts;
}

/** One line read. */
export interface Reading {
  readonly ink: Ink;
  readonly text: string;
  readonly edits: number;
}

/** The words of a line. */
const wordsOf = (text: string): string[] => text.split(" ").filter(Boolean);

/**
 * Errors over some readings: edits a character and edits a word, by `errorRate`. Characters outside the
 * alphabet count as errors.
 */
export function readingErrors(readings: readonly Reading[]): { labelError: number; wordError: number } {
  const sum = (of: (r: Reading) => number): number => readings.reduce((total, r) => total + of(r), 0);
  return {
    labelError: errorRate(
      sum((r) => r.edits),
      sum((r) => [...r.ink.text].length),
    ),
    wordError: errorRate(
      sum((r) => editDistance(wordsOf(r.text), wordsOf(r.ink.text))),
      sum((r) => wordsOf(r.ink.text).length),
    ),
  };
}

/** Readings, those of most edits a character first. */
export const worstFirst = (readings: readonly Reading[]): Reading[] => {
  const rate = ({ edits, ink }: Reading): number => errorRate(edits, [...ink.text].length);
  // of two infinite rates the difference is no number
  return [...readings].sort((a, b) => rate(b) - rate(a) || 0);
};

/**
 * Reads lines, and counts the edits that make them right. Throws DataError where a line does not say what is
 * written.
 */
export async function scoreReading(
  net: Network,
  inks: readonly Ink[],
  options: ReadingOptions = {},
): Promise<{ readings: Reading[]; labelError: number; wordError: number }> {
  for (const ink of inks) checkLabeled("scoreReading", ink);
  const texts = await readTexts(net, inks, options);
  const readings = inks.map((ink, i) => ({
    ink,
    text: texts[i],
    edits: editDistance([...texts[i]], [...ink.text]),
  }));
  return { readings, ...readingErrors(readings) };
}
