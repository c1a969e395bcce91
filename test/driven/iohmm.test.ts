/**
 * Hidden Markov models that inputs drive: against enumeration of all paths, the gradient at what a fit finds,
 * and the parameters that data were drawn from.
 */
import { expect, test } from "vitest";
import { close } from "../close.ts";
import { iohmm } from "../../src/driven/index.ts";
import type { IohmmSpec } from "../../src/driven/index.ts";
import { ORACLE, neverFalls, random } from "../models/hmm/builders.ts";
import { pathProbability, pathsOf } from "./two-states.ts";

const array = <X>(length: number, make: (i: number) => X): X[] => Array.from({ length }, (_, i) => make(i));
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);

const spec = {
  states: 2,
  input: 1,
  startprob: [0.3, 0.7],
  transitions: [
    [
      [0, 0],
      [-1.5, 2],
    ],
    [
      [-1, -1],
      [0, 0],
    ],
  ],
  coefficients: [[[-1, 0.5]], [[2, -1]]],
  covariances: [[[0.5]], [[1.5]]],
} satisfies IohmmSpec;

/** p of a path with the data, from the definition. */
const pathOf = (states: readonly number[], y: readonly number[], u: readonly number[]): number =>
  pathProbability(spec, states, u, (k, t) => {
    const [[c, b]] = spec.coefficients[k];
    const variance = spec.covariances[k][0][0];
    const e = y[t] - c - b * u[t];
    return Number.isNaN(e) ? 1 : Math.exp((-0.5 * e * e) / variance) / Math.sqrt(2 * Math.PI * variance);
  });

const T = 6;
const r = random(5);
const u = array(T + 2, () => r.normal());
const y = array(T, (t) => (t === 2 ? NaN : r.normal()));
const paths = pathsOf(T).map((states) => ({ states, p: pathOf(states, y, u) }));
const all = sum(paths.map(({ p }) => p));
const share = (of: (states: readonly number[]) => boolean): number =>
  sum(paths.filter(({ states }) => of(states)).map(({ p }) => p)) / all;

test("likelihood, states, pairs, the best path and what comes next are those of all paths", async () => {
  const h = await iohmm(spec);
  const driven = { inputs: [u.slice(0, T)] };
  close(h.logLikelihood([y], driven), Math.log(all), ORACLE);
  close(
    h.posterior([y], driven)[0],
    array(2 * T, (at) => share((s) => s[at >> 1] === at % 2)),
    ORACLE,
  );
  close(
    h.pairPosterior([y], driven)[0],
    array(4 * (T - 1), (at) => share((s) => s[at >> 2] === ((at >> 1) & 1) && s[(at >> 2) + 1] === at % 2)),
    ORACLE,
  );
  const best = paths.reduce((a, b) => (b.p > a.p ? b : a));
  const found = h.viterbi([y], driven)[0];
  expect([...found.states]).toEqual(best.states);
  close(found.logProbability, Math.log(best.p), ORACLE);
  const stream = h.stream();
  const steps = y.map((v, t) => stream.step(v, u[t]));
  close(
    steps.map(({ logLikelihood }) => logLikelihood),
    h.filter([y], driven)[0].logLikelihoods,
    ORACLE,
  );
  // two steps on: paths of T + 2 steps of which the last are not seen
  const { states, means } = h.forecast(2, { history: y, inputs: u });
  const seen = [...y, NaN, NaN];
  const longer = pathsOf(T + 2).map((states) => ({ states, p: pathOf(states, seen, u) }));
  const last = (t: number, k: number): number =>
    sum(longer.filter(({ states }) => states[t] === k).map(({ p }) => p)) / all;
  close(states, [last(T, 0), last(T, 1), last(T + 1, 0), last(T + 1, 1)], ORACLE);
  const at = (t: number, k: number): number => spec.coefficients[k][0][0] + spec.coefficients[k][0][1] * u[t];
  close(
    means,
    [T, T + 1].map((t) => last(t, 0) * at(t, 0) + last(t, 1) * at(t, 1)),
    ORACLE,
  );
  // the checker sees inputs that come a step late
  expect(Math.abs(h.logLikelihood([y], { inputs: [u.slice(1, T + 1)] }) - Math.log(all))).toBeGreaterThan(
    0.01,
  );
  h.dispose();
});

/** Entries that a fit moves, as one vector: log-odds of leaving, regressions. */
const freeOf = (p: { transitions: Float64Array; coefficients: Float64Array }): number[] => [
  ...[2, 3, 4, 5].map((at) => p.transitions[at]),
  ...p.coefficients,
];

test("EM ends where the gradient is 0, within 3 standard errors, in any unit of the inputs", async () => {
  const truth = await iohmm(spec);
  const inputs = [array(700, (t) => Math.sin(t / 9) + 0.5 * r.normal())];
  const data = [truth.sample(700, { inputs, seed: 3 }).sequence];
  const model = await iohmm({ states: 2, input: 1, seed: 2 });
  const report = await model.fit(data, { inputs, iterations: 150, tolerance: 1e-8 });
  expect(neverFalls(report.history, 1e-7)).toBe(true);
  const bytes = model.save();
  const copy = await iohmm.load(bytes);
  expect(copy.logLikelihood(data, { inputs })).toBe(model.logLikelihood(data, { inputs }));
  expect(copy.save()).toEqual(bytes);
  const scaled = await iohmm({ states: 2, input: 1, seed: 2 });
  const thousands = { inputs: [inputs[0].map((x) => 1000 * x + 5000)] };
  await scaled.fit(data, { ...thousands, iterations: 150, tolerance: 1e-8 });
  close(scaled.logLikelihood(data, thousands), report.logLikelihood, { rel: 1e-9 });

  const { transitions, coefficients, ...rest } = model.parameters;
  const x = freeOf({ transitions, coefficients });
  const value = async (moved: readonly number[]): Promise<number> => {
    const other = await iohmm({
      states: 2,
      input: 1,
      startprob: rest.startprob,
      transitions: [
        [0, 0, moved[0], moved[1]],
        [moved[2], moved[3], 0, 0],
      ],
      coefficients: [moved.slice(4, 6), moved.slice(6)],
      covariances: [[rest.covariances[0]], [rest.covariances[1]]],
    });
    const found = other.logLikelihood(data, { inputs });
    other.dispose();
    return found;
  };
  const step = 1e-3;
  const beside = (i: number, by: number): number[] => x.map((v, j) => (i === j ? v + by : v));
  const middle = await value(x);
  const first = model.parameters.coefficients[0] < 0 ? [0, 1] : [1, 0];
  const given = freeOf(truth.parameters);
  const order = first[0] === 0 ? [0, 1, 2, 3, 4, 5, 6, 7] : [2, 3, 0, 1, 6, 7, 4, 5];
  for (const i of x.keys()) {
    const [up, down] = [await value(beside(i, step)), await value(beside(i, -step))];
    const error = 1 / Math.sqrt((2 * middle - up - down) / (step * step));
    // in standard errors: what the prior and the last iteration leave
    expect(Math.abs((up - down) / (2 * step)) * error).toBeLessThan(0.05);
    expect(Math.abs(x[i] - given[order[i]]) / error).toBeLessThan(3);
  }
  for (const h of [truth, model, copy, scaled]) h.dispose();
});

test.each<[string, object, RegExp]>([
  ["no inputs", { input: 0 }, /iohmm: input is 0/],
  ["odds of staying", { transitions: array(2, () => [1, 0, 0, 0]) }, /want 0: log-odds are beside staying/],
  ["a part that nothing drives", { drives: ["both"] }, /iohmm: drives\[0\] is "both"/],
])("%s is refused", async (_, change, words) => {
  await expect(iohmm({ ...spec, ...change })).rejects.toThrow(words);
});
