/** Small hidden Markov models with emissions of every other kind, their densities plainly written. */
import type { HmmSpec } from "../../../src/models/hmm/spec.ts";
import { identity, type Matrix } from "../../reference/matrix.ts";
import { distribution, gaussianDensity, poissonDensity, random, type Case } from "./builders.ts";

/** ln Γ(x) for x > 0: Stirling's series from 15 on, the recurrence below. */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 15; ++z) shift += Math.log(z);
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/** Student's t at location m with scale s and v degrees of freedom. */
export function studentDensity(y: number, m: number, s: number, v: number): number {
  const constant = logGamma((v + 1) / 2) - logGamma(v / 2) - 0.5 * Math.log(v * Math.PI) - Math.log(s);
  return Math.exp(constant - ((v + 1) / 2) * Math.log(1 + ((y - m) / s) ** 2 / v));
}

/** Counts of mean m and variance m + m²/r. */
export function negativeBinomialDensity(y: number, m: number, r: number): number {
  const ways = logGamma(y + r) - logGamma(r) - logGamma(y + 1);
  return Math.exp(ways + r * Math.log(r / (r + m)) + y * Math.log(m / (r + m)));
}

/** Gamma of shape a and scale s. */
export const gammaDensity = (y: number, a: number, s: number): number =>
  Math.exp((a - 1) * Math.log(y / s) - y / s - logGamma(a) - Math.log(s));

/** An angle about m with concentration k; 2π·I₀(k) as a sum over 200 angles, exact to rounding. */
export function vonMisesDensity(y: number, m: number, k: number): number {
  let turn = 0;
  for (let i = 0; i < 200; ++i) turn += Math.exp(k * Math.cos((2 * Math.PI * i) / 200) - k);
  return Math.exp(k * Math.cos(y - m) - k) / ((2 * Math.PI * turn) / 200);
}

const K = 3;
const T = 6;
const array = <X>(length: number, make: (i: number) => X): X[] => Array.from({ length }, (_, i) => make(i));

/** A chain of three states, and what its emissions are drawn with. */
function setUp(seed: number): { chain: Pick<HmmSpec, "states" | "startprob" | "transmat">; u: () => number } {
  const r = random(seed);
  const startprob = distribution(r, K);
  return {
    chain: { states: K, startprob, transmat: array(K, () => distribution(r, K)) },
    u: () => r.uniform(),
  };
}

/** Two entries a step, each of a family of one, two or three parameters; a fifth of them missing. */
function entries(
  seed: number,
  emission: HmmSpec["emission"],
  ranges: Record<string, [number, number]>,
  value: (u: number) => number,
  density: (y: number, ...theta: number[]) => number,
): Case {
  const D = 2;
  const { chain, u } = setUp(seed);
  const parameters = Object.fromEntries(
    Object.entries(ranges).map(([name, [from, to]]) => [
      name,
      array(K, () => array(D, () => from + (to - from) * u())),
    ]),
  );
  const theta = Object.values(parameters);
  return {
    spec: { ...chain, emission, output: D, emissionParameters: parameters },
    y: array(T, () => array(D, () => (u() < 0.2 ? NaN : value(u())))),
    density: (k, row) =>
      row.reduce((p, x, d) => p * (Number.isNaN(x) ? 1 : density(x, ...theta.map((m) => m[k][d]))), 1),
  };
}

/** Counts of three kinds that share the trials of a step: y!/Πy_d!·Πp_d^y_d. */
function shares(seed: number): Case {
  const { chain, u } = setUp(seed);
  const p = array(K, () => distribution(random(seed + 100 * u()), 3));
  return {
    spec: { ...chain, emission: "multinomial", output: 3, emissionParameters: { probabilities: p } },
    y: array(T, (t) => (t === 2 ? [NaN, NaN, NaN] : array(3, () => Math.floor(5 * u())))),
    density: (k, row) => {
      if (row.some(Number.isNaN)) return 1;
      const ways = logGamma(row.reduce((a, b) => a + b, 0) + 1);
      return Math.exp(row.reduce((sum, y, d) => sum + y * Math.log(p[k][d]) - logGamma(y + 1), ways));
    },
  };
}

/** Covariances by how they are kept: [K][D][D]. */
type Kept = "full" | "tied" | "diagonal" | "spherical";
function covariances(kept: Kept, count: number, u: () => number): Matrix[] {
  const D = 2;
  const one = (): Matrix => {
    const own = array(D, () => 0.4 + u());
    const variances = kept === "spherical" ? own.map(() => own[0]) : own;
    const correlated = kept === "full" || kept === "tied" ? 0.5 * (u() - 0.5) : 0;
    return identity(D).map((unit, i) => unit.map((x, j) => (i === j ? x * variances[i] : correlated)));
  };
  const first = one();
  return array(count, (i) => (i === 0 || kept === "tied" ? first : one()));
}

/** The names under which a spec takes them. */
const named = (kept: Kept, S: Matrix[]): Record<string, number[][] | Matrix[]> =>
  kept === "full" || kept === "tied"
    ? { covariances: S }
    : { variances: S.map((matrix) => matrix.map((row, i) => row[i])) };

function gaussians(seed: number, kept: Kept): Case {
  const { chain, u } = setUp(seed);
  const means = array(K, () => array(2, () => 6 * (u() - 0.5)));
  const S = covariances(kept, K, u);
  return {
    spec: {
      ...chain,
      emission: "gaussian",
      output: 2,
      covariance: kept,
      emissionParameters: { means, ...named(kept, S) },
    },
    y: array(T, () => array(2, () => (u() < 0.2 ? NaN : 6 * (u() - 0.5)))),
    density: (k, row) => gaussianDensity(means[k], S[k], row),
  };
}

/** M = 2 Gaussians in every state. */
function mixtures(seed: number, kept: Kept): Case {
  const M = 2;
  const { chain, u } = setUp(seed);
  const weights = array(K, (k) => distribution(random(seed + k), M));
  const means = array(K * M, () => array(2, () => 6 * (u() - 0.5)));
  const S = covariances(kept, K * M, u);
  const byState = <X>(list: X[]): X[][] => array(K, (k) => list.slice(k * M, (k + 1) * M));
  const given = Object.entries(named(kept, S)).map(([name, list]) => [name, byState<unknown>(list)]);
  const emissionParameters = { weights, means: byState(means), ...Object.fromEntries(given) };
  return {
    spec: {
      ...chain,
      emission: "mixture",
      output: 2,
      components: M,
      covariance: kept,
      emissionParameters: emissionParameters as HmmSpec["emissionParameters"],
    },
    y: array(T, () => array(2, () => (u() < 0.2 ? NaN : 6 * (u() - 0.5)))),
    density: (k, row) =>
      weights[k].reduce((p, w, m) => p + w * gaussianDensity(means[k * M + m], S[k * M + m], row), 0),
  };
}

/** Covariances of one factor, and three entries a step. */
function factors(seed: number): Case {
  const D = 3;
  const { chain, u } = setUp(seed);
  const means = array(K, () => array(D, () => 4 * (u() - 0.5)));
  const loadings = array(K, () => array(D, () => [2 * (u() - 0.5)]));
  const variances = array(K, () => array(D, () => 0.3 + u()));
  const S = array(K, (k) =>
    identity(D).map((unit, i) =>
      unit.map((x, j) => x * variances[k][i] + loadings[k][i][0] * loadings[k][j][0]),
    ),
  );
  const emissionParameters = { means, loadings, variances };
  return {
    spec: { ...chain, emission: "gaussian", output: D, covariance: "low-rank", rank: 1, emissionParameters },
    y: array(T, () => array(D, () => (u() < 0.2 ? NaN : 4 * (u() - 0.5)))),
    density: (k, row) => gaussianDensity(means[k], S[k], row),
  };
}

/** A value, a symbol and two counts a step, each of a kind of its own. */
function sideBySide(seed: number): Case {
  const { chain, u } = setUp(seed);
  const means = array(K, () => [4 * (u() - 0.5)]);
  const variances = array(K, () => [0.3 + u()]);
  const p = array(K, (k) => distribution(random(seed + k), 3));
  const rates = array(K, () => array(2, () => 0.5 + 6 * u()));
  const hole = (x: number): number => (u() < 0.2 ? NaN : x);
  return {
    spec: {
      ...chain,
      emission: "product",
      columns: {
        level: { emission: "diagonal" },
        kind: { emission: "categorical", symbols: 3 },
        events: { emission: "poisson", output: 2 },
      },
      emissionParameters: {
        "level.means": means,
        "level.variances": variances,
        "kind.probabilities": p,
        "events.rates": rates,
      },
    },
    y: array(T, () => [
      hole(4 * (u() - 0.5)),
      hole(Math.floor(3 * u())),
      ...array(2, () => hole(Math.floor(9 * u()))),
    ]),
    density: (k, [level, kind, ...events]) =>
      events.reduce(
        (product, n, d) => product * (Number.isNaN(n) ? 1 : poissonDensity(rates[k][d], n)),
        gaussianDensity(means[k], [[variances[k][0]]], [level]) * (Number.isNaN(kind) ? 1 : p[k][kind]),
      ),
  };
}

/** Cases small enough to enumerate, by what they emit. */
export const families: Record<string, Case> = {
  "Student's t": entries(
    41,
    "student-t",
    { locations: [-3, 3], scales: [0.5, 2], freedoms: [1, 9] },
    (x) => 8 * (x - 0.5),
    studentDensity,
  ),
  "counts that spread": entries(
    42,
    "negative-binomial",
    { means: [0.5, 8], sizes: [0.3, 6] },
    (x) => Math.floor(12 * x),
    negativeBinomialDensity,
  ),
  "waiting times": entries(
    43,
    "gamma",
    { shapes: [0.5, 6], scales: [0.2, 2] },
    (x) => 0.1 + 6 * x,
    gammaDensity,
  ),
  "zeros and ones": entries(
    44,
    "bernoulli",
    { probabilities: [0.05, 0.95] },
    (x) => Number(x > 0.5),
    (y, p) => (y === 1 ? p : 1 - p),
  ),
  angles: entries(
    52,
    "von-mises",
    { directions: [-3, 3], concentrations: [0.2, 40] },
    (x) => 12 * (x - 0.5),
    vonMisesDensity,
  ),
  "one factor": factors(53),
  "kinds side by side": sideBySide(54),
  shares: shares(45),
  "one covariance for all": gaussians(46, "tied"),
  "one variance a state": gaussians(47, "spherical"),
  "mixtures of full Gaussians": mixtures(48, "full"),
  "mixtures of diagonal Gaussians": mixtures(49, "diagonal"),
  "mixtures of spherical Gaussians": mixtures(50, "spherical"),
  "mixtures with one covariance": mixtures(51, "tied"),
};
