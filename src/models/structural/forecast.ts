/** What a fitted system says of the steps after a history, with the interval that holds each. */
import { elementwise } from "../../inference/elementwise.ts";
import type { Kalman } from "../../inference/kalman.ts";
import { normalQuantile } from "../../inference/special-functions.ts";
import type { LinearGaussian } from "../../inference/state-space.ts";
import { PassReader } from "../lds/outputs.ts";
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
  const z = normalQuantile(0.5 + level / 2, elementwise(kalman.engine));
  const reach = covariances.map((v) => z * Math.sqrt(v));
  return {
    means,
    covariances,
    lower: means.map((m, i) => m - reach[i]),
    upper: means.map((m, i) => m + reach[i]),
  };
}
