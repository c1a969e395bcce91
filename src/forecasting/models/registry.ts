/** The models of a forecaster, by name. */
import { arimaModel } from "./arima-model.ts";
import { autoregression, hiddenStates, linearDynamics } from "./closed-form.ts";
import { echoState } from "./echo-state.ts";
import { lstmModel } from "./lstm.ts";
import { lstmQuantiles } from "./lstm-quantiles.ts";
import type { ForecastModel } from "./model.ts";
import { naive, seasonalNaive } from "./naive.ts";
import { smoothing } from "./smoothing.ts";
import { structuralModel } from "./structural-model.ts";
import { theta } from "./theta.ts";

/** All of them. */
export const forecastModels = {
  naive,
  seasonalNaive,
  ets: smoothing,
  theta,
  arima: arimaModel,
  structural: structuralModel,
  ar: autoregression,
  lds: linearDynamics,
  hmm: hiddenStates,
  esn: echoState,
  lstm: lstmModel,
  lstmQuantiles,
} as const satisfies Record<string, ForecastModel>;

/** A model by name. */
export type ForecastModelName = keyof typeof forecastModels;

/** Those that a forecaster tries unless it is told others: fast, and good on short series. */
export const usualModels: readonly ForecastModelName[] = ["ets", "theta", "arima", "structural", "ar"];
/** Those that are always there to be beaten. */
export const yardsticks: readonly ForecastModelName[] = ["naive", "seasonalNaive"];
