/** What a fitted system says of the steps after a history, with the interval that holds each. */
import { elementwise } from "../../inference/elementwise.ts";
import type { InferenceEngine } from "../../inference/inference-engine.ts";
import type { Kalman } from "../../inference/kalman.ts";
import { normalQuantile } from "../../inference/special-functions.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import { Random } from "../../wasm/random.ts";
import { streams } from "../../wasm/streams.ts";
import { stateAfter } from "../lds/history.ts";
import { PassReader, type GaussianOutputs } from "../lds/outputs.ts";
import { sampleSystem, type LdsSample } from "../lds/sampling.ts";
import type { Forecast, WithInputs } from "./answers.ts";
import type { Family } from "./parametric.ts";
import { seriesWithInputs } from "./series.ts";

/** Means, variances and bands of `steps` steps after `past` [T]; `level`: the probability of the band. */
export function forecastAfter(
  who: string,
  kalman: Kalman,
  family: Family,
  model: LinearGaussian,
  asked: WithInputs & { readonly past: Float64Array; readonly steps: number; readonly level: number },
): Forecast {
  const { past, steps, level, inputs } = asked;
  const y = new Float64Array(past.length + steps).fill(NaN);
  y.set(past);
  const [series] = seriesWithInputs(who, family, [y], inputs);
  const pass = kalman.run(who, model, series, "filter");
  const { means, covariances } = new PassReader(kalman, model).outputs(pass, series.u, past.length);
  return inBands({ means, covariances }, 1, deviationsOf(level, kalman.engine));
}

/** How many deviations on either side of a normal mean hold a probability. */
export const deviationsOf = (level: number, engine: InferenceEngine): number =>
  normalQuantile(0.5 + level / 2, elementwise(engine));

/** Outputs [T,p] with z deviations around each. */
export function inBands({ means, covariances }: GaussianOutputs, p: number, z: number): Forecast {
  const reach = means.map(
    (_, k) => z * Math.sqrt(covariances[Math.floor(k / p) * p * p + (k % p) * (p + 1)]),
  );
  return {
    means,
    covariances,
    lower: means.map((m, k) => m - reach[k]),
    upper: means.map((m, k) => m + reach[k]),
  };
}

/** A drawn sequence [length] that goes on from `past` [T], or from the start; its diffuse states are 0. */
export function sampleAfter(
  who: string,
  kalman: Kalman,
  family: Family,
  model: LinearGaussian,
  asked: WithInputs & { readonly past?: Float64Array; readonly length: number; readonly seed: number },
): LdsSample {
  const { past = new Float64Array(0), length, seed, inputs } = asked;
  const [{ u }] = seriesWithInputs(who, family, [new Float64Array(past.length + length)], inputs);
  const cut = past.length * family.input;
  const start = stateAfter(who, kalman, model, { y: past, u: u?.subarray(0, cut) });
  const random = new Random(kalman.engine, seed, streams.samples);
  return sampleSystem(who, model, start, random, { length, u: u?.subarray(cut) });
}
