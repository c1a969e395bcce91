/** What emissions of real values ask of their data: squares of values and deviations must be numbers. */
import { DataError } from "../../../wasm/errors.ts";
import { flattenSequences, type Sequences } from "../../../data/sequence.ts";
import { columnMoments } from "./clusters.ts";

const LARGEST = 1e150;
const SMALLEST_VARIANCE = 1e-300;

/** Sequences of reals, NaN missing. Throws DataError on values whose squares overflow. */
export const flattenReals = (who: string, sequences: Sequences, D: number): Float64Array[] =>
  flattenSequences(who, sequences, D, {
    test: (x) => Math.abs(x) <= LARGEST,
    want: `a number of magnitude at most ${LARGEST}, in another unit if need be`,
  });

/** Mean and variance of each column. Throws DataError where a column varies by less than can be squared. */
export function realMoments(
  who: string,
  data: readonly Float64Array[],
  D: number,
): { mean: Float64Array; variance: Float64Array } {
  const moments = columnMoments(data, D);
  const at = moments.variance.findIndex((v) => v < SMALLEST_VARIANCE);
  if (at >= 0)
    throw new DataError(
      `${who}: value ${at} of the steps has a variance of ${moments.variance[at]}, want at least ` +
        `${SMALLEST_VARIANCE}; give it in another unit`,
    );
  return moments;
}
