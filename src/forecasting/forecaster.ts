/**
 * Forecasting as a job: give it series, get quantiles. Models are compared in backtests, beside the last
 * value and the value of the season before; the best are averaged, and their intervals made as wide as their
 * past errors ask for.
 */
import { elementwise, type Elementwise } from "../inference/elementwise.ts";
import { inferenceEngine } from "../inference/inference-engine.ts";
import { DISPOSE, Lifetime, modelFactory, type ModelFactory } from "../models/lifetime.ts";
import { SingleFit } from "../models/single-fit.ts";
import { OptionError, knownOptions, show, whole } from "../wasm/errors.ts";
import type {
  ForecasterFitOptions,
  ForecasterForecastOptions,
  ForecasterReport,
  SeriesForecast,
  SeriesReport,
} from "./answers.ts";
import { LOWER, quantileInUnits, UPPER } from "./backtest.ts";
import { columnsOver, pastOf, readBeside, type Beside } from "./beside.ts";
import { conformalWidths } from "./conformal.ts";
import { continuedMoment, momentText, usualSeasons, type Moment } from "./dates.ts";
import { readForecaster, saveForecaster } from "./file.ts";
import { fitSeries, trainingAt, type FittedSeries } from "./fit-series.ts";
import { outlookOf } from "./members.ts";
import { yardsticks, type ForecastModelName } from "./models/registry.ts";
import { readForecasterSpec, type ForecasterRules, type ForecasterSpec } from "./spec.ts";
import {
  checkPositive,
  fromFirst,
  inputRows,
  measureInputs,
  readTable,
  type ForecastTable,
} from "./table.ts";
import type { ForecasterState, KnownSeries } from "./state.ts";
import { Together } from "./together.ts";
import { meanInUnits, standardized } from "./transform.ts";

const modelText = ({ members }: FittedSeries): string =>
  members.length === 1 ? members[0].name : `average of ${members.map(({ name }) => name).join(", ")}`;

const reportOf = (fitted: FittedSeries): SeriesReport => ({
  season: fitted.season,
  model: modelText(fitted),
  scores: fitted.scores,
  failures: fitted.failures,
});

/** Forecasts series. */
export class Forecaster {
  readonly #rules: ForecasterRules;
  readonly #math: Elementwise;
  readonly #life: Lifetime;
  #state: ForecasterState | undefined;
  readonly #fits: SingleFit;

  /** Use `forecaster(spec)`. */
  constructor(rules: ForecasterRules, math: Elementwise, state?: ForecasterState) {
    this.#rules = rules;
    this.#math = math;
    this.#life = new Lifetime("forecaster", this);
    this.#fits = new SingleFit(this.#life);
    this.#state = state;
  }

  /**
   * Tries the models on each series, and fits the chosen ones to all of it. Throws DataError, ShapeError or
   * OptionError on what is no table, input or date; a model that fails is named in the report.
   */
  async fit(table: ForecastTable, options: ForecasterFitOptions = {}): Promise<ForecasterReport> {
    const who = this.#fits.check("fit");
    knownOptions(who, options, ["inputs", "dates", "signal", "onProgress"]);
    const series = readTable(who, table);
    if (this.#rules.transform === "log") checkPositive(who, series);
    const beside = readBeside(who, series, options, this.#rules);
    return this.#fits.run(async () => {
      const state = await this.#fitAll(beside, options);
      if (this.#life.over) {
        disposeAll(state.series);
        this.#life.check("fit");
      }
      disposeAll(this.#state?.series ?? []);
      this.#state = state;
      return this.#report();
    });
  }

  /**
   * The next steps (default: the horizon) of the one series there is, or of that named. Throws OptionError
   * before the first fit, DataError where inputs to come are missing.
   */
  forecast(steps: number = this.#rules.horizon, options: ForecasterForecastOptions = {}): SeriesForecast {
    const { who, state } = this.#fitted("forecast");
    knownOptions(who, options, ["series", "history", "dates", "inputs"]);
    whole(who, "steps", steps, 1);
    return this.#forecastOf(who, steps, this.#seriesOf(who, state, options.series), options);
  }

  /** `forecast` of every series, by name. */
  forecastAll(
    steps: number = this.#rules.horizon,
    options: Pick<ForecasterForecastOptions, "inputs"> = {},
  ): Record<string, SeriesForecast> {
    const { who, state } = this.#fitted("forecastAll");
    knownOptions(who, options, ["inputs"]);
    whole(who, "steps", steps, 1);
    const all: Record<string, SeriesForecast> = {};
    for (const series of state.series) all[series.name] = this.#forecastOf(who, steps, series, options);
    return all;
  }

  /** The spec as it was read. */
  get spec(): ForecasterRules {
    this.#life.check("spec");
    return this.#rules;
  }

  /** safetensors: spec, series, and the models as fitted. */
  save(): Uint8Array<ArrayBuffer> {
    this.#life.check("save");
    return saveForecaster(this.#rules, this.#state);
  }

  /** Gives all memory back. Later calls throw DisposedError. */
  dispose(): void {
    if (!this.#life.end()) return;
    disposeAll(this.#state?.series ?? []);
    this.#state = undefined;
  }

  /** `dispose`, for `using`. */
  [DISPOSE](): void {
    this.dispose();
  }

  async #fitAll(
    { series: table, columns, moments }: Beside,
    { signal, onProgress }: ForecasterFitOptions,
  ): Promise<ForecasterState> {
    const { seed } = this.#rules;
    const T = Math.max(...table.map(({ y }) => y.length));
    const inputScale = measureInputs(columns, T);
    const tried = new Set([...yardsticks, ...this.#rules.models]).size;
    const usual = usualSeasons(moments);
    const series: KnownSeries[] = [];
    const all = table.map(({ name, y: whole }) => {
      const { y, from } = fromFirst(whole);
      const inputs = inputRows(columns, inputScale, from);
      return { name, from, data: { y, usual, ...(inputs ? { inputs } : {}) } };
    });
    const { quantiles } = this.#rules;
    const setting = { rules: this.#rules, math: this.#math, seed, quantiles, ...(signal ? { signal } : {}) };
    const together = new Together(
      (model, stage) => all.map(({ data }) => trainingAt(model, data, stage, setting)),
      setting,
    );
    try {
      for (const [i, { name, from, data }] of all.entries()) {
        let done = 0;
        const onModel = (model: ForecastModelName): void => {
          done += 1;
          const fraction = (i + Math.min(1, done / (tried + 1))) / table.length;
          onProgress?.({ series: name, model, fraction });
        };
        const fitted = await fitSeries(data, {
          ...setting,
          onModel,
          together: (model, stage) => together.take(model, stage, i),
        });
        series.push({ name, y: data.y, from, fitted });
      }
      return { series, columns, inputScale, moments };
    } catch (error) {
      disposeAll(series);
      throw error;
    } finally {
      await together.dispose();
    }
  }

  #report(): ForecasterReport {
    const { series } = this.#state!;
    return {
      series: Object.fromEntries(series.map(({ name, fitted }) => [name, reportOf(fitted)])),
      history: series.flatMap(({ name, fitted }) =>
        Object.entries(fitted.scores).map(([model, scores]) => ({ series: name, model, ...scores })),
      ),
    };
  }

  #fitted(method: string): { who: string; state: ForecasterState } {
    const who = this.#life.check(method);
    if (!this.#state) throw new OptionError(`${who}: the forecaster is not fitted; call fit first`);
    return { who, state: this.#state };
  }

  #seriesOf(who: string, { series }: ForecasterState, name: string | undefined): KnownSeries {
    if (name === undefined && series.length === 1) return series[0];
    const found = series.find((one) => one.name === name);
    if (found) return found;
    const names = series.map((one) => one.name).join(", ");
    throw new OptionError(
      name === undefined
        ? `${who}: there are ${series.length} series, want { series: NAME } of ${names}; or use forecastAll`
        : `${who}: series is ${show(name)}, want one of ${names}`,
    );
  }

  #forecastOf(
    who: string,
    steps: number,
    known: KnownSeries,
    options: Omit<ForecasterForecastOptions, "series">,
  ): SeriesForecast {
    const { y: old, from: first, fitted } = known;
    const { y, from, inputs } = pastOf(who, this.#state!, known, options);
    const past = columnsOver(who, this.#state!, this.#rules.calendar, {
      from,
      T: y.length,
      steps,
      inputs,
      isNew: options.history !== undefined,
    });
    const { transform, members, deviations } = fitted;
    const z = standardized(y, transform, this.#math);
    const rows = inputRows(past, this.#state!.inputScale, 0);
    const outlook = outlookOf(members, { z, ...(rows ? { inputs: rows } : {}) }, steps);
    const widths = conformalWidths(deviations, this.#math);
    const units = { transform, math: this.#math };
    const at = (p: number): Float64Array => quantileInUnits(p, outlook, widths, units);
    const dates = datesAfter(this.#state!.moments, from + y.length - first - old.length, steps);
    return {
      ...reportOf(fitted),
      means: meanInUnits(outlook, transform, this.#math),
      quantiles: Object.fromEntries(this.#rules.quantiles.map((p) => [String(p), at(p)])),
      lower: at(LOWER),
      upper: at(UPPER),
      ...(dates ? { dates } : {}),
    };
  }
}

/** The moments of `steps` steps, `later` after the last; undefined without moments, or even spacing. */
function datesAfter(moments: readonly Moment[], later: number, steps: number): string[] | undefined {
  const after = moments.length > 0 ? continuedMoment(moments) : undefined;
  return after && Array.from({ length: steps }, (_, h) => momentText(after(later + h + 1)));
}

function disposeAll(series: readonly KnownSeries[]): void {
  for (const { fitted } of series) for (const { fitted: model } of fitted.members) model.dispose();
}

/** Makes a forecaster: `const f = await forecaster({ horizon: 12, season: 12 })`. */
export const forecaster: ModelFactory<ForecasterSpec, Forecaster> = modelFactory(
  async (spec) =>
    new Forecaster(readForecasterSpec("forecaster", spec), elementwise(await inferenceEngine())),
  async (bytes) => {
    const math = elementwise(await inferenceEngine());
    const { rules, state } = await readForecaster(bytes, math);
    return new Forecaster(rules, math, state);
  },
);
