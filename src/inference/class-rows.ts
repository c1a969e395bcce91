/**
 * What decoders take, checked: the steps of one sequence, a number for each class, the blank last; and what
 * a language model says of the label that comes next.
 */
import { checkSteps, checkValues, flatten, type Values } from "../data/sequence.ts";
import { DataError, OptionError, ShapeError, show, whole } from "../wasm/errors.ts";
import type { LanguageModel } from "./beam-search.ts";

/** How far the probabilities of a step may sum from 1: float32 stays within it over thousands of classes. */
const ROUNDING = 1e-3;

const comparable: Values = { test: (x) => x < Infinity, want: "a probability, a log probability or a logit" };
const probability: Values = {
  test: (x) => x >= 0 && x <= 1 + ROUNDING,
  want:
    "a probability from 0 to 1; of logits take the softmax of each step first, of log probabilities " +
    "the exponential",
};

function rowsOf(who: string, y: unknown, K: number, values: Values): ArrayLike<number> {
  whole(who, "the number of classes", K, 1);
  const name = `${who}: y`;
  const flat = flatten(name, y, K);
  checkSteps(name, flat, K);
  checkValues(name, flat, values, (i) => `step ${Math.floor(i / K)}, class ${i % K}`);
  return flat;
}

/**
 * y [T,K] of one sequence, flat or one array a step, as one row-major vector: numbers of which the greatest
 * of a step is the likeliest class. Throws OptionError, DataError or ShapeError.
 */
export const classRows = (who: string, y: unknown, K: number): ArrayLike<number> =>
  rowsOf(who, y, K, comparable);

/** The same of probabilities: every one from 0 to 1, every step of sum 1. */
export function probabilityRows(who: string, y: unknown, K: number): ArrayLike<number> {
  const flat = rowsOf(who, y, K, probability);
  for (let t = 0; t < flat.length / K; ++t) {
    let sum = 0;
    for (let k = 0; k < K; ++k) sum += flat[t * K + k];
    if (!(Math.abs(sum - 1) <= ROUNDING))
      throw new DataError(
        `${who}: y: step ${t}: the ${K} probabilities sum to ${sum}, want 1; is "classes" the values ` +
          "a step, and y one sequence, step by step?",
      );
  }
  return flat;
}

/** The language model, if it is one. Throws OptionError. */
export function languageOption(who: string, language: unknown): LanguageModel | undefined {
  if (language === undefined) return undefined;
  if (typeof (language as LanguageModel | null)?.nextLogProbabilities === "function")
    return language as LanguageModel;
  throw new OptionError(
    `${who}: language is ${show(language)}, want an object with nextLogProbabilities(prefix), ` +
      "such as an NGram",
  );
}

/** ln P [K] of each label after the prefix, and last of the end. Throws ShapeError or DataError. */
export function nextLogs(
  who: string,
  language: LanguageModel,
  prefix: readonly number[],
  K: number,
): ArrayLike<number> {
  const logs = language.nextLogProbabilities(prefix);
  const name = `${who}: language.nextLogProbabilities`;
  if (logs?.length !== K)
    throw new ShapeError(
      `${name} gives ${logs?.length ?? "no"} values, want ${K}: one for each of ${K - 1} labels, and ` +
        "last the end",
    );
  checkValues(name, logs, { test: (x) => x < Infinity, want: "a log probability" });
  return logs;
}
