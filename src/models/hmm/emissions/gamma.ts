/**
 * Positive reals such as waiting times: shapes a and scales s, density y^(a-1)·e^(-y/s)/(Γ(a)·s^a). The shape
 * is where ln a - ψ(a) = ln mean - mean ln (Minka 2002).
 */
import { drawGamma } from "../../../inference/draws.ts";
import { noWorse, ratioRoot, weightedMean, type Family } from "./family.ts";
import { flattenSequences } from "../../../data/sequence.ts";

/** The shape is the inverse of the relative variance: 1e8 is a deviation of a ten-thousandth. */
const SHAPES: readonly [number, number] = [1e-4, 1e8];
const LARGEST = 1e150; // whose square is a number

/** Positive reals. */
export const gamma: Family = {
  shapes: { shapes: "positive", scales: "positive" },
  believes: ["means"],
  flatten: (who, sequences, D) =>
    flattenSequences(who, sequences, D, {
      test: (x) => x >= 1 / LARGEST && x <= LARGEST,
      want: `a number above 0, from ${1 / LARGEST} to ${LARGEST}`,
    }),
  logDensity(e, y, [shape, scale]) {
    const [whole] = e.logGamma([shape]);
    const logs = e.log(y.map((x) => x / scale));
    const [logScale] = e.log([scale]);
    return y.map((x, i) => (shape - 1) * logs[i] - x / scale - whole - logScale);
  },
  start(center, { mean, variance }) {
    const low = mean > 0 ? 1e-3 * mean : 1;
    const mu = Math.max(center, low);
    const scale = variance / Math.max(mean, mu);
    return [mu / scale, scale];
  },
  logPrior(e, [shape, scale], { means: { strength, at } }) {
    const mean = shape * scale;
    return -strength * (e.log([mean])[0] + at / mean);
  },
  maximize(e, data, theta, rules) {
    const { fixed, floor, means } = rules;
    const mean = weightedMean(data, data.y);
    const worth = means.strength / data.total;
    /** The likeliest scale of a shape. */
    const scaleOf = (a: number): number => (a * mean + worth * means.at) / ((a + worth) * a);
    const logMean = weightedMean(data, e.log(data.y));
    const highest = Math.min(SHAPES[1], Math.max((mean * mean) / floor, theta[0], 1));
    const target = (a: number): number => {
      const scale = fixed[1] ? theta[1] : scaleOf(a);
      const center = a * scale;
      // at a fixed scale the mean moves with the shape; else it is where it is likeliest, and
      // 1 - mean/center is left
      const rest = fixed[1] ? (worth * (means.at / center - 1)) / a : 1 - mean / center;
      return logMean - e.log([scale])[0] - e.digamma([a])[0] + rest;
    };
    const shape = fixed[0] ? theta[0] : ratioRoot(e, [SHAPES[0], highest], target);
    const candidate = [shape, fixed[1] ? theta[1] : scaleOf(shape)];
    return noWorse(gamma, e, { data, prior: rules }, [theta, candidate]);
  },
  moments: ([shape, scale]) => ({ mean: shape * scale, variance: shape * scale * scale }),
  sample: (algebra, random, [shape, scale]) => scale * drawGamma(algebra, random, shape),
};
