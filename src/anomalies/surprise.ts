/** How surprising each value of a series was to a model, and from which surprise on it is rare. */
import { elementwise } from "../inference/elementwise.ts";
import { inferenceEngine } from "../inference/inference-engine.ts";
import { DataError, knownOptions } from "../wasm/errors.ts";
import { scoreAbove, type TailName } from "./extremes.ts";
import { readRisk, readTail, type SurprisingModel } from "./spec.ts";

/** -ln p(y_t | y_<t) [T], nats, of a fitted model. Throws what the model's stream throws. */
export function surprises(
  model: SurprisingModel,
  series: ArrayLike<number> | ArrayLike<ArrayLike<number>>,
): Float64Array {
  const stream = model.stream();
  try {
    return Float64Array.from(series as ArrayLike<never>, (y) => -stream.step(y).logLikelihood);
  } finally {
    stream.dispose();
  }
}

/** Of `rareScore`. */
export interface RareScoreOptions {
  /** The share of scores that exceed it. Default 1e-4. */
  readonly risk?: number;
  /** "extremes" (default): beyond the 95% quantile by a generalized Pareto distribution; or "ranks" alone. */
  readonly tail?: TailName;
}

/** The score that a share `risk` of scores like these exceed. NaN is left out. Throws DataError. */
export async function rareScore(scores: ArrayLike<number>, options: RareScoreOptions = {}): Promise<number> {
  const who = "rareScore";
  knownOptions(who, options, ["risk", "tail"]);
  const known = Float64Array.from(scores).filter((score) => !Number.isNaN(score));
  const odd = known.findIndex((score) => !Number.isFinite(score));
  if (odd >= 0) throw new DataError(`${who}: a score is ${known[odd]}, want finite numbers`);
  if (known.length === 0) throw new DataError(`${who}: there are no scores, want at least one`);
  const math = elementwise(await inferenceEngine());
  return scoreAbove(known, readRisk(who, options.risk), { tail: readTail(who, options.tail), math });
}
