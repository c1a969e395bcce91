/**
 * Counts that spread more than Poisson's: means μ and sizes r, with variance μ + μ²/r (Hilbe 2011). The mean
 * is the weighted mean; r is where the derivative of the weighted log-density is 0.
 */
import { drawGamma } from "../../../inference/draws.ts";
import { drawPoisson } from "./draws.ts";
import type { Elementwise } from "../../../inference/elementwise.ts";
import { noWorse, ratioRoot, weightedMean, type Family, type FamilyRules, type Weighted } from "./family.ts";
import { flattenCounts } from "./poisson.ts";

/** From almost all zeros to a Poisson's spread. */
const SIZES: readonly [number, number] = [1e-4, 1e8];
const SMALLEST_MEAN = 1e-3; // a mean of 0 could never move

/**
 * The mean given the size: that of the data; under a prior where W·(ȳ - μ)·r/(r + μ) + s·(rate - μ), which is
 * μ times the derivative, is 0.
 */
function likelyMean(
  e: Elementwise,
  data: Weighted,
  [mean, size]: readonly number[],
  { rates: { strength, at } }: FamilyRules,
): number {
  const lowest = Math.min(mean, SMALLEST_MEAN);
  const own = weightedMean(data, data.y);
  if (strength === 0) return Math.max(own, lowest);
  const ends = [Math.max(Math.min(own, at), lowest), Math.max(own, at, lowest)] as const;
  return ratioRoot(e, ends, (mu) => (data.total * (own - mu) * size) / (size + mu) + strength * (at - mu));
}

/** Overdispersed counts. */
export const negativeBinomial: Family = {
  shapes: { means: "positive", sizes: "positive" },
  believes: ["rates"],
  flatten: flattenCounts,
  logDensity(e, y, [mean, size]) {
    // ln Γ(y + r) - ln Γ(r) - ln y! + r·ln(r/(r + μ)) + y·ln(μ/(r + μ))
    const [logStay, logGo] = e.log([size / (size + mean), mean / (size + mean)]);
    const [whole] = e.logGamma([size]);
    const above = e.logGamma(y.map((x) => x + size));
    const factorial = e.logGamma(y.map((x) => x + 1));
    return y.map((x, i) => above[i] - whole - factorial[i] + size * logStay + x * logGo);
  },
  start(center, { mean, variance }) {
    const mu = Math.max(center, 0.1 * mean, SMALLEST_MEAN);
    const size = variance > mean ? (mean * mean) / (variance - mean) : 10;
    return [mu, Math.min(Math.max(size, 0.1), 100)];
  },
  logPrior: (e, [mean], { rates }) => rates.strength * (rates.at * e.log([mean])[0] - mean),
  maximize(e, data, theta, rules) {
    const { fixed } = rules;
    const mean = fixed[0] ? theta[0] : likelyMean(e, data, theta, rules);
    if (fixed[1]) return [mean, theta[1]];
    const size = ratioRoot(e, SIZES, (r) => {
      const rising = e.digamma(data.y.map((y) => y + r));
      const [whole] = e.digamma([r]);
      const [log] = e.log([r / (r + mean)]);
      const terms = data.y.map((y, i) => rising[i] - whole + log + (mean - y) / (r + mean));
      return weightedMean(data, terms);
    });
    const at = noWorse(negativeBinomial, e, { data, prior: rules }, [
      [mean, theta[1]],
      [mean, size],
    ]);
    return noWorse(negativeBinomial, e, { data, prior: rules }, [theta, at]);
  },
  moments: ([mean, size]) => ({ mean, variance: mean + (mean * mean) / size }),
  sample: (algebra, random, [mean, size]) =>
    drawPoisson(algebra, random, (drawGamma(algebra, random, size) * mean) / size),
};
