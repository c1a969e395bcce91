/**
 * Best-path decoding of connectionist temporal classification (Graves et al. 2006, section 3.2): the
 * likeliest class of each step, collapsed.
 */
import type { Sequence } from "../data/sequence.ts";
import { classRows } from "./class-rows.ts";

/** One recognized label and the steps [from, to) at which its class was the likeliest. */
export interface Emission {
  /** The class. */
  readonly label: number;
  /** First step. */
  readonly from: number;
  /** The step after the last. */
  readonly to: number;
}

/**
 * The labels of the likeliest path: repeats merged, blanks dropped. The first of equal classes wins.
 *
 * steps [T,K]  probabilities or logits of a sequence, row-major or one array a step; blank: the class of no
 * label, the last if unsaid
 *
 * Throws OptionError, ShapeError or DataError.
 */
export function bestPath(steps: Sequence, K: number, blank = K - 1): Emission[] {
  const y = classRows("bestPath", steps, K);
  const T = y.length / K;
  const emissions: { label: number; from: number; to: number }[] = [];
  let before = blank;
  for (let t = 0; t < T; ++t) {
    let best = 0;
    for (let k = 1; k < K; ++k) if (y[t * K + k] > y[t * K + best]) best = k;
    if (best !== blank) {
      if (best === before) emissions[emissions.length - 1].to = t + 1;
      else emissions.push({ label: best, from: t, to: t + 1 });
    }
    before = best;
  }
  return emissions;
}
