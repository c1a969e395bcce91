/**
 * Where each label of a known text stands in the scores of a net: the most probable path through the lattice
 * of connectionist temporal classification (Graves et al. 2006, section 4) by dynamic programming.
 *
 *   states blank l₁ blank l₂ … l_L blank a path moves on by 0 or 1 state a step, by 2 over a blank between
 *                                              two different labels
 */
import { DataError, OptionError, inRange, knownOptions, show } from "../wasm/errors.ts";
import { readScores, type LabelScores, type Lattice, type ScoreOptions } from "./label-scores.ts";

/** A label of the text; null stands for any stretch of unknown speech or ink, one step or more. */
export type Wanted = number | null;

/** One label's stretch of steps. */
export interface Span {
  /** The label, or null for a stretch of anything. */
  readonly label: Wanted;
  /** First step. */
  readonly from: number;
  /** The step after the last. */
  readonly to: number;
  /** Mean ln p of the label over these steps. */
  readonly score: number;
}

/** The best path. */
export interface Alignment {
  /** One span a label, in order. */
  readonly spans: readonly Span[];
  /** ln p of the path, blanks included. */
  readonly score: number;
}

/** Options of `alignLabels`. */
export interface AlignOptions extends ScoreOptions {
  /**
   * A label never scores more than so many nats below the best other one that is no blank: where the net took
   * it for another it is placed where that one sounds, in place of anywhere. 0 or more; 2 does well where the
   * text is known to be right. Default: scores count as they are.
   */
  readonly misheard?: number;
}

const who = "alignLabels";
/** Steps times states that are searched: a byte each. */
const LARGEST = 2 ** 30;

function readLabels(labels: ArrayLike<Wanted>, { K, blank, T }: Lattice): Wanted[] {
  if (typeof (labels as ArrayLike<Wanted> | null | undefined)?.length !== "number")
    throw new DataError(`${who}: labels are ${show(labels)}, want an array of the labels of the text`);
  const list = Array.from(labels);
  list.forEach((label, i) => {
    if (label === null || (Number.isInteger(label) && label >= 0 && label < K && label !== blank)) return;
    throw new DataError(
      `${who}: label ${i} is ${show(label)}, want null or a whole number from 0 ` +
        `to ${K - 1} other than ${blank}, the blank`,
    );
  });
  if (list.length === 0) throw new DataError(`${who}: no labels, want at least one`);
  const repeats = list.filter((label, i) => i > 0 && label !== null && label === list[i - 1]).length;
  const needed = list.length + repeats;
  if (needed > T)
    throw new DataError(
      `${who}: ${list.length} labels need ${needed} steps, but there are ${T}: no path fits`,
    );
  if (T * (2 * list.length + 1) > LARGEST)
    throw new OptionError(
      `${who}: ${T} steps of ${list.length} labels are too many to search; cut the recording`,
    );
  return list;
}

/** The best score of any class at each step, or of any but one. */
function bestOf({ T, K, at }: Lattice, but = -1): Float64Array {
  return Float64Array.from({ length: T }, (_, t) => {
    let best = -Infinity;
    for (let k = 0; k < K; ++k) if (k !== but && at(t, k) > best) best = at(t, k);
    return best;
  });
}

/** What state s of the chain scores at step t. */
function emissions(
  lattice: Lattice,
  wanted: readonly Wanted[],
  misheard: number,
): (t: number, s: number) => number {
  const { blank, at } = lattice;
  const anything = wanted.includes(null) ? bestOf(lattice) : new Float64Array(0);
  const other = misheard < Infinity ? bestOf(lattice, blank) : undefined;
  return (t, s) => {
    if (s % 2 === 0) return at(t, blank);
    const label = wanted[(s - 1) / 2];
    if (label === null) return anything[t];
    return other ? Math.max(at(t, label), other[t] - misheard) : at(t, label);
  };
}

/** How many states back the best path comes from, at each step and state; and the state that it ends in. */
function search(lattice: Lattice, labels: readonly Wanted[], emission: (t: number, s: number) => number) {
  const { T } = lattice;
  const S = 2 * labels.length + 1;
  const skips = (s: number): boolean => {
    if (s % 2 === 0 || s < 2) return false;
    const [now, before] = [labels[(s - 1) / 2], labels[(s - 3) / 2]];
    return now === null || now !== before;
  };
  const moves = new Uint8Array(T * S);
  let old = new Float64Array(S).fill(-Infinity);
  let now = new Float64Array(S);
  old[0] = emission(0, 0);
  old[1] = emission(0, 1);
  for (let t = 1; t < T; ++t) {
    for (let s = 0; s < S; ++s) {
      let best = old[s];
      let move = 0;
      // of equal paths the one that stays longer with a known label
      const late = s % 2 === 1 && labels[(s - 1) / 2] === null;
      const better = (score: number): boolean => (late ? score >= best : score > best);
      if (s > 0 && better(old[s - 1])) [best, move] = [old[s - 1], 1];
      if (skips(s) && better(old[s - 2])) [best, move] = [old[s - 2], 2];
      now[s] = best + emission(t, s);
      moves[t * S + s] = move;
    }
    [old, now] = [now, old];
  }
  const end = old[S - 2] > old[S - 1] ? S - 2 : S - 1;
  return { moves, end, score: old[end], S };
}

/**
 * The most probable place of every label. `logProbabilities` [T,K] are ln p of the classes at each step (of
 * any net: log-softmax outputs), `labels` the text, with null for stretches that are not known. Throws
 * DataError where no path fits or scores are no log-probabilities.
 */
export function alignLabels(
  logProbabilities: LabelScores,
  labels: ArrayLike<Wanted>,
  options: AlignOptions = {},
): Alignment {
  knownOptions(who, options, ["classes", "blank", "misheard"]);
  const misheard = options.misheard === undefined ? Infinity : inRange(who, "misheard", options.misheard, 0);
  const lattice = readScores(who, logProbabilities, options);
  const wanted = readLabels(labels, lattice);
  const { T } = lattice;
  const emission = emissions(lattice, wanted, misheard);
  const { moves, end, score, S } = search(lattice, wanted, emission);
  if (score === -Infinity)
    throw new DataError(
      `${who}: every path has probability 0: some label is impossible wherever it could stand`,
    );
  const spans = wanted.map((label) => ({ label, from: T, to: 0, sum: 0 }));
  for (let t = T - 1, s = end; t >= 0; s -= moves[t * S + s], --t) {
    if (s % 2 === 0) continue;
    const span = spans[(s - 1) / 2];
    span.from = t;
    span.to = Math.max(span.to, t + 1);
    span.sum += emission(t, s);
  }
  return {
    spans: spans.map(({ label, from, to, sum }) => ({ label, from, to, score: sum / (to - from) })),
    score,
  };
}
