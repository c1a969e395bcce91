/**
 * Exponential smoothing: gains and first states by least squares of the one-step errors, the form by AICc.
 * (Hyndman, Koehler, Ord & Snyder 2008.)
 */
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { quasiNewton, type SmoothPoint } from "../../train/quasi-newton.ts";
import { DataError, NumericError } from "../../wasm/errors.ts";
import { filled } from "../gaps.ts";
import { decompose, straightLine } from "../season.ts";
import { smallest, type FitSetting, type FittedModel, type ForecastModel, type Training } from "./model.ts";
import {
  smooth,
  smoothGradient,
  smoothedOutlook,
  type Gains,
  type SmoothingForm,
  type SmoothingGradient,
  type SmoothingState,
} from "./smoothing-states.ts";

const SMALLEST_PHI = 0.8;
const LARGEST_PHI = 0.98;
/** Seasons as long as this have their first states fitted; longer ones keep those of the decomposition. */
const FITTED_SEASON = 24;
/** Seasons longer than this are none of exponential smoothing's. */
const LONGEST_SEASON = 400;
/** Smallest mean square, so that a straight line has a logarithm. */
const TINY = 1e-20;

/** From the whole line into (0, 1), algebraic. */
const squash = (x: number): number => 0.5 * (1 + x / Math.sqrt(1 + x * x));

/** Its derivative. */
function squashSlope(x: number): number {
  const size = Math.sqrt(1 + x * x);
  return 0.5 / (size * size * size);
}

/** Gains of free coordinates: 0 < α < 1, 0 < β < α, 0 < γ < 1 - α. */
function gainsOf({ trend, season }: SmoothingForm, x: Float64Array): Gains {
  const alpha = squash(x[0]);
  const damping = SMALLEST_PHI + (LARGEST_PHI - SMALLEST_PHI) * squash(x[3]);
  const phis = { none: 0, additive: 1, damped: damping };
  return {
    alpha,
    beta: trend === "none" ? 0 : alpha * squash(x[1]),
    gamma: season > 1 ? (1 - alpha) * squash(x[2]) : 0,
    phi: phis[trend],
  };
}

/** A gradient by gains and first states as one by the free coordinates: gains, level, trend, seasons. */
function byCoordinates({ trend, season }: SmoothingForm, x: Float64Array, by: SmoothingGradient): number[] {
  const alpha = squash(x[0]);
  const beta = trend === "none" ? 0 : by.beta;
  const gamma = season > 1 ? by.gamma : 0;
  const phi = trend === "damped" ? by.phi : 0;
  return [
    squashSlope(x[0]) * (by.alpha + beta * squash(x[1]) - gamma * squash(x[2])),
    alpha * squashSlope(x[1]) * beta,
    (1 - alpha) * squashSlope(x[2]) * gamma,
    (LARGEST_PHI - SMALLEST_PHI) * squashSlope(x[3]) * phi,
    by.level,
    by.trend,
    ...by.seasons,
  ];
}

/** First guesses from a straight line through what the decomposition leaves of the first seasons. */
function firstState(z: Float64Array, { trend, season }: SmoothingForm): SmoothingState {
  const whole = filled(z);
  const seasons =
    season > 1 && whole.length >= 2 * season ? decompose(whole, season).pattern : new Float64Array(0);
  const m = seasons.length;
  const count = Math.min(whole.length, Math.max(10, 2 * season));
  const y = Array.from({ length: count }, (_, t) => whole[t] - (m > 0 ? seasons[t % m] : 0));
  const { mean, center, slope } = straightLine(y);
  const has = trend !== "none";
  return { level: has ? mean - slope * (center + 1) : mean, trend: has ? slope : 0, seasons };
}

/** Where the free coordinates stand: gains [0,4), level, trend, then the seasons. */
const FIRST_SEASON = 6;

const stateOf = (x: Float64Array, seasons: Float64Array): SmoothingState => ({
  level: x[4],
  trend: x[5],
  seasons: x.length > FIRST_SEASON ? x.slice(FIRST_SEASON) : seasons.slice(),
});

/** Which coordinates a form moves. */
function moving({ trend }: SmoothingForm, length: number, seasonal: boolean): number[] {
  const has = { 1: trend !== "none", 2: seasonal, 3: trend === "damped", 5: trend !== "none" };
  return Array.from({ length }, (_, i) => i).filter((i) => has[i as keyof typeof has] ?? true);
}

/** A fitted form. */
export interface Smoothed {
  readonly form: SmoothingForm;
  readonly gains: Gains;
  readonly start: SmoothingState;
  readonly variance: number;
}

const copy = ({ level, trend, seasons }: SmoothingState): SmoothingState => ({
  level,
  trend,
  seasons: seasons.slice(),
});

const words = { none: "level", additive: "level and trend", damped: "level and damped trend" };

const fittedSmoothing = ({ form, gains, start, variance }: Smoothed): FittedModel => ({
  note: `${words[form.trend]}${form.season > 1 ? `, season of ${form.season}` : ""}`,
  forecast({ z }, steps) {
    const state = copy(start);
    smooth(z, gains, state);
    return smoothedOutlook(gains, state, z.length, { steps, variance });
  },
  predict(z) {
    const means = new Float64Array(z.length);
    smooth(z, gains, copy(start), { means });
    return { means, variances: new Float64Array(z.length).fill(variance) };
  },
  save: () =>
    writeTensors({ model: "ets", spec: { form, gains, variance } }, [
      {
        name: "start",
        shape: [2 + start.seasons.length],
        data: Float64Array.of(start.level, start.trend, ...start.seasons),
      },
    ]),
  dispose() {},
});

/** The gains and the first state of one form by least squares of the one-step errors, with AICc. */
export async function fitForm(
  form: SmoothingForm,
  { z }: Pick<Training, "z">,
  { math, signal }: FitSetting,
): Promise<Smoothed & { criterion: number }> {
  const first = firstState(z, form);
  const seasonal = first.seasons.length > 0;
  const fitsSeasons = seasonal && form.season <= FITTED_SEASON;
  const all = Float64Array.of(0, -1, -1, 0, first.level, first.trend, ...(fitsSeasons ? first.seasons : []));
  const free = moving(form, all.length, seasonal);
  const at = (x: Float64Array): Float64Array => {
    const out = all.slice();
    free.forEach((i, k) => (out[i] = x[k]));
    return out;
  };
  const meanSquare = (x: Float64Array): { mean: number; count: number } => {
    const whole = at(x);
    const { squares, count } = smooth(z, gainsOf(form, whole), stateOf(whole, first.seasons));
    return { mean: squares / count + TINY, count };
  };
  const loss = (x: Float64Array): SmoothPoint => {
    const { mean, count } = meanSquare(x);
    if (!Number.isFinite(mean)) throw new NumericError("ets: the errors leave the range of numbers");
    const gradient = (): Float64Array => {
      const whole = at(x);
      const by = smoothGradient(z, gainsOf(form, whole), stateOf(whole, first.seasons));
      const all = byCoordinates(form, whole, by);
      const out = Float64Array.from(free, (i) => (-0.5 * all[i]) / mean);
      if (!out.every(Number.isFinite)) throw new NumericError("ets: a gradient leaves the range of numbers");
      return out;
    };
    return { x, value: -0.5 * count * math.log([mean])[0], gradient };
  };
  const start = Float64Array.from(free, (i) => all[i]);
  const { best } = await quasiNewton(loss, start, { iterations: 200, tolerance: 1e-6, signal });
  signal?.throwIfAborted();
  const whole = at(best.x);
  const { mean, count } = meanSquare(best.x);
  const k = free.length + 1;
  const spare = count - k - 1;
  const criterion = spare > 0 ? -2 * best.value + 2 * k + (2 * k * (k + 1)) / spare : Infinity;
  const variance = (mean * count) / Math.max(1, count - k);
  return { form, gains: gainsOf(form, whole), start: stateOf(whole, first.seasons), variance, criterion };
}

/** Exponential smoothing. */
export const smoothing: ForecastModel = {
  takesInputs: false,
  atLeast: (season) => (season > 1 ? 2 * season : 0) + 8,
  fit(training, setting) {
    const season = training.season <= LONGEST_SEASON ? training.season : 1;
    const forms = [...new Set([season, 1])].flatMap((m) =>
      (["none", "additive", "damped"] as const).map((trend) => ({ trend, season: m })),
    );
    return smallest(
      forms.map((form) => async () => {
        const smoothed = await fitForm(form, training, setting);
        return { ...fittedSmoothing(smoothed), criterion: smoothed.criterion };
      }),
      (error) => error instanceof NumericError,
    );
  },
  load(bytes) {
    const { spec, tensor } = readModel(bytes, "ets");
    const { form, gains, variance } = spec as unknown as Smoothed;
    const known = form?.trend in words && Number.isInteger(form.season) && variance >= 0;
    const { alpha, beta, gamma, phi } = gains ?? {};
    if (!known || ![alpha, beta, gamma, phi].every((x) => x >= 0 && x <= 1))
      throw new DataError("forecaster.load: ets has no form and gains within 0..1: not a saved one");
    const [level, trend, ...seasons] = tensor("start");
    if (seasons.length !== (form.season > 1 ? form.season : 0))
      throw new DataError(`forecaster.load: ets has ${seasons.length} seasons, want ${form.season}`);
    const start = { level, trend, seasons: Float64Array.from(seasons) };
    return Promise.resolve(fittedSmoothing({ form, gains, start, variance }));
  },
};
