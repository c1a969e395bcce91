/**
 * Autoregressions that switch: Hamilton's (1989) model of American output against its published likelihood
 * and statsmodels' filter (test/golden/switching.py), regression by hand, streams, and draws.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hmm } from "../../../src/models/hmm/hmm.ts";
import type { HmmSpec } from "../../../src/models/hmm/spec.ts";
import { close } from "../../close.ts";
import { neverFalls, ORACLE, using } from "./builders.ts";

const file = new URL("../../golden/switching.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as {
  rgnp: number[];
  parameters: number[];
  logLikelihood: number;
  recession: number[];
};
const y = golden.rgnp;
const [stay, enter, low, high, variance, ...ar] = golden.parameters;
const P = 4;
const K = 2 ** (P + 1); // the state of a step and of the four before it

/** The state of `lag` steps before, 0 in a recession. */
const regime = (k: number, lag: number): number => (k >> lag) & 1;

function hamilton(): HmmSpec {
  const move = [
    [stay, 1 - stay],
    [enter, 1 - enter],
  ];
  const settled = [enter / (enter + 1 - stay), (1 - stay) / (enter + 1 - stay)];
  const all = Array.from({ length: K }, (_, k) => k);
  const mean = (k: number, lag: number): number => (regime(k, lag) === 0 ? low : high);
  const path = (k: number, lag: number): number =>
    lag === P ? settled[regime(k, P)] : path(k, lag + 1) * move[regime(k, lag + 1)][regime(k, lag)];
  return {
    states: K,
    emission: "autoregressive",
    lags: P,
    startprob: all.map((k) => path(k, 0)),
    transmat: all.map((k) => all.map((j) => (j >> 1 === k % 2 ** P ? move[regime(k, 0)][regime(j, 0)] : 0))),
    emissionParameters: {
      intercepts: all.map((k) => [mean(k, 0) - ar.reduce((sum, a, i) => sum + a * mean(k, i + 1), 0)]),
      coefficients: all.map(() => [...ar]),
      covariances: all.map(() => [variance]),
    },
  };
}

test("the growth of American output has Hamilton's likelihood, and statsmodels' recessions", () =>
  using(hamilton(), (h) => {
    close(h.logLikelihood(y), -181.26339, { abs: 0.5e-5 });
    close(h.logLikelihood(y), golden.logLikelihood, { abs: 1e-9 });
    const { states } = h.filter(y);
    const recession = golden.recession.map((_, t) => {
      const row = states.subarray((t + P) * K, (t + P + 1) * K);
      return row.reduce((sum, p, k) => sum + (regime(k, 0) === 0 ? p : 0), 0);
    });
    close(recession, golden.recession, { abs: 1e-9 });
  }));

test("one state is least squares on the lags, whatever level the series has", async () => {
  const x = y.slice(0, -1);
  const z = y.slice(1);
  const average = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const slope =
    average(x.map((v, i) => (v - average(x)) * (z[i] - average(z)))) /
    average(x.map((v) => (v - average(x)) ** 2));
  const intercept = average(z) - slope * average(x);
  const rest = average(z.map((v, i) => (v - intercept - slope * x[i]) ** 2));
  for (const level of [0, 1e4])
    await using({ states: 1, emission: "autoregressive" }, async (h) => {
      await h.fit(
        y.map((v) => v + level),
        { iterations: 5 },
      );
      const { intercepts, coefficients, covariances } = h.parameters.emission;
      close(coefficients, [slope], { rel: 1e-8 });
      close(intercepts, [intercept + level * (1 - slope)], { rel: 1e-7 });
      close(covariances, [rest], { rel: 1e-8 });
    });
});

test("EM never falls, states drawn are found again, and what is held fixed stays", async () => {
  const spec: HmmSpec = {
    states: 2,
    emission: "autoregressive",
    output: 2,
    transmat: [
      [0.95, 0.05],
      [0.05, 0.95],
    ],
    emissionParameters: {
      intercepts: [
        [0, 1],
        [2, -1],
      ],
      coefficients: [
        [
          [0.5, 0],
          [0, 0.2],
        ],
        [
          [-0.5, 0.3],
          [0, 0.6],
        ],
      ],
      covariances: [
        [
          [1, 0.2],
          [0.2, 1],
        ],
        [
          [0.5, 0],
          [0, 0.3],
        ],
      ],
    },
  };
  await using(spec, async (truth) => {
    const { sequence, states } = truth.sample(600, { seed: 4 });
    const holed = sequence.map((v, i) => (i % 97 === 0 ? NaN : v));
    await using({ ...spec, emissionParameters: undefined, transmat: undefined }, async (h) => {
      const { history } = await h.fit([holed], { iterations: 60, restarts: 2 });
      expect(neverFalls(history, 1e-7)).toBe(true);
      const [path] = h.viterbi([holed]);
      const same = path.states.filter((s, t) => s === states[t]).length / 600;
      expect(Math.max(same, 1 - same)).toBeGreaterThan(0.9);
    });
    await using({ ...spec, fixed: ["intercepts", "covariances"] }, async (h) => {
      const { history } = await h.fit([holed], { iterations: 10, tolerance: 0 });
      expect(neverFalls(history, 1e-7)).toBe(true);
      const { intercepts, coefficients } = h.parameters.emission;
      using copy = await hmm.load(h.save());
      expect(copy.logLikelihood([holed])).toBe(h.logLikelihood([holed]));
      close(intercepts, [0, 1, 2, -1], ORACLE);
      expect(coefficients[0]).not.toBe(0.5);
    });
  });
});

test("a stream, predictions and a forecast of one step agree, and futures are drawn", () =>
  using({ ...hamilton(), seed: 2 }, (h) => {
    const stream = h.stream();
    const steps = y.slice(0, 30).map((v) => stream.step(v));
    const filtered = h.filter(y.slice(0, 30));
    close(
      steps.map(({ logLikelihood }) => logLikelihood),
      filtered.logLikelihoods,
      { abs: 1e-13 },
    );
    const predicted = h.predict(y.slice(0, 31));
    close(
      predicted.means!.slice(P + 1),
      steps.slice(P).map(({ next }) => next.means![0]),
      ORACLE,
    );
    close(h.forecast(1, { history: y.slice(0, 30) }).means!, steps[29].next.means!, ORACLE);
    expect(h.sample(5, { history: y }).sequence).toHaveLength(5);
  }));

/** Mean and variance of step h+1 over all paths of states, each of which is a Gaussian: y = mean + Σ ψ·e. */
function overPaths(spec: ReturnType<typeof two>, next: ArrayLike<number>, past: number[], steps: number) {
  const { intercepts: c, coefficients: a, covariances: v } = spec.emissionParameters;
  interface Path {
    readonly p: number;
    readonly state: number;
    readonly y: readonly number[];
    /** By step, of every noise so far. */
    readonly psi: readonly (readonly number[])[];
  }
  let paths: Path[] = [{ p: 1, state: -1, y: past, psi: past.map(() => []) }];
  return Array.from({ length: steps }, () => {
    paths = paths.flatMap(({ p, state, y: old, psi }) =>
      [0, 1].map((k) => {
        const [one, two] = [old.length - 1, old.length - 2];
        const weight = state < 0 ? next[k] : spec.transmat[state][k];
        const noises = psi[one].length;
        const own = Array.from(
          { length: noises },
          (_, j) => a[k][0] * psi[one][j] + a[k][1] * (psi[two][j] ?? 0),
        );
        const value = c[k][0] + a[k][0] * old[one] + a[k][1] * old[two];
        return { p: p * weight, state: k, y: [...old, value], psi: [...psi, [...own, Math.sqrt(v[k][0])]] };
      }),
    );
    const mean = paths.reduce((sum, { p, y: all }) => sum + p * all[all.length - 1], 0);
    const spread = ({ y: all, psi }: Path): number =>
      (all[all.length - 1] - mean) ** 2 + psi[psi.length - 1].reduce((sum, x) => sum + x * x, 0);
    return { mean, variance: paths.reduce((sum, path) => sum + path.p * spread(path), 0) };
  });
}

const two = (level: number) => ({
  states: 2,
  emission: "autoregressive" as const,
  lags: 2,
  transmat: [
    [0.8, 0.2],
    [0.3, 0.7],
  ],
  emissionParameters: {
    intercepts: [[1 + level * 0.3], [-2 + level * 0.8]],
    coefficients: [
      [0.9, -0.2],
      [-0.3, 0.5],
    ],
    covariances: [[0.4], [1.5]],
  },
});

test.each([0, 1e5])(
  "forecasts of several steps with two lags are the mean over all paths, at level %d",
  (level) =>
    using(two(level), (h) => {
      const history = [0.5, 1.5, -0.5, 0.2].map((x) => x + level);
      const { means, variances, states } = h.forecast(6, { history });
      const want = overPaths(two(level), states.subarray(0, 2), history, 6);
      close(
        means!,
        want.map(({ mean }) => mean),
        { rel: 1e-12, abs: 1e-12 },
      );
      close(
        variances!,
        want.map(({ variance: spread }) => spread),
        { rel: level === 0 ? 1e-12 : 1e-8 },
      );
      expect(h.forecast(2, { history: [NaN] }).means!).toEqual(Float64Array.of(NaN, NaN));
    }),
);
