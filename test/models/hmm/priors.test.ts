/** Priors of means, covariances and rates: as steps of data that were never seen, and EM never falls. */
import { describe, expect, test } from "vitest";
import { close } from "../../close.ts";
import { cases, neverFalls, ORACLE, using } from "./builders.ts";
import { families } from "./families.ts";

const y = [1, 4, 2, 9, 3];
const mean = 3.8;

test("one state has the mean, variance and rate of the data and of the prior's steps", async () => {
  const prior = { means: { strength: 5, at: [1] }, covariances: { strength: 10, at: [2] } };
  const m = (5 * mean + 5 * 1) / 10;
  const square = y.reduce((sum, x) => sum + (x - m) ** 2, 0) + 5 * (m - 1) ** 2;
  for (const covariance of ["full", "tied", "diagonal", "spherical"] as const)
    await using({ states: 1, emission: "gaussian", covariance }, async (h) => {
      await h.fit(y, { prior, iterations: 3 });
      const { means, ...rest } = h.parameters.emission;
      close(means, [m], ORACLE);
      close(Object.values(rest)[0], [(square + 10 * 2) / 15], ORACLE);
    });
  await using({ states: 1, emission: "poisson" }, async (h) => {
    await h.fit(y, { prior: { rates: { strength: 5, at: [1] } }, iterations: 3 });
    close(h.parameters.emission.rates, [(5 * mean + 5) / 10], ORACLE);
  });
});

describe.each([
  ["vectors", cases.vectors, { means: 2, covariances: 4 }],
  ["independent values", cases["independent values with entries missing"], { means: 2, covariances: 4 }],
  ["one covariance for all", families["one covariance for all"], { means: 2, covariances: 4 }],
  ["one variance a state", families["one variance a state"], { means: 2, covariances: 4 }],
  ["counts", cases.counts, { rates: 3 }],
] as const)("with %s", (_, { spec, y: data }, prior) => {
  test("the posterior never falls, and a strong prior holds every state at the data's own values", () =>
    using({ ...spec, emissionParameters: undefined }, async (h) => {
      const { history } = await h.fit([data], { prior, iterations: 30, tolerance: 0 });
      expect(neverFalls(history)).toBe(true);
      const strong = Object.fromEntries(Object.keys(prior).map((name) => [name, 1e9]));
      await h.fit([data], { prior: strong, iterations: 30 });
      const { means, rates } = h.parameters.emission as Record<string, Float64Array | undefined>;
      const D = spec.output!;
      const center = (means ?? rates)!;
      close(
        center,
        Array.from(center, (__, i) => center[i % D]),
        { abs: 1e-6 },
      );
    }));
});

test("a prior that the emission has not is refused by name", () =>
  using({ states: 2, emission: "gamma" }, async (h) => {
    await expect(h.fit([1, 2, 3], { prior: { rates: 1 } })).rejects.toThrow(
      /hmm.fit: prior.rates was given, but this emission takes none of these/,
    );
  }));
