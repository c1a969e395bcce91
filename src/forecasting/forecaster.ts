/**
 * Forecasting as a job: give it series, get quantiles. Models are compared in backtests, beside the last
 * value and the value of the season before; the best three are averaged, and their intervals made as wide as
 * their past errors ask for.
 */
import { elementwise, type Elementwise } from "../inference/elementwise.ts";
import { inferenceEngine } from "../inference/inference-engine.ts";
import { DISPOSE, Lifetime, modelFactory, type ModelFactory } from "../models/lifetime.ts";
import { DataError, OptionError, ShapeError, knownOptions, show, whole } from "../wasm/errors.ts";
import { LOWER, sdAt, UPPER } from "./backtest.ts";
import { calendarColumns, extendMoments, readMoments } from "./calendar.ts";
import { conformalWidths, quantileOf } from "./conformal.ts";
import { momentText, type Moment } from "./dates.ts";
import { readForecaster, saveForecaster } from "./file.ts";
import { fitSeries, outlookOf, type FittedSeries, type ForecastFailure } from "./fit-series.ts";
import { forecastModels, yardsticks, type ForecastModelName } from "./models/registry.ts";
import type { ForecastScores } from "./scores.ts";
import { readForecasterSpec, type ForecasterRules, type ForecasterSpec } from "./spec.ts";
import {
  fromFirst,
  inputRows,
  measureInputs,
  readInputs,
  readTable,
  type ForecastInputs,
  type ForecastTable,
  type InputScale,
} from "./table.ts";
import { inUnits, meanInUnits, standardized } from "./transform.ts";

/** How to fit. */
export interface ForecasterFitOptions {
  /** Columns that are known in advance, at least over the history; those to come may follow. */
  readonly inputs?: ForecastInputs;
  /** The moment of each step, oldest first: Date, or text as 2024-01-31. */
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

/** A report of a fit. */
export interface ForecasterReport {
  /** By the name of the series, "" for one given alone. */
  readonly series: Readonly<Record<string, SeriesReport>>;
  /** A row for each model and series, in the order of the fits. */
  readonly history: readonly (ForecastScores & { readonly series: string; readonly model: string })[];
}

/** How to forecast. */
export interface ForecasterForecastOptions {
  /** Which series, where there are several. */
  readonly series?: string;
  /** A longer history of the same series, to forecast after it with the models as fitted. */
  readonly history?: ArrayLike<number>;
  /** Known inputs of the steps to come; default: those that `fit` got beyond the history. */
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
  readonly upper: Float64Array;
  /** [steps] the moments, where dates were given and are evenly spaced. */
  readonly dates?: readonly string[];
}

/** All that is known of one series. */
export interface KnownSeries {
  readonly name: string;
  /** From its first number on. */
  readonly y: Float64Array;
  /** Steps left out in front. */
  readonly from: number;
  readonly fitted: FittedSeries;
}

/** What a fit leaves. */
export interface ForecasterState {
  readonly series: readonly KnownSeries[];
  /** By column, over history and as much of the future as is known. */
  readonly columns: Record<string, Float64Array>;
  readonly inputScale: InputScale;
  readonly moments: readonly Moment[];
}

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
  #fitting = false;

  /** Use `forecaster(spec)`. */
  constructor(rules: ForecasterRules, math: Elementwise, state?: ForecasterState) {
    this.#rules = rules;
    this.#math = math;
    this.#life = new Lifetime("forecaster", this);
    this.#state = state;
  }

  /**
   * Tries the models on each series, and fits the chosen ones to all of it. Throws DataError, ShapeError or
   * OptionError on what is no table, input or date; a model that fails is named in the report.
   */
  async fit(table: ForecastTable, options: ForecasterFitOptions = {}): Promise<ForecasterReport> {
    const who = this.#life.check("fit");
    knownOptions(who, options, ["inputs", "dates", "signal", "onProgress"]);
    if (this.#fitting) throw new OptionError(`${who}: the forecaster is being fitted; await that fit first`);
    const series = readTable(who, table);
    const given = readInputs(who, options.inputs, Math.max(...series.map(({ y }) => y.length)));
    if (options.inputs !== undefined || options.dates !== undefined) checkOneLength(who, series);
    const { columns, moments } = this.#known(who, series[0].y.length, given, options.dates);
    this.#fitting = true;
    try {
      const state = await this.#fitAll(series, { columns, moments }, options);
      if (this.#life.over) {
        disposeAll(state.series);
        this.#life.check("fit");
      }
      disposeAll(this.#state?.series ?? []);
      this.#state = state;
    } finally {
      this.#fitting = false;
    }
    return this.#report();
  }

  /**
   * The next steps (default: the horizon) of the one series there is, or of that named. Throws OptionError
   * before the first fit, DataError where inputs to come are missing.
   */
  async forecast(
    steps: number = this.#rules.horizon,
    options: ForecasterForecastOptions = {},
  ): Promise<SeriesForecast> {
    const { who, state } = this.#fitted("forecast");
    knownOptions(who, options, ["series", "history", "inputs"]);
    whole(who, "steps", steps, 1);
    return this.#forecastOf(who, steps, this.#seriesOf(who, state, options.series), options);
  }

  /** `forecast` of every series, by name. */
  async forecastAll(
    steps: number = this.#rules.horizon,
    options: Pick<ForecasterForecastOptions, "inputs"> = {},
  ): Promise<Record<string, SeriesForecast>> {
    const { who, state } = this.#fitted("forecastAll");
    knownOptions(who, options, ["inputs"]);
    whole(who, "steps", steps, 1);
    const all: Record<string, SeriesForecast> = {};
    for (const series of state.series) all[series.name] = await this.#forecastOf(who, steps, series, options);
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

  /** Inputs of the caller and of the calendar, over history and as much of the future as is known. */
  #known(
    who: string,
    T: number,
    given: Record<string, Float64Array>,
    dates: ArrayLike<string | Date> | undefined,
  ): { columns: Record<string, Float64Array>; moments: readonly Moment[] } {
    const { calendar, horizon } = this.#rules;
    if (dates === undefined) {
      if (calendar.length > 0)
        throw new DataError(`${who}: dates are missing, want one for each step: the calendar is asked for`);
      return { columns: given, moments: [] };
    }
    const moments = readMoments(who, dates, T);
    if (calendar.length === 0) return { columns: given, moments };
    const all = extendMoments(who, moments, horizon);
    return { columns: { ...calendarColumns(all, calendar), ...given }, moments };
  }

  async #fitAll(
    table: readonly { name: string; y: Float64Array }[],
    { columns, moments }: Pick<ForecasterState, "columns" | "moments">,
    { signal, onProgress }: ForecasterFitOptions,
  ): Promise<ForecasterState> {
    const { seed } = this.#rules;
    const T = Math.max(...table.map(({ y }) => y.length));
    const inputScale = measureInputs(columns, T);
    const tried = new Set([...yardsticks, ...this.#rules.models]).size;
    const series: KnownSeries[] = [];
    try {
      for (const [i, { name, y: whole }] of table.entries()) {
        const { y, from } = fromFirst(whole);
        const inputs = inputRows(columns, inputScale, from);
        let done = 0;
        const onModel = (model: ForecastModelName): void => {
          done += 1;
          const fraction = (i + Math.min(1, done / (tried + 1))) / table.length;
          onProgress?.({ series: name, model, fraction });
        };
        const setting = {
          rules: this.#rules,
          math: this.#math,
          seed,
          onModel,
          ...(signal ? { signal } : {}),
        };
        const fitted = await fitSeries({ y, ...(inputs ? { inputs } : {}) }, setting);
        series.push({ name, y, from, fitted });
      }
      return { series, columns, inputScale, moments };
    } catch (error) {
      disposeAll(series);
      throw error;
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

  async #forecastOf(
    who: string,
    steps: number,
    { name, y: old, from, fitted }: KnownSeries,
    { history, inputs }: Omit<ForecasterForecastOptions, "series">,
  ): Promise<SeriesForecast> {
    const y = history === undefined ? old : readTable(who, history)[0].y;
    const past = this.#columnsFor(who, { from, T: y.length, steps }, inputs);
    const { transform, members, deviations } = fitted;
    const z = standardized(y, transform, this.#math);
    const rows = inputRows(past, this.#state!.inputScale, 0);
    const takes = members.map(({ name: model, fitted: one }) => ({
      fitted: one,
      inputs: forecastModels[model].takesInputs ? rows : undefined,
    }));
    const outlook = await outlookOf(
      takes.map(({ fitted: one, inputs: own }) => ({
        fitted: { ...one, forecast: (h, n) => one.forecast({ z: h.z, ...(own ? { inputs: own } : {}) }, n) },
      })),
      { z },
      steps,
    );
    const widths = conformalWidths(deviations, this.#math);
    const at = (p: number): Float64Array =>
      inUnits(
        Float64Array.from(outlook.means, (m, h) => quantileOf(p, m, sdAt(outlook, h), widths)),
        transform,
        this.#math,
      );
    const dates = this.#datesOf(name, y.length - old.length, steps);
    return {
      ...reportOf(fitted),
      means: meanInUnits(outlook, transform, this.#math),
      quantiles: Object.fromEntries(this.#rules.quantiles.map((p) => [String(p), at(p)])),
      lower: at(LOWER),
      upper: at(UPPER),
      ...(dates ? { dates } : {}),
    };
  }

  /** Inputs over a history of T steps and `steps` more. */
  #columnsFor(
    who: string,
    { from, T, steps }: { from: number; T: number; steps: number },
    inputs: ForecastInputs | undefined,
  ): Record<string, Float64Array> {
    const { columns, inputScale } = this.#state!;
    const given = readInputs(who, inputs, 0);
    for (const name of Object.keys(given))
      if (!inputScale.names.includes(name))
        throw new OptionError(`${who}: inputs has ${name}, want some of ${inputScale.names.join(", ")}`);
    return Object.fromEntries(
      inputScale.names.map((name) => {
        const known = columns[name].subarray(from);
        const more = given[name];
        const whole = more ? Float64Array.of(...known.subarray(0, T), ...more) : known;
        if (whole.length < T + steps)
          throw new DataError(
            `${who}: inputs: ${name} is known for ${Math.max(0, whole.length - T)} of the ${steps} steps ` +
              "to come; give the rest",
          );
        return [name, whole.slice(0, T + steps)];
      }),
    );
  }

  #datesOf(name: string, later: number, steps: number): string[] | undefined {
    const { moments, series } = this.#state!;
    const first = series.findIndex((one) => one.name === name);
    if (moments.length === 0 || first < 0) return undefined;
    try {
      return extendMoments("forecaster", moments, later + steps)
        .slice(moments.length + later)
        .map(momentText);
    } catch {
      return undefined;
    }
  }
}

/** Throws ShapeError unless all series are equally long: what stands beside them belongs to their steps. */
function checkOneLength(who: string, series: readonly { name: string; y: Float64Array }[]): void {
  const T = series[0].y.length;
  const other = series.find(({ y }) => y.length !== T);
  if (other)
    throw new ShapeError(
      `${who}: ${other.name} has ${other.y.length} steps and ${series[0].name} ${T}: with inputs or dates ` +
        "all series need the same steps; fill shorter ones with NaN",
    );
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
