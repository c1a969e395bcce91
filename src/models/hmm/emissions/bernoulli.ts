/** Vectors of zeros and ones: probabilities of a 1. A probability of exactly 0 or 1 stays. */
import { weightedMean, type Family } from "./family.ts";
import { flattenSequences } from "../../../data/sequence.ts";

/** Zeros and ones. */
export const bernoulli: Family = {
  shapes: { probabilities: "probability" },
  flatten: (who, sequences, D) =>
    flattenSequences(who, sequences, D, { test: (x) => x === 0 || x === 1, want: "0 or 1" }),
  logDensity(e, y, [p]) {
    const [off, on] = e.log([1 - p, p]);
    return y.map((x) => (x === 1 ? on : off));
  },
  start: (center) => [0.05 + 0.9 * Math.min(Math.max(center, 0), 1)],
  maximize(_, data, [p], { fixed, prior }) {
    if (fixed[0] || p === 0 || p === 1) return [p];
    const ones = weightedMean(data, data.y) * data.total;
    return [(ones + prior - 1) / (data.total + 2 * (prior - 1))];
  },
  logPrior(e, [p], { prior }) {
    if (p === 0 || p === 1) return 0;
    const [off, on] = e.log([1 - p, p]);
    return (prior - 1) * (off + on);
  },
  moments: ([p]) => ({ mean: p, variance: p * (1 - p) }),
  sample: (_, random, [p]) => Number(random.uniform() < p),
};
