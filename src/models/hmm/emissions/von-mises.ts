/**
 * Angles in radians: directions μ and concentrations κ, density e^(κ·cos(y - μ))/(2π·I₀(κ)) (von Mises 1918).
 * The direction is that of the weighted mean of (cos y, sin y); κ is where I₁(κ)/I₀(κ) is its length in that
 * direction (Mardia & Jupp 2000, 5.3).
 */
import type { Random } from "../../../wasm/random.ts";
import type { Logarithms } from "../../../inference/draws.ts";
import { LOG_TWO_PI } from "../../../inference/matrix-value.ts";
import { flattenSequences } from "../../../data/sequence.ts";
import { angleOf, direction, wrapped } from "./angles.ts";
import { noWorse, ratioRoot, weightedMean, type Family } from "./family.ts";

/** From next to uniform to a deviation of a thousandth. */
const CONCENTRATIONS: readonly [number, number] = [1e-4, 1e6];
const LARGEST = 1000; // radians: beyond, turns that rounding hides are no data
const SERIES = 30; // up to here powers of κ, beyond them powers of 1/κ
const PI = 3.141592653589793;

/** e^-κ·I₀(κ) and e^-κ·I₁(κ), relative error below 1e-14 (Abramowitz & Stegun 9.6.10, 9.7.1). */
function besselPair(kappa: number, exp: (x: number) => number): readonly [number, number] {
  let zero = 1;
  let one = 1;
  let a = 1;
  let b = 1;
  if (kappa > SERIES) {
    for (let k = 1; k <= 30; ++k) {
      const odd = (2 * k - 1) * (2 * k - 1);
      a *= odd / (8 * k * kappa);
      b *= (odd - 4) / (8 * k * kappa);
      zero += a;
      one += b;
    }
    const front = 1 / Math.sqrt(2 * PI * kappa);
    return [front * zero, front * one];
  }
  const square = 0.25 * kappa * kappa;
  for (let k = 1; k <= 80; ++k) {
    a *= square / (k * k);
    b *= square / (k * (k + 1));
    zero += a;
    one += b;
  }
  const front = exp(-kappa);
  return [front * zero, 0.5 * kappa * front * one];
}

/** I₁(κ)/I₀(κ): the length of the mean of (cos y, sin y). */
function resultant(kappa: number): number {
  const [zero, one] = besselPair(kappa, () => 1); // the factor they share leaves the ratio alone
  return one / zero;
}

/** Angles. */
export const vonMises: Family = {
  shapes: { directions: "real", concentrations: "positive" },
  believes: ["means"],
  center: (values) => {
    const points = Array.from(values, direction);
    const sum = (of: (p: readonly [number, number]) => number): number =>
      points.reduce((all, p) => all + of(p), 0);
    return angleOf(
      sum(([c]) => c),
      sum(([, s]) => s),
    );
  },
  flatten: (who, sequences, D) =>
    flattenSequences(who, sequences, D, {
      test: (x) => Math.abs(x) <= LARGEST,
      want: `an angle in radians, of magnitude at most ${LARGEST}`,
    }),
  logDensity(e, y, [mu, kappa]) {
    const [zero] = besselPair(kappa, (x) => e.exp([x])[0]);
    const constant = -LOG_TWO_PI - e.log([zero])[0];
    return y.map((x) => {
      const [, s] = direction(0.5 * (x - mu));
      return constant - 2 * kappa * s * s; // cos z - 1 = -2·sin²(z/2), without cancellation
    });
  },
  start: (center, { variance }) => [wrapped(center), Math.min(Math.max(1 / variance, 0.5), 50)],
  logPrior(_, [mu, kappa], { means: { strength, at } }) {
    const [, s] = direction(0.5 * (mu - at));
    return -2 * strength * kappa * s * s;
  },
  maximize(e, data, theta, rules) {
    const { fixed, floor, means } = rules;
    const worth = means.strength / data.total;
    const [pc, ps] = direction(means.at);
    const points = Array.from(data.y, direction);
    const x = weightedMean(
      data,
      points.map(([c]) => c),
    );
    const y = weightedMean(
      data,
      points.map(([, s]) => s),
    );
    const mu = fixed[0] ? theta[0] : angleOf(x + worth * pc, y + worth * ps);
    if (fixed[1]) return noWorse(vonMises, e, { data, prior: rules }, [theta, [mu, theta[1]]]);
    const [c, s] = direction(mu);
    const length = c * x + s * y + worth * (c * pc + s * ps - 1);
    const highest = Math.min(CONCENTRATIONS[1], Math.max(1 / floor, theta[1], 1));
    const kappa = ratioRoot(e, [CONCENTRATIONS[0], highest], (k) => length - resultant(k));
    return noWorse(vonMises, e, { data, prior: rules }, [theta, [mu, kappa]]);
  },
  moments: ([mu, kappa]) => ({ mean: wrapped(mu), variance: 1 - resultant(kappa) }),
  mixed(weights, thetas) {
    let x = 0;
    let y = 0;
    thetas.forEach(([mu, kappa], k) => {
      const [c, s] = direction(mu);
      const length = weights[k] * resultant(kappa);
      x += length * c;
      y += length * s;
    });
    return { mean: angleOf(x, y), variance: 1 - Math.sqrt(x * x + y * y) };
  },
  sample: (algebra, random, [mu, kappa]) => wrapped(mu + draw(algebra, random, kappa)),
};

/** An angle about 0 (Best & Fisher 1979). */
function draw(maps: Logarithms, random: Random, kappa: number): number {
  const tau = 1 + Math.sqrt(1 + 4 * kappa * kappa);
  const rho = (tau - Math.sqrt(2 * tau)) / (2 * kappa);
  const r = kappa < 1e-3 ? 1 / kappa : (1 + rho * rho) / (2 * rho); // rho is rounding where κ is tiny
  for (;;) {
    const [z] = direction(PI * random.uniform());
    const f = (1 + r * z) / (r + z);
    const c = kappa * (r - f);
    const u = 1 - random.uniform();
    if (c * (2 - c) <= u && maps.log([c / u])[0] + 1 - c < 0) continue;
    const angle = angleOf(f, Math.sqrt(Math.max(1 - f * f, 0)));
    return random.uniform() < 0.5 ? -angle : angle;
  }
}
