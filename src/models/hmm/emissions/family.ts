/**
 * A distribution of one number with a few parameters: what an entry of a vector has in each state where the
 * entries are independent (entrywise.ts). Each family stands in a file of its own.
 */
import type { Random } from "../../../wasm/random.ts";
import type { Elementwise } from "../../../inference/elementwise.ts";
import type { Algebra } from "../../../inference/matrix.ts";
import type { Sequences } from "../../../data/sequence.ts";
import type { BeliefName } from "./beliefs.ts";
import type { ParameterKind } from "./parameters.ts";

/** Values with the weights that they count with; no value twice. */
export interface Weighted {
  readonly y: Float64Array;
  readonly w: Float64Array;
  /** Σ w, above 0. */
  readonly total: number;
}

/** A prior of one entry: worth `strength` steps, most probable `at`. */
export interface EntryBelief {
  readonly strength: number;
  readonly at: number;
}

/** What priors say of one entry. */
export interface FamilyPrior {
  /** Dirichlet prior of probabilities. */
  readonly prior: number;
  readonly means: EntryBelief;
  readonly covariances: EntryBelief;
  readonly rates: EntryBelief;
}

/** What a family's maximization obeys. */
export interface FamilyRules extends FamilyPrior {
  /** Which parameters stay. */
  readonly fixed: readonly boolean[];
  /** Smallest variance, in the square of the data's unit. */
  readonly floor: number;
}

/** A family of distributions; θ are its parameters in the order of `shapes`. */
export interface Family {
  /** Names of the parameters, plural, and what they may be. */
  readonly shapes: Readonly<Record<string, ParameterKind>>;
  /** Which priors of `FamilyPrior` it takes beside `prior`. Default: none. */
  readonly believes?: readonly BeliefName[];
  /** The mean of values [n], where it is not that of numbers on a line. */
  center?(values: Float64Array): number;
  /** Data, checked. */
  flatten(who: string, sequences: Sequences, D: number): Float64Array[];
  /** ln p(y | θ), value by value. */
  logDensity(e: Elementwise, y: Float64Array, theta: readonly number[]): Float64Array;
  /** Parameters near a center, of the data's spread. */
  start(center: number, data: { readonly mean: number; readonly variance: number }): number[];
  /** θ of which Σ w ln p(y | θ), plus the log prior, is at least that of the θ given. */
  maximize(e: Elementwise, data: Weighted, theta: readonly number[], rules: FamilyRules): number[];
  /** ln prior of θ up to a constant, where there is one. */
  logPrior?(e: Elementwise, theta: readonly number[], prior: FamilyPrior): number;
  /** Mean and variance under θ. */
  moments(theta: readonly number[]): { mean: number; variance: number };
  /** The same of a mixture with weights of each θ, where it is not that of numbers on a line. */
  mixed?(weights: Float64Array, thetas: readonly (readonly number[])[]): { mean: number; variance: number };
  /** One value. */
  sample(algebra: Algebra, random: Random, theta: readonly number[]): number;
}

/** Σ w·f(y)/Σ w. */
export function weightedMean({ w, total }: Weighted, values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < w.length; ++i) sum += w[i] * values[i];
  return sum / total;
}

/**
 * Where a derivative that falls from above 0 to below 0 between `low` and `high` is 0, on a scale of ratios;
 * the end that it points to where it has one sign. Regula falsi in the Illinois variant, relative error 1e-9.
 */
export function ratioRoot(
  e: Elementwise,
  [low, high]: readonly [number, number],
  slope: (x: number) => number,
): number {
  let [a, b] = e.log([low, high]);
  let fa = slope(low);
  let fb = slope(high);
  if (!(fa > 0)) return low;
  if (!(fb < 0)) return high;
  for (let i = 0; i < 100 && b - a > 1e-9; ++i) {
    const inside = (a * fb - b * fa) / (fb - fa);
    const middle = i % 3 === 2 ? 0.5 * (a + b) : inside; // a bisection now and then bounds the rounds
    const f = slope(e.exp([middle])[0]);
    if (f === 0) return e.exp([middle])[0];
    if (f > 0) {
      a = middle;
      fa = f;
      fb *= 0.5;
    } else {
      b = middle;
      fb = f;
      fa *= 0.5;
    }
  }
  return e.exp([0.5 * (a + b)])[0];
}

/** The candidate, if its weighted log-density plus log prior is no lower than that of θ. */
export function noWorse(
  family: Family,
  e: Elementwise,
  { data, prior }: { readonly data: Weighted; readonly prior: FamilyPrior },
  [theta, candidate]: readonly [readonly number[], number[]],
): number[] {
  const of = (parameters: readonly number[]): number =>
    weightedMean(data, family.logDensity(e, data.y, parameters)) +
    (family.logPrior?.(e, parameters, prior) ?? 0) / data.total;
  return of(candidate) >= of(theta) ? candidate : [...theta];
}
