/** Filters of nonlinear functions: the Kalman filter where these are linear, and what each kind promises. */
import { expect, test } from "vitest";
import "../../src/index.ts";
import { lds } from "../../src/models/lds/lds.ts";
import type { NonlinearSpec } from "../../src/statespace/nonlinear-spec.ts";
import { nonlinearFilter } from "../../src/statespace/nonlinear.ts";
import { close } from "../close.ts";

const A = [0.9, 0.3, -0.2, 0.8];
const C = [1, 0.4, 0.3, -1];
const Q = [0.5, 0.1, 0.1, 0.3];
const R = [0.6, 0.2, 0.2, 0.9];
const initial = { mean: [1, -1], covariance: [2, 0.3, 0.3, 1] };
const times = (M: number[], x: ArrayLike<number>): number[] => [
  M[0] * x[0] + M[1] * x[1],
  M[2] * x[0] + M[3] * x[1],
];
const linear: NonlinearSpec = {
  state: 2,
  output: 2,
  input: 1,
  transition: (x, { input }) => times(A, x).map((v) => v + 0.5 * input[0]),
  observation: (x, { input }) => times(C, x).map((v) => v - input[0]),
  Q,
  R,
  initial,
};
const y = [1.2, 0.4, 2.5, NaN, NaN, NaN, 0.7, -1.1, 3, 0.2, -0.4, 1];
const inputs = [[1, 0, -1, 2, 0.5, 1]];

test.each(["extended", "unscented"] as const)(
  "%s, of linear functions: the Kalman filter",
  async (method) => {
    using k = await nonlinearFilter({ ...linear, method });
    using m = await lds({ state: 2, output: 2, input: 1, A, B: [0.5, 0.5], C, D: [-1, -1], Q, R, initial });
    const [mine, theirs] = [k.filter(y, { inputs }), m.filter(y, { inputs })];
    close(mine.means, theirs.means, { abs: 1e-8 });
    close(mine.covariances, theirs.covariances, { abs: 1e-8 });
    close(mine.logLikelihoods, theirs.logLikelihoods, { abs: 1e-8 });
    close(k.smooth(y, { inputs }).means, m.smooth(y, { inputs }).means, { abs: 1e-8 });
    close(k.smooth(y, { inputs }).covariances, m.smooth(y, { inputs }).covariances, { abs: 1e-8 });
    close(k.predict(y, { inputs }).covariances, m.predict(y, { inputs }).covariances, { abs: 1e-8 });
    const history = y.slice(0, 8);
    const [ahead, want] = [k.forecast(2, { history, inputs }), m.forecast(2, { history, inputs })];
    close(ahead.means, want.means, { abs: 1e-8 });
    // 1.644854 deviations on each side hold 90%
    expect(ahead.upper[3] - ahead.means[3]).toBeCloseTo(1.644854 * Math.sqrt(want.covariances[7]), 6);
  },
);

test("a stream gives the numbers of the whole series, and begins anew after reset", async () => {
  using k = await nonlinearFilter(linear);
  const { means, logLikelihoods } = k.filter(y, { inputs });
  using stream = k.stream();
  for (const _ of [1, 2]) {
    for (let t = 0; t < 6; ++t) {
      const { mean, logLikelihood } = stream.step(y.slice(2 * t, 2 * t + 2), inputs[0][t]);
      expect([...mean]).toEqual([...means.subarray(2 * t, 2 * t + 2)]);
      expect(logLikelihood).toBe(logLikelihoods[t]);
    }
    stream.reset();
  }
});

test("of a square, points have the mean and variance; the tangent has neither", async () => {
  const square: NonlinearSpec = {
    state: 1,
    output: 1,
    transition: (x) => x,
    observation: ([x]) => [x * x],
    Q: 0,
    R: 0.1,
    initial: { mean: [1.5], covariance: [[0.4]] },
  };
  using points = await nonlinearFilter(square);
  using tangent = await nonlinearFilter({ ...square, method: "extended" });
  // E x² = m² + P, var x² = 4m²P + 2P²
  const { means, covariances } = points.forecast(1);
  expect(means[0]).toBeCloseTo(2.25 + 0.4, 10);
  expect(covariances[0]).toBeCloseTo(4 * 2.25 * 0.4 + 2 * 0.16 + 0.1, 10);
  expect(tangent.forecast(1).means[0]).toBeCloseTo(2.25, 10);
  expect(tangent.forecast(1).covariances[0]).toBeCloseTo(4 * 2.25 * 0.4 + 0.1, 6);
});

/** A pendulum whose horizontal deflection is measured. (Särkkä 2013, example 5.1) */
const pendulum: NonlinearSpec = {
  state: 2,
  output: 1,
  transition: ([angle, speed]) => [angle + 0.02 * speed, speed - 0.02 * 9.8 * Math.sin(angle)],
  observation: ([angle]) => [Math.sin(angle)],
  Q: [2.6e-8, 2e-6, 2e-6, 2e-4],
  R: 0.1,
  initial: { mean: [1.6, 0], covariance: [0.1, 0, 0, 0.1] },
};

test("a pendulum is followed through noise, its bands hold the truth, and smoothing errs less", async () => {
  using noise = await lds({
    state: 1,
    output: 1,
    A: 0,
    C: 1,
    Q: 1,
    R: 0,
    initial: { mean: 0, covariance: 1 },
  });
  const normals = noise.sample(800, { seed: 4 }).sequence;
  const truth: number[] = [];
  let x = [1.5, 0];
  const seen = Array.from({ length: 400 }, (_, t) => {
    truth.push(x[0]);
    const [angle, speed] = pendulum.transition(Float64Array.from(x), {
      t,
      input: new Float64Array(0),
    }) as number[];
    x = [angle, speed + 0.0141 * normals[2 * t]];
    return Math.sin(truth[t]) + Math.sqrt(0.1) * normals[2 * t + 1];
  });
  const rms = (means: Float64Array): number =>
    Math.sqrt(truth.reduce((sum, v, t) => sum + (means[2 * t] - v) * (means[2 * t] - v), 0) / truth.length);
  for (const method of ["unscented", "extended"] as const) {
    using k = await nonlinearFilter({ ...pendulum, method });
    const { means, covariances } = k.filter(seen);
    const smooth = k.smooth(seen);
    // the deviation of one measurement is 0.32; Särkkä prints errors of 0.12 for the filters, 0.03 smoothed
    expect(rms(means)).toBeLessThan(0.2);
    expect(rms(smooth.means)).toBeLessThan(0.6 * rms(means));
    const inside = truth.filter((v, t) => Math.abs(means[2 * t] - v) < 1.96 * Math.sqrt(covariances[4 * t]));
    // 95% of 400, less three standard errors of some 25 that err by themselves: neighbors err together
    expect(inside.length).toBeGreaterThan(320);
  }
});

test("derivatives that are given are those of differences", async () => {
  using own = await nonlinearFilter({
    ...pendulum,
    method: "extended",
    transitionJacobian: ([angle]) => [
      [1, 0.02],
      [-0.02 * 9.8 * Math.cos(angle), 1],
    ],
    observationJacobian: ([angle]) => [[Math.cos(angle), 0]],
  });
  using found = await nonlinearFilter({ ...pendulum, method: "extended" });
  const seen = Array.from({ length: 40 }, (_, t) => Math.sin(1.6 - t / 20));
  close(own.filter(seen).means, found.filter(seen).means, { abs: 1e-8 });
});

test("misuse is named, with the remedy", async () => {
  const wrong = (more: object): Promise<unknown> => nonlinearFilter({ ...pendulum, ...more });
  await expect(wrong({ transition: 3 })).rejects.toThrow(/nonlinearFilter: transition is 3, want a function/);
  await expect(wrong({ method: "particle" })).rejects.toThrow(/method is "particle", want one of/);
  await expect(wrong({ initial: undefined })).rejects.toThrow(/initial/);
  await expect(wrong({ R: [1, 2] })).rejects.toThrow(/R has 2 numbers, want/);
  await expect(wrong({ transitionJacobian: () => [1] })).rejects.toThrow(
    /want a function, of method "extended"/,
  );
  using k = await nonlinearFilter({ ...pendulum, observation: () => [1, 2] });
  expect(() => k.filter([1])).toThrow(
    /nonlinearFilter.filter: sequence 0: step 0: observation gives 2 numbers, want 1/,
  );
  using root = await nonlinearFilter({ ...pendulum, observation: ([x]) => [Math.sqrt(x - 5)] });
  expect(() => root.filter([1])).toThrow(
    /observation: number 0 is NaN at \[.*finite wherever the filter may look/,
  );
  using flat = await nonlinearFilter({ ...pendulum, observation: () => [0], R: 0 });
  expect(() => flat.filter([1])).toThrow(/step 0: covariance of the output/);
  expect(() => k.filter([1], { inputs: [[1]] })).toThrow(/inputs/);
  k.dispose();
  expect(() => k.filter([1])).toThrow(/nonlinearFilter.filter: the model was disposed/);
});
