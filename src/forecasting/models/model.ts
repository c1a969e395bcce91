/**
 * What every model is to a forecaster: fitted to a standardized series, it says the mean and the variance of
 * each of the next steps after any history.
 */
import type { Elementwise } from "../../inference/elementwise.ts";
import { NumericError } from "../../wasm/errors.ts";
import type { AbortSignal } from "../../wasm/platform.ts";
import type { Shape } from "../shape.ts";

/** Means and variances, one a step, in units of the standardized series. */
export interface Outlook {
  readonly means: ArrayLike<number>;
  readonly variances: ArrayLike<number>;
  /** The distributions, where they are not normal. */
  readonly shape?: Shape;
}

/** Known inputs of a series: m a step. */
export interface KnownInputs {
  readonly count: number;
  /** [T+,m] over history and future. */
  readonly values: Float64Array;
}

/** A standardized series and what is known beside it. */
export interface Training {
  /** [T], NaN where missing; the first is a number. */
  readonly z: Float64Array;
  /** Steps a season, 1 for none. */
  readonly season: number;
  readonly inputs?: KnownInputs;
  /** Steps that its forecasts will be of: for models that learn all of them at once. */
  readonly horizon?: number;
}

/** How to fit. */
export interface FitSetting {
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly math: Elementwise;
  /** Largest order of an autoregression. Default: a quarter of the series, at most 40 or the season + 1. */
  readonly maxOrder?: number;
  /** Steps of a net's training. Default 400. */
  readonly steps?: number;
  /** Levels of a quantile head. Default .05, .1, .25, .5, .75, .9, .95. */
  readonly quantiles?: readonly number[];
}

/** A history to go on from: at least what the model was fitted to. */
export interface History {
  /** [T] */
  readonly z: Float64Array;
  /** Over history and future. */
  readonly inputs?: KnownInputs;
}

/** A fitted model. */
export interface FittedModel {
  /** What was chosen in fitting. */
  readonly note: string;
  /** The next `steps` values. */
  forecast(history: History, steps: number): Outlook;
  /**
   * Each value of z [T] given all those before it: one step ahead, NaN where the model says nothing. Models
   * without it have no Gaussian for the next value.
   */
  predict?(z: Float64Array): Outlook;
  /** What `load` of the same model reads. */
  save(): Uint8Array;
  dispose(): void;
}

/** A kind of model. */
export interface ForecastModel {
  /** Whether it takes known inputs. */
  readonly takesInputs: boolean;
  /** Known values that it wants at least. */
  atLeast(season: number): number;
  /** Throws NumericError, OptionError or DataError where the series is none for it. */
  fit(training: Training, setting: FitSetting): Promise<FittedModel>;
  /** One model of several series, as each of them has it; each is disposed by itself. */
  fitTogether?(trainings: readonly Training[], setting: FitSetting): Promise<FittedModel[]>;
  /** Throws DataError on other bytes. */
  load(bytes: Uint8Array, setting: FitSetting): Promise<FittedModel>;
}

/** The rows of inputs up to `steps`, as the models' own `inputs`; nothing where there are none. */
export function inputsUpTo(inputs: KnownInputs | undefined, steps: number): { inputs?: [Float64Array] } {
  return inputs ? { inputs: [inputs.values.slice(0, steps * inputs.count)] } : {};
}

/** What `work` on a model gives; where it fails the model is disposed. */
export async function disposedOnFailure<R>(model: { dispose(): void }, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/**
 * The candidate of the smallest criterion; those that throw or give NaN are passed over. Throws the first
 * error, or NumericError where no criterion is a number: each form estimates as much as there is to see.
 */
export async function smallest<T extends { readonly criterion: number; dispose(): void }>(
  candidates: readonly (() => Promise<T>)[],
  isOrdinary: (error: unknown) => boolean,
): Promise<T> {
  let best: T | undefined;
  let reason: unknown;
  for (const make of candidates) {
    try {
      const one = await make();
      if (one.criterion < (best?.criterion ?? Infinity)) {
        best?.dispose();
        best = one;
      } else one.dispose();
    } catch (error) {
      if (!isOrdinary(error)) {
        best?.dispose();
        throw error;
      }
      reason ??= error;
    }
  }
  if (best) return best;
  throw reason ?? new NumericError("the series is too short: every form of it estimates as many numbers");
}
