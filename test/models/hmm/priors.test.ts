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

test("waiting times, angles and spread counts lie between data and prior by their worth", async () => {
  const at = { strength: 5, at: [1] };
  await using({ states: 1, emission: "gamma" }, async (h) => {
    await h.fit(y, { prior: { means: at }, iterations: 200, tolerance: 0 });
    const {
      shapes: [a],
      scales: [s],
    } = h.parameters.emission;
    close(a * s, (5 * a * mean + 5) / (5 * a + 5), { rel: 1e-6 });
  });
  await using({ states: 1, emission: "von-mises" }, async (h) => {
    await h.fit([0.1, 0.3, 0.2, 0.2, 0.2], { prior: { means: at }, iterations: 20 });
    close(h.parameters.emission.directions, [0.6], { abs: 0.01 }); // halfway from .2 to 1
  });
  await using(
    { states: 1, emission: "student-t", fixed: ["freedoms"], emissionParameters: { freedoms: [1000] } },
    async (h) => {
      await h.fit(y, { prior: { means: at }, iterations: 200, tolerance: 0 });
      close(h.parameters.emission.locations, [(mean + 1) / 2], { abs: 0.02 }); // all but a Gaussian
    },
  );
  await using(
    { states: 1, emission: "negative-binomial", fixed: ["sizes"], emissionParameters: { sizes: [1e8] } },
    async (h) => {
      await h.fit(y, { prior: { rates: at }, iterations: 20 });
      close(h.parameters.emission.means, [(mean + 1) / 2], { abs: 1e-5 }); // all but Poisson's
    },
  );
});

describe.each([
  ["vectors", cases.vectors, { means: 2, covariances: 4 }],
  ["independent values", cases["independent values with entries missing"], { means: 2, covariances: 4 }],
  ["one covariance for all", families["one covariance for all"], { means: 2, covariances: 4 }],
  ["one variance a state", families["one variance a state"], { means: 2, covariances: 4 }],
  ["one factor", families["one factor"], { means: 2, covariances: 4 }],
  ["counts", cases.counts, { rates: 3 }],
  ["Student's t", families["Student's t"], { means: 2, covariances: 4 }],
  ["counts that spread", families["counts that spread"], { rates: 3 }],
  ["mixtures of full Gaussians", families["mixtures of full Gaussians"], { means: 2, covariances: 4 }],
  [
    "mixtures of spherical Gaussians",
    families["mixtures of spherical Gaussians"],
    { means: 2, covariances: 4 },
  ],
  ["mixtures with one covariance", families["mixtures with one covariance"], { means: 2, covariances: 4 }],
  ["waiting times", families["waiting times"], { means: 3 }],
  ["angles", families.angles, { means: 3 }],
] as const)("with %s", (_, { spec, y: data }, prior) => {
  test("the posterior never falls, and a strong prior holds every state at the data's own values", () =>
    using({ ...spec, emissionParameters: undefined }, async (h) => {
      const { history } = await h.fit([data], { prior, iterations: 30, tolerance: 0 });
      expect(neverFalls(history)).toBe(true);
      const strong = Object.fromEntries(Object.keys(prior).map((name) => [name, 1e9]));
      await h.fit([data], { prior: strong, iterations: 30 });
      const { means, rates, locations, shapes, scales, directions } = h.parameters.emission as Record<
        string,
        Float64Array | undefined
      >;
      const D = spec.output!;
      const center = means ?? rates ?? locations ?? directions ?? shapes!.map((a, i) => a * scales![i]);
      close(
        center,
        Array.from(center, (__, i) => center[i % D]),
        { abs: 1e-6 },
      );
    }));
});

test("an autoregression has the regression of data and of prior steps, from the data's mean", async () => {
  const prior = { means: { strength: 3, at: [6] }, covariances: { strength: 10, at: [2] } };
  await using({ states: 1, emission: "autoregressive" }, async (h) => {
    await h.fit(y, { prior, iterations: 3 });
    const { intercepts, coefficients, covariances } = h.parameters.emission;
    const steps = [...y.slice(1).map((v, t) => [1, y[t], v]), [3, mean, 6]];
    const sums = (of: (x: number, v: number) => number): number =>
      steps.reduce((sum, [w, x, v]) => sum + w * of(x, v), 0);
    const n = sums(() => 1);
    const center = sums((x) => x) / n;
    const a = sums((x, v) => (x - center) * v) / sums((x) => (x - center) ** 2);
    const c = sums((_, v) => v) / n - a * center;
    close([intercepts[0], coefficients[0]], [c, a], { abs: 1e-8 });
    close(covariances, [(sums((x, v) => (v - c - a * x) ** 2) + 10 * 2) / (4 + 10)], { abs: 1e-8 });
  });
  const two = { states: 2, emission: "autoregressive", output: 2, lags: 2 } as const;
  await using(two, async (h) => {
    const data = Array.from({ length: 30 }, (_, t) => [(t * t) % 7, (3 * t) % 5]);
    const { history } = await h.fit([data], {
      prior: { means: 2, covariances: 4 },
      iterations: 20,
      tolerance: 0,
    });
    expect(neverFalls(history)).toBe(true);
  });
});

test("the parts of a product have priors of their own, by column", async () => {
  const columns = { level: { emission: "diagonal" }, events: { emission: "poisson" } } as const;
  const prior = {
    columns: { level: { means: { strength: 5, at: [1] } }, events: { rates: { strength: 5, at: [1] } } },
  };
  await using({ states: 1, emission: "product", columns }, async (h) => {
    await h.fit([y.map((v) => [v, v])], { prior, iterations: 3 });
    const { "level.means": means, "events.rates": rates } = h.parameters.emission;
    close([means[0], rates[0]], [(mean + 1) / 2, (mean + 1) / 2], ORACLE);
    await expect(h.fit([[[1, 1]]], { prior: { columns: { level: { rates: 1 } } } })).rejects.toThrow(
      /prior.columns.level.rates was given, but this emission takes priors of means, covariances/,
    );
  });
  await using({ states: 1, emission: "poisson" }, async (h) => {
    await expect(h.fit([1], { prior: { columns: {} } })).rejects.toThrow(/no product; leave it out/);
  });
  const { spec, y: data } = families["kinds side by side"];
  await using({ ...spec, emissionParameters: undefined }, async (h) => {
    const believed = { columns: { level: { means: 2 }, kind: { emission: 3 }, events: { rates: 2 } } };
    const { history } = await h.fit([data], { prior: believed, iterations: 20, tolerance: 0 });
    expect(neverFalls(history)).toBe(true);
  });
});

test("a prior that the emission has not is refused by name", () =>
  using({ states: 2, emission: "gamma" }, async (h) => {
    await expect(h.fit([1, 2, 3], { prior: { rates: 1 } })).rejects.toThrow(
      /hmm.fit: prior.rates was given, but this emission takes priors of means/,
    );
    await expect(h.fit([1, 2, 3], { prior: { means: { strength: 1, at: [-2] } } })).rejects.toThrow(
      /prior.means.at\[0\] is -2, want a finite number of at least/,
    );
  }));
