/**
 * What a net says of a text at each step, as it comes: log-probabilities of classes, of which one is the
 * blank of connectionist temporal classification (Graves et al. 2006).
 */
import { DataError, OptionError, ShapeError, show, whole } from "../wasm/errors.ts";

/** How scores are laid out. */
export interface ScoreOptions {
  /** Classes a step, where the scores are one flat array. */
  readonly classes?: number;
  /** Which class is the blank. Default: the last one, as in this library's nets; PyTorch and Keras differ. */
  readonly blank?: number;
}

/** Scores as they come: one array of classes a step, or one flat array. */
export type LabelScores = ArrayLike<number> | ArrayLike<ArrayLike<number>>;

/** Rounding of float32 may leave a probability a little above 1. */
const ABOVE_ONE = 1e-4;

/** Scores with their layout. */
export interface Lattice {
  /** Steps. */
  readonly T: number;
  /** Classes. */
  readonly K: number;
  /** The class that is the blank. */
  readonly blank: number;
  /** ln p of class k at step t. */
  readonly at: (t: number, k: number) => number;
}

const isNested = (scores: LabelScores): scores is ArrayLike<ArrayLike<number>> =>
  typeof scores[0] === "object" && scores[0] !== null;

/** Rows, or a flat array with its number of classes, as one lattice; the values are not looked at yet. */
function shapeScores(who: string, scores: LabelScores, options: ScoreOptions): Lattice {
  const length = (scores as LabelScores | null | undefined)?.length;
  if (typeof scores !== "object" || !length)
    throw new DataError(
      `${who}: logProbabilities are ${show(scores)}, want rows of one ln p a class, at least one`,
    );
  const nested = isNested(scores);
  if (!nested && options.classes === undefined)
    throw new OptionError(
      `${who}: logProbabilities are one flat array; say how many classes a step has: { classes }`,
    );
  const K = whole(who, "classes", options.classes ?? (nested ? scores[0].length : 0), 2);
  const blank = whole(who, "blank", options.blank ?? K - 1, 0, K - 1);
  if (nested) {
    const rows: readonly (ArrayLike<number> | null | undefined)[] = Array.from(scores);
    const t = rows.findIndex((row) => row?.length !== K);
    if (t >= 0)
      throw new ShapeError(
        `${who}: step ${t} has ${rows[t]?.length ?? "no"} classes, want ${K} as in step 0`,
      );
    return { T: length, K, blank, at: (t, k) => scores[t][k] };
  }
  if (length % K !== 0)
    throw new ShapeError(`${who}: ${length} values, want a multiple of ${K}, the classes a step`);
  const flat = scores;
  return { T: length / K, K, blank, at: (t, k) => flat[t * K + k] };
}

/** The scores. Throws OptionError, ShapeError, DataError where they are no log-probabilities. */
export function readScores(who: string, scores: LabelScores, options: ScoreOptions): Lattice {
  const lattice = shapeScores(who, scores, options);
  for (let t = 0; t < lattice.T; ++t) {
    for (let k = 0; k < lattice.K; ++k) {
      const value = lattice.at(t, k);
      if (typeof value === "number" && value <= ABOVE_ONE) continue;
      throw new DataError(
        `${who}: step ${t}, class ${k} is ${show(value)}, want ln p, at most 0; take ` +
          "the log-softmax of the scores",
      );
    }
  }
  return lattice;
}
