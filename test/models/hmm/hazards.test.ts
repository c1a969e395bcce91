/**
 * Hazards that users of other libraries met: states lost, points that a Gaussian collapses on, the
 * impossible.
 */
import { expect, test } from "vitest";
import { hmm } from "../../../src/models/hmm/hmm.ts";
import type { HmmSpec } from "../../../src/models/hmm/spec.ts";
import { close } from "../../close.ts";
import { neverFalls, using } from "./builders.ts";

test("a state that is never visited keeps its row: no NaN, no zero row", () =>
  using(
    {
      states: 3,
      emission: "categorical",
      symbols: 2,
      startprob: [0.5, 0.5, 0],
      transmat: [
        [0.5, 0.5, 0],
        [0.5, 0.5, 0],
        [0.2, 0.3, 0.5],
      ],
      emissionParameters: [
        [0.9, 0.1],
        [0.2, 0.8],
        [0.5, 0.5],
      ],
    },
    async (h) => {
      await h.fit([[0, 1, 0, 0, 1, 1]], { iterations: 20 });
      close(h.parameters.transmat.slice(6), [0.2, 0.3, 0.5], { abs: 1e-15 });
      expect([...h.parameters.transmat, ...h.parameters.emission.probabilities].every(Number.isFinite)).toBe(
        true,
      );
    },
  ));

test(
  "a Gaussian does not collapse on one point, full or diagonal, and the floor " + "still lets EM improve",
  async () => {
    const y = [...Array.from({ length: 30 }, (_, i) => [Math.sin(i), Math.cos(i)]), [50, 50]];
    for (const emission of ["gaussian", "diagonal"] as const) {
      await using({ states: 2, emission, output: 2 }, async (h) => {
        const { history } = await h.fit([y], { iterations: 100, restarts: 3 });
        expect(neverFalls(history, 1e-8)).toBe(true);
        const { covariances, variances } = h.parameters.emission;
        const diagonal = variances ?? covariances.filter((_, i) => (i % 4) % 3 === 0);
        expect(Math.min(...diagonal)).toBeGreaterThan(1e-5);
        expect(Number.isFinite(h.logLikelihood([y]))).toBe(true);
      });
    }
  },
);

test.each(["gaussian", "diagonal"] as const)(
  "the floor is the least variance relative to the data's: %s",
  async (emission) => {
    const y = [...Array.from({ length: 40 }, (_, i) => Math.sin(i * i)), ...new Array<number>(40).fill(5)];
    const mean = y.reduce((a, b) => a + b, 0) / 80;
    const variance = y.reduce((a, b) => a + (b - mean) ** 2, 0) / 80;
    for (const floor of [1e-8, 1e-3, 0.1]) {
      await using({ states: 2, emission }, async (h) => {
        // one state takes the forty equal values
        await h.fit([y], { floor, iterations: 100 });
        close(
          Math.min(...(h.parameters.emission.variances ?? h.parameters.emission.covariances)),
          floor * variance,
          { rel: 1e-6 },
        );
      });
    }
    await using({ states: 2, emission }, (h) =>
      expect(h.fit([y], { floor: -1 })).rejects.toThrow(/hmm.fit: floor is -1, want a number of at least 0/),
    );
  },
);

test(
  "a covariance is tested by Cholesky: tiny but regular ones are fine, singular " + "ones are not",
  async () => {
    const spec = (S: number[][]): HmmSpec => ({
      states: 1,
      emission: "gaussian",
      output: 2,
      emissionParameters: { means: [[0, 0]], covariances: [S] },
    });
    await using(
      spec([
        [1e-200, 0],
        [0, 1e-200],
      ]),
      (h) => expect(Number.isFinite(h.logLikelihood([[[1e-100, 0]]]))).toBe(true),
    ); // determinant 0 in doubles
    await expect(
      hmm(
        spec([
          [1, 1],
          [1, 1],
        ]),
      ),
    ).rejects.toThrow(/covariances\[0\] is not positive definite/);
  },
);

test("priors below 1 are refused, priors above pull to uniform, and EM maximizes the posterior", () =>
  using({ states: 2, emission: "categorical", symbols: 3, seed: 3 }, async (h) => {
    const y = [[0, 0, 0, 1, 0, 0, 0]];
    for (const name of ["startprob", "transmat", "emission"])
      await expect(h.fit(y, { prior: { [name]: 0.5 } })).rejects.toThrow(
        `hmm.fit: prior.${name} is 0.5, want a number of at least 1`,
      );
    const { history } = await h.fit(y, {
      prior: { startprob: 2, transmat: 3, emission: 1.5 },
      iterations: 50,
      tolerance: 0,
    });
    expect(neverFalls(history)).toBe(true);
    // symbol 2 was never seen
    expect(Math.min(...h.parameters.emission.probabilities)).toBeGreaterThan(0.01);
  }));

test("a million improbable steps do not underflow", () =>
  using(
    {
      states: 2,
      emission: "categorical",
      symbols: 2,
      startprob: [1, 0],
      transmat: [
        [0.5, 0.5],
        [0.5, 0.5],
      ],
      emissionParameters: [
        [1e-12, 1 - 1e-12],
        [1e-12, 1 - 1e-12],
      ],
    },
    (h) => {
      close(h.logLikelihood([new Float64Array(1_000_000)]), 1e6 * Math.log(1e-12), { rel: 1e-12 });
    },
  ));

test(
  "rows of -∞ make no NaN: what is impossible has log-likelihood -∞, and is named where a " +
    "posterior is asked for",
  () =>
    using(
      {
        states: 2,
        emission: "categorical",
        symbols: 2,
        startprob: [1, 0],
        transmat: [
          [1, 0],
          [0, 1],
        ],
        emissionParameters: [
          [1, 0],
          [0, 1],
        ],
      },
      async (h) => {
        expect(h.logLikelihood([[0, 0, 1]])).toBe(-Infinity);
        expect([
          ...h.score([
            [0, 0],
            [1, 0],
          ]),
        ]).toEqual([0, -Infinity]);
        expect(() => h.posterior([[0, 0, 1]])).toThrow(
          /hmm.posterior: sequence 0: step 2 is impossible in every state that can be reached/,
        );
        expect(() => h.viterbi([[0, 0, 1]])).toThrow(/every path is impossible/);
        await expect(h.fit([[0], [0, 1]])).rejects.toThrow(/hmm.fit: sequence 1: step 1 is impossible/);
      },
    ),
);

test(
  "a state that scaling would lose comes back: two chains that never mix, one 10^-2000 behind at " +
    "half time",
  () =>
    using(
      {
        states: 2,
        emission: "diagonal",
        startprob: [0.5, 0.5],
        transmat: [
          [1, 0],
          [0, 1],
        ],
        emissionParameters: { means: [[0], [10]], variances: [[1], [1]] },
      },
      (h) => {
        const y = [...new Array(100).fill(0), ...new Array(101).fill(10)];
        const half = (x: number): number =>
          y.reduce((s, v) => s - 0.5 * (v - x) ** 2 - 0.5 * Math.log(2 * Math.PI), 0);
        // state 1 explains one step more
        close(h.logLikelihood([y]), Math.log(0.5) + half(10), { rel: 1e-12 });
        close(h.posterior([y])[0].slice(0, 2), [Math.exp(-50), 1], { abs: 1e-12 });
        // after 200 steps both explain the same
        expect(h.predict([y])[0].states.slice(-2)[1]).toBeCloseTo(0.5, 6);
      },
    ),
);

test("a state that no path reaches makes no NaN, however well it would explain the data", () =>
  using(
    {
      states: 2,
      emission: "diagonal",
      startprob: [1, 0],
      transmat: [
        [1, 0],
        [0.5, 0.5],
      ],
      emissionParameters: { means: [[0], [10]], variances: [[1], [1]] },
    },
    async (h) => {
      const y = new Array(400).fill(10);
      close(
        h.posterior(y),
        y.flatMap(() => [1, 0]),
        { abs: 1e-15 },
      );
      await h.fit(y, { iterations: 3 });
      expect([...h.parameters.transmat]).toEqual([1, 0, 0.5, 0.5]);
    },
  ));
test("sequences of length 1 are a mixture, and leave the transitions alone", () =>
  using({ states: 2, emission: "poisson", seed: 4 }, async (h) => {
    const before = h.parameters.transmat;
    await h.fit([[[3]], [[0]], [[12]], [[15]], [[2]]], { iterations: 0 });
    const drawn = h.parameters.transmat;
    await h.fit([[[3]], [[0]], [[12]], [[15]], [[2]]], { iterations: 10 });
    expect(h.parameters.transmat).toEqual(drawn);
    expect(before).toHaveLength(4);
  }));

test("a bad start is helped by restarts: the best of several is kept", async () => {
  const truth = await hmm({
    states: 3,
    emission: "poisson",
    transmat: [
      [0.9, 0.05, 0.05],
      [0.05, 0.9, 0.05],
      [0.05, 0.05, 0.9],
    ],
    emissionParameters: [[2], [8], [20]],
  });
  const y = [truth.sample(400, { seed: 3 }).sequence];
  const fits = await Promise.all(
    [1, 5].map((restarts) =>
      using({ states: 3, emission: "poisson", seed: 8 }, (h) => h.fit(y, { restarts, iterations: 60 })),
    ),
  );
  expect(fits[1].logLikelihood).toBeGreaterThanOrEqual(fits[0].logLikelihood);
  expect(fits[1].logLikelihood).toBeGreaterThan(truth.logLikelihood(y) - 1);
  truth.dispose();
});
