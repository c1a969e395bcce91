/** Models that are one for all series of a table: fitted when the first asks, to what all have seen. */
import type { FitSetting, FittedModel, Training } from "./models/model.ts";
import { forecastModels, type ForecastModelName } from "./models/registry.ts";

/** Fitted to what comes before the first origin of the backtests, or to all there is. */
export type Stage = "backtest" | "whole";

/** What a model is fitted to at a stage: one a series, undefined where it is too short. */
export type TrainingsAt = (name: ForecastModelName, stage: Stage) => readonly (Training | undefined)[];

/** Fits of one table. */
export class Together {
  readonly #trainingsAt: TrainingsAt;
  readonly #setting: FitSetting;
  readonly #fits = new Map<string, Promise<(FittedModel | undefined)[]>>();

  constructor(trainingsAt: TrainingsAt, setting: FitSetting) {
    this.#trainingsAt = trainingsAt;
    this.#setting = setting;
  }

  /** The model of series i, which then belongs to the caller. Throws what the fit to all threw. */
  async take(name: ForecastModelName, stage: Stage, i: number): Promise<FittedModel> {
    const key = `${name} ${stage}`;
    const fit = this.#fits.get(key) ?? this.#fit(name, stage);
    this.#fits.set(key, fit);
    const models = await fit;
    const own = models[i]!;
    models[i] = undefined;
    return own;
  }

  /** Disposes what nobody took. */
  async dispose(): Promise<void> {
    for (const fit of this.#fits.values()) {
      const models = await fit.catch(() => []);
      models.forEach((model) => model?.dispose());
    }
  }

  async #fit(name: ForecastModelName, stage: Stage): Promise<(FittedModel | undefined)[]> {
    const all = this.#trainingsAt(name, stage);
    const long = all.filter((training) => training !== undefined);
    const models = await forecastModels[name].fitTogether!(long, this.#setting);
    const rest = models.values();
    return all.map((training) => (training ? rest.next().value : undefined));
  }
}
