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
import { usualSeasons } from "../../src/forecasting/dates.ts";
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

test("drift, which makes the peaks of all autocorrelations come early, moves no season", () => {
  for (const [season, seed] of [
    [24, 11],
    [24, 12],
    [12, 13],
    [48, 14],
  ]) {
    let level = 0;
    const day = (t: number): number => 2 * Math.sin((2 * Math.PI * t) / season);
    const y = normals(20 * season, seed).map((e, t) => (level = 0.97 * level + 0.8 * e) + 1.5 * day(t));
    expect(findSeason(y)).toBe(season);
  }
});

test("of seasons nearly as good the one that dates make likely is taken, and none that is not there", () => {
  const y = normals(200, 15).map((e, t) => 3 * Math.sin((2 * Math.PI * t) / 12.5) + 0.1 * e);
  expect([findSeason(y, [13, 91]), findSeason(y, [12])]).toEqual([13, 12]);
  expect(findSeason(y, [7, 24])).toBe(findSeason(y));
  const dates = (from: number, step: number): { ms: number; grain: "minute" }[] =>
    Array.from({ length: 40 }, (_, t) => ({ ms: from + t * step, grain: "minute" }));
  const HOUR = 3_600_000;
  expect(usualSeasons(dates(0, HOUR))).toEqual([24, 168]);
  expect(usualSeasons(dates(0, HOUR / 2))).toEqual([48, 336]);
  expect(usualSeasons(dates(0, 24 * HOUR))).toEqual([7]);
  expect(usualSeasons(dates(0, 7 * 24 * HOUR))).toEqual([52]);
  const months = Array.from({ length: 30 }, (_, t) => ({ ms: Date.UTC(2000, t), grain: "month" as const }));
  expect(usualSeasons(months)).toEqual([12]);
  expect(usualSeasons(months.filter((_, t) => t % 3 === 0))).toEqual([4]);
  expect(usualSeasons([])).toEqual([]);
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
