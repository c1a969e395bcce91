/** Wrong specs, wrong data and wrong calls are named, before anything changes. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { hmm } from "../../../src/models/hmm/hmm.ts";
import type { HmmSpec } from "../../../src/models/hmm/spec.ts";
import { using } from "./builders.ts";

test("one bare sequence has one answer, an array of them an array", () =>
  using({ states: 2, emission: "poisson", seed: 3 }, (h) => {
    const y = [1, 4, 2];
    expect([h.viterbi(y)]).toEqual(h.viterbi([y]));
    expect([h.posterior(Float64Array.from(y))]).toEqual(h.posterior([y]));
    expect([h.predict(y), h.predict(y)]).toEqual(h.predict([y, y]));
    expect([h.score(y)]).toEqual(h.score([y]));
    expect(h.score(y)).toBe(h.logLikelihood(y));
  }));

const base = { states: 2, emission: "categorical", symbols: 2 } as const;
test.each<[string, unknown, RegExp]>([
  ["an unknown option", { ...base, transitions: 1 }, /hmm: unknown option "transitions"/],
  ["no states", { emission: "poisson" }, /hmm: states is undefined/],
  [
    "an unknown emission",
    { states: 2, emission: "normal" },
    /hmm: emission is "normal", want one of categorical, gaussian, diagonal, poisson, mixture, student-t/,
  ],
  ["no symbols", { states: 2, emission: "categorical" }, /hmm: symbols is undefined/],
  [
    "symbols of reals",
    { states: 2, emission: "gaussian", symbols: 3 },
    /hmm: symbols was given, but emission "gaussian" takes output, covariance/,
  ],
  [
    "a row that does not sum to 1",
    {
      ...base,
      transmat: [
        [0.5, 0.4],
        [0.5, 0.5],
      ],
    },
    /hmm: transmat: row 0 sums to 0.9, want 1/,
  ],
  [
    "a negative probability",
    { ...base, startprob: [1.5, -0.5] },
    /row 0, entry 0 is 1.5, want a number from 0 to 1/,
  ],
  ["a matrix of another shape", { ...base, transmat: [[1]] }, /transmat: row 0 has 1 numbers, want 2/],
  [
    "parameters of another kind",
    { ...base, emissionParameters: { rates: [[1], [2]] } },
    /emissionParameters: unknown option "rates", want one of probabilities/,
  ],
  [
    "an option of another emission",
    { states: 2, emission: "poisson", covariance: "tied" },
    /hmm: covariance was given, but emission "poisson" takes output/,
  ],
  [
    "tied covariances that differ",
    { states: 2, emission: "gaussian", covariance: "tied", emissionParameters: { covariances: [1, 2] } },
    /emissionParameters: covariances\[1\] differs from the first: they are tied/,
  ],
  [
    "spherical variances that differ",
    {
      states: 1,
      emission: "gaussian",
      output: 2,
      covariance: "spherical",
      emissionParameters: { variances: [[1, 2]] },
    },
    /variances: number 1 is 2, want the 1 of its state/,
  ],
  [
    "a fixed parameter that does not exist",
    { ...base, fixed: ["means"] },
    /hmm: fixed\[0\] is "means", want one of startprob, transmat, probabilities/,
  ],
  [
    "a variance of 0",
    { states: 1, emission: "diagonal", emissionParameters: { means: [[0]], variances: [[0]] } },
    /variances: number 0 is 0, want more than 0/,
  ],
  [
    "a negative rate",
    { states: 1, emission: "poisson", emissionParameters: [[-1]] },
    /rates: number 0 is -1, want at least 0/,
  ],
  [
    "a left-right chain that goes back",
    {
      ...base,
      topology: "left-right",
      transmat: [
        [0.5, 0.5],
        [0.1, 0.9],
      ],
    },
    /hmm: transmat: row 1, entry 0 is 0.1, want 0 in a left-right chain; leave topology out/,
  ],
  [
    "a left-right chain that starts elsewhere",
    { ...base, topology: "left-right", startprob: [0.5, 0.5] },
    /hmm: startprob: entry 1 is 0.5, want 0 in a left-right chain/,
  ],
  [
    "covariances of null",
    { states: 1, emission: "gaussian", emissionParameters: { means: [[0]], covariances: null } },
    /emissionParameters: covariances is null, want a value; leave it out for the default/,
  ],
  ["a tie of another length", { ...base, tie: [0] }, /tie has 1 entries, want 2/],
])("%s is named", async (_, spec, message) => {
  await expect(hmm(spec as HmmSpec)).rejects.toThrow(message);
});

test("wrong data are named before anything changes", () =>
  using(base, async (h) => {
    const before = h.parameters;
    expect(() => h.logLikelihood([[0, 2]])).toThrow(
      "hmm.logLikelihood: sequence 0: step 1, value 0 is 2, want a symbol, a whole number from 0 to 1, " +
        "or NaN where missing",
    );
    expect(() => h.viterbi([])).toThrow(/no sequences/);
    expect(() => h.posterior([[0], []])).toThrow(/sequence 1 has no steps/);
    await expect(h.fit([[0, 1]], { restart: 3 } as never)).rejects.toThrow(/unknown option "restart"/);
    await expect(h.fit([[0, 0.5]])).rejects.toThrow(/value 0 is 0.5/);
    expect(h.parameters).toEqual(before);
    await expect(h.fit([[0, 1]], null as never)).rejects.toThrow(/hmm.fit: options are null, want an object/);
    expect(() => h.forecast(2, null as never)).toThrow(/hmm.forecast: options are null, want an object/);
    await using({ states: 2, emission: "poisson" }, (p) =>
      expect(() => p.score([[-1]])).toThrow(/is -1, want a count/),
    );
    const gone = await hmm(base);
    gone.dispose();
    gone.dispose();
    expect(() => gone.viterbi([[0]])).toThrow(/hmm.viterbi: the model was disposed/);
  }));

test("random and adversarial inputs give finite numbers, -∞ or a clear error, never NaN", async () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, 1, -1, 1e-300, 1e154, 1e300, NaN),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 10 }),
      fc.constantFrom("gaussian", "diagonal"),
      fc.constantFrom("ergodic", "left-right"),
      async (y, emission, topology) => {
        await using({ states: 3, emission, output: 2, topology }, async (h) => {
          try {
            expect(h.logLikelihood([y])).not.toBeNaN();
            const { logLikelihood } = await h.fit([y], { iterations: 3 });
            expect(Number.isFinite(logLikelihood)).toBe(true);
            const { transmat, startprob, emission: e } = h.parameters;
            for (const x of [
              ...transmat,
              ...startprob,
              ...Object.values(e).flatMap((a) => [...a]),
              ...h.posterior([y])[0],
            ])
              expect(Number.isFinite(x)).toBe(true);
          } catch (error) {
            expect((error as Error).message).toMatch(
              /too large|impossible|not positive|badly scaled|did not converge|in another unit/,
            );
          }
        });
      },
    ),
    { numRuns: 60 },
  );
});

test.each(["categorical", "poisson"] as const)(
  "random and adversarial %s inputs give finite numbers, -∞ or a clear error, never NaN",
  async (emission) => {
    const number = fc.oneof(
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom(0, 3, 4, -1, 0.5, 1e15, 2 ** 53, 1e300, NaN, Infinity),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 10 }),
        fc.constantFrom("ergodic", "left-right"),
        fc.boolean(),
        async (y, topology, tie) => {
          await using(
            {
              states: 3,
              emission,
              topology,
              ...(emission === "categorical" ? { symbols: 4 } : {}),
              ...(tie ? { tie: [0, 1, 0] } : {}),
            },
            async (h) => {
              try {
                expect(h.logLikelihood(y)).not.toBeNaN();
                const { logLikelihood } = await h.fit(y, { iterations: 3 });
                expect(Number.isFinite(logLikelihood)).toBe(true);
                const { transmat, startprob, emission: e } = h.parameters;
                for (const x of [
                  ...transmat,
                  ...startprob,
                  ...Object.values(e).flatMap((a) => [...a]),
                  ...h.posterior(y),
                  ...h.predict(y).states,
                ])
                  expect(Number.isFinite(x)).toBe(true);
              } catch (error) {
                expect((error as Error).message).toMatch(
                  /hmm\.\w+: .*(want a symbol|want a count|impossible|too large|badly scaled)/,
                );
              }
            },
          );
        },
      ),
      { numRuns: 60 },
    );
  },
);
