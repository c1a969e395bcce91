/**
 * Student's t: locations μ, scales σ (deviation-like, in the unit of the data) and degrees of freedom ν. A
 * state that forgives outliers. Learned by weights u = (ν + 1)/(ν + ((y - μ)/σ)²), then ν by its own
 * derivative (ECME, Liu & Rubin 1995).
 */
import type { Elementwise } from "../../../inference/elementwise.ts";
import { drawGamma } from "../../../inference/draws.ts";
import { noWorse, ratioRoot, weightedMean, type Family, type FamilyRules, type Weighted } from "./family.ts";
import { flattenReals } from "./reals.ts";

const squared = (x: number): number => x * x;

const LOG_PI = 1.1447298858494002; // ln π
/** Heavier tails than ν = 0.5 no data show; at 1000 the tails are a Gaussian's. */
const FREEDOM: readonly [number, number] = [0.5, 1000];
const ROUNDS = 3; // of location and scale in each maximization

/** ((y - μ)/σ)² */
const distances = (y: Float64Array, [location, scale]: readonly number[]): Float64Array =>
  y.map((x) => squared((x - location) / scale));

/** Student's t, robust against outliers. */
export const studentT: Family = {
  shapes: { locations: "real", scales: "positive", freedoms: "positive" },
  believes: ["means", "covariances"],
  flatten: flattenReals,
  logDensity(e, y, theta) {
    const [, scale, nu] = theta;
    const [above, below] = e.logGamma([0.5 * (nu + 1), 0.5 * nu]);
    const [logNu, logScale] = e.log([nu, scale]);
    const constant = above - below - 0.5 * (logNu + LOG_PI) - logScale;
    const logs = e.log(distances(y, theta).map((z) => 1 + z / nu));
    return logs.map((x) => constant - 0.5 * (nu + 1) * x);
  },
  start: (center, { variance }) => [center, Math.sqrt(variance), 10],
  logPrior(e, [location, scale], { means, covariances }) {
    const square = scale * scale;
    const far = means.strength * squared(location - means.at);
    const [log] = e.log([square]);
    return -0.5 * (far / square + covariances.strength * (log + covariances.at / square));
  },
  maximize(e, data, theta, rules) {
    const { fixed, floor } = rules;
    let now = [...theta];
    const lowest = Math.min(Math.sqrt(floor), theta[1]);
    for (let round = 0; round < ROUNDS; ++round) now = reweighted(data, now, rules, lowest);
    if (!fixed[2])
      now = noWorse(studentT, e, { data, prior: rules }, [now, [now[0], now[1], freedom(e, data, now)]]);
    return noWorse(studentT, e, { data, prior: rules }, [theta, now]);
  },
  moments: ([location, scale, nu]) => ({
    mean: location,
    variance: nu > 2 ? (scale * scale * nu) / (nu - 2) : Infinity,
  }),
  sample(algebra, random, [location, scale, nu]) {
    const chiSquare = 2 * drawGamma(algebra, random, 0.5 * nu);
    return location + (scale * random.normal()) / Math.sqrt(chiSquare / nu);
  },
};

/** Location and scale after one round of weighted least squares. */
function reweighted(
  data: Weighted,
  theta: readonly number[],
  { fixed, means, covariances }: FamilyRules,
  lowest: number,
): number[] {
  const [location, scale, nu] = theta;
  const u = distances(data.y, theta).map((z) => (nu + 1) / (nu + z));
  const gaps = data.y.map((y) => y - location);
  const pull = means.strength / data.total;
  const mass = weightedMean(data, u) + pull;
  const away = means.at - location;
  const sum = weightedMean(
    data,
    gaps.map((gap, i) => u[i] * gap),
  );
  const moved = fixed[0] ? 0 : (sum + pull * away) / mass;
  const square = weightedMean(
    data,
    gaps.map((gap, i) => u[i] * squared(gap - moved)),
  );
  const worth = covariances.strength / data.total;
  const whole = (square + pull * squared(away - moved) + worth * covariances.at) / (1 + worth);
  return [location + moved, fixed[1] ? scale : Math.max(Math.sqrt(whole), lowest), nu];
}

/** ν where the derivative of the weighted log-density is 0, μ and σ held. */
function freedom(e: Elementwise, data: Weighted, theta: readonly number[]): number {
  const z = distances(data.y, theta);
  return ratioRoot(e, FREEDOM, (nu) => {
    const [above, below] = e.digamma([0.5 * (nu + 1), 0.5 * nu]);
    const logs = e.log(z.map((x) => 1 + x / nu));
    const terms = z.map((x, i) => ((nu + 1) * x) / (nu * (nu + x)) - logs[i]);
    return above - below - 1 / nu + weightedMean(data, terms);
  });
}
