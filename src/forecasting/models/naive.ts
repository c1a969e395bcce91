/**
 * The models that others must beat: the last value, and the value of the season before.
 *
 *   y_{T+h} = y_{T+h-m·⌈h/m⌉} ± s·√⌈h/m⌉,   m = 1 for the last value
 */
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { DataError } from "../../wasm/errors.ts";
import { filled } from "../gaps.ts";
import type { FittedModel, ForecastModel } from "./model.ts";

/** Mean (y_t - y_{t-m})² over known pairs. */
function stepVariance(z: Float64Array, lag: number): number {
  let sum = 0;
  let count = 0;
  for (let t = lag; t < z.length; ++t) {
    const gap = z[t] - z[t - lag];
    if (Number.isNaN(gap)) continue;
    sum += gap * gap;
    count += 1;
  }
  return count > 0 ? sum / count : 1;
}

/** What a naive model remembers. */
interface Naive {
  readonly lag: number;
  readonly variance: number;
}

const fittedNaive = (kind: string, { lag, variance }: Naive): FittedModel => ({
  note: lag > 1 ? `the value of ${lag} steps before` : "the last value",
  forecast({ z }, steps) {
    const whole = filled(z);
    const T = whole.length;
    const round = (h: number): number => Math.floor(h / lag) + 1;
    return {
      means: Float64Array.from({ length: steps }, (_, h) => whole[T + h - lag * round(h)]),
      variances: Float64Array.from({ length: steps }, (_, h) => variance * round(h)),
    };
  },
  predict(z) {
    const before = new Float64Array(z.length).fill(NaN);
    before.set(z.subarray(0, Math.max(0, z.length - lag)), Math.min(lag, z.length));
    return { means: before, variances: new Float64Array(z.length).fill(variance) };
  },
  save: () => writeTensors({ model: kind, spec: { lag, variance } }, []),
  dispose() {},
});

/** A model that repeats what came `lag(season)` steps before. */
const naiveModel = (kind: string, lagOf: (season: number) => number): ForecastModel => ({
  takesInputs: false,
  atLeast: (season) => lagOf(season) + 1,
  fit({ z, season }) {
    const lag = lagOf(season);
    return Promise.resolve(fittedNaive(kind, { lag, variance: stepVariance(z, lag) }));
  },
  load(bytes) {
    const { lag, variance } = readModel(bytes, kind).spec as unknown as Naive;
    if (!(Number.isInteger(lag) && lag >= 1 && variance >= 0))
      throw new DataError(`forecaster.load: ${kind} of lag ${lag}, variance ${variance}: not a saved one`);
    return Promise.resolve(fittedNaive(kind, { lag, variance }));
  },
});

/** The last value. */
export const naive = naiveModel("naive", () => 1);
/** The value of the season before; without a season, the last value. */
export const seasonalNaive = naiveModel("seasonalNaive", (season) => season);
