/** Confidences that are as often right as they say. */
import { expect, test } from "vitest";
import { calibrated, fitLine, readLine, shares } from "../../../src/handwriting/reader/confidence.ts";
import { engine } from "../../../src/wasm/engine.ts";
import { DataError } from "../../../src/wasm/errors.ts";
import { Random } from "../../../src/wasm/random.ts";

const e = await engine("float64");

test("a line fitted to truths drawn from a line is that line", () => {
  const random = new Random(e, 5, 1);
  const p = Array.from({ length: 20_000 }, () => 0.02 + 0.96 * random.uniform());
  const truths = calibrated(e, p, [-0.7, 0.5]).map((q) => Number(random.uniform() < q));
  const [offset, slope] = fitLine(e, p, truths);
  expect(Math.abs(offset + 0.7)).toBeLessThan(0.08); // four standard errors
  expect(Math.abs(slope - 0.5)).toBeLessThan(0.08);
});

test("truths without an error leave a finite line", () => {
  expect(fitLine(e, [0.5, 0.9, 0.99], [1, 1, 1]).every(Number.isFinite)).toBe(true);
});

test("shares sum to 1 and fall with the scores", () => {
  const list = shares(e, [-900, -901, -1700]);
  expect(list.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect(list[1] / list[0]).toBeCloseTo(0.36787944117144233, 12);
  expect(list[2]).toBeGreaterThanOrEqual(0);
});

test("a calibration that is none is refused", () => {
  for (const line of [undefined, [1], [1, NaN], ["0", 1], [1e9, 1]])
    expect(() => readLine("test", line)).toThrow(DataError);
});
