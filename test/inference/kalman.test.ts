/** Kalman filter and smoother against one joint Gaussian over all states and outputs. */
import { afterAll, describe, expect, test } from "vitest";
import type { Pass } from "../../src/inference/kalman.ts";
import { close, excess } from "../close.ts";
import { condition, joint, stateCovariance, stateMean } from "../reference/gaussian.ts";
import { rows } from "../reference/matrix.ts";
import { engine, example, kalman, model, run, take, value, type Case } from "./systems.ts";

afterAll(() => kalman.dispose());

/** The largest element of the data is about 10; elimination in the oracle itself loses some digits. */
const ORACLE = { rel: 1e-10, abs: 1e-10 };

const cases: [string, Case][] = [
  ["one state, one output", example(1, [1, 1, 0, 7])],
  ["three states, two outputs", example(2, [3, 2, 0, 6])],
  ["more outputs than states, driven", example(3, [2, 4, 2, 6])],
  ["nine states, which fill no register evenly", example(4, [9, 3, 1, 4])],
  ["missing entries and rows", example(5, [3, 3, 2, 8], 0.5)],
  ["nothing observed", example(6, [2, 1, 0, 4], 1)],
  ["one step", example(7, [2, 2, 1, 1])],
];

describe.each(cases)("with %s", (_, c) => {
  const { system: s, y, u } = c;
  const n = s.A.length;
  const p = s.C.length;
  const T = y.length / p;
  const all = joint(s, T, u);
  const full = condition(all, s, y, () => true);

  test("the log-likelihood is that of the joint Gaussian, step by step too", () => {
    const pass = run(c);
    const before = (t: number): number => condition(all, s, y, (k) => k < t).logLikelihood;
    close(pass.logLikelihood, full.logLikelihood, ORACLE);
    close(
      take(pass.ll, 0, T),
      Array.from({ length: T }, (_, t) => before(t + 1) - before(t)),
      ORACLE,
    );
    close(
      kalman.run("test", model(s), { y, u: u && Float64Array.from(u.flat()) }, "likelihood").logLikelihood,
      full.logLikelihood,
      ORACLE,
    );
  });

  test("predicted and filtered states are conditionals of the joint Gaussian", () => {
    const pass = run(c);
    for (let t = 0; t < T; ++t) {
      const before = condition(all, s, y, (k) => k < t);
      const now = condition(all, s, y, (k) => k <= t);
      close(take(pass.predictedMean, t, n), stateMean(before, n, t), ORACLE);
      close(take(pass.predictedCovariance, t, n * n), stateCovariance(before, n, t).flat(), ORACLE);
      close(take(pass.filteredMean, t, n), stateMean(now, n, t), ORACLE);
      close(take(pass.filteredCovariance, t, n * n), stateCovariance(now, n, t).flat(), ORACLE);
    }
  });

  test("smoothed states and lag-one covariances are conditionals of the joint Gaussian", () => {
    const pass = run(c);
    for (let t = 0; t < T; ++t) {
      close(take(pass.smoothedMean, t, n), stateMean(full, n, t), ORACLE);
      close(take(pass.smoothedCovariance, t, n * n), stateCovariance(full, n, t).flat(), ORACLE);
      close(
        take(pass.lag, t, n * n),
        t + 1 < T ? stateCovariance(full, n, t + 1, t).flat() : new Array(n * n).fill(0),
        ORACLE,
      );
    }
  });
});

test("the steady-state shortcut changes nothing that can be seen, and is taken", () => {
  const c = example(21, [4, 2, 0, 400]);
  const states = (pass: Pass): number[] => [
    ...take(pass.smoothedMean, 0, 1600),
    ...take(pass.smoothedCovariance, 0, 6400),
    ...take(pass.lag, 0, 6400),
  ];
  const slow = run(c, { steady: false });
  const want = states(slow);
  const ll = slow.logLikelihood;
  const fast = run(c);
  close(states(fast), want, { rel: 1e-13 });
  close(fast.logLikelihood, ll, { rel: 1e-13 });
  expect(take(fast.filteredCovariance, 300, 16)).toEqual(take(fast.filteredCovariance, 301, 16));
});

test(
  "a million steps leave the covariance symmetric and positive, and the likelihood exact to rounding",
  { timeout: 60_000 },
  () => {
    const T = 1_000_000;
    const c = example(22, [2, 1, 0, 1]);
    const s = c.system;
    const { memory } = engine;
    const ptr = memory.allocate(8 * T);
    engine.kernels.randomNormal(T, 1, 2, 3, 4, ptr);
    c.y = (memory.reals(ptr, T).slice() as Float64Array).map((v, t) => (t % 97 === 0 ? NaN : v));
    memory.free(ptr);
    s.Q = [
      [1e-4, 0],
      [0, 1e-8],
    ];
    s.A = [
      [1, 1],
      [0, 1],
    ]; // an integrated random walk: nothing forgets
    s.C = [[1, 0]];
    const pass = kalman.run("test", model(s), { y: c.y }, "smooth");
    for (const ptr of [pass.filteredCovariance, pass.predictedCovariance, pass.smoothedCovariance]) {
      const P = memory.reals(ptr, 4 * T);
      let bad = 0;
      for (let t = 0; t < T; ++t)
        if (!(P[4 * t + 1] === P[4 * t + 2] && P[4 * t] > 0 && P[4 * t] * P[4 * t + 3] > P[4 * t + 1] ** 2))
          ++bad;
      expect(bad).toBe(0);
    }
    const half = kalman.run("test", model(s), { y: c.y.slice(0, T / 2) }, "likelihood");
    const mean = value(rows(take(half.predictedMean, 0, 2), 1));
    const rest = {
      ...model(s),
      initial: { mean, covariance: value(rows(take(half.predictedCovariance, 0, 4), 2)) },
    };
    const first = half.logLikelihood;
    const whole = kalman.run("test", model(s), { y: c.y }, "likelihood", { steady: false }).logLikelihood;
    close(first + kalman.run("test", rest, { y: c.y.slice(T / 2) }, "likelihood").logLikelihood, whole, {
      rel: 1e-12,
    });
  },
);

test("a singular innovation covariance is an error that names the step", () => {
  const c = example(23, [2, 2, 0, 4]);
  c.system.C = [
    [1, 0],
    [1, 0],
  ];
  c.system.R = [
    [0, 0],
    [0, 0],
  ];
  expect(() => run(c)).toThrow(/test: step 0: innovation covariance is not positive definite/);
});

test("a state without noise of its own is smoothed through its singular covariance", () => {
  const c = example(24, [2, 1, 0, 6]);
  c.system.A = [
    [0.5, 0.2],
    [1, 0],
  ]; // second element: the first one step ago
  c.system.Q = [
    [1, 0],
    [0, 0],
  ];
  c.system.covariance = [
    [1, 0],
    [0, 0],
  ];
  const want = condition(joint(c.system, 6), c.system, c.y, () => true);
  const pass = run(c);
  for (let t = 0; t < 6; ++t) {
    close(take(pass.smoothedMean, t, 2), stateMean(want, 2, t), ORACLE);
    close(take(pass.smoothedCovariance, t, 4), stateCovariance(want, 2, t).flat(), ORACLE);
  }
});

test("the comparison sees a planted error", () => {
  const c = cases[1][1];
  const pass = run(c);
  const want = condition(joint(c.system, 6), c.system, c.y, () => true);
  const state = take(pass.smoothedMean, 2, 3);
  expect(excess(state, stateMean(want, 3, 2), ORACLE)).toBeLessThan(0);
  state[1] += 1e-8;
  expect(excess(state, stateMean(want, 3, 2), ORACLE)).toBeGreaterThan(0);
  expect(rows(c.y, 2)).toHaveLength(6);
});
