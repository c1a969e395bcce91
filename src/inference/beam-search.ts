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

/** A node of the prefix tree: summed scores of the alignments that end in a blank, and in the label. */
interface Prefix {
  readonly parent: Prefix | undefined;
  readonly label: number;
  readonly children: Map<number, Prefix>;
  /** Language model factors of what comes next, once asked for. */
  factors: Float64Array | undefined;
  blank: number;
  labeled: number;
  nextBlank: number;
  nextLabeled: number;
  /** The step at which it was last reached. */
  step: number;
}

const start = (parent: Prefix | undefined, label: number): Prefix => ({
  parent,
  label,
  children: new Map(),
  factors: undefined,
  blank: 0,
  labeled: 0,
  nextBlank: 0,
  nextLabeled: 0,
  step: -1,
});
const score = (prefix: Prefix): number => prefix.blank + prefix.labeled;
const labelsOf = (prefix: Prefix): number[] => {
  const labels: number[] = [];
  for (let node = prefix; node.parent; node = node.parent) labels.unshift(node.label);
  return labels;
};

/**
 * Decodes y [T,K], probabilities of one sequence, row-major or one array a step. Hypotheses best first, at
 * most `width`. Throws OptionError; ShapeError where y does not hold whole steps of K or the language model
 * has other labels; DataError where y is no probabilities.
 */
export async function beamSearch(steps: Sequence, options: BeamOptions): Promise<Hypothesis[]> {
  const who = "beamSearch";
  knownOptions(who, options, ["classes", "width", "cutoff", "language", "weight", "bonus"]);
  const K = whole(who, "classes", options.classes, 1);
  const width = whole(who, "width", options.width ?? 32, 1);
  const cutoff = inRange(who, "cutoff", options.cutoff ?? 1e-4, 0, 1);
  const weight = inRange(who, "weight", options.weight ?? 1, 0);
  const bonus = inRange(who, "bonus", options.bonus ?? 0, -1e3, 1e3);
  const language = languageOption(who, options.language);
  const y = probabilityRows(who, steps, K);
  const e = await engine("float64");
  const factorsOf = (prefix: Prefix): Float64Array =>
    (prefix.factors ??= mapped(
      e,
      "mapExp",
      Array.from(
        nextLogs(who, language!, labelsOf(prefix), K),
        (v, k) => (weight === 0 ? 0 : weight * v) + (k < K - 1 ? bonus : 0),
      ),
    ));

  const root = start(undefined, K - 1);
  const scales: number[] = [];
  root.blank = 1;
  let beam = [root];
  for (let t = 0; t < y.length / K; ++t) {
    const reached: Prefix[] = [];
    const tried: number[] = [];
    const p = (k: number): number => y[t * K + k];
    const reach = (prefix: Prefix): Prefix => {
      if (prefix.step < t) {
        prefix.step = t;
        reached.push(prefix);
      }
      return prefix;
    };
    for (let k = 0; k < K - 1; ++k) if (p(k) >= cutoff && p(k) > 0) tried.push(k);
    for (const prefix of beam) {
      reach(prefix).nextBlank += score(prefix) * p(K - 1);
      if (prefix !== root) prefix.nextLabeled += prefix.labeled * p(prefix.label);
      const factors = language && tried.length > 0 ? factorsOf(prefix) : undefined;
      for (const k of tried) {
        // a label after itself needs a blank between
        const gain = (k === prefix.label ? prefix.blank : score(prefix)) * p(k) * (factors ? factors[k] : 1);
        if (gain === 0) continue;
        let child = prefix.children.get(k);
        if (!child) prefix.children.set(k, (child = start(prefix, k)));
        reach(child).nextLabeled += gain;
      }
    }
    const scale = reached.reduce((most, prefix) => Math.max(most, prefix.nextBlank + prefix.nextLabeled), 0);
    if (scale === 0) return [];
    scales.push(scale);
    for (const prefix of reached) {
      prefix.blank = prefix.nextBlank / scale;
      prefix.labeled = prefix.nextLabeled / scale;
      prefix.nextBlank = prefix.nextLabeled = 0;
    }
    const kept = reached.sort((a, b) => score(b) - score(a)).slice(0, width);
    for (const prefix of reached.slice(width)) prefix.blank = prefix.labeled = 0;
    beam = kept;
  }
  const ends = beam
    .map((prefix) => ({
      labels: labelsOf(prefix),
      p: score(prefix) * (language ? factorsOf(prefix)[K - 1] : 1),
    }))
    .filter(({ p }) => p > 0)
    .sort((a, b) => b.p - a.p);
  const scale = mapped(e, "mapLog", scales).reduce((sum, v) => sum + v, 0);
  const logs = mapped(
    e,
    "mapLog",
    ends.map(({ p }) => p),
  );
  return ends.map(({ labels }, i) => ({ labels, score: logs[i] + scale }));
}

/** An elementary function of a few numbers, by the kernels. */
function mapped(
  { kernels, memory }: Engine,
  map: "mapExp" | "mapLog",
  values: readonly number[],
): Float64Array {
  const n = values.length;
  const ptr = memory.allocate(Math.max(n, 1) * 8);
  memory.reals(ptr, n).set(values);
  kernels[map](n, ptr, ptr);
  const result = Float64Array.from(memory.reals(ptr, n));
  memory.free(ptr);
  return result;
}
