/** A forecast and its band in the units of the column. */
import type { FittedSeries } from "./fitted.ts";
import { BAND, bounded, type Standardized } from "./scores.ts";

/** Means and the edges of a band of 95%, a number a step. */
export interface Forecast {
  readonly mean: number[];
  readonly low: number[];
  readonly high: number[];
}

/** What comes after the series. Throws where it leaves the range of numbers. */
export async function forecastInUnits(
  model: FittedSeries,
  { z, mean, sd }: Standardized,
  steps: number,
): Promise<Forecast> {
  const { means, variances } = bounded(await model.forecast(z, steps));
  const edge = (sign: number): number[] =>
    Array.from(means, (m, h) => mean + sd * (m + sign * BAND * Math.sqrt(variances[h])));
  const forecast = { mean: edge(0), low: edge(-1), high: edge(1) };
  const bad = forecast.mean.findIndex(
    (m, h) => ![m, forecast.low[h], forecast.high[h]].every(Number.isFinite),
  );
  if (bad >= 0) throw new Error(`its forecast leaves the range of numbers at step ${bad + 1}`);
  return forecast;
}
