/** The exact diffuse start of the filter, against priors of no precision. */
import { afterAll, describe, expect, test } from "vitest";
import { close } from "../close.ts";
import { diffuse, stateCovariance, stateMean } from "../reference/gaussian.ts";
import { identity } from "../reference/matrix.ts";
import { example, kalman, model, take } from "./systems.ts";

afterAll(() => kalman.dispose());

describe("an exact diffuse start", () => {
  test.each([
    [11, 1, 1, 6],
    [12, 3, 1, 8],
    [13, 2, 3, 5],
    [14, 4, 2, 7],
  ])("equals the posterior with zero prior precision (case %i)", (seed, n, p, T) => {
    const c = example(seed, [n, p, 0, T]);
    const want = diffuse(c.system, c.y);
    const pass = kalman.run("test", model(c.system, "diffuse"), { y: c.y }, "smooth");
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
    const c = example(15, [2, 1, 0, 9]);
    const kappa = 1e8;
    const wide = { ...c.system, mean: [0, 0], covariance: identity(2).map((r) => r.map((v) => v * kappa)) };
    const exact = kalman.run("test", model(c.system, "diffuse"), { y: c.y }, "smooth");
    const mean = take(exact.smoothedMean, 0, 18);
    const ll = exact.logLikelihood;
    const big = kalman.run("test", model(wide), { y: c.y }, "smooth");
    close(take(big.smoothedMean, 0, 18), mean, { rel: 1e-6 });
    close(big.logLikelihood + Math.log(kappa), ll, { abs: 1e-5 });
    expect(Math.abs(big.logLikelihood - ll)).toBeGreaterThan(10);
  });

  test("works without observation noise", () => {
    const c = example(16, [2, 1, 0, 8]);
    const noiseless = { ...c.system, R: [[0]] };
    const little = { ...c.system, R: [[1e-9]] };
    const pass = kalman.run("test", model(noiseless, "diffuse"), { y: c.y }, "smooth").logLikelihood;
    close(pass, kalman.run("test", model(little, "diffuse"), { y: c.y }, "smooth").logLikelihood, {
      rel: 1e-6,
    });
  });

  test("says what is missing when the series ends before every direction was seen", () => {
    const c = example(17, [3, 1, 0, 2]);
    expect(() => kalman.run("lds.smooth", model(c.system, "diffuse"), { y: c.y }, "smooth")).toThrow(
      /lds.smooth: 2 steps leave 1 of 3 directions of a diffuse start unobserved/,
    );
  });

  test("waits through missing observations", () => {
    const c = example(18, [2, 1, 0, 9]);
    const y = c.y.slice();
    y.fill(NaN, 0, 3);
    const late = kalman.run("test", model(c.system, "diffuse"), { y }, "smooth");
    const ll = late.logLikelihood;
    const state = take(late.smoothedMean, 3, 2);
    const cut = kalman.run("test", model(c.system, "diffuse"), { y: y.slice(3) }, "smooth");
    // x_4 is as diffuse as x_1 was, but for the volume that A changed: |A|³
    const A = c.system.A;
    const det = Math.abs(A[0][0] * A[1][1] - A[0][1] * A[1][0]);
    close(ll + 3 * Math.log(det), cut.logLikelihood, { rel: 1e-9 });
    close(state, take(cut.smoothedMean, 0, 2), { rel: 1e-8 });
  });
});
