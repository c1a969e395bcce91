/** Figures of forecasts by hand, and intervals that hold what they should. */
import { expect, test } from "vitest";
import { conformalWidths, scoreOf } from "../../src/forecasting/conformal.ts";
import { maseUnit, scoresOf } from "../../src/forecasting/scores.ts";
import { math, normals } from "./series.ts";

test("MASE, sMAPE, pinball loss and coverage by hand", () => {
  const outcome = {
    truth: [10, NaN, 20],
    median: [12, 99, 20],
    quantiles: [
      { p: 0.1, values: [8, 0, 21] },
      { p: 0.9, values: [11, 0, 25] },
    ],
    lower: [11, 0, 20],
    upper: [13, 0, 30],
  };
  const { mase, smape, pinball, coverage } = scoresOf([outcome], 4);
  expect(mase).toBeCloseTo(2 / 2 / 4, 12);
  expect(smape).toBeCloseTo((200 * 2) / 22 / 2, 12);
  // y = 10: .1·(10-8), .1·(11-10); y = 20: .9·(21-20), .1·(25-20)
  expect(pinball).toBeCloseTo((0.2 + 0.1 + 0.9 + 0.5) / 4, 12);
  expect(coverage).toBe(0.5);
});

test("the error of the season before leaves gaps out", () => {
  expect(maseUnit(Float64Array.of(1, 2, 4, NaN, 5, 9), 6, 2)).toBe((3 + 1) / 2);
});

test("MASE has a unit where the season before is never wrong: by the last value, all steps, the size", () => {
  const wave = Float64Array.of(1, 3, 1, 3, 1, 3, 9, 3);
  expect(maseUnit(wave, 6, 2)).toBe(2);
  expect(maseUnit(Float64Array.of(5, 5, NaN, 5, 9, 9, 9), 4, 1)).toBe(4 / 4);
  expect(maseUnit(Float64Array.of(-5, -5, NaN, -5), 2, 1)).toBe(5);
  expect(maseUnit(new Float64Array(8), 4, 1)).toBe(1);
});

test("intervals hold the wanted share of new errors, however small the model's own deviation is", () => {
  const widths = conformalWidths(
    [...normals(999, 1)].map((e) => Math.abs(7 * e)),
    math,
  );
  const fresh = normals(10_000, 2).map((e) => 7 * e);
  for (const share of [0.5, 0.8, 0.9]) {
    const held = fresh.filter((e) => Math.abs(e) <= widths(share)).length / fresh.length;
    expect(Math.abs(held - share)).toBeLessThan(0.04);
  }
});

test("errors that were small in the backtests leave the model's own band", () => {
  const widths = conformalWidths(
    [...normals(999, 1)].map((e) => Math.abs(0.1 * e)),
    math,
  );
  expect(widths(0.9)).toBeCloseTo(1.6449, 3);
});

test("with few errors the largest, or the normal one, takes the place of ranks that do not exist", () => {
  expect(conformalWidths([], math)(0.9)).toBeCloseTo(1.6449, 3);
  expect(conformalWidths([0.1, 3, NaN], math)(0.9)).toBe(3);
  expect([0.25, 0.5, 0.75].map((p) => scoreOf(p, () => 2 * Math.abs(p - 0.5)))).toEqual([-0.5, 0, 0.5]);
});
