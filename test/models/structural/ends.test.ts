/** Estimates at the end of their range, and flat ones: which have no standard error, and why. */
import { expect, test } from "vitest";
import { arima } from "../../../src/models/structural/arima.ts";
import { stateSpace } from "../../../src/statespace/state-space.ts";

/** White noise of variance 1/3, the same each time. */
function noise(T: number): number[] {
  let seed = 1;
  const uniform = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
  return Array.from({ length: T }, () => uniform() + uniform() + uniform() + uniform() - 2);
}

/** A walk with the same season every year: its seasonal moving average is -1. */
function seasonal(T: number): number[] {
  let level = 0;
  const e = noise(2 * T);
  return Array.from({ length: T }, (_, t) => (level += 0.4 * e[2 * t]) + [0, 3, 1, -2][t % 4] + e[2 * t + 1]);
}

const order = { d: 1, q: 1, seasonal: { D: 1, Q: 1, period: 4 } };

test("a seasonal moving average at -1 has a reason, others the errors of a fixed season", async () => {
  const y = seasonal(80);
  using a = await arima(order);
  await a.fit(y);
  expect(a.parameters["seasonal.ma.1"]).toBeLessThan(-0.99);
  expect(Object.keys(a.withoutErrors)).toEqual(["seasonal.ma.1"]);
  expect(a.withoutErrors["seasonal.ma.1"]).toMatch(/end of its range.*; intervals tells what the data allow/);
  expect(a.standardErrors["seasonal.ma.1"]).toBeNaN();
  // (1 - L⁴)·y = (1 - L⁴)·x where y is x and a season that does not change
  using fixed = await arima({ d: 1, q: 1, inputs: 3 });
  const inputs = [y.map((_, t) => [1, 2, 3].map((k) => Number(t % 4 === k)))];
  await fixed.fit(y, { inputs });
  expect(fixed.withoutErrors).toEqual({});
  // within a tenth: differences over a year lose a year of the series, dummies four numbers
  expect(Math.abs(a.standardErrors["ma.1"] / fixed.standardErrors["ma.1"] - 1)).toBeLessThan(0.1);
  const found = await a.intervals(y);
  expect(found["seasonal.ma.1"].lower).toBeCloseTo(-1, 10);
  expect(found["seasonal.ma.1"].upper).toBeGreaterThan(a.parameters["seasonal.ma.1"]);
  expect(found["seasonal.ma.1"].upper).toBeLessThan(0);
  const { "ma.1": own } = a.standardErrors;
  expect(found["ma.1"].upper).toBeCloseTo(a.parameters["ma.1"] + 1.959964 * own, 4);
  using copy = await arima.load(a.save());
  expect(copy.standardErrors).toEqual(a.standardErrors);
  expect(copy.withoutErrors).toEqual(a.withoutErrors);
});

test("ln p at the inner bound of a moving average at -1, all else at its best, is 1.92 lower", async () => {
  const y = noise(100);
  using a = await arima({ d: 1, q: 1 });
  const { logLikelihood } = await a.fit(y);
  const { "ma.1": bounds } = await a.intervals(y);
  using held = await stateSpace({
    state: 2,
    output: 1,
    parameters: { theta: { start: bounds.upper, fixed: true }, v: "variance" },
    system: ({ theta, v }) => ({
      A: [
        [0, 1],
        [0, 0],
      ],
      C: [[1, 0]],
      Q: [
        [v, v * theta],
        [v * theta, v * theta * theta],
      ],
      R: [[0]],
      initial: "stationary",
    }),
  });
  const below = await held.fit(y.slice(1).map((v, t) => v - y[t]));
  const fall = 2 * (logLikelihood - below.logLikelihood);
  // bounds are found where the root of the fall is within 0.2% of its own
  expect(Math.abs(fall - 3.841459)).toBeLessThan(0.005 * 3.841459);
});

test("two parameters that only their sum moves have no error; the third has its own", async () => {
  const y = noise(60).map((v) => v + 2);
  using both = await stateSpace({
    state: 1,
    output: 1,
    parameters: { a: "real", b: "real", v: "variance" },
    system: ({ a, b, v }) => ({
      A: [[0]],
      C: [[1]],
      Q: [[0]],
      R: [[v]],
      outputIntercept: [a + b],
      initial: {},
    }),
  });
  await both.fit(y);
  const { a, b, v } = both.standardErrors;
  expect([a, b]).toEqual([NaN, NaN]);
  expect(v).toBeCloseTo(both.parameters.v * Math.sqrt(2 / 60), 4);
  expect(both.withoutErrors).toEqual({
    a: expect.stringMatching(/flat along it; want fewer components/) as string,
    b: expect.stringMatching(/flat along it; want fewer components/) as string,
  });
  const found = await both.intervals(y);
  expect(found.a).toEqual({ lower: -Infinity, upper: Infinity });
  expect(found.v.lower).toBeLessThan(both.parameters.v);
});
