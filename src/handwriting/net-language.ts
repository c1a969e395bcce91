/** A character net as the language model of a search over labels. */
import type { LanguageModel } from "../inference/beam-search.ts";
import { elementwise } from "../wasm/elementwise.ts";
import type { Network } from "../models/network/network.ts";
import { DataError } from "../wasm/errors.ts";

/** Probabilities below this are taken as it: a net of softmax never gives 0, its float32 may. */
const MIN_PROBABILITY = 1e-30;

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
      const bounded = p.map((v) => Math.max(v, MIN_PROBABILITY));
      row = elementwise(net.engine, "mapLog", bounded).map((v, i) => (p[i] === 0 ? -Infinity : v));
      if (cache.size > 50_000) cache.clear();
      cache.set(key, row);
      return row;
    },
  };
}
