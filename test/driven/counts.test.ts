/** Counts that inputs drive: by enumeration, by recovery, in files and streams. */
import { expect, test } from "vitest";
import { close } from "../close.ts";
import { iohmm } from "../../src/driven/index.ts";
import type { IohmmSpec } from "../../src/driven/index.ts";
import { neverFalls, random } from "../models/hmm/builders.ts";
import { expectSameAgain, pathProbability, pathsOf, switching } from "./two-states.ts";

const spec = {
  ...switching,
  emission: "poisson",
  coefficients: [[[0.5, 0.6]], [[2.3, -0.4]]],
} satisfies IohmmSpec;
const r = random(5);
const inputs = Float64Array.from({ length: 3000 }, () => r.normal());

test("the likelihood is the sum over all paths, a missing count among them", async () => {
  const y = [0, 7, NaN, 12];
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const emits = (k: number, t: number): number => {
    const [[c, b]] = spec.coefficients[k];
    const rate = Math.exp(c + b * inputs[t]);
    return y[t] === y[t] ? (rate ** y[t] * Math.exp(-rate)) / factorial(y[t]) : 1;
  };
  const all = pathsOf(4).reduce((sum, path) => sum + pathProbability(spec, path, inputs, emits), 0);
  using h = await iohmm(spec);
  close(h.logLikelihood(y, { inputs: inputs.slice(0, 4) }), Math.log(all), { abs: 1e-10 });
});

test("what counts were drawn from is found again, and the posterior never falls", async () => {
  using truth = await iohmm(spec);
  const { sequence } = truth.sample(3000, { inputs, seed: 3 });
  using h = await iohmm({ states: 2, input: 1, emission: "poisson", seed: 2 });
  const { history } = await h.fit(sequence, { inputs, iterations: 40 });
  expect(neverFalls(history)).toBe(true);
  const { coefficients: b, covariances } = h.parameters;
  const [low, high] = b[0] < b[2] ? [0, 2] : [2, 0];
  // four standard errors: 1/√(1500·rate), the rates about 2 and 10
  close([b[low], b[low + 1]], [0.5, 0.6], { abs: 0.08 });
  close([b[high], b[high + 1]], [2.3, -0.4], { abs: 0.04 });
  expect(covariances).toHaveLength(0);
  const { means, variances } = h.predict(sequence, { inputs });
  expect(means.every((m, t) => variances[t] >= m)).toBe(true);
  await expectSameAgain(h, sequence, inputs);
  using stream = h.stream();
  expect(() => stream.step(1.5, 0)).toThrow(/want a count/);
  expect(() => h.logLikelihood([1, -1], { inputs: [0, 0] })).toThrow(/want a count/);
});

test("covariances of counts are refused", () =>
  expect(iohmm({ ...spec, covariances: [[[1]], [[1]]] })).rejects.toThrow(
    /poisson has none; leave them out/,
  ));
