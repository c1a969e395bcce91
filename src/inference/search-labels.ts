/**
 * Beam search on anyone's scores: log-probabilities of any net that was trained by connectionist temporal
 * classification, its blank any class. The search is that of `beamSearch`, whose blank is the last class.
 */
import { elementwise } from "../wasm/elementwise.ts";
import { engine } from "../wasm/engine.ts";
import { knownOptions } from "../wasm/errors.ts";
import { beamSearch, type BeamOptions, type Hypothesis } from "./beam-search.ts";
import { readScores, type LabelScores, type ScoreOptions } from "./label-scores.ts";

/**
 * How scores are laid out, and how to search. A language model counts labels without the blank: those behind
 * it are one less there.
 */
export interface SearchOptions extends ScoreOptions, Omit<BeamOptions, "classes"> {}

const who = "searchLabels";

/**
 * The likeliest texts by the scores, best first, their labels the classes of the scores. `logProbabilities`
 * [T,K] are ln p of the classes at each step (log-softmax outputs). Throws OptionError, ShapeError, DataError
 * where scores are no log-probabilities of sum 1.
 */
export async function searchLabels(
  logProbabilities: LabelScores,
  options: SearchOptions = {},
): Promise<Hypothesis[]> {
  knownOptions(who, options, ["classes", "blank", "width", "cutoff", "language", "weight", "bonus"]);
  const { T, K, blank, at } = readScores(who, logProbabilities, options);
  const classOf = (k: number): number => (k === K - 1 ? blank : k + Number(k >= blank));
  const logs = Float64Array.from({ length: T * K }, (_, i) =>
    Math.min(0, at(Math.floor(i / K), classOf(i % K))),
  );
  const y = elementwise(await engine("float64"), "mapExp", logs);
  const { classes: _classes, blank: _blank, ...search } = options;
  const found = await beamSearch(y, { ...search, classes: K });
  return found.map(({ labels, score }) => ({ labels: labels.map(classOf), score }));
}
