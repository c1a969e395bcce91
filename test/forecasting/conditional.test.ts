/** Difference equations of ARIMA: by hand, by simulation, and beside maximum likelihood. */
import { expect, test } from "vitest";
import { arimaModel } from "../../src/forecasting/models/arima-model.ts";
import { conditionalLoss } from "../../src/forecasting/models/conditional-loss.ts";
import {
  coefficientCount,
  continued,
  differencedBy,
  forgetsStart,
  residuals,
  type Equation,
} from "../../src/forecasting/models/conditional.ts";
import { arima } from "../../src/models/structural/arima.ts";
import { centralDifferences } from "../../src/train/differences.ts";
import { close } from "../close.ts";
import { math, normals } from "./series.ts";

const walk: Equation = { ar: [1], ma: [1], difference: [1, -1], mean: 0 };

test("a random walk goes on at its last value, its variance grows by one a step", () => {
  const { means, variances } = continued(walk, Float64Array.of(1, 5, 3), { steps: 3, variance: 2, skip: 0 });
  expect([...means]).toEqual([3, 3, 3]);
  expect([...variances]).toEqual([2, 4, 6]);
});

test("errors are those that the equation was driven by", () => {
  const equation: Equation = { ar: [1, -0.5, 0.2], ma: [1, 0.4], difference: [1, 0, 0, 0, -1], mean: 1.5 };
  const e = normals(60, 1);
  const w = new Float64Array(60);
  for (let t = 0; t < 60; ++t) {
    const before = (x: Float64Array, k: number): number => (t >= k ? x[t - k] : 0);
    w[t] = 0.5 * before(w, 1) - 0.2 * before(w, 2) + e[t] + 0.4 * before(e, 1);
  }
  const y = new Float64Array(64);
  for (let t = 4; t < 64; ++t) y[t] = y[t - 4] + w[t - 4] + 1.5;
  const found = residuals(equation, differencedBy(equation.difference, y), 0);
  found.forEach((v, t) => expect(v).toBeCloseTo(e[t], 10));
});

test("an error of the start is forgotten, unless two roots lie near the circle", () => {
  const answer = (...ma: number[]): boolean => forgetsStart({ ma }, 80);
  expect([answer(1), answer(1, 0.5), answer(1, -0.99), answer(1, 0, 0, 0, -0.9)]).not.toContain(false);
  // (1 + L)² answers with t + 1; at .997 it has 60 left, at .9 nothing
  expect([answer(1, 2, 1), answer(1, 1.994, 0.994009)]).toEqual([false, false]);
  expect(answer(1, 1.8, 0.81)).toBe(true);
});

test.each([
  [{ p: 2, d: 0, q: 1, P: 0, D: 0, Q: 0, season: 1, mean: true }],
  [{ p: 1, d: 0, q: 3, P: 1, D: 0, Q: 1, season: 4, mean: true }],
  [{ p: 4, d: 0, q: 4, P: 1, D: 0, Q: 1, season: 2, mean: false }],
])("the gradient of %j is that of differences, where all is 0 too", (orders) => {
  const loss = conditionalLoss(orders, { w: normals(60, 5).map((v) => v + 0.3), skip: 9, math });
  const n = coefficientCount(orders);
  for (const x of [new Float64Array(n), normals(n, 6).map((v) => 0.5 * v)]) {
    const want = centralDifferences((at) => loss(at).value, x, 1e-5);
    close(loss(x).gradient(), want, { abs: 1e-6, rel: 1e-6 });
  }
});

test("what is fitted, predicted and forecast begins at the same step", async () => {
  const z = normals(80, 7);
  const fitted = await arimaModel.fit({ z, season: 1 }, { seed: 1, math });
  const { means } = fitted.predict!(z);
  expect(Array.from(means).findIndex((m) => !Number.isNaN(m))).toBe(4);
  const next = fitted.forecast({ z }, 1);
  const later = fitted.predict!(Float64Array.of(...z, 5)).means;
  expect(later[80]).toBeCloseTo(next.means[0], 12);
  const again = await arimaModel.load(fitted.save(), { seed: 1, math });
  expect(again.forecast({ z }, 3)).toEqual(fitted.forecast({ z }, 3));
});

test("forecasts are those of the same model in state space, far from the start", async () => {
  const e = normals(400, 2);
  const y = new Float64Array(400);
  for (let t = 1; t < 400; ++t) y[t] = y[t - 1] + e[t] - 0.6 * e[t - 1];
  using model = await arima({ d: 1, q: 1 });
  await model.fit(y);
  const { "ma.1": theta, variance } = model.parameters;
  const own = continued({ ...walk, ma: [1, theta] }, y, { steps: 10, variance, skip: 0 });
  const exact = model.forecast(10, { history: y });
  own.means.forEach((m, h) => expect(m).toBeCloseTo(exact.means[h], 8));
  own.variances.forEach((v, h) => expect(v).toBeCloseTo(exact.covariances[h], 8));
});

// AICc takes an order too many in one case of six
test("orders of an autoregression are found, at most one more, and its forecasts", async () => {
  const e = normals(1000, 3);
  const z = new Float64Array(1000);
  for (let t = 2; t < 1000; ++t) z[t] = 1.2 * z[t - 1] - 0.6 * z[t - 2] + e[t];
  const fitted = await arimaModel.fit({ z, season: 1 }, { seed: 1, math });
  expect(fitted.note).toMatch(/^\([23],0,[01]\)$/);
  const { means, variances } = fitted.forecast({ z }, 1);
  expect(means[0]).toBeCloseTo(1.2 * z[999] - 0.6 * z[998], 0);
  expect(variances[0]).toBeCloseTo(1, 0);
});
