/** One series: models are tried in backtests, and the chosen ones fitted to all of it. */
import type { ForecastFailure } from "./answers.ts";
import { MemoryError } from "../wasm/errors.ts";
import { deviations, originsOf, outlookFault, scoreTrials, type Trial, type Yardstick } from "./backtest.ts";
import { chooseModels, untriedModels, type Chosen } from "./choice.ts";
import { knownValues } from "./gaps.ts";
import { forecastModels, yardsticks, type ForecastModelName } from "./models/registry.ts";
import type { FitSetting, FittedModel, History, KnownInputs, Training } from "./models/model.ts";
import { historyFor, keepFitting, type Member } from "./members.ts";
import { maseUnit, type ForecastScores } from "./scores.ts";
import { findSeason } from "./season.ts";
import { averaged } from "./shape.ts";
import type { ForecasterRules } from "./spec.ts";
import type { Stage } from "./together.ts";
import { measureTransform, standardized, type Transform } from "./transform.ts";
import { Pace } from "../train/pace.ts";
import type { AbortSignal } from "../wasm/platform.ts";

/** A series with its models. */
export interface FittedSeries {
  readonly season: number;
  readonly transform: Transform;
  /** Fitted to all of the series; their weighted average is the forecast. */
  readonly members: readonly Member[];
  /** |y - mean|/sd of the forecast in the backtests. */
  readonly deviations: readonly number[];
  /** By model, of the backtests: all that were tried, and "average" where it is chosen. */
  readonly scores: Readonly<Record<string, ForecastScores>>;
  readonly failures: readonly ForecastFailure[];
}

/** One series, beginning with a number, and what is known beside it. */
export interface SeriesData {
  readonly y: Float64Array;
  readonly inputs?: KnownInputs;
  /** Seasons that its dates make likely. */
  readonly usual?: readonly number[];
}

/** How to fit. */
export interface SeriesSetting extends FitSetting {
  readonly rules: ForecasterRules;
  /** This series' part of a model that is fitted to all. */
  together(name: ForecastModelName, stage: Stage): Promise<FittedModel>;
  /** After each fit of a model. */
  onModel(model: ForecastModelName): void;
}

/** How to prepare. */
type PrepareSetting = Pick<SeriesSetting, "rules" | "math">;

/** The history up to a step. */
const upTo = ({ z, inputs }: History, T: number): History => ({
  z: z.slice(0, T),
  ...(inputs ? { inputs } : {}),
});

/** A series, standardized by its first steps. */
interface Prepared {
  readonly season: number;
  readonly transform: Transform;
  readonly history: History;
}

function prepare({ y, inputs, usual }: SeriesData, cut: number, { rules, math }: PrepareSetting): Prepared {
  const seen = y.subarray(0, cut);
  const season = rules.season ?? findSeason(seen, usual);
  const transform = measureTransform(seen, season, rules.transform, math);
  return {
    season,
    transform,
    history: { z: standardized(y, transform, math), ...(inputs ? { inputs } : {}) },
  };
}

/** What a model is fitted to: the first `cut` steps. Its inputs go on beyond them. Throws TooShort. */
function trainingOf(
  name: ForecastModelName,
  { season, history }: Prepared,
  cut: number,
  { rules }: Pick<SeriesSetting, "rules">,
): Training {
  const own = historyFor(name, history);
  const z = own.z.slice(0, cut);
  const need = forecastModels[name].atLeast(season);
  const count = knownValues(z);
  if (count < need) throw new TooShort(`${count} numbers, want at least ${need}`);
  return { ...own, z, season, horizon: rules.horizon };
}

/** Steps of a series up to its `count`th number. */
function stepsTo(y: Float64Array, count: number): number {
  let known = 0;
  const place = y.findIndex((v) => !Number.isNaN(v) && ++known === count);
  return place < 0 ? Infinity : place + 1;
}

/** Where backtests begin: so late that every model can be tried for which an origin is left then. */
function originsIn({ y }: SeriesData, season: number, rules: ForecasterRules): number[] {
  const needs = rules.models
    .map((name) => stepsTo(y, forecastModels[name].atLeast(season)))
    .filter((steps) => steps <= y.length - rules.horizon);
  return originsOf(y.length, rules, Math.max(4, season + 1, ...needs));
}

/** A series as backtests see it: its first steps, and the season of all of it, which these may not show. */
const past = (data: SeriesData, cut: number, season: number, { rules, math }: PrepareSetting): Prepared =>
  prepare(data, cut, { rules: { ...rules, season }, math });

/** What a series gives to a model of all; undefined where it is too short. */
export function trainingAt(
  name: ForecastModelName,
  data: SeriesData,
  stage: Stage,
  setting: PrepareSetting,
): Training | undefined {
  const T = data.y.length;
  const whole = prepare(data, T, setting);
  const origins = originsIn(data, whole.season, setting.rules);
  if (stage === "backtest" && origins.length === 0) return undefined;
  try {
    return stage === "whole"
      ? trainingOf(name, whole, T, setting)
      : trainingOf(name, past(data, origins[0], whole.season, setting), origins[0], setting);
  } catch (error) {
    if (error instanceof TooShort) return undefined;
    throw error;
  }
}

/** Fits one model to the first `cut` steps, unless they are too few. */
function fitModel(
  name: ForecastModelName,
  prepared: Prepared,
  { cut, stage }: { readonly cut: number; readonly stage: Stage },
  setting: SeriesSetting,
): Promise<FittedModel> {
  const model = forecastModels[name];
  const training = trainingOf(name, prepared, cut, setting);
  return model.fitTogether ? setting.together(name, stage) : model.fit(training, setting);
}

/** A series that is too short for a model: no fault of either. */
class TooShort extends Error {}

/** Whether an error ends all, and not one model alone. */
const endsAll = (error: unknown, signal: AbortSignal | undefined): boolean =>
  signal?.aborted === true || error instanceof MemoryError;

/** Trials of one model at all origins. */
async function tryModel(
  name: ForecastModelName,
  prepared: Prepared,
  origins: readonly number[],
  setting: SeriesSetting,
): Promise<Trial[]> {
  const { history } = prepared;
  const { horizon } = setting.rules;
  const at = { cut: origins[0], stage: "backtest" } as const;
  const fitted = await fitModel(name, prepared, at, setting);
  try {
    const pace = new Pace();
    const trials: Trial[] = [];
    for (const origin of origins) {
      await pace.breathe();
      setting.signal?.throwIfAborted();
      const before = upTo(historyFor(name, history), origin);
      const outlook = fitted.forecast(before, horizon);
      const fault = outlookFault(outlook, before.z);
      if (fault) throw new Error(fault);
      trials.push({ outlook, truth: history.z.slice(origin, origin + horizon) });
    }
    return trials;
  } finally {
    fitted.dispose();
  }
}

/** What came of a list of models. */
interface Done<T> {
  readonly done: Map<ForecastModelName, T>;
  readonly failures: ForecastFailure[];
  /** Of the failures, those of models that want a longer series. */
  readonly tooShort: ReadonlySet<ForecastModelName>;
}

/** Calls `work` for each name; what throws becomes a failure, what is too short for a yardstick does not. */
async function each<T>(
  names: readonly ForecastModelName[],
  setting: SeriesSetting,
  work: (name: ForecastModelName) => Promise<T>,
): Promise<Done<T>> {
  const done = new Map<ForecastModelName, T>();
  const failures: ForecastFailure[] = [];
  const tooShort = new Set<ForecastModelName>();
  for (const name of names) {
    setting.signal?.throwIfAborted();
    try {
      done.set(name, await work(name));
    } catch (error) {
      if (endsAll(error, setting.signal)) throw error;
      failures.push({ model: name, error: (error as Error).message });
      if (error instanceof TooShort) tooShort.add(name);
    }
    setting.onModel(name);
  }
  return { done, failures, tooShort };
}

/** What the backtests say. */
interface Verdict {
  readonly scores: Record<string, ForecastScores>;
  readonly chosen: readonly Chosen[];
  readonly deviations: number[];
  readonly failures: readonly ForecastFailure[];
}

/** The models that the backtests choose. `season`: that of the whole series. */
async function compare(data: SeriesData, season: number, setting: SeriesSetting): Promise<Verdict> {
  const { rules, math } = setting;
  const { y } = data;
  const names = [...new Set([...yardsticks, ...rules.models])];
  const origins = originsIn(data, season, rules);
  if (origins.length === 0)
    return { scores: {}, chosen: untriedModels({}, new Set(rules.models)), deviations: [], failures: [] };
  const prepared = past(data, origins[0], season, setting);
  const { done, failures, tooShort } = await each(names, setting, (name) =>
    tryModel(name, prepared, origins, setting),
  );
  const yardstick: Yardstick = {
    transform: prepared.transform,
    math,
    quantiles: rules.quantiles,
    scale: maseUnit(y, origins[0], prepared.season),
  };
  const scores: Record<string, ForecastScores> = {};
  for (const [name, trials] of done) scores[name] = scoreTrials(trials, yardstick);
  const untried = untriedModels(scores, tooShort);
  if (untried.length > 0) return { scores, chosen: untried, deviations: [], failures };
  const errors = Object.entries(scores).map(([name, { mase }]) => [name as ForecastModelName, mase] as const);
  const chosen = chooseModels(new Map(errors), rules);
  if (chosen.length === 0) return { scores, chosen, deviations: [], failures };
  const weights = chosen.map(({ weight }) => weight);
  const together = origins.map((_, i): Trial => {
    const trials = chosen.map(({ name }) => done.get(name)![i]);
    const outlooks = trials.map(({ outlook }) => outlook);
    return { truth: trials[0].truth, outlook: averaged(outlooks, weights) };
  });
  if (chosen.length > 1) scores.average = scoreTrials(together, yardstick);
  return { scores, chosen, deviations: together.flatMap(deviations), failures };
}

const equally = (names: readonly ForecastModelName[]): Chosen[] => names.map((name) => ({ name, weight: 1 }));

/** Fits a series. Throws the signal's reason, and MemoryError; a model that fails otherwise is left out. */
export async function fitSeries(data: SeriesData, setting: SeriesSetting): Promise<FittedSeries> {
  const T = data.y.length;
  const prepared = prepare(data, T, setting);
  const verdict = await compare(data, prepared.season, setting);
  const { horizon } = setting.rules;
  const members: Member[] = [];
  const fitAll = async (chosen: readonly Chosen[]): Promise<ForecastFailure[]> => {
    const weights = new Map(chosen.map(({ name, weight }) => [name, weight]));
    const { failures } = await each([...weights.keys()], setting, async (name) => {
      const fitted = await fitModel(name, prepared, { cut: T, stage: "whole" }, setting);
      const future = historyFor(name, prepared.history);
      const covered = !future.inputs || future.inputs.values.length >= (T + horizon) * future.inputs.count;
      const fault = covered ? outlookFault(fitted.forecast(future, horizon), future.z) : undefined;
      if (fault) {
        fitted.dispose();
        throw new Error(fault);
      }
      members.push({ name, fitted, weight: weights.get(name)! });
    });
    return failures;
  };
  try {
    const late = await fitAll(verdict.chosen);
    const known = new Set(verdict.failures.map(({ model }) => model));
    const failures = [...verdict.failures, ...late.filter(({ model }) => !known.has(model))].filter(
      ({ model }) => !members.some(({ name }) => name === model),
    );
    if (verdict.deviations.length === 0) keepFitting(members, prepared.history.z, setting.rules);
    if (members.length === 0) failures.push(...(await fitAll(equally(yardsticks))));
    if (members.length === 0) failures.push(...(await fitAll(equally(["naive"]))));
    const { season, transform } = prepared;
    return { season, transform, members, deviations: verdict.deviations, scores: verdict.scores, failures };
  } catch (error) {
    members.forEach(({ fitted }) => fitted.dispose());
    throw error;
  }
}
