/**
 * ARIMA: differences by unit root tests, the other orders by AICc, one step to a neighbor at a time.
 * (Hyndman & Khandakar 2008.) Alone it is fitted by conditional least squares; beside known inputs by maximum
 * likelihood, in a few orders.
 */
import { arima } from "../../models/structural/arima.ts";
import type { ArimaSpec } from "../../models/structural/arima-family.ts";
import { isObject } from "../../formats/json.ts";
import { readModel } from "../../formats/model-file.ts";
import { readTensors } from "../../formats/read-safetensors.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { quasiNewton } from "../../train/quasi-newton.ts";
import { DataError, NumericError } from "../../wasm/errors.ts";
import { filled } from "../gaps.ts";
import { differencesFor } from "../season.ts";
import {
  coefficientCount,
  continued,
  differencedBy,
  equationOf,
  forgetsStart,
  residuals,
  type SeasonalOrders,
} from "./conditional.ts";
import { conditionalLoss } from "./conditional-loss.ts";
import { smallest, type FitSetting, type FittedModel, type ForecastModel, type Training } from "./model.ts";
import { fitStateSpace, stateSpace } from "./state-space.ts";

/** Longest season that lags go back to. */
const LONGEST_SEASON = 400;
/** Longest season whose states fit beside inputs. */
const LONGEST_WITH_INPUTS = 12;
const LARGEST = { p: 4, q: 4, P: 1, Q: 1 } as const;
/** Steps to a neighbor. */
const MOST_MOVES = 12;
const ITERATIONS = 60;

const withInputs = [
  [0, 1],
  [1, 0],
  [1, 1],
] as const;

const seasonText = (P = 0, D = 0, Q = 0, period = 1): string =>
  period > 1 ? `(${P},${D},${Q}) of ${period}` : "";

/** Whether an error says that the series is none for a model, rather than that something broke. */
export const isUnfit = (error: unknown): boolean =>
  error instanceof NumericError || error instanceof DataError;

/** Fits one spec by maximum likelihood; its criterion is AICc. */
export async function fitArima(
  spec: ArimaSpec,
  training: Training,
  setting: FitSetting,
): Promise<FittedModel & { criterion: number }> {
  const model = await arima({ ...spec, inputs: training.inputs?.count ?? 0 });
  const { p = 0, d = 0, q = 0, seasonal } = spec;
  const season = seasonText(seasonal?.P, seasonal?.D, seasonal?.Q, seasonal?.period);
  return fitStateSpace(model, `(${p},${d},${q})${season}`, training, setting);
}

/** Orders, free coordinates and the variance of the errors. */
interface Conditional {
  readonly orders: SeasonalOrders;
  readonly x: Float64Array;
  readonly variance: number;
  /** Differenced steps at the start that have no errors, in fits and forecasts alike. */
  readonly skip: number;
}

const noteOf = ({ p, d, q, P, D, Q, season }: SeasonalOrders): string =>
  `(${p},${d},${q})${seasonText(P, D, Q, season)}`;

const fittedConditional = ({ orders, x, variance, skip }: Conditional): FittedModel => ({
  note: noteOf(orders),
  forecast: ({ z }, steps) => continued(equationOf(orders, x), filled(z), { steps, variance, skip }),
  predict(z) {
    const whole = filled(z);
    const equation = equationOf(orders, x);
    const w = differencedBy(equation.difference, whole);
    const e = residuals(equation, w, skip);
    const from = z.length - w.length;
    const means = whole.map((v, t) => (t < from + skip ? NaN : v - e[t - from]));
    return { means, variances: new Float64Array(z.length).fill(variance) };
  },
  save: () =>
    writeTensors({ model: "conditional arima", spec: { orders, variance, skip } }, [
      { name: "coordinates", shape: [x.length], data: x },
    ]),
  dispose() {},
});

/** Fits one set of orders to a whole series; its criterion is AICc over the steps from `skip` on. */
async function fitConditional(
  orders: SeasonalOrders,
  z: Float64Array,
  skip: number,
  { math, signal }: FitSetting,
): Promise<Conditional & { criterion: number }> {
  const k = coefficientCount(orders);
  const w = differencedBy(equationOf(orders, new Float64Array(k)).difference, z);
  const count = w.length - skip;
  const { best } = await quasiNewton(conditionalLoss(orders, { w, skip, math }), new Float64Array(k), {
    iterations: ITERATIONS,
    tolerance: 1e-5,
    signal,
  });
  signal?.throwIfAborted();
  const spare = count - k - 2;
  const equation = equationOf(orders, best.x);
  const isSound = spare > 0 && forgetsStart(equation, count);
  const penalty = isSound ? 2 * (k + 1) + (2 * (k + 1) * (k + 2)) / spare : Infinity;
  const squares = residuals(equation, w, skip).reduce((sum, v) => sum + v * v, 0);
  const variance = squares / Math.max(1, count - k);
  return { orders, x: best.x, variance, skip, criterion: penalty - 2 * best.value };
}

/** Orders one step away, within bounds. */
function neighbors(orders: SeasonalOrders): SeasonalOrders[] {
  const names = orders.season > 1 ? (["p", "q", "P", "Q"] as const) : (["p", "q"] as const);
  const single = names.flatMap((name) => [-1, 1].map((by) => ({ ...orders, [name]: orders[name] + by })));
  const both = [-1, 1].map((by) => ({ ...orders, p: orders.p + by, q: orders.q + by }));
  const within = (o: SeasonalOrders): boolean => names.every((n) => o[n] >= 0 && o[n] <= LARGEST[n]);
  return [...single, ...both].filter(within);
}

/** The best orders, by steps to better neighbors from (2,d,2)(1,D,1). */
async function searchOrders(z: Float64Array, season: number, setting: FitSetting): Promise<Conditional> {
  const m = season <= LONGEST_SEASON ? season : 1;
  const { d, D } = differencesFor(z, m);
  const seen = new Map<string, Conditional & { criterion: number }>();
  const left = z.length - d - D * m;
  // all orders are compared on the same steps
  const skip = Math.min(LARGEST.p + (m > 1 ? LARGEST.P * m : 0), Math.floor(left / 3));
  const fit = async (orders: SeasonalOrders): Promise<Conditional & { criterion: number }> => {
    const key = noteOf(orders);
    const one = seen.get(key) ?? (await fitConditional(orders, z, skip, setting));
    seen.set(key, one);
    return one;
  };
  const of = (p: number, q: number): SeasonalOrders => {
    const seasonal = m > 1 ? 1 : 0;
    return { p, d, q, P: seasonal * (1 - D), D, Q: seasonal * D, season: m, mean: d + D === 0 };
  };
  let best = await fit(of(0, 0));
  for (const [p, q] of [
    [2, 2],
    [1, 0],
    [0, 1],
  ] as const) {
    const one = await fit(of(p, q));
    if (one.criterion < best.criterion) best = one;
  }
  for (let moves = 0; moves < MOST_MOVES; ++moves) {
    const before = best;
    for (const orders of neighbors(before.orders)) {
      const one = await fit(orders);
      if (one.criterion < best.criterion) best = one;
    }
    if (best === before) break;
  }
  return best;
}

/** A few orders by maximum likelihood, beside inputs. */
function fitWithInputs(training: Training, setting: FitSetting): Promise<FittedModel> {
  const m = training.season <= LONGEST_WITH_INPUTS ? training.season : 1;
  const { d, D } = differencesFor(filled(training.z), m);
  return smallest(
    withInputs.map(([p, q]) => () => {
      const seasonal = m > 1 ? { seasonal: { P: 1 - D, D, Q: D, period: m } } : {};
      return fitArima({ p, d, q, ...seasonal }, training, setting);
    }),
    isUnfit,
  );
}

const ordersOf = (given: unknown): SeasonalOrders | undefined => {
  if (!isObject(given)) return undefined;
  const { p, d, q, P, D, Q, season, mean } = given;
  const small = (x: unknown, most: number): boolean =>
    Number.isInteger(x) && (x as number) >= 0 && (x as number) <= most;
  const fits = [p, q].every((x) => small(x, 4)) && [P, Q].every((x) => small(x, 1));
  const differs = small(d, 2) && small(D, 1) && small(season, LONGEST_SEASON) && (season as number) >= 1;
  return fits && differs && typeof mean === "boolean" ? (given as unknown as SeasonalOrders) : undefined;
};

function loadConditional(bytes: Uint8Array): FittedModel {
  const { spec, tensor } = readModel(bytes, "conditional arima");
  const orders = ordersOf(spec.orders);
  const variance = Number(spec.variance);
  const skip = Number(spec.skip);
  if (!orders || !(variance >= 0) || !(Number.isSafeInteger(skip) && skip >= 0))
    throw new DataError("forecaster.load: arima has no orders, variance and skip: not a saved one");
  return fittedConditional({ orders, variance, skip, x: tensor("coordinates", coefficientCount(orders)) });
}

/** ARIMA. */
export const arimaModel: ForecastModel = {
  takesInputs: true,
  atLeast: (season) => (season > 1 && season <= LONGEST_SEASON ? 2 * season : 0) + 10,
  async fit(training, setting) {
    if (training.inputs) return fitWithInputs(training, setting);
    return fittedConditional(await searchOrders(filled(training.z), training.season, setting));
  },
  async load(bytes) {
    const kind = readTensors(bytes, "forecaster.load").spec.model;
    if (kind === "conditional arima") return loadConditional(bytes);
    return stateSpace(await arima.load(bytes), "as saved");
  },
};
