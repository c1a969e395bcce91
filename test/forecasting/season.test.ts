/** Seasons, their strength, and differences, on series whose answer is known. */
import { expect, test } from "vitest";
import {
  decompose,
  differenced,
  differencesFor,
  findSeason,
  kpss,
  seasonalStrength,
} from "../../src/forecasting/season.ts";
import { normals } from "./series.ts";

const pattern = [3, -1, 0, 5, -4, -3, 1];
const seasonal = (T: number, slope: number, noise: number, m = pattern.length): Float64Array =>
  normals(T, 3).map((e, t) => pattern[t % m] + slope * t + noise * e);

test("a weekly pattern on a slope is found, and none in noise or in a random walk", () => {
  expect(findSeason(seasonal(120, 0.3, 0.5))).toBe(7);
  expect(findSeason(normals(200, 4))).toBe(1);
  let walk = 0;
  expect(findSeason(normals(300, 5).map((e) => (walk += e)))).toBe(1);
});

test("a gap in every season does not hide it", () => {
  const y = seasonal(140, 0, 0.3).map((v, t) => (t % 10 === 4 ? NaN : v));
  expect(findSeason(y)).toBe(7);
});

test("a series of pattern and slope is taken apart into just these", () => {
  const { pattern: found, rest, trend } = decompose(seasonal(70, 2, 0), 7);
  const mean = pattern.reduce((a, b) => a + b, 0) / 7;
  found.forEach((v, i) => expect(v).toBeCloseTo(pattern[i] - mean, 10));
  for (let t = 3; t < 67; ++t) {
    expect(rest[t]).toBeCloseTo(0, 10);
    expect(trend[t]).toBeCloseTo(mean + 2 * t, 10);
  }
});

test("strength is 1 without noise, near 0 in noise", () => {
  expect(seasonalStrength(seasonal(140, 1, 0), 7)).toBeCloseTo(1, 12);
  expect(seasonalStrength(normals(700, 6), 7)).toBeLessThan(0.2);
  expect(seasonalStrength(normals(700, 6), 1)).toBe(0);
});

test("KPSS by hand: of 1, -1, 1, -1 the sums are 1, 0, 1, 0, so 2/(4²·s²) with s² = 1·4/4", () => {
  // T = 4 has no lag: the long-run variance is Σe²/T = 1
  expect(kpss(Float64Array.of(1, -1, 1, -1))).toBeCloseTo(2 / (4 * 4), 12);
});

test("noise wants no difference, a walk one, a walk of a walk two, a strong season one of its own", () => {
  const noise = normals(300, 8);
  let [a, b] = [0, 0];
  const walk = noise.map((e) => (a += e));
  expect(differencesFor(noise, 1)).toEqual({ d: 0, D: 0 });
  expect(differencesFor(walk, 1)).toEqual({ d: 1, D: 0 });
  expect(
    differencesFor(
      walk.map((e) => (b += e)),
      1,
    ),
  ).toEqual({ d: 2, D: 0 });
  expect(differencesFor(seasonal(140, 0, 0.2), 7)).toEqual({ d: 0, D: 1 });
  expect([...differenced(Float64Array.of(1, 4, 9, 16), 2)]).toEqual([8, 12]);
});
