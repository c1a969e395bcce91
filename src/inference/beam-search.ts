/**
 * Prefix beam search for connectionist temporal classification (Graves 2012, section 7.5; Hannun et al.
 * 2014): the label sequence with the greatest summed probability over its alignments, with a character
 * language model where one is given. The last class is the blank.
 *
 *   score(l) = P(l | y) · P_language(l)^weight · e^(bonus·|l|)
 *
 * Probabilities are kept linear and divided by the best one of each step, so nothing underflows and no
 * logarithm is taken in the loop.
 */
import type { Sequence } from "../data/sequence.ts";
import { engine, type Engine } from "../wasm/engine.ts";
import { inRange, knownOptions, whole } from "../wasm/errors.ts";
import { languageOption, nextLogs, probabilityRows } from "./class-rows.ts";
import { elementwise } from "../wasm/elementwise.ts";
import { childOf, emptyPrefix, endStep, labelsOf, prune, total, type Prefix } from "./prefix-tree.ts";

/** What may follow a prefix. */
export interface LanguageModel {
  /** ln P [V+1] of each label next, and last of the end; -∞ for what cannot be. */
  nextLogProbabilities(prefix: readonly number[]): ArrayLike<number>;
}

/** How beam search goes on from step to step. */
export interface BeamOptions {
  /** K: the labels 0..K-2 and the blank K-1. */
  classes: number;
  /** Prefixes kept a step. Default 32. */
  width?: number;
  /** Classes less likely than this at a step are not tried there. Default 1e-4; 0 tries all. */
  cutoff?: number;
  /** Adds `weight` times its ln p of each label given those before. Default: none. */
  language?: LanguageModel;
  /** Exponent of the language model. Default 1. */
  weight?: number;
  /** Nats added a label, against the language model's love of short sequences. Default 0. */
  bonus?: number;
}

/** One decoded sequence and its ln score, nats. */
export interface Hypothesis {
  /** Without blanks, repeats merged. */
  readonly labels: number[];
  /** ln p by the net, and what language model and bonus add; nats. */
  readonly score: number;
}

const who = "beamSearch";

/** Options with defaults. */
interface Settings {
  readonly K: number;
  readonly width: number;
  readonly cutoff: number;
  readonly weight: number;
  readonly bonus: number;
  readonly language: LanguageModel | undefined;
}

/** e^(weight·ln P + bonus) [K] of each label after a prefix, and last of the end. */
type Factors = (prefix: Prefix) => Float64Array;

/**
 * Decodes y [T,K], probabilities of one sequence, row-major or one array a step. Hypotheses best first, at
 * most `width`. Throws OptionError; ShapeError where y does not hold whole steps of K or the language model
 * has other labels; DataError where y is no probabilities.
 */
export async function beamSearch(steps: Sequence, options: BeamOptions): Promise<Hypothesis[]> {
  const settings = readOptions(options);
  const { K, width, language } = settings;
  const y = probabilityRows(who, steps, K);
  const e = await engine("float64");
  const factors = language && languageFactors(e, language, settings);

  const scales: number[] = [];
  let beam = [emptyPrefix(K - 1)];
  for (let t = 0; t < y.length / K; ++t) {
    const reached = extend(beam, (k) => y[t * K + k], t, settings, factors);
    const scale = endStep(reached);
    if (scale === 0) return [];
    scales.push(scale);
    beam = prune(reached, width);
  }
  return hypotheses(e, beam, scales, factors && ((prefix) => factors(prefix)[K - 1]));
}

function readOptions(options: BeamOptions): Settings {
  knownOptions(who, options, ["classes", "width", "cutoff", "language", "weight", "bonus"]);
  return {
    K: whole(who, "classes", options.classes, 1),
    width: whole(who, "width", options.width ?? 32, 1),
    cutoff: inRange(who, "cutoff", options.cutoff ?? 1e-4, 0, 1),
    weight: inRange(who, "weight", options.weight ?? 1, 0),
    bonus: inRange(who, "bonus", options.bonus ?? 0, -1e3, 1e3),
    language: languageOption(who, options.language),
  };
}

/** Asks the language model once a prefix. */
function languageFactors(e: Engine, language: LanguageModel, { K, weight, bonus }: Settings): Factors {
  const logFactor = (logP: number, k: number): number =>
    (weight === 0 ? 0 : weight * logP) + (k < K - 1 ? bonus : 0);
  return (prefix) =>
    (prefix.factors ??= elementwise(
      e,
      "mapExp",
      Array.from(nextLogs(who, language, labelsOf(prefix), K), logFactor),
    ));
}

/**
 * Adds step t, p(k) the probability of class k, to every alignment of the beam: by a blank, by the last label
 * once more, or by a new label. Gives the prefixes that it reaches, in the order in which they are reached.
 */
function extend(
  beam: readonly Prefix[],
  p: (k: number) => number,
  t: number,
  { K, cutoff }: Settings,
  factorsOf: Factors | undefined,
): Prefix[] {
  const reached: Prefix[] = [];
  const reach = (prefix: Prefix): Prefix => {
    if (prefix.step < t) {
      prefix.step = t;
      reached.push(prefix);
    }
    return prefix;
  };
  const tried: number[] = [];
  for (let k = 0; k < K - 1; ++k) if (p(k) >= cutoff && p(k) > 0) tried.push(k);
  for (const prefix of beam) {
    reach(prefix).nextBlank += total(prefix) * p(K - 1);
    if (prefix.parent) prefix.nextLabeled += prefix.labeled * p(prefix.label);
    const factors = tried.length > 0 ? factorsOf?.(prefix) : undefined;
    for (const k of tried) {
      // a label after itself needs a blank between
      const before = k === prefix.label ? prefix.blank : total(prefix);
      const gain = before * p(k) * (factors ? factors[k] : 1);
      if (gain !== 0) reach(childOf(prefix, k)).nextLabeled += gain;
    }
  }
  return reached;
}

/** What is possible of the beam, best first; `end` gives the factor of ending after a prefix. */
function hypotheses(
  e: Engine,
  beam: readonly Prefix[],
  scales: readonly number[],
  end: ((prefix: Prefix) => number) | undefined,
): Hypothesis[] {
  const ends = beam
    .map((prefix) => ({ labels: labelsOf(prefix), p: total(prefix) * (end ? end(prefix) : 1) }))
    .filter(({ p }) => p > 0)
    .sort((a, b) => b.p - a.p);
  const scale = elementwise(e, "mapLog", scales).reduce((sum, v) => sum + v, 0);
  const probabilities = ends.map(({ p }) => p);
  const logs = elementwise(e, "mapLog", probabilities);
  return ends.map(({ labels }, i) => ({ labels, score: logs[i] + scale }));
}
