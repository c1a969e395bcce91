/** Kalman filter and smoother against one joint Gaussian over all states and outputs. */
import { afterAll, describe, expect, test } from "vitest";
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { Kalman, type LinearGaussian, type Pass } from "../../src/inference/kalman.ts";
import type { Ptr } from "../../src/wasm/kernels.ts";
import { Random } from "../../src/wasm/random.ts";
import { close, excess } from "../close.ts";
import { condition, diffuse, joint, stateCovariance, stateMean, type System } from "../reference/gaussian.ts";
import { add, identity, multiply, rows, transpose, type Matrix } from "../reference/matrix.ts";

const engine = await inferenceEngine();
const kalman = new Kalman(engine);
afterAll(() => kalman.dispose());

/** The largest element of the data is about 10; elimination in the oracle itself loses some digits. */
const ORACLE = { rel: 1e-10, abs: 1e-10 };

interface Case {
  system: System;
  u?: Matrix;
  y: Float64Array;
}

/** A random stable system with its data; a share of the entries missing. */
function example(seed: number, n: number, p: number, m: number, T: number, missing = 0): Case {
  const random = new Random(engine, seed);
  const draw = (r: number, c: number, scale = 1): Matrix =>
    Array.from({ length: r }, () => Array.from({ length: c }, () => scale * random.normal()));
  const positive = (k: number): Matrix => {
    const L = draw(k, k);
    return add(multiply(L, transpose(L)), identity(k), 0.1);
  };
  const system: System = {
    A: draw(n, n, 0.6 / Math.sqrt(n)),
    C: draw(p, n),
    Q: positive(n),
    R: positive(p),
    mean: draw(1, n)[0],
    covariance: positive(n),
  };
  if (m > 0) {
    system.B = draw(n, m);
    system.D = draw(p, m);
  }
  const y = Float64Array.from({ length: T * p }, () =>
    random.uniform() < missing ? NaN : 3 * random.normal(),
  );
  return { system, y, ...(m > 0 ? { u: draw(T, m) } : {}) };
}

const model = ({ A, C, Q, R, B, D, mean, covariance }: System, initial?: "diffuse"): LinearGaussian => ({
  state: A.length,
  output: C.length,
  input: B?.[0]?.length ?? 0,
  A: Float64Array.from(A.flat()),
  C: Float64Array.from(C.flat()),
  Q: Float64Array.from(Q.flat()),
  R: Float64Array.from(R.flat()),
  B: Float64Array.from(B?.flat() ?? []),
  D: Float64Array.from(D?.flat() ?? []),
  initial: initial ?? { mean: Float64Array.from(mean), covariance: Float64Array.from(covariance.flat()) },
});
const take = (ptr: Ptr, t: number, size: number): number[] => [
  ...engine.memory.reals(engine.memory.at(ptr, t * size), size),
];
const run = (c: Case, options = {}): Pass =>
  kalman.run("test", model(c.system), c.y, c.u && Float64Array.from(c.u.flat()), "smooth", options);

const cases: [string, Case][] = [
  ["one state, one output", example(1, 1, 1, 0, 7)],
  ["three states, two outputs", example(2, 3, 2, 0, 6)],
  ["more outputs than states, driven", example(3, 2, 4, 2, 6)],
  ["nine states, which fill no register evenly", example(4, 9, 3, 1, 4)],
  ["missing entries and rows", example(5, 3, 3, 2, 8, 0.5)],
  ["nothing observed", example(6, 2, 1, 0, 4, 1)],
  ["one step", example(7, 2, 2, 1, 1)],
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
      kalman.run("test", model(s), y, u && Float64Array.from(u.flat()), "likelihood").logLikelihood,
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

describe("an exact diffuse start", () => {
  test.each([
    [11, 1, 1, 6],
    [12, 3, 1, 8],
    [13, 2, 3, 5],
    [14, 4, 2, 7],
  ])("equals the posterior with zero prior precision (case %i)", (seed, n, p, T) => {
    const c = example(seed, n, p, 0, T);
    const want = diffuse(c.system, c.y);
    const pass = kalman.run("test", model(c.system, "diffuse"), c.y, undefined, "smooth");
    // early states are extrapolated backwards: condition numbers up to 1e5
    const tolerance = { rel: 1e-8, abs: 1e-9 };
    expect(pass.start.length).toBe(Math.ceil(n / p));
    close(pass.logLikelihood, want.logLikelihood, tolerance);
    for (let t = 0; t < T; ++t) {
      close(take(pass.smoothedMean, t, n), stateMean(want, n, t), tolerance);
      close(take(pass.smoothedCovariance, t, n * n), stateCovariance(want, n, t).flat(), tolerance);
      if (t + 1 < T) close(take(pass.lag, t, n * n), stateCovariance(want, n, t + 1, t).flat(), tolerance);
    }
  });

  test("is the limit of a large prior variance, whose log-likelihood alone depends on the prior", () => {
    const c = example(15, 2, 1, 0, 9);
    const kappa = 1e8;
    const wide = { ...c.system, mean: [0, 0], covariance: identity(2).map((r) => r.map((v) => v * kappa)) };
    const exact = kalman.run("test", model(c.system, "diffuse"), c.y, undefined, "smooth");
    const mean = take(exact.smoothedMean, 0, 18);
    const ll = exact.logLikelihood;
    const big = kalman.run("test", model(wide), c.y, undefined, "smooth");
    close(take(big.smoothedMean, 0, 18), mean, { rel: 1e-6 });
    close(big.logLikelihood + Math.log(kappa), ll, { abs: 1e-5 });
    expect(Math.abs(big.logLikelihood - ll)).toBeGreaterThan(10);
  });

  test("works without observation noise", () => {
    const c = example(16, 2, 1, 0, 8);
    const quiet = { ...c.system, R: [[0]] };
    const little = { ...c.system, R: [[1e-9]] };
    const pass = kalman.run("test", model(quiet, "diffuse"), c.y, undefined, "smooth").logLikelihood;
    close(pass, kalman.run("test", model(little, "diffuse"), c.y, undefined, "smooth").logLikelihood, {
      rel: 1e-6,
    });
  });

  test("says what is missing when the series ends before every direction was seen", () => {
    const c = example(17, 3, 1, 0, 2);
    expect(() => kalman.run("lds.smooth", model(c.system, "diffuse"), c.y, undefined, "smooth")).toThrow(
      /lds.smooth: 2 steps leave 1 of 3 directions of a diffuse start unobserved/,
    );
  });

  test("waits through missing observations", () => {
    const c = example(18, 2, 1, 0, 9);
    const y = c.y.slice();
    y.fill(NaN, 0, 3);
    const late = kalman.run("test", model(c.system, "diffuse"), y, undefined, "smooth");
    const ll = late.logLikelihood;
    const state = take(late.smoothedMean, 3, 2);
    const cut = kalman.run("test", model(c.system, "diffuse"), y.slice(3), undefined, "smooth");
    // x_4 is as diffuse as x_1 was, but for the volume that A changed: |A|³
    const A = c.system.A;
    const det = Math.abs(A[0][0] * A[1][1] - A[0][1] * A[1][0]);
    close(ll + 3 * Math.log(det), cut.logLikelihood, { rel: 1e-9 });
    close(state, take(cut.smoothedMean, 0, 2), { rel: 1e-8 });
  });
});

test("the steady-state shortcut changes nothing that can be seen, and is taken", () => {
  const c = example(21, 4, 2, 0, 400);
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
    const c = example(22, 2, 1, 0, 1);
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
    const pass = kalman.run("test", model(s), c.y, undefined, "smooth");
    for (const ptr of [pass.filteredCovariance, pass.predictedCovariance, pass.smoothedCovariance]) {
      const P = memory.reals(ptr, 4 * T);
      let bad = 0;
      for (let t = 0; t < T; ++t)
        if (!(P[4 * t + 1] === P[4 * t + 2] && P[4 * t] > 0 && P[4 * t] * P[4 * t + 3] > P[4 * t + 1] ** 2))
          ++bad;
      expect(bad).toBe(0);
    }
    const half = kalman.run("test", model(s), c.y.slice(0, T / 2), undefined, "likelihood");
    const mean = Float64Array.from(take(half.predictedMean, 0, 2));
    const rest = {
      ...model(s),
      initial: { mean, covariance: Float64Array.from(take(half.predictedCovariance, 0, 4)) },
    };
    const first = half.logLikelihood;
    const whole = kalman.run("test", model(s), c.y, undefined, "likelihood", { steady: false }).logLikelihood;
    close(first + kalman.run("test", rest, c.y.slice(T / 2), undefined, "likelihood").logLikelihood, whole, {
      rel: 1e-12,
    });
  },
);

test("a singular innovation covariance is an error that names the step", () => {
  const c = example(23, 2, 2, 0, 4);
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
  const c = example(24, 2, 1, 0, 6);
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
