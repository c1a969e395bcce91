/**
 * State-space models of one's own beside one Gaussian over all steps, beside structural models and ARIMA, and
 * with their misuse named.
 */
import { expect, test } from "vitest";
import "../../src/index.ts";
import { arima } from "../../src/models/structural/arima.ts";
import { structural } from "../../src/models/structural/structural.ts";
import { stateSpace } from "../../src/statespace/state-space.ts";
import type { StateSpaceSpec } from "../../src/statespace/spec.ts";
import { close } from "../close.ts";
import { csvColumn, dataPath, missing } from "../data.ts";
import { dense, given, type Dense, type DenseStep } from "./dense.ts";

const path = dataPath("series", "Nile.csv");

/** A flow that wanders and is measured with noise. */
const flow = Array.from({ length: 100 }, (_, t) => {
  const slow = [40, 90, 60, -30, -80, -20, 50, -60, -90, 30][Math.floor(t / 10)];
  return 900 + slow + 3 * (((t * 37) % 61) - 30);
});

const T = 5;
/** Two states and two outputs, all of which changes from step to step, with noises that correlate. */
const steps: DenseStep[] = Array.from({ length: T }, (_, t) => ({
  A: [
    [0.9, 0.2 - 0.1 * t],
    [-0.3, 0.7],
  ],
  C: [
    [1, 0.5],
    [0.2 * t, 1],
  ],
  a: [0.3, -0.1 * t],
  c: [1, 2 - t],
  noise: [
    [1, 0.2, 0.4, 0],
    [0.2, 0.8, 0.1, -0.2],
    [0.4, 0.1, 0.9 + 0.1 * t, 0.3],
    [0, -0.2, 0.3, 0.7],
  ],
}));
const first: Dense = {
  mean: [0.5, -1],
  covariance: [
    [2, 0.3],
    [0.3, 1],
  ],
};
const part = (noise: number[][], rows: number[], columns: number[]): number[][] =>
  rows.map((i) => columns.map((j) => noise[i][j]));
const varying: StateSpaceSpec = {
  state: 2,
  output: 2,
  input: 1,
  varying: true,
  // the intercepts of odd steps come in as inputs
  system: (_, { t, input }) => {
    const { A, C, a, c, noise } = steps[t];
    expect(input[0]).toBe(t % 2);
    return {
      A,
      C,
      Q: part(noise, [0, 1], [0, 1]),
      R: part(noise, [2, 3], [2, 3]),
      S: part(noise, [0, 1], [2, 3]),
      B: t % 2 === 1 ? a : [0, 0],
      D: t % 2 === 1 ? c : [0, 0],
      stateIntercept: t % 2 === 1 ? [0, 0] : a,
      outputIntercept: t % 2 === 1 ? [0, 0] : c,
      initial: first,
    };
  },
};
const y = [1.2, 0.4, 2.5, NaN, NaN, NaN, 0.7, -1.1, 3, 0.2];
const inputs = [Array.from({ length: T }, (_, t) => t % 2)];
/** Places of states and of outputs in the Gaussian over all steps. */
const places = (from: number): number[] =>
  Array.from({ length: 2 * T }, (_, k) => 4 * (k >> 1) + from + (k & 1));
const seen = places(2).filter((_, k) => y[k] === y[k]);
const known = y.filter((v) => v === v);

test("all is as of one Gaussian: changing matrices, correlated noises, intercepts, gaps", async () => {
  using m = await stateSpace(varying);
  const all = dense(steps, first);
  const { mean, covariance, logLikelihood } = given(all, seen, known);
  expect(m.logLikelihood(y, { inputs })).toBeCloseTo(logLikelihood, 10);
  const { means, covariances } = m.smooth(y, { inputs });
  const x = places(0);
  close(
    means,
    x.map((i) => mean[i]),
    { abs: 1e-10 },
  );
  close(
    covariances,
    Array.from({ length: T }, (_, t) =>
      part(covariance, [4 * t, 4 * t + 1], [4 * t, 4 * t + 1]).flat(),
    ).flat(),
    { abs: 1e-10 },
  );
  const history = y.slice(0, 6);
  const past = seen.filter((i) => i < 12);
  const later = given(all, past, known.slice(0, past.length));
  const ahead = m.forecast(2, { history, inputs });
  close(
    ahead.means,
    places(2)
      .slice(6)
      .map((i) => later.mean[i]),
    { abs: 1e-10 },
  );
  close(ahead.covariances.subarray(0, 4), part(later.covariance, [14, 15], [14, 15]).flat(), { abs: 1e-10 });
  const filtered = m.filter(y, { inputs });
  close(filtered.means.subarray(4, 6), [later.mean[8], later.mean[9]], { abs: 1e-10 });
  expect(filtered.logLikelihoods.reduce((a, b) => a + b)).toBeCloseTo(logLikelihood, 10);
});

test("a stream gives the filter's numbers, with noises that correlate too, and begins anew", async () => {
  using m = await stateSpace(varying);
  const { means, covariances, logLikelihoods } = m.filter(y, { inputs });
  using stream = m.stream();
  for (let pass = 0; pass < 2; ++pass) {
    for (let t = 0; t < T; ++t) {
      if (t === 3) expect(() => stream.step([1, 2], [Infinity])).toThrow(/stateSpace\.stream\.step: inputs/);
      const { mean, covariance, logLikelihood } = stream.step(y.slice(2 * t, 2 * t + 2), inputs[0][t]);
      close(mean, means.subarray(2 * t, 2 * t + 2), { abs: 1e-12 });
      close(covariance, covariances.subarray(4 * t, 4 * t + 4), { abs: 1e-12 });
      expect(logLikelihood).toBeCloseTo(logLikelihoods[t], 12);
    }
    stream.reset();
  }
});

test("noises given the series make it again; drawn states have the smoothed as mean", async () => {
  using m = await stateSpace(varying);
  const { means, covariances } = m.smooth(y, { inputs });
  const { outputs, states } = m.disturbances(y, { inputs });
  steps.slice(0, T - 1).forEach(({ A, C, a, c }, t) => {
    const x = means.subarray(2 * t, 2 * t + 2);
    const row = (M: number[][], b: number[], i: number): number => M[i][0] * x[0] + M[i][1] * x[1] + b[i];
    for (const i of [0, 1]) {
      expect(row(A, a, i) + states[2 * t + i]).toBeCloseTo(means[2 * t + 2 + i], 10);
      if (y[2 * t + i] === y[2 * t + i])
        expect(row(C, c, i) + outputs[2 * t + i]).toBeCloseTo(y[2 * t + i], 10);
    }
  });
  const draws = Array.from({ length: 100 }, (_, seed) => m.simulate(y, { inputs, seed }));
  means.forEach((mean, k) => {
    const variance = covariances[(k >> 1) * 4 + (k & 1) * 3];
    // four standard errors of a mean of 100
    const bound = 4 * Math.sqrt(variance / 100);
    expect(Math.abs(draws.reduce((sum, x) => sum + x[k], 0) / 100 - mean)).toBeLessThan(bound);
  });
});

test.skipIf(!path)(`the Nile's published level${missing("series", "Nile.csv")}`, async () => {
  const nile = csvColumn(path!, "value");
  using m = await stateSpace({
    state: 1,
    output: 1,
    parameters: { q: "variance", r: "variance" },
    system: ({ q, r }) => ({ A: 1, C: 1, Q: q, R: r }),
  });
  using s = await structural({});
  const { logLikelihood } = await m.fit(nile);
  await s.fit(nile);
  // Durbin & Koopman 2012, section 2.10.3
  expect(Math.round(m.parameters.r)).toBe(15099);
  expect(m.parameters.q).toBeCloseTo(1469.1, 0);
  expect(logLikelihood).toBeCloseTo(-633.46, 2);
  expect(m.standardErrors.q / s.standardErrors.level).toBeCloseTo(1, 5);
  const [mine, theirs] = [await m.intervals(nile), await s.intervals(nile)];
  expect(mine.r.upper / theirs.irregular.upper).toBeCloseTo(1, 3);
  expect(m.criteria(nile).bic).toBeCloseTo(s.criteria(nile).bic, 6);
  expect(m.diagnostics(nile)[0].ljungBox.statistic).toBeCloseTo(s.diagnostics(nile).ljungBox.statistic, 3);
});

test("an ARMA(1,1) of one noise in state and output, with a mean, is the library's own", async () => {
  using m = await stateSpace({
    state: 1,
    output: 1,
    parameters: { phi: { between: [-1, 1], start: 0.5 }, theta: "real", s: "variance", mean: { start: 900 } },
    // the noise of the state is (φ + θ)·v: a parameter in several places
    system: ({ phi, theta, s, mean }) => ({
      A: phi,
      C: 1,
      Q: (phi + theta) * (phi + theta) * s,
      R: s,
      S: (phi + theta) * s,
      outputIntercept: mean,
      initial: "stationary",
    }),
  });
  using a = await arima({ p: 1, q: 1 });
  const [mine, theirs] = [await m.fit(flow), await a.fit(flow)];
  expect(mine.logLikelihood).toBeCloseTo(theirs.logLikelihood, 6);
  close(Object.values(m.parameters), Object.values(a.parameters), { rel: 1e-4 });
  close(Object.values(m.standardErrors), Object.values(a.standardErrors), { rel: 1e-4 });
  close(m.forecast(3, { history: flow }).upper, a.forecast(3, { history: flow }).upper, { rel: 1e-6 });
});

test("a start that is stationary here and diffuse there, and a parameter held", async () => {
  using s = await structural({ autoregressive: 1 });
  await s.fit(flow);
  const { irregular, level, autoregressive, "autoregressive.1": phi } = s.parameters;
  using m = await stateSpace({
    state: 2,
    output: 1,
    parameters: {
      level: { kind: "variance", start: level, fixed: true },
      r: { kind: "variance", start: irregular },
    },
    system: (p) => ({
      A: [1, 0, 0, phi],
      C: [1, 1],
      Q: [p.level, 0, 0, autoregressive],
      R: p.r,
      initial: { diffuse: [0], stationary: [1] },
    }),
  });
  expect(m.logLikelihood(flow)).toBeCloseTo(s.logLikelihood(flow), 8);
  close(
    m.smooth(flow).means.filter((_: number, k: number) => k % 2 === 0),
    s.components(flow).level.means,
    { rel: 1e-8 },
  );
  await m.fit(flow);
  expect(m.parameters.level).toBe(level);
  expect(m.standardErrors.level).toBe(0);
  expect(m.criteria(flow).parameters).toBe(1);
});

test("a coefficient that walks is found again, its variance within three standard errors", async () => {
  const u = Array.from({ length: 150 }, (_, t) => 1 + ((t * 7) % 11) / 5);
  const spec: StateSpaceSpec = {
    state: 1,
    output: 1,
    input: 1,
    varying: true,
    parameters: { q: { kind: "variance", start: 0.1 }, r: { kind: "variance", start: 0.5 } },
    system: ({ q, r }, { input }) => ({ A: 1, C: input, Q: q, R: r }),
  };
  using m = await stateSpace(spec);
  const { sequence, states } = m.sample(150, { inputs: [u], seed: 5 });
  await m.fit(sequence, { inputs: [u] });
  const { q, r } = m.parameters;
  expect(Math.abs(q - 0.1)).toBeLessThan(3 * m.standardErrors.q);
  expect(Math.abs(r - 0.5)).toBeLessThan(3 * m.standardErrors.r);
  const { means, covariances } = m.smooth(sequence, { inputs: [u] });
  const inside = means.filter((x, t) => Math.abs(x - states[t]) < 1.96 * Math.sqrt(covariances[t]));
  // 95% of 150, less three standard errors for neighbors that err together
  expect(inside.length).toBeGreaterThan(120);
});

test("misuse is named, with the remedy", async () => {
  const base: StateSpaceSpec = { state: 1, output: 1, system: () => ({ A: 1, C: 1, Q: 1, R: 1 }) };
  const wrong = (more: object): Promise<unknown> => stateSpace({ ...base, ...more });
  await expect(wrong({ system: { A: 1 } })).rejects.toThrow(/stateSpace: system is .* want a function/);
  await expect(wrong({ parameters: { q: "positive" } })).rejects.toThrow(/parameters: q: kind is "positive"/);
  await expect(wrong({ parameters: { q: { between: [1, 0] } } })).rejects.toThrow(
    /between is .* the lower one first/,
  );
  await expect(wrong({ parameters: { q: { fixed: true } } })).rejects.toThrow(
    /fixed without a value; say start/,
  );
  const asked = async (system: object, of = ""): Promise<void> => {
    using m = await stateSpace({ ...base, system: () => ({ A: 1, C: 1, Q: 1, R: 1, ...system }) });
    if (of === "smooth") m.smooth([1, 2, 3]);
    else m.logLikelihood([1, 2, 3]);
  };
  await expect(asked({ Q: -1 })).rejects.toThrow(/system: Q has the eigenvalue -\S+, want a covariance/);
  await expect(asked({ S: 2 })).rejects.toThrow(
    /\[\[Q, S\], \[Sᵀ, R\]\] has the eigenvalue -\S+, want a covariance/,
  );
  await expect(asked({ H: 2 })).rejects.toThrow(/system: unknown option "H", want one of A, B, C/);
  await expect(asked({ initial: "stationary" })).rejects.toThrow(/the system is not stable/);
  await expect(asked({ initial: { diffuse: [0], stationary: [0] } })).rejects.toThrow(
    /both diffuse and stationary/,
  );
  await expect(asked({ C: 0 }, "smooth")).rejects.toThrow(/3 steps leave 1 of 1 directions .* unobserved/);
  using open = await stateSpace({ ...base, parameters: { q: "variance" } });
  expect(() => open.smooth([1])).toThrow(
    /stateSpace.smooth: .*not fitted; call fit first, or give each parameter/,
  );
  open.dispose();
  expect(() => open.parameters).toThrow(/the model was disposed/);
});
