/**
 * Which models a forecast is of, by their errors in the backtests. An average leaves out what is much worse
 * than the best, and weighs the others by the fourth power of 1/MASE (Bates & Granger 1969 weigh by 1/MSE):
 *
 *   w_i = (best/MASE_i)⁴ where MASE_i ≤ 1.5·best, else 0
 */
import { yardsticks, type ForecastModelName } from "./models/registry.ts";
import type { ForecastScores } from "./scores.ts";
import type { ForecasterRules } from "./spec.ts";

/** A model's error beside the best, beyond which it is left out. */
const WORST = 1.5;

/** A model, and its share in an average; shares need not add up to 1. */
export interface Chosen {
  readonly name: ForecastModelName;
  readonly weight: number;
}

const isYardstick = (name: ForecastModelName): boolean => yardsticks.includes(name);

/** The share of a model whose error is `mase`. */
function weightOf(mase: number, best: number): number {
  if (mase === best) return 1;
  const ratio = best / mase;
  return ratio * ratio * ratio * ratio;
}

/** The models of a forecast by their errors, the best first; none where no error is a number. */
export function chooseModels(
  errors: ReadonlyMap<ForecastModelName, number>,
  { choose }: Pick<ForecasterRules, "choose">,
): Chosen[] {
  const ranked = [...errors].filter(([, error]) => Number.isFinite(error)).sort(([, a], [, b]) => a - b);
  if (ranked.length === 0) return [];
  const [[, best]] = ranked;
  const kept = choose === "best" ? ranked.slice(0, 1) : ranked.filter(([, error]) => error <= WORST * best);
  return kept.map(([name, error]) => ({ name, weight: weightOf(error, best) }));
}

/**
 * The models to fall back on where every wanted one was too short of data in the backtests, which leave out
 * the end of a series: all of it may be enough. Beside them the yardsticks alone say little. How well they
 * say each next value of what they were fitted to is then all there is to choose by.
 */
export function untriedModels(
  scores: Readonly<Record<string, ForecastScores>>,
  tooShort: ReadonlySet<ForecastModelName>,
): Chosen[] {
  const tried = (Object.keys(scores) as ForecastModelName[]).some((name) => !isYardstick(name));
  if (tried) return [];
  return [...tooShort].filter((name) => !isYardstick(name)).map((name) => ({ name, weight: 1 }));
}
