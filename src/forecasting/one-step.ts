/**
 * Errors one step ahead: models fitted to the first four fifths of a series say each value of the rest, given
 * all those before it.
 *
 *   rmse   √ mean (y_t - m_t)²        ln p   mean ln N(y_t; m_t, v_t),   m_t, v_t given y_1 .. y_{t-1}
 *
 * All models see the series standardized by its first part and never its logarithm, so that their densities
 * are of the same numbers.
 */
import { elementwise } from "../inference/elementwise.ts";
import { inferenceEngine } from "../inference/inference-engine.ts";
import { LOG_TWO_PI } from "../inference/matrix-value.ts";
import { MemoryError } from "../wasm/errors.ts";
import type { AbortSignal } from "../wasm/platform.ts";
import { fromFirst } from "./table.ts";
import { knownValues } from "./gaps.ts";
import { forecastModels, type ForecastModelName } from "./models/registry.ts";
import type { FittedModel } from "./models/model.ts";
import { measureTransform, standardized } from "./transform.ts";

/** Share of a series that models are fitted to. */
const FITTED = 0.8;
/** Orders of an autoregression are compared up to a tenth of what it is fitted to, and this. */
const STEPS_A_TAP = 10;
const LONGEST_ORDER = 30;

/** A model's errors one step ahead on the last fifth of a series. */
export interface OneStepScores {
  /** In the units of the series. */
  readonly rmse: number;
  /** ln p(y_t | y_<t) a step, nats. */
  readonly logLikelihood: number;
  /** Steps that they are means of. */
  readonly steps: number;
  /** What was chosen in fitting: an order, components. */
  readonly note: string;
}

/** What is measured, and how. */
export interface OneStepTask {
  /** [T], NaN where missing. */
  readonly y: Float64Array;
  /** Steps a season. */
  readonly season: number;
  readonly models: readonly ForecastModelName[];
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** The first part of a series, and all of it, in the units of the first. */
interface Split {
  readonly z: Float64Array;
  readonly cut: number;
  readonly sd: number;
  log(x: readonly number[]): Float64Array;
}

/** Errors of a fitted model; undefined where it says nothing of any step. */
function scoresOf(fitted: FittedModel, { z, cut, sd, log }: Split): OneStepScores | undefined {
  if (!fitted.predict) return undefined;
  const { means, variances } = fitted.predict(z);
  let squares = 0;
  let deviance = 0;
  let steps = 0;
  for (let t = cut; t < z.length; ++t) {
    const gap = z[t] - means[t];
    if (Number.isNaN(gap)) continue;
    squares += gap * gap;
    deviance += LOG_TWO_PI + log([variances[t]])[0] + (gap * gap) / variances[t];
    steps += 1;
  }
  if (steps === 0) return undefined;
  const logLikelihood = -0.5 * (deviance / steps) - log([sd])[0];
  return { rmse: sd * Math.sqrt(squares / steps), logLikelihood, steps, note: fitted.note };
}

/** The errors of each model that has them: one that is too long for the series or fails is left out. */
export async function oneStepScores(
  task: OneStepTask,
): Promise<Partial<Record<ForecastModelName, OneStepScores>>> {
  const { season, models, signal, ...rest } = task;
  const math = elementwise(await inferenceEngine());
  const { y, from } = fromFirst(rest.y);
  const cut = Math.floor(FITTED * rest.y.length) - from;
  const scores: Partial<Record<ForecastModelName, OneStepScores>> = {};
  if (cut < 1) return scores;
  const transform = measureTransform(y.subarray(0, cut), season, "none", math);
  const z = standardized(y, transform, math);
  const split = { z, cut, sd: transform.sd / transform.scale, log: (x: readonly number[]) => math.log(x) };
  const maxOrder = Math.max(1, Math.min(LONGEST_ORDER, Math.floor(cut / STEPS_A_TAP)));
  const setting = { seed: rest.seed, math, maxOrder, ...(signal ? { signal } : {}) };
  const seen = z.slice(0, cut);
  for (const name of models) {
    if (knownValues(seen) < forecastModels[name].atLeast(season)) continue;
    try {
      const fitted = await forecastModels[name].fit({ z: seen, season }, setting);
      try {
        const found = scoresOf(fitted, split);
        if (found) scores[name] = found;
      } finally {
        fitted.dispose();
      }
    } catch (error) {
      if (signal?.aborted || error instanceof MemoryError) throw error;
    }
  }
  return scores;
}
