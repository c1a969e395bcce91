/** What a state emits where inputs drive it: a family of distributions, its regression on x_t = (1, u_t). */
import type { Sequences } from "../data/sequence.ts";
import type { Algebra } from "../inference/matrix.ts";
import type { CovarianceFloor } from "../models/hmm/emissions/covariances.ts";
import type { Random } from "../wasm/random.ts";
import type { DrivenPrior } from "./prior.ts";

/** B [K,C,R], and S [K,D,D] of families that have covariances. */
export interface Regressions {
  readonly coefficients: Float64Array;
  readonly covariances: Float64Array;
}

/** One sequence: y [T,D], and x [T,R]. */
export interface Driven {
  readonly T: number;
  readonly y: Float64Array;
  readonly X: Float64Array;
}

/** How many there are of each. */
export interface Sizes {
  readonly K: number;
  readonly D: number;
  /** Regressions a state: D, or one for each symbol. */
  readonly C: number;
  /** 1 + inputs. */
  readonly R: number;
}

/** One output of state k, x [R], to be drawn. */
export interface Draw {
  readonly state: number;
  readonly x: Float64Array;
  readonly random: Random;
}

/** What the maximization obeys. */
export interface DrivenRules {
  /** How many columns of B move: all, the constant alone, or none. */
  readonly free: number;
  /** Under S; without one S stays as it is. */
  readonly floor: CovarianceFloor | undefined;
  readonly prior: DrivenPrior;
}

/** What the regressions of all states learn from. */
export interface EmissionSums {
  clear(): void;
  /** Adds a sequence under γ [T,K]. */
  add(algebra: Algebra, own: Regressions, data: Driven, gamma: Float64Array): void;
  /** Moves B and S to their maximum, in place. */
  maximize(algebra: Algebra, own: Regressions, rules: DrivenRules): void;
}

/** A family of emissions. */
export interface DrivenEmission {
  /** Whether states have covariances. */
  readonly spread: boolean;
  /** Of symbols, how many there are: regressions are log-odds beside symbol 0, whose own is 0. */
  readonly classes?: number;
  /** Which priors of `Beliefs` it takes. */
  readonly believes: readonly string[];
  /** What an entry of y may be. */
  readonly entry: { test(x: number): boolean; readonly want: string };
  /** Sequences [T,D], checked. Throws ShapeError and DataError. */
  flatten(who: string, sequences: Sequences, D: number): Float64Array[];
  /** ln p(y_t | s_t = k, u_t) [T,K]. */
  densities(algebra: Algebra, sizes: Sizes, own: Regressions, data: Driven): Float64Array;
  /** Means [T,D] of state k, or probabilities of symbols [T,C]. */
  means(algebra: Algebra, sizes: Sizes, own: Regressions, X: Float64Array, k: number): Float64Array;
  /** The variance of entry d in state k, where its mean is `mean`; symbols have none. */
  variance?(
    own: Regressions,
    D: number,
    place: { readonly k: number; readonly d: number },
    mean: number,
  ): number;
  /** One output [D]. */
  draw(algebra: Algebra, sizes: Sizes, own: Regressions, of: Draw): Float64Array;
  /** The constants [K,C] of a start that suits data [T,D]. */
  constants(algebra: Algebra, sizes: Sizes, data: readonly Float64Array[], random: Random): Float64Array;
  /** ln prior of the parameters up to a constant, of inputs in units. */
  logPrior(algebra: Algebra, sizes: Sizes, own: Regressions, prior: DrivenPrior): number;
  sums(sizes: Sizes): EmissionSums;
}
