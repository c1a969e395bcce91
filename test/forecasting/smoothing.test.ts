/** Exponential smoothing against what it says by hand, and against its own simulation. */
import { expect, test } from "vitest";
import { smoothing } from "../../src/forecasting/models/smoothing.ts";
import {
  smooth,
  smoothGradient,
  smoothedOutlook,
  type Gains,
  type SmoothingState,
} from "../../src/forecasting/models/smoothing-states.ts";
import { centralDifferences } from "../../src/train/differences.ts";
import { close } from "../close.ts";
import { math, monthly, normals } from "./series.ts";

const setting = { seed: 1, math };
const state = (level: number, trend = 0, seasons: number[] = []): SmoothingState => ({
  level,
  trend,
  seasons: Float64Array.from(seasons),
});

test("simple smoothing is l ← l + α·(y - l), and a gap changes nothing", () => {
  const at = state(1);
  const simple = { alpha: 0.5, beta: 0, gamma: 0, phi: 0 };
  const { squares, count } = smooth(Float64Array.of(3, NaN, 2), simple, at);
  // 1 → 2 (e = 2) → 2 → 2 (e = 0)
  expect(at.level).toBe(2);
  expect([squares, count]).toEqual([4, 2]);
  const { means, variances } = smoothedOutlook(simple, at, 3, { steps: 3, variance: 1 });
  expect([...means]).toEqual([2, 2, 2]);
  expect([...variances]).toEqual([1, 1.25, 1.5]);
});

test.each([0, 4])("the gradient over %i seasons is that of differences, across a gap too", (m) => {
  const z = normals(30, 8).map((v, t) => (t === 11 ? NaN : v));
  const value = (x: Float64Array): number => {
    const [alpha, beta, gamma, phi, level, trend, ...seasons] = x;
    return smooth(z, { alpha, beta, gamma, phi }, state(level, trend, seasons)).squares;
  };
  const x = Float64Array.of(0.4, 0.1, 0.2, 0.9, 0.5, -0.1, ...normals(m, 9));
  const [alpha, beta, gamma, phi, level, trend, ...seasons] = x;
  const by = smoothGradient(z, { alpha, beta, gamma, phi }, state(level, trend, seasons));
  const got = [by.alpha, by.beta, by.gamma, by.phi, by.level, by.trend, ...by.seasons];
  close(got, centralDifferences(value, x, 1e-6), { abs: 1e-6, rel: 1e-7 });
});

test.each([
  ["level", { alpha: 0.3, beta: 0, gamma: 0, phi: 0 }, []],
  ["trend", { alpha: 0.4, beta: 0.1, gamma: 0, phi: 1 }, []],
  ["damped trend and season", { alpha: 0.3, beta: 0.1, gamma: 0.2, phi: 0.9 }, [1, -2, 1]],
] as [string, Gains, number[]][])("variances of a %s are those of simulated futures", (_, gains, seasons) => {
  const steps = 8;
  const { means, variances } = smoothedOutlook(gains, state(2, 0.5, seasons), 0, { steps, variance: 1 });
  const runs = 20_000;
  const e = normals(runs * steps, 7);
  const sums = new Float64Array(steps);
  const squares = new Float64Array(steps);
  for (let run = 0; run < runs; ++run) {
    const now = state(2, 0.5, seasons);
    for (let h = 0; h < steps; ++h) {
      const season = seasons.length ? now.seasons[h % 3] : 0;
      const slope = gains.phi * now.trend;
      const shock = e[run * steps + h];
      const y = now.level + slope + season + shock;
      now.level += slope + gains.alpha * shock;
      now.trend = slope + gains.beta * shock;
      if (seasons.length) now.seasons[h % 3] = season + gains.gamma * shock;
      sums[h] += y;
      squares[h] += (y - means[h]) * (y - means[h]);
    }
  }
  for (let h = 0; h < steps; ++h) {
    // three standard errors of a mean and of a variance
    expect(Math.abs(sums[h] / runs - means[h])).toBeLessThan(3 * Math.sqrt(variances[h] / runs));
    expect(Math.abs(squares[h] / runs / variances[h] - 1)).toBeLessThan(3 * Math.sqrt(2 / runs));
  }
});

test("a season is chosen where there is one, and continued", async () => {
  const z = monthly(120, 2).map((v) => (v - 130) / 15);
  const fitted = await smoothing.fit({ z: z.slice(0, 108), season: 12 }, setting);
  expect(fitted.note).toMatch(/season of 12/);
  const { means, variances } = fitted.forecast({ z: z.slice(0, 108) }, 12);
  z.slice(108).forEach((v, h) => expect(Math.abs(v - means[h])).toBeLessThan(3 * Math.sqrt(variances[h])));
  const again = await smoothing.load(fitted.save(), setting);
  expect(again.forecast({ z: z.slice(0, 108) }, 12)).toEqual(fitted.forecast({ z: z.slice(0, 108) }, 12));
});

test("noise gets no trend and no season", async () => {
  const fitted = await smoothing.fit({ z: normals(200, 9), season: 7 }, setting);
  expect(fitted.note).toBe("level");
});
