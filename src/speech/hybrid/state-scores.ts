/**
 * A net's probabilities of states as likelihoods of sound, by Bayes' rule: p(x | state) ∝ p(state | x) /
 * p(state) (Bourlard & Morgan 1994, chapter 6).
 */
import { elementwise } from "../../wasm/elementwise.ts";
import type { Engine } from "../../wasm/engine.ts";

/** What goes with the emissions. */
export interface StateScores {
  /** [N] probability that a state lasts one step longer. */
  readonly stay: Float64Array;
  /** [N] shares of the states; of a net. */
  readonly priors?: Float64Array;
}

/** A probability whose logarithm is taken is at least this. */
const SMALLEST = 1e-30;

/** ln p(state | x) - ln p(state) [T,N] of probabilities [T,N] and priors [N]. */
export function scaledLogs(
  engine: Engine,
  probabilities: ArrayLike<number>,
  priors: Float64Array,
): Float64Array {
  const floored = Float64Array.from(probabilities, (p) => Math.max(p, SMALLEST));
  const base = elementwise(engine, "mapLog", priors);
  return elementwise(engine, "mapLog", floored).map((log, at) => log - base[at % priors.length]);
}
