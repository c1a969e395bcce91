/** Levenshtein distance between label sequences, and the label error rate of Graves et al. 2006. */
import { knownOptions } from "../wasm/errors.ts";

/** What counts as one edit. */
export interface EditOptions {
  /** Whether two neighbors that trade places do (Damerau 1964, no label twice). Default: false. */
  readonly swaps?: boolean;
}

/** The fewest insertions, deletions and substitutions that turn `from` into `to`. */
export function editDistance<T>(from: ArrayLike<T>, to: ArrayLike<T>, options: EditOptions = {}): number {
  knownOptions("editDistance", options, ["swaps"]);
  const { swaps = false } = options;
  let older = new Int32Array(to.length + 1);
  let old = Int32Array.from({ length: to.length + 1 }, (_, j) => j);
  let now = new Int32Array(to.length + 1);
  for (let i = 0; i < from.length; ++i) {
    now[0] = i + 1;
    for (let j = 0; j < to.length; ++j) {
      const change = old[j] + (from[i] === to[j] ? 0 : 1);
      now[j + 1] = Math.min(change, old[j + 1] + 1, now[j] + 1);
      if (swaps && i > 0 && j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j])
        now[j + 1] = Math.min(now[j + 1], older[j - 1] + 1);
    }
    [older, old, now] = [old, now, older];
  }
  return old[to.length];
}

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
