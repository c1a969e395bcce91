/** Reading ink with a trained net: best path, or beam search with a language model; errors line by line. */
import type { Ink } from "./formats/ink.ts";
import { beamSearch, type BeamOptions, type LanguageModel } from "../inference/beam-search.ts";
import { bestPath } from "../inference/best-path.ts";
import { editDistance, errorRate } from "../inference/edit-distance.ts";
import type { Network } from "../models/network/network.ts";
import { DataError } from "../wasm/errors.ts";
import { inkFeatures } from "./input.ts";
import { decodeText, type Script } from "./lessons.ts";

/** The notes that a net of handwriting carries. Throws DataError on other nets. */
export function scriptOf(net: Network): Script {
  const { script } = net.spec.notes as { script?: Script };
  if (!script || typeof script.alphabet !== "string" || !script.input)
    throw new DataError(
      "handwriting: the net has no notes of its alphabet and input, want one trained on handwriting",
    );
  return script;
}

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

/** All lines read, and the edits that make them right. */
export async function judge(
  net: Network,
  inks: readonly Ink[],
  options: ReadingOptions = {},
): Promise<{ readings: Reading[]; labelError: number; wordError: number }> {
  const texts = await readTexts(net, inks, options);
  const readings = inks.map((ink, i) => ({
    ink,
    text: texts[i],
    edits: editDistance([...texts[i]], [...ink.text]),
  }));
  return { readings, ...readingErrors(readings) };
}

/** Probabilities below this are taken as it: a net of softmax never gives 0, its float32 may. */
const LEAST = 1e-30;

/**
 * A character net trained to predict the next symbol as a language model for the labels of an alphabet. What
 * the net does not know cannot be; `end` is the character that ends a line, and its probability that of the
 * end.
 */
export function netLanguage(
  net: Network,
  vocabulary: readonly string[],
  alphabet: string,
  { start = "\n", end = "\n" } = {},
): LanguageModel {
  const known = new Map(vocabulary.map((c, i) => [c, i]));
  const labels = [...[...alphabet].map((c) => known.get(c)), known.get(end)];
  const first = known.get(start);
  const cache = new Map<string, Float64Array>();
  const { kernels, memory } = net.engine;
  if (first === undefined)
    throw new DataError(
      `handwriting: the language model does not know ${JSON.stringify(start)}, the start of a line`,
    );
  return {
    nextLogProbabilities(prefix) {
      const key = prefix.join();
      let row = cache.get(key);
      if (row) return row;
      const y = net.predict([Int32Array.from([first, ...prefix.map((label) => labels[label] ?? first)])])[0];
      const V = vocabulary.length;
      const p = labels.map((label) => (label === undefined ? 0 : y[y.length - V + label]));
      const ptr = memory.allocate(p.length * memory.realBytes);
      memory.reals(ptr, p.length).set(p.map((v) => Math.max(v, LEAST)));
      kernels.mapLog(p.length, ptr, ptr);
      row = Float64Array.from(memory.reals(ptr, p.length), (v, i) => (p[i] === 0 ? -Infinity : v));
      memory.free(ptr);
      if (cache.size > 50_000) cache.clear();
      cache.set(key, row);
      return row;
    },
  };
}
