/** What a forecaster is asked, and what it answers. */
import type { ForecastScores } from "./scores.ts";
import type { ForecastInputs } from "./table.ts";
import type { ForecastModelName } from "./models/registry.ts";
import type { AbortSignal } from "../wasm/platform.ts";

/** A model that could not be fitted, and why. */
export interface ForecastFailure {
  /** Which one. */
  readonly model: ForecastModelName;
  /** The message of its error. */
  readonly error: string;
}

/** How to fit. */
export interface ForecasterFitOptions {
  /** Columns that are known in advance, at least over the history; those to come may follow. */
  readonly inputs?: ForecastInputs;
  /**
   * The moment of each step, oldest first: Date, or text as 2024-01-31. Where most steps are equally long and
   * the others are whole multiples, the dates between are missing: steps are put in for them, with missing
   * values. Weekdays alone stay as they are.
   */
  readonly dates?: ArrayLike<string | Date>;
  /** Ends the fit, which then rejects with its reason; the forecaster is as it was. */
  readonly signal?: AbortSignal;
  /** After each fit of one model. */
  readonly onProgress?: (progress: ForecasterProgress) => void;
}

/** Where a fit is. */
export interface ForecasterProgress {
  /** Name of the series, "" for one given alone. */
  readonly series: string;
  /** The model that was fitted. */
  readonly model: string;
  /** Share of the fits that are done, within 0..1. */
  readonly fraction: number;
}

/** What the backtests of one series said. */
export interface SeriesReport {
  /** Steps a season, 1 for none. */
  readonly season: number;
  /** Whose forecast it is: a model, or "average of" some. */
  readonly model: string;
  /** By model; the naive ones are always among them. */
  readonly scores: Readonly<Record<string, ForecastScores>>;
  /** Models that failed, and why. */
  readonly failures: readonly ForecastFailure[];
}

/** A model's figures in the backtests of one series. */
export interface ScoredModel extends ForecastScores {
  /** Name of the series, "" for one given alone. */
  readonly series: string;
  /** Which model, or "average". */
  readonly model: string;
}

/** A report of a fit. */
export interface ForecasterReport {
  /** By the name of the series, "" for one given alone. */
  readonly series: Readonly<Record<string, SeriesReport>>;
  /** A row for each model and series, in the order of the fits. */
  readonly history: readonly ScoredModel[];
}

/** How to forecast. */
export interface ForecasterForecastOptions {
  /** Which series, where there are several. */
  readonly series?: string;
  /** A longer history of the same series, to forecast after it with the models as fitted. */
  readonly history?: ArrayLike<number>;
  /** The moments of `history`, as those of `fit`; without them it has NaN where a date is missing. */
  readonly dates?: ArrayLike<string | Date>;
  /**
   * Known inputs of the steps to come, or, beside `history` and longer than it, of it and them; default:
   * those that `fit` got beyond the history.
   */
  readonly inputs?: ForecastInputs;
}

/** What comes next. */
export interface SeriesForecast extends SeriesReport {
  /** [steps] expected values. */
  readonly means: Float64Array;
  /** [steps] for each probability, under its text: quantiles["0.9"]. */
  readonly quantiles: Readonly<Record<string, Float64Array>>;
  /** [steps] the interval that should hold 90%. */
  readonly lower: Float64Array;
  /** [steps] its upper bounds. */
  readonly upper: Float64Array;
  /** [steps] the moments, where dates were given and are evenly spaced. */
  readonly dates?: readonly string[];
}
