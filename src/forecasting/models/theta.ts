/**
 * The theta model (Assimakopoulos & Nikolopoulos 2000): the mean of a straight line and of simple exponential
 * smoothing of the series with its curvature doubled. As smoothing with drift, with the same α (Hyndman &
 * Billah 2003, eq. 5-7):
 *
 *   x_{T+h} = l_T + ½·b·(h - 1 + w_T),   w_1 = 1,   w_t = 1 + (1-α)·w_{t-1}
 *
 * l is the level of the smoothed x, b the slope of the straight line through x. A season that its
 * autocorrelation shows is taken off by the classical decomposition and added again: of a logarithm, which
 * the forecaster takes where the spread grows with the level, that is the multiplicative one.
 */
import { readModel } from "../../formats/model-file.ts";
import { writeTensors } from "../../formats/safetensors.ts";
import { DataError } from "../../wasm/errors.ts";
import { filled, knownValues } from "../gaps.ts";
import { decompose, isSeasonal, straightLine } from "../season.ts";
import type { FittedModel, ForecastModel } from "./model.ts";
import { smooth, smoothedOutlook, type Gains } from "./smoothing-states.ts";
import { fitForm } from "./smoothing.ts";

/** Longest season whose pattern is taken off. */
const LONGEST_SEASON = 400;

/** A fitted theta model. */
interface Theta {
  readonly alpha: number;
  /** The level before the first step. */
  readonly level: number;
  /** ½·b, a step. */
  readonly drift: number;
  /** Of the errors one step ahead. */
  readonly variance: number;
  /** [m] by step modulo m; empty without a season. */
  readonly pattern: Float64Array;
}

const gainsOf = (alpha: number): Gains => ({ alpha, beta: 0, gamma: 0, phi: 0 });

const seasonAt = (pattern: Float64Array, t: number): number =>
  pattern.length > 0 ? pattern[t % pattern.length] : 0;

/** What the model says of each step, the level after the last, and w_T: a gap smooths nothing. */
function pass(
  z: Float64Array,
  { alpha, level, drift, pattern }: Omit<Theta, "variance">,
): { means: Float64Array; level: number; weight: number } {
  const x = z.map((v, t) => v - seasonAt(pattern, t));
  const state = { level, trend: 0, seasons: new Float64Array(0) };
  const means = new Float64Array(z.length);
  smooth(x, gainsOf(alpha), state, { means });
  let weight = 0;
  for (let t = 0; t < z.length; ++t) {
    means[t] += drift * weight + seasonAt(pattern, t);
    weight = t > 0 && !Number.isNaN(z[t]) ? 1 + (1 - alpha) * weight : 1 + weight;
  }
  return { means, level: state.level, weight };
}

const fittedTheta = (theta: Theta): FittedModel => {
  const { alpha, drift, variance, pattern } = theta;
  return {
    note: pattern.length > 0 ? `drift, season of ${pattern.length}` : "drift",
    forecast({ z }, steps) {
      const { level, weight } = pass(z, theta);
      const state = { level, trend: 0, seasons: new Float64Array(0) };
      const { means, variances } = smoothedOutlook(gainsOf(alpha), state, z.length, { steps, variance });
      return {
        means: means.map((v, h) => v + drift * (h + weight) + seasonAt(pattern, z.length + h)),
        variances,
      };
    },
    predict: (z) => ({ means: pass(z, theta).means, variances: new Float64Array(z.length).fill(variance) }),
    save: () =>
      writeTensors({ model: "theta", spec: { alpha, level: theta.level, drift, variance } }, [
        { name: "pattern", shape: [pattern.length], data: pattern },
      ]),
    dispose() {},
  };
};

/** Mean square of the errors that a pass makes: of the straight line and of α, two degrees are gone. */
function errorVariance(z: Float64Array, means: Float64Array): number {
  const squares = z.reduce((sum, v, t) => (Number.isNaN(v) ? sum : sum + (v - means[t]) * (v - means[t])), 0);
  return squares / Math.max(1, knownValues(z) - 2);
}

/** The theta model. */
export const theta: ForecastModel = {
  takesInputs: false,
  atLeast: (season) => (season > 1 ? 2 * season : 0) + 8,
  async fit({ z, season }, setting) {
    const whole = filled(z);
    const seasonal = season <= LONGEST_SEASON && isSeasonal(whole, season);
    const pattern = seasonal ? decompose(whole, season).pattern : new Float64Array(0);
    const x = z.map((v, t) => v - seasonAt(pattern, t));
    const { gains, start } = await fitForm({ trend: "none", season: 1 }, { z: x }, setting);
    const drift = straightLine(filled(x)).slope / 2;
    const found = { alpha: gains.alpha, level: start.level, drift, pattern };
    return fittedTheta({ ...found, variance: errorVariance(z, pass(z, found).means) });
  },
  load(bytes) {
    const { spec, tensor } = readModel(bytes, "theta");
    const { alpha, level, drift, variance } = spec as Record<string, number>;
    if (
      ![alpha, level, drift, variance].every(Number.isFinite) ||
      !(alpha >= 0 && alpha <= 1 && variance >= 0)
    )
      throw new DataError("forecaster.load: theta has no α within 0..1, level, drift and variance");
    return Promise.resolve(fittedTheta({ alpha, level, drift, variance, pattern: tensor("pattern") }));
  },
};
