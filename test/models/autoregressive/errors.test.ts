/** Every way to misuse an autoregression is named. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { autoregressive } from "../../../src/models/autoregressive/autoregressive.ts";
import { close } from "../../close.ts";
import { noise } from "./builders.ts";

describe("misuse", () => {
  test.each<[string, unknown, RegExp]>([
    ["no order", {}, /autoregressive: order and maxOrder are both missing, want one of them/],
    ["two orders", { order: 1, maxOrder: 2 }, /both given/],
    ["a negative order", { order: -1 }, /order is -1/],
    ["an unknown criterion", { maxOrder: 2, criterion: "cp" }, /criterion is "cp", want one of aic, bic/],
    ["an unknown option", { order: 1, lags: 3 }, /unknown option "lags"/],
    ["an intercept of 1", { order: 1, intercept: 1 }, /intercept is 1, want true or false/],
  ])("%s is named", async (_, spec, message) => {
    await expect(autoregressive(spec as never)).rejects.toThrow(message);
  });

  test("data that do not suffice are named", async () => {
    const ar = await autoregressive({ order: 3 });
    await expect(ar.fit([1, 2, 3, 4, 5])).rejects.toThrow(
      /2 steps with all of their 3 taps, want at least 5 for 4 coefficients/,
    );
    await expect(ar.fit(new Array(30).fill(2))).rejects.toThrow(/regressor 1 depends on those before it/);
    await expect(ar.fit([1, Infinity])).rejects.toThrow(/step 1, value 0 is Infinity/);
    await ar.fit([noise(1, 30, 1)]);
    expect(() => ar.forecast(2, { history: [1, 2] })).toThrow(/history lacks some of its last 3 steps/);
    expect(() => ar.forecast(2, {} as never)).toThrow(/history is missing/);
    ar.dispose();
    expect(() => ar.predict([[1]])).toThrow(/the model was disposed/);
  });

  test(
    "options of iterative models are checked, each order is reported, and a signal stops after the " +
      "one at hand",
    async () => {
      const y = noise(7, 60, 1);
      const ar = await autoregressive({ maxOrder: 5 });
      for (const [options, message] of [
        [{ iterations: "x" }, /autoregressive.fit: iterations is "x"/],
        [{ restarts: -3 }, /restarts is -3/],
        [{ tolerance: NaN }, /tolerance is NaN/],
        [{ onProgress: 3 }, /onProgress is number/],
        [null, /options are null/],
      ] as const) {
        await expect(ar.fit([y], options as never)).rejects.toThrow(message);
      }
      const seen: number[] = [];
      const { criteria } = await ar.fit([y], { onProgress: (e) => seen.push(e.objective) });
      expect(seen).toHaveLength(6);
      close(
        seen.map((objective, p) => -2 * objective + Math.log(55) * (p + 2)),
        criteria!,
        { rel: 1e-12 },
      );
      const stop = new AbortController();
      const cut = await ar.fit([y], {
        signal: stop.signal,
        onProgress: (e) => {
          if (e.iteration === 3) stop.abort();
        },
      });
      expect(cut.criteria).toEqual(criteria!.slice(0, 3));
      ar.dispose();
    },
  );

  test("random and adversarial series give finite numbers or a clear error, never NaN", async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, -1, 1e-300, 1e154, 1e300),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 0, max: 3 }),
        async (y, order) => {
          const ar = await autoregressive({ order });
          try {
            await ar.fit([y]);
            const { coefficients, intercept, noise: S } = ar.parameters;
            for (const x of [...coefficients, ...intercept, ...S]) expect(Number.isFinite(x)).toBe(true);
          } catch (error) {
            expect((error as Error).message).toMatch(
              /want at least|depends on|too large|not positive|not finite/,
            );
          } finally {
            ar.dispose();
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
