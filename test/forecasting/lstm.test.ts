/** LSTM heads: planted distributions come back, one net serves all series, files and long horizons go on. */
import { describe, expect, test } from "vitest";
import { forecaster } from "../../src/forecasting/forecaster.ts";
import { lstmModel } from "../../src/forecasting/models/lstm.ts";
import { lstmQuantiles } from "../../src/forecasting/models/lstm-quantiles.ts";
import type { Outlook } from "../../src/forecasting/models/model.ts";
import { scoreAt, valueAt } from "../../src/forecasting/shape.ts";
import { math, normals } from "./series.ts";

const SPREAD = [1, 0.25, 0.25, 0.25];
const MEAN = [1, 1, -1, -1];
const setting = { seed: 1, math, steps: 120, quantiles: [0.05, 0.25, 0.5, 0.75, 0.95] };

/** Noise of four steps in turn, the first four times as wide; Student-t with 3 degrees of freedom. */
function planted(T: number, seed: number): Float64Array {
  const e = normals(4 * T, seed);
  return Float64Array.from({ length: T }, (_, t) => {
    const [n, a, b, c] = e.subarray(4 * t, 4 * t + 4);
    const heavy = n / Math.sqrt((a * a + b * b + c * c) / 3);
    return MEAN[t % 4] + (SPREAD[t % 4] * heavy) / 2;
  });
}

/** Shares of values to come within the quantiles .25 to .75 and .05 to .95, from the origins 200 on. */
async function coverage(forecast: (z: Float64Array) => Outlook | Promise<Outlook>): Promise<number[]> {
  const z = planted(264, 5);
  let [half, most, count] = [0, 0, 0];
  for (let origin = 200; origin < 260; origin += 4) {
    const outlook = await forecast(z.slice(0, origin));
    for (let h = 0; h < 4; ++h) {
      const score = Math.abs(scoreAt(outlook, h, z[origin + h]));
      half += Number(score <= 0.6745);
      most += Number(score <= 1.6449);
      count += 1;
    }
  }
  return [half / count, most / count];
}

/** Width of the middle half of the step h. */
const width = (outlook: Outlook, h: number): number =>
  valueAt(outlook, h, 0.6745) - valueAt(outlook, h, -0.6745);

// of 60 values .5 and .9 are within .5 ± .19 and .9 ± .12 in 99.7% of draws, were these independent
describe.each([
  ["lstmQuantiles", lstmQuantiles],
  ["lstm", lstmModel],
] as const)("%s", (_, model) => {
  test("quantiles cover what was planted, wide where it is wide, and tails are heavy", async () => {
    const trainings = [1, 2].map((seed) => ({ z: planted(160, seed), season: 1, horizon: 4 }));
    const models = await model.fitTogether!(trainings, setting);
    expect(models).toHaveLength(2);
    const [half, most] = await coverage((z) => models[0].forecast({ z }, 4));
    expect(Math.abs(half - 0.5)).toBeLessThan(0.19);
    expect(Math.abs(most - 0.9)).toBeLessThan(0.12);
    const outlook = models[1].forecast({ z: planted(160, 2) }, 4);
    expect(width(outlook, 0)).toBeGreaterThan(2 * width(outlook, 1));
    models.forEach((one) => one.dispose());
  });
});

const ramp = (T: number): Float64Array => Float64Array.from({ length: T }, (_, t) => t / 20 + (t % 4));

test("quantile heads go on with slope and season, beyond their horizon and from a file", async () => {
  const z = ramp(80);
  const model = await lstmQuantiles.fit({ z, season: 4, horizon: 4 }, { ...setting, steps: 60 });
  const outlook = model.forecast({ z }, 10);
  const whole = ramp(90);
  for (let h = 0; h < 10; ++h) expect(Math.abs(valueAt(outlook, h, 0) - whole[80 + h])).toBeLessThan(0.5);
  const { shape } = outlook;
  for (let i = 1; i < 7; ++i) expect(shape!.values[i]).toBeGreaterThanOrEqual(shape!.values[i - 1]);
  const again = await lstmQuantiles.load(model.save(), setting);
  expect(again.forecast({ z }, 10)).toEqual(outlook);
  again.dispose();
  model.dispose();
  await expect(lstmQuantiles.fit({ z, season: 4, horizon: 62 }, setting)).rejects.toThrow(
    /80 steps, want more/,
  );
});

test("all series of a table are tried with one net, and each is forecast", async () => {
  using f = await forecaster({ horizon: 3, season: 1, origins: 2, models: ["lstmQuantiles"] });
  const table = { a: planted(80, 7), short: planted(30, 8), b: planted(70, 9).map((v) => 100 + v) };
  const { series } = await f.fit(table);
  expect(series.short.failures).toEqual([
    { model: "lstmQuantiles", error: expect.stringContaining("at least 60") },
  ]);
  expect(Object.keys(series.b.scores)).toContain("lstmQuantiles");
  const all = f.forecastAll();
  expect(all.b.means.every((m) => m > 90)).toBe(true);
  using again = await forecaster.load(f.save());
  expect(again.forecastAll()).toEqual(all);
});
