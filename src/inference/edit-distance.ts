/** Levenshtein distance between label sequences, and the label error rate of Graves et al. 2006. */
import { edits } from "../wasm/edits.ts";

/** The fewest insertions, deletions and substitutions that turn `from` into `to`. */
export const editDistance = <T>(from: ArrayLike<T>, to: ArrayLike<T>): number => edits(from, to, false);

/** Edits a true label: 0 where there are neither edits nor labels, ∞ where there are only edits. */
export const errorRate = (edits: number, labels: number): number => (edits === 0 ? 0 : edits / labels);

/** Edits and labels counted over many sequences. */
export interface LabelErrors {
  /** Σ edit distances. */
  edits: number;
  /** Σ lengths of the true sequences. */
  labels: number;
  /** How many sequences. */
  sequences: number;
  /** Sequences without an error. */
  exact: number;
  /** `errorRate` of edits and labels. */
  rate: number;
}

/**
 * Counts the errors of `got` against `want`, sequence by sequence. Throws RangeError where their numbers
 * differ.
 */
export function labelErrors<T>(got: readonly ArrayLike<T>[], want: readonly ArrayLike<T>[]): LabelErrors {
  if (got.length !== want.length)
    throw new RangeError(`labelErrors: got has ${got.length} sequences, want the ${want.length} true ones`);
  const errors: LabelErrors = { edits: 0, labels: 0, sequences: got.length, exact: 0, rate: 0 };
  for (let i = 0; i < got.length; ++i) {
    const distance = editDistance(got[i], want[i]);
    errors.edits += distance;
    errors.labels += want[i].length;
    if (distance === 0) ++errors.exact;
  }
  errors.rate = errorRate(errors.edits, errors.labels);
  return errors;
}
