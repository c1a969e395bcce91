/** What a linear dynamical system is used for: filtering, prediction, streams, files, samples. */
import { describe, expect, test } from "vitest";
import { lds } from "../../../src/models/lds/lds.ts";
import { localLevel } from "../../../src/models/lds/local-level.ts";
import { close } from "../../close.ts";
import { drawn, sum, truth } from "./builders.ts";

describe("using", () => {
  test("a stream gives what the filter gives, through holes and a diffuse start", async () => {
    const { y, u, model } = await drawn([25], { holes: true });
    const diffuse = await lds({ ...truth, initial: "diffuse" });
    for (const m of [model, diffuse]) {
      const [want] = m.filter(y, { inputs: u });
      const stream = m.stream();
      for (let round = 0; round < 2; ++round, stream.reset()) {
        for (let t = 0; t < 25; ++t) {
          const now = stream.step(y[0].subarray(2 * t, 2 * t + 2), u[0][t]);
          close(now.mean, want.means.slice(2 * t, 2 * t + 2), { rel: 1e-12, abs: 1e-12 });
          close(now.covariance, want.covariances.slice(4 * t, 4 * t + 4), { rel: 1e-12, abs: 1e-12 });
          close(now.logLikelihood, want.logLikelihoods[t], { rel: 1e-12, abs: 1e-12 });
        }
      }
      stream.dispose();
      m.dispose();
    }
  });

  test("a direction not yet observed has infinite variance, in states and predictions", async () => {
    const trend = await lds({
      state: 2,
      output: 1,
      A: [
        [1, 1],
        [0, 1],
      ],
      C: [[1, 0]],
      Q: [
        [0.1, 0],
        [0, 0.1],
      ],
      R: 1,
      initial: "diffuse",
    });
    const y = [1, 2, 3, 4];
    const filtered = trend.filter(y);
    const predicted = trend.predict(y);
    expect([...filtered.covariances.slice(0, 4)]).toEqual([1, 0, 0, Infinity]);
    expect([...predicted.covariances].map(Number.isFinite)).toEqual([false, false, true, true]);
    expect(predicted.means[2]).toBeCloseTo(3, 10);
    trend.dispose();
  });

  test("one-step predictions score the log-likelihood, and a forecast goes on from them", async () => {
    const { y, u, model } = await drawn([9], { holes: false });
    const [steps] = model.predict(y, { inputs: u });
    const scores = Array.from({ length: 9 }, (_, t) => {
      const [a, b, , d] = steps.covariances.slice(4 * t, 4 * t + 4);
      const e = [0, 1].map((i) => y[0][2 * t + i] - steps.means[2 * t + i]);
      const det = a * d - b * b;
      return (
        -0.5 *
        (2 * Math.log(2 * Math.PI) +
          Math.log(det) +
          (d * e[0] ** 2 - 2 * b * e[0] * e[1] + a * e[1] ** 2) / det)
      );
    });
    close(sum(scores), model.logLikelihood(y, { inputs: u }), { rel: 1e-12 });
    const cut = model.forecast(3, { history: y[0].slice(0, 12), inputs: u });
    close(cut.means.slice(0, 2), steps.means.slice(12, 14), { rel: 1e-12 });
    expect(cut.covariances[8]).toBeGreaterThan(cut.covariances[0]);
    model.dispose();
  });

  test("save and load give the same model, which goes on learning with the same bits", async () => {
    const { y, u, model } = await drawn([30], { holes: true });
    const first = await lds({ state: 2, output: 2, input: 1, diagonal: ["R"], fixed: ["D"] });
    await first.fit(y, { inputs: u, iterations: 5 });
    const second = await lds.load(first.save());
    expect(second.parameters).toEqual(first.parameters);
    await Promise.all([first, second].map((m) => m.fit(y, { inputs: u, iterations: 5 })));
    expect(second.parameters).toEqual(first.parameters);
    const walk = await localLevel({ level: 2, observation: 3 });
    const copy = await lds.load(walk.save());
    expect(copy.parameters).toEqual(walk.parameters);
    for (const m of [model, first, second, walk, copy]) m.dispose();
  });

  test(
    "a model is an oracle for its own samples: states and outputs have the " + "stationary variances",
    async () => {
      const k = await lds({
        state: 1,
        output: 1,
        A: 0.8,
        C: 2,
        Q: 0.36,
        R: 0.5,
        initial: { mean: 0, covariance: 1 },
      });
      const { sequence, states } = k.sample(20000, { seed: 9 });
      const variance = (x: Float64Array): number => sum(x.map((v) => v * v)) / x.length;
      // 3 standard errors of an AR(1)'s variance
      close(variance(states), 1, { abs: 3 * Math.sqrt(((2 / 20000) * (1 + 0.64)) / (1 - 0.64)) });
      close(variance(sequence), 4.5, { abs: 0.3 });
      expect(k.sample(5, { seed: 9 }).sequence).toEqual(sequence.slice(0, 5));
      k.dispose();
    },
  );
});
