/** Intervals of estimates: where the profile likelihood has fallen by z²/2, in any unit, and at a bound. */
import { expect, test } from "vitest";
import { lds } from "../../../src/models/lds/lds.ts";
import { arima } from "../../../src/models/structural/arima.ts";
import { structural } from "../../../src/models/structural/structural.ts";

/** A walk and noise. */
async function walk(T: number, seed: number): Promise<Float64Array> {
  using model = await lds({ state: 1, output: 1, A: 1, C: 1, Q: 0.4, R: 1, initial: "diffuse" });
  return model.sample(T, { seed }).sequence;
}

/** 1.959964², what ln p falls by at the bounds of 95%, times two. */
const FALL = 3.841459;

/** max over q of ln p(y) of a walk with variance q, seen through noise of variance r. */
async function profile(y: Float64Array, r: number): Promise<number> {
  const at = async (q: number): Promise<number> => {
    using model = await lds({ state: 1, output: 1, A: 1, C: 1, Q: q, R: r, initial: "diffuse" });
    return model.logLikelihood(y);
  };
  let [low, high] = [0, 3];
  for (let i = 0; i < 40; ++i) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if ((await at(a)) < (await at(b))) low = a;
    else high = b;
  }
  return at(low);
}

test("ln p at a bound of a variance, all else at its best, is 1.92 below its maximum", async () => {
  const y = await walk(70, 4);
  using s = await structural({});
  const { logLikelihood } = await s.fit(y);
  const { irregular } = await s.intervals(y);
  expect(irregular.lower).toBeGreaterThan(0);
  // bounds are found where the root of the fall is within 0.2% of its own
  for (const bound of [irregular.lower, irregular.upper])
    expect(Math.abs(2 * (logLikelihood - (await profile(y, bound))) - FALL)).toBeLessThan(0.005 * FALL);
  const narrower = (await s.intervals(y, { level: 0.5 })).irregular;
  expect(narrower.lower).toBeGreaterThan(irregular.lower);
  expect(narrower.upper).toBeLessThan(irregular.upper);
});

test("intervals of variances have the square unit, and begin at 0 where one may be none", async () => {
  const noise = (await walk(80, 2)).map((v, t, y) => v - (y[t - 1] ?? v));
  using s = await structural({});
  await s.fit(noise);
  const { level, irregular } = await s.intervals(noise);
  expect(level.lower).toBe(0);
  expect(level.upper).toBeGreaterThan(s.parameters.level);
  const large = noise.map((v) => 1000 * v);
  await s.fit(large);
  const scaled = await s.intervals(large);
  expect(scaled.level.upper / level.upper).toBeCloseTo(1e6, -1);
  expect(scaled.irregular.lower / irregular.lower).toBeCloseTo(1e6, -1);
});

test("coefficients have ± standard errors, the variance of an ARIMA an interval longer above", async () => {
  using truth = await arima({ p: 1, intercept: false });
  await truth.fit(await walk(60, 1));
  const y = truth.sample(120, { seed: 3 }).sequence;
  await truth.fit(y);
  const { "ar.1": ar, variance } = await truth.intervals(y);
  const { parameters: at, standardErrors: error } = truth;
  expect(ar.upper).toBeCloseTo(at["ar.1"] + 1.959964 * error["ar.1"], 5);
  expect(ar.lower).toBeCloseTo(at["ar.1"] - 1.959964 * error["ar.1"], 5);
  expect(variance.upper - at.variance).toBeGreaterThan(at.variance - variance.lower);
  expect(variance.lower).toBeGreaterThan(0);
});

test("misuse is named", async () => {
  using s = await structural({});
  const y = await walk(20, 1);
  await expect(s.intervals(y)).rejects.toThrow(/structural.intervals: the model is not fitted; call fit/);
  await s.fit(y);
  await expect(s.intervals(y, { level: 95 })).rejects.toThrow(/structural.intervals: level is 95, want/);
  const running = s.intervals(y);
  await expect(s.fit(y)).rejects.toThrow(/the model is being trained; await that fit first/);
  const found = await running;
  const training = s.fit(y);
  await expect(s.intervals(y)).rejects.toThrow(/intervals: the model is being trained; await that fit first/);
  await training;
  using copy = await structural.load(s.save());
  expect(await copy.intervals(y)).toEqual(found);
});
