/** What a forecaster is: its spec, checked. */
import {
  OptionError,
  inRange,
  knownOptions,
  oneOf,
  seedOption,
  show,
  someOf,
  whole,
} from "../wasm/errors.ts";
import { calendarNames, type CalendarName } from "./calendar.ts";
import { forecastModels, usualModels, type ForecastModelName } from "./models/registry.ts";
import type { TransformName } from "./transform.ts";

const LONGEST_HORIZON = 10_000;
const LONGEST_SEASON = 10_000;
const ORIGINS = 7;
const MOST_ORIGINS = 100;
const QUANTILES = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const ways = ["average", "best"] as const;
const transforms = ["auto", "none", "log"] as const;

/** What a forecaster is. */
export interface ForecasterSpec {
  /** H, steps to forecast, and those that a backtest is scored on. */
  readonly horizon: number;
  /** m, steps a season; 1 for none. Default: found in each series by its autocorrelation. */
  readonly season?: number;
  /**
   * Models to try, beside the last value and the value of the season before, which are always there. Default
   * ets, theta, arima, structural, ar; also lds, hmm, esn, lstm (an LSTM with a Student-t head) and
   * lstmQuantiles (with a head for each of `quantiles`), both one net for all series of a table.
   */
  readonly models?: readonly ForecastModelName[];
  /**
   * "average" (default): the mean of the models whose errors in the backtests are at most 1.5 times the
   * best's, weighted by the fourth power of 1/error; "best": the best alone.
   */
  readonly choose?: (typeof ways)[number];
  /** Probabilities of the quantiles, each within 0..1. Default .05, .1, .25, .5, .75, .9, .95. */
  readonly quantiles?: readonly number[];
  /**
   * Backtests: forecasts from so many places in the past at most, a quarter of a horizon apart, and from none
   * that is too early for a model which a later one would do for. Their season is that of the whole series.
   * Default 7.
   */
  readonly origins?: number;
  /** "log" of values above 0, "none", or "auto" (default): log where the spread grows with the level. */
  readonly transform?: TransformName | "auto";
  /** Parts of the calendar that models with inputs may know; needs `dates`. Default none. */
  readonly calendar?: readonly CalendarName[];
  /**
   * Names of the inputs that `fit` must bring, all of them and no others; models see them in this order.
   * Default: whatever `fit` brings.
   */
  readonly inputs?: readonly string[];
  /** Of whatever is drawn. Default 1. */
  readonly seed?: number;
}

/** A checked spec. */
export interface ForecasterRules extends Required<Omit<ForecasterSpec, "season" | "inputs">> {
  /** As given. */
  readonly season?: number;
  /** As given. */
  readonly inputs?: readonly string[];
}

function probabilities(who: string, given: readonly number[]): readonly number[] {
  if (!Array.isArray(given) || given.length === 0)
    throw new OptionError(`${who}: quantiles is ${show(given)}, want an array of probabilities`);
  for (const p of given as readonly number[])
    if (!(typeof p === "number" && p > 0 && p < 1))
      throw new OptionError(`${who}: quantiles has ${show(p)}, want probabilities between 0 and 1`);
  return [...new Set(given as readonly number[])].sort((a, b) => a - b);
}

/** The names of inputs: each once, and beside models of which one takes them. */
function inputNames(
  who: string,
  given: readonly string[],
  models: readonly ForecastModelName[],
): readonly string[] {
  if (!Array.isArray(given))
    throw new OptionError(
      `${who}: inputs is ${show(given)}, want an array of names; fit brings their values`,
    );
  for (const [i, name] of (given as readonly string[]).entries()) {
    if (typeof name !== "string" || name === "")
      throw new OptionError(`${who}: inputs has ${show(name)}, want names of columns`);
    if (given.indexOf(name) < i) throw new OptionError(`${who}: inputs has ${name} twice, want each once`);
  }
  if (given.length > 0 && !models.some((name) => forecastModels[name].takesInputs))
    throw new OptionError(
      `${who}: inputs are ${given.join(", ")}, and none of the models ${models.join(", ")} takes any, ` +
        "want arima, structural or ar among them",
    );
  return [...(given as readonly string[])];
}

/** Checks a spec. Throws OptionError. */
export function readForecasterSpec(who: string, spec: ForecasterSpec): ForecasterRules {
  knownOptions(who, spec, [
    "horizon",
    "season",
    "models",
    "choose",
    "quantiles",
    "origins",
    "transform",
    "calendar",
    "inputs",
    "seed",
  ]);
  const { season, inputs } = spec ?? {};
  const all = Object.keys(forecastModels) as ForecastModelName[];
  const models = someOf(who, "models", spec?.models ?? usualModels, all);
  return {
    horizon: whole(who, "horizon", spec?.horizon, 1, LONGEST_HORIZON),
    ...(season === undefined ? {} : { season: whole(who, "season", season, 1, LONGEST_SEASON) }),
    ...(inputs === undefined ? {} : { inputs: inputNames(who, inputs, models) }),
    models,
    choose: oneOf(who, "choose", spec.choose ?? "average", ways),
    quantiles: probabilities(who, spec.quantiles ?? QUANTILES),
    origins: inRange(who, "origins", whole(who, "origins", spec.origins ?? ORIGINS, 1), 1, MOST_ORIGINS),
    transform: oneOf(who, "transform", spec.transform ?? "auto", transforms),
    calendar: someOf(who, "calendar", spec.calendar ?? [], calendarNames),
    seed: seedOption(who, spec.seed ?? 1),
  };
}
