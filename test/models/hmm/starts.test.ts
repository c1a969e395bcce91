/** Where a fit starts: chains to the right find the pieces of time by themselves. */
import { describe, expect, test } from "vitest";
import { bestCuts } from "../../../src/models/hmm/time-cuts.ts";
import { random, using } from "./builders.ts";

describe("the best cuts of time", () => {
  test("are those of the least squares among all that there are", () => {
    const r = random(3);
    for (const K of [1, 2, 3, 4]) {
      const T = 9;
      const y = Float64Array.from({ length: T }, () => r.normal());
      const spread = (from: number, to: number): number => {
        const piece = y.subarray(from, to);
        const mean = piece.reduce((a, b) => a + b, 0) / piece.length;
        return piece.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      };
      const all = (from: number, left: number): { cost: number; ends: number[] }[] =>
        left === 1
          ? [{ cost: spread(from, T), ends: [] }]
          : Array.from({ length: T - from - left + 1 }, (_, i) => from + i + 1).flatMap((end) =>
              all(end, left - 1).map(({ cost, ends }) => ({
                cost: cost + spread(from, end),
                ends: [end, ...ends],
              })),
            );
      const [best] = all(0, K).sort((a, b) => a.cost - b.cost);
      expect(bestCuts([y], 1, K).map((share) => Math.round(share * T))).toEqual(best.ends);
    }
  });

  test("are found with holes, constant columns, more pieces than steps and very many pieces", () => {
    const y = Float64Array.of(0, 7, NaN, 7, 0, 7, 5, 7, 5, 7, 5, NaN);
    expect(bestCuts([y], 2, 2)).toEqual([0.5]);
    for (const K of [9, 500]) {
      const cuts = bestCuts([y], 2, K);
      expect(cuts).toHaveLength(K - 1);
      cuts.forEach((x, k) => expect(x > (cuts[k - 1] ?? 0) && x < 1).toBe(true));
    }
  });
});

test("one start of a chain to the right comes within a thousandth of the best of five", async () => {
  const D = 9;
  const r = random(6);
  // pieces of 60 steps, the last of 10; counts that are rare but for two columns a piece
  const count = (rate: number): number => {
    let p = Math.exp(-rate);
    let left = r.uniform() - p;
    let k = 0;
    for (; left > 0; ++k) left -= p *= rate / (k + 1);
    return k;
  };
  const data = Array.from({ length: 3 }, () =>
    Array.from({ length: 250 }, (_, t) =>
      Array.from({ length: D }, (__, d) => count(d % 5 === Math.floor(t / 60) ? 3 : 0.02)),
    ),
  );
  for (const states of [4, 5, 8]) {
    const fitted = (restarts: number): Promise<number> =>
      using({ states, emission: "poisson", output: D, topology: "left-right" }, async (h) => {
        const { logLikelihood } = await h.fit(data, { iterations: 40, restarts });
        return logLikelihood;
      });
    const [one, five] = [await fitted(1), await fitted(5)];
    expect(five - one).toBeLessThan(1e-3 * Math.abs(five));
  }
});
