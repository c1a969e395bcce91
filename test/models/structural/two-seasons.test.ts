/** Two seasons of one model: a whole period by one state a step beside a fraction by pairs. */
import { expect, test } from "vitest";
import { structural } from "../../../src/models/structural/structural.ts";
import type { SeasonSpec } from "../../../src/models/structural/structural-family.ts";

const WEEK = [0, 1, 2, 1, 0, -2, -2];
const wave = (t: number, period: number): number => 3 * Math.sin((2 * Math.PI * t) / period);
const days = (T: number, period: number): number[] =>
  Array.from({ length: T }, (_, t) => 10 + WEEK[t % 7] + wave(t, period) + 0.5 * Math.sin(1.7 * t * t));

test.each<[number, number, readonly (number | SeasonSpec)[], number]>([
  [220, 30.4375, [7, 30.4375], 30],
  [760, 365.25, [7, { period: 365.25, harmonics: 1 }], 1],
])("%i steps, a week beside %f: each is found, and goes on", async (T, period, seasonal, iterations) => {
  using s = await structural({ seasonal });
  const all = days(T + 14, period);
  const y = all.slice(0, T);
  // how near the maximum is does not matter here
  await s.fit(y, { iterations });
  const found = s.components(y);
  expect(Object.keys(found)).toEqual(["level", "seasonal.7", `seasonal.${period}`]);
  for (let t = 100; t < 200; ++t) {
    expect(Math.abs(found["seasonal.7"].means[t] - WEEK[t % 7])).toBeLessThan(0.5);
    expect(
      Math.abs(found[`seasonal.${period}`].means[t] + found.level.means[t] - 10 - wave(t, period)),
    ).toBeLessThan(1);
  }
  s.forecast(14, { history: y }).means.forEach((m, h) => {
    expect(Math.abs(m - all[T + h])).toBeLessThan(1.5);
  });
});

test("a bare fraction is of six pairs, or of as many as it has", async () => {
  const y = days(40, 30.5);
  for (const [period, pairs] of [
    [365.25, 6],
    [4.5, 2],
  ]) {
    using bare = await structural({ seasonal: [7, period] });
    using said = await structural({ seasonal: [7, { period, harmonics: pairs }] });
    const fits = [await bare.fit(y, { iterations: 1 }), await said.fit(y, { iterations: 1 })];
    expect(fits[0].logLikelihood).toBe(fits[1].logLikelihood);
  }
});
