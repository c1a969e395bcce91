/** Symbols that inputs drive: by enumeration, by differences, by recovery, in files and streams. */
import { expect, test } from "vitest";
import { close } from "../close.ts";
import { iohmm } from "../../src/driven/index.ts";
import type { IohmmSpec } from "../../src/driven/index.ts";
import { neverFalls, random } from "../models/hmm/builders.ts";
import { expectSameAgain, pathProbability, pathsOf, switching } from "./two-states.ts";

const spec = {
  ...switching,
  emission: "categorical",
  symbols: 3,
  coefficients: [
    [
      [0, 0],
      [-2, 1],
      [-3, 0.5],
    ],
    [
      [0, 0],
      [2, -1],
      [3, 1],
    ],
  ],
} satisfies IohmmSpec;
const r = random(5);
const T = 1000;
const inputs = Float64Array.from({ length: T }, () => r.normal());
const probabilities = (k: number, u: number): number[] => {
  const odds = spec.coefficients[k].map(([c, b]) => Math.exp(c + b * u));
  const sum = odds.reduce((a, b) => a + b);
  return odds.map((p) => p / sum);
};

test("the likelihood is the sum over all paths, a missing symbol among them", async () => {
  const y = [0, 2, NaN, 1];
  const emits = (k: number, t: number): number => (y[t] === y[t] ? probabilities(k, inputs[t])[y[t]] : 1);
  const all = pathsOf(4).reduce((sum, path) => sum + pathProbability(spec, path, inputs, emits), 0);
  using h = await iohmm(spec);
  close(h.logLikelihood(y, { inputs: inputs.slice(0, 4) }), Math.log(all), { abs: 1e-10 });
  const { states, probabilities: said, means } = h.predict([0], { inputs: [0.7] });
  const own = [0, 1].map((k) => probabilities(k, 0.7));
  close(
    said,
    own[0].map((p, c) => states[0] * p + states[1] * own[1][c]),
    { abs: 1e-12 },
  );
  expect(means).toHaveLength(0);
});

test("what symbols were drawn from is found again, and the posterior never falls", async () => {
  using truth = await iohmm(spec);
  const { sequence } = truth.sample(T, { inputs, seed: 3 });
  using h = await iohmm({ states: 2, input: 1, emission: "categorical", symbols: 3, seed: 2 });
  const { history } = await h.fit(sequence, { inputs, iterations: 15 });
  expect(neverFalls(history)).toBe(true);
  const { coefficients: b, covariances } = h.parameters;
  const low = b[2] < b[8] ? 0 : 6;
  // three standard errors, by differences of the likelihood of 1,500 steps, times √1.5
  const errors = [0.2, 0.21, 0.3, 0.32, 0.44, 0.51, 0.44, 0.48];
  const found = [...b.subarray(low + 2, low + 6), ...b.subarray(8 - low, 12 - low)];
  const truths = [...spec.coefficients[0].slice(1), ...spec.coefficients[1].slice(1)].flat();
  found.forEach((x, i) => expect(Math.abs(x - truths[i])).toBeLessThan(3 * errors[i]));
  expect([b[0], b[1], b[6], b[7]]).toEqual([0, 0, 0, 0]);
  expect(covariances).toHaveLength(0);
  await expectSameAgain(h, sequence, inputs);
  using stream = h.stream();
  expect(() => stream.step(3, 0)).toThrow(/want a symbol, a whole number from 0 to 2/);
});

test("where a fit ends, no coefficient's difference gains", async () => {
  const y = Float64Array.from({ length: 60 }, (_, t) => (t * t + (inputs[t] > 0 ? 1 : 0)) % 3);
  const u = inputs.slice(0, 60);
  using h = await iohmm({ states: 1, input: 1, emission: "categorical", symbols: 3 });
  await h.fit(y, { inputs: u, iterations: 5 });
  const { coefficients } = h.parameters;
  const at = async (i: number, by: number): Promise<number> => {
    const b = coefficients.slice();
    b[i] += by;
    const rows = [0, 1, 2].map((c) => [b[2 * c], b[2 * c + 1]]);
    using other = await iohmm({
      states: 1,
      input: 1,
      emission: "categorical",
      symbols: 3,
      coefficients: [rows],
    });
    return other.logLikelihood(y, { inputs: u });
  };
  for (let i = 2; i < 6; ++i) close((await at(i, 1e-4)) - (await at(i, -1e-4)), 0, { abs: 2e-8 });
});

test("what does not go with symbols is refused by name", async () => {
  await expect(iohmm({ ...spec, output: 2 })).rejects.toThrow(/output is 2, want 1: one symbol a step/);
  await expect(iohmm({ ...spec, covariances: [[[1]], [[1]]] })).rejects.toThrow(/categorical has none/);
  await expect(iohmm({ states: 1, input: 1, symbols: 2 })).rejects.toThrow(/symbols was given, but gaussian/);
  const tilted = [[[0.5, 0], ...spec.coefficients[0].slice(1)], spec.coefficients[1]];
  await expect(iohmm({ ...spec, coefficients: tilted })).rejects.toThrow(/row 0 has 0.5, want 0/);
  using h = await iohmm(spec);
  await expect(h.fit([0, 1], { inputs: [0, 1], prior: { means: 1 } })).rejects.toThrow(
    /prior.means was given, but this emission takes none of these/,
  );
});
