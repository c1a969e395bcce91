/** Whatever the series and the spec, a forecaster answers in numbers, or refuses with the remedy. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { forecaster } from "../../src/forecasting/forecaster.ts";
import { DataError, OptionError } from "../../src/wasm/errors.ts";

const value = fc.oneof(
  { weight: 4, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(NaN, 1e300, -1e-300, 0) },
);
const spec = fc.record({
  horizon: fc.integer({ min: 1, max: 9 }),
  season: fc.option(fc.integer({ min: 1, max: 13 }), { nil: undefined }),
  choose: fc.constantFrom("average" as const, "best" as const),
  transform: fc.constantFrom("auto" as const, "none" as const, "log" as const),
});

test("a forecast is finite and its quantiles are in order, or an error says what is wanted", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 40 }), spec, async (y, { season, ...rest }) => {
      const seasons = season === undefined ? {} : { season };
      using f = await forecaster({ ...rest, ...seasons, models: ["ets", "ar"], origins: 3 });
      try {
        await f.fit(y);
        const { means, lower, upper } = f.forecast();
        expect([...means, ...lower, ...upper].filter((v) => !Number.isFinite(v))).toEqual([]);
        lower.forEach((low, h) => expect(low <= upper[h]).toBe(true));
      } catch (error) {
        if (!(error instanceof DataError || error instanceof OptionError)) throw error;
        expect(error.message).toMatch(/want|give|use/);
      }
    }),
    { numRuns: 40, seed: 7 },
  );
});
