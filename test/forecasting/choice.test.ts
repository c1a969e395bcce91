/** Which models a forecast is of. */
import { expect, test } from "vitest";
import { averaged } from "../../src/forecasting/shape.ts";
import { chooseModels, untriedModels } from "../../src/forecasting/choice.ts";
import { forecaster } from "../../src/forecasting/forecaster.ts";
import type { ForecastModelName } from "../../src/forecasting/models/registry.ts";
import { close } from "../close.ts";

const score = (mase: number): { mase: number; smape: number; pinball: number; coverage: number } => ({
  ...{ mase, smape: 1, pinball: 1, coverage: 0.9 },
});
const errors = (of: Partial<Record<ForecastModelName, number>>): Map<ForecastModelName, number> =>
  new Map(Object.entries(of) as [ForecastModelName, number][]);

test("what errs half as much again as the best is left out, and the others weigh by 1/error⁴", () => {
  const scores = errors({ ets: 1, ar: 1.25, naive: 1.51, arima: NaN });
  const chosen = chooseModels(scores, { choose: "average" });
  expect(chosen.map(({ name }) => name)).toEqual(["ets", "ar"]);
  close(
    chosen.map(({ weight }) => weight),
    [1, 0.4096],
    { rel: 1e-12 },
  );
  expect(chooseModels(scores, { choose: "best" })).toEqual([{ name: "ets", weight: 1 }]);
  const perfect = chooseModels(errors({ ets: 0, ar: 0, naive: 1 }), { choose: "average" });
  expect(perfect.map(({ name, weight }) => `${name} ${weight}`)).toEqual(["ets 1", "ar 1"]);
});

test("an average is of means and of deviations, by the weights", () => {
  const outlook = (mean: number, sd: number): { means: number[]; variances: number[] } => ({
    ...{ means: [mean], variances: [sd * sd] },
  });
  const { means, variances } = averaged([outlook(1, 1), outlook(5, 3)], [3, 1]);
  close([means[0], variances[0]], [2, 2.25], { rel: 1e-12 });
});

test("without backtests, what says its own data worse than the best is left out", async () => {
  using f = await forecaster({ horizon: 4, season: 1, models: ["ets", "theta"] });
  await f.fit(Array.from({ length: 12 }, (_, t) => 1947 + t));
  const { model, means } = f.forecast();
  expect(model).toBe("ets"); // theta goes on with half the slope
  close(means, [1959, 1960, 1961, 1962], { abs: 1e-3 });
});

test("models too short of data in the backtests alone are fitted to the whole series", async () => {
  expect(untriedModels({ naive: score(1) }, new Set(["ets", "naive"]))).toEqual([{ name: "ets", weight: 1 }]);
  expect(untriedModels({ naive: score(1), ets: score(2) }, new Set(["ar"]))).toEqual([]);
  using f = await forecaster({ horizon: 6, season: 1, models: ["ar", "ets"] });
  await f.fit(Array.from({ length: 13 }, (_, t) => 3 * t + (t % 2)));
  const { model, means, failures } = f.forecast();
  expect([model, failures]).toEqual(["ar", []]); // which says steps of 2 and 4 in turn exactly
  expect(means[5]).toBeGreaterThan(40); // the last value is 36
});

test.each([
  ["constant, then rises", (t: number) => (t < 47 ? 5 : t - 41)],
  ["constant, not a sum of halves", () => 0.1],
  ["a wave without noise", (t: number) => [1, 5, 2, 4][t % 4]],
  ["always 0", () => 0],
])("scores of a series that is %s are numbers", async (_, f) => {
  using one = await forecaster({ horizon: 3, models: ["ets", "ar"] });
  await one.fit(Float64Array.from({ length: 50 }, (__, t) => f(t)));
  const scores = Object.values(one.forecast().scores).flatMap((found) => Object.values(found) as number[]);
  expect(scores.filter((v) => !Number.isFinite(v))).toEqual([]);
});
