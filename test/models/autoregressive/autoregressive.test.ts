/**
 * Autoregression against the normal equations, its own samples, and a net of delay taps trained by gradient.
 */
import { describe, expect, test } from "vitest";
import { autoregressive } from "../../../src/models/autoregressive/autoregressive.ts";
import { delayTaps, dense } from "../../../src/models/network/layers.ts";
import { network } from "../../../src/models/network/network.ts";
import { hessianFree } from "../../../src/optim/hessian-free.ts";
import { Random } from "../../../src/wasm/random.ts";
import { close } from "../../close.ts";
import { add, identity, multiply, rows, solve, transpose, type Matrix } from "../../reference/matrix.ts";
import { design, engine, noise, plain } from "./builders.ts";

describe.each([
  [1, 3, [60]],
  [2, 2, [40, 25]],
  [3, 1, [30, 1, 2, 50]],
  [1, 0, [20]],
])("with %i values a step and %i taps on series of %j steps", (D, p, lengths) => {
  const series = lengths.map((T, i) => noise(10 + i, T, D));
  const { X, Y } = design(series, p, p);
  const want = plain(X, Y);

  test("the fit equals the normal equations", async () => {
    const ar = await autoregressive({ order: p, output: D });
    const report = await ar.fit(series);
    const { coefficients, intercept, noise: S } = ar.parameters;
    close(intercept, want.W[0], { rel: 1e-10 });
    close(
      coefficients,
      Array.from({ length: p }, (_, i) => transpose(want.W.slice(1 + i * D, 1 + (i + 1) * D)).flat()).flat(),
      { rel: 1e-10 },
    );
    close(S, want.S.flat(), { rel: 1e-10 });
    expect(report).toMatchObject({ order: p, steps: Y.length });
    close([report.logLikelihood, ar.logLikelihood(series)], [want.logLikelihood, want.logLikelihood], {
      rel: 1e-10,
    });
    ar.dispose();
  });

  test("predictions are the regression's, a forecast is the predictions' own continuation", async () => {
    const ar = await autoregressive({ order: p, output: D });
    await ar.fit(series);
    const y = series[series.length - 1];
    const [steps] = ar.predict([y]);
    const fitted = multiply(design([y], p, p).X, want.W);
    close(steps.means.slice(p * D), fitted.flat(), { rel: 1e-9 });
    expect([...steps.means.slice(0, p * D)].every(Number.isNaN)).toBe(true);
    const { means, covariances } = ar.forecast(3, { history: [y] });
    const longer = [...y, [...means.slice(0, D)], [...means.slice(D, 2 * D)], [...means.slice(2 * D)]];
    close(means, ar.predict([longer])[0].means.slice(y.length * D), { rel: 1e-12 });
    close(covariances.slice(0, D * D), want.S.flat(), { rel: 1e-9 });
    ar.dispose();
  });
});

test("forecast variances are those of the companion recursion: P ← F·P·Fᵀ + S", async () => {
  const series = [noise(3, 80, 2)];
  const ar = await autoregressive({ order: 2, output: 2 });
  await ar.fit(series);
  const { coefficients, noise: S } = ar.parameters;
  const A1 = rows(coefficients.slice(0, 4), 2);
  const A2 = rows(coefficients.slice(4), 2);
  const F = [
    [...A1[0], ...A2[0]],
    [...A1[1], ...A2[1]],
    [1, 0, 0, 0],
    [0, 1, 0, 0],
  ];
  const Q = identity(4).map((_, i) => [0, 1, 2, 3].map((j) => (i < 2 && j < 2 ? S[2 * i + j] : 0)));
  let P: Matrix = Q.map((row) => row.map(() => 0));
  const { covariances } = ar.forecast(5, { history: series });
  for (let h = 0; h < 5; ++h) {
    P = add(multiply(multiply(F, P), transpose(F)), Q);
    close(covariances.slice(4 * h, 4 * h + 4), [P[0][0], P[0][1], P[1][0], P[1][1]], { rel: 1e-12 });
  }
  ar.dispose();
});

test("coefficients of sampled data come back within three standard errors", async () => {
  const seeded = await autoregressive({ order: 2 });
  const r = new Random(engine, 5);
  const y = [0, 0];
  for (let t = 2; t < 10_000; ++t) y.push(1 + 1.2 * y[t - 1] - 0.5 * y[t - 2] + 0.7 * r.normal());
  await seeded.fit(y);
  const { coefficients, intercept, noise: S } = seeded.parameters;
  const { X } = design([y.map((v) => [v])], 2, 2);
  const XX = solve(multiply(transpose(X), X), identity(3)).X;
  [
    [intercept[0], 1],
    [coefficients[0], 1.2],
    [coefficients[1], -0.5],
  ].forEach(([got, want], i) => expect(Math.abs(got - want)).toBeLessThan(3 * Math.sqrt(S[0] * XX[i][i])));
  close(S, [0.49], { rel: 3 * Math.sqrt(2 / 10_000) });
  const { sequence } = seeded.sample(10_000, { seed: 4 });
  const again = await autoregressive({ order: 2 });
  await again.fit([sequence.slice(100)]);
  again.parameters.coefficients.forEach((a, i) =>
    expect(Math.abs(a - coefficients[i])).toBeLessThan(5 * Math.sqrt(S[0] * XX[i + 1][i + 1])),
  );
  seeded.dispose();
  again.dispose();
});

test("a missing value takes out the steps that need it, and nothing else", async () => {
  const y = noise(12, 50, 1).flat();
  const holed = y.map((v, t) => (t === 20 ? NaN : v));
  const ar = await autoregressive({ order: 2 });
  const { steps } = await ar.fit(holed);
  expect(steps).toBe(48 - 3);
  const { X, Y } = design([holed.map((v) => [v])], 2, 2);
  close(ar.parameters.intercept, plain(X, Y).W[0], { rel: 1e-10 });
  expect([...ar.predict([holed])[0].means].map(Number.isNaN).flatMap((gone, t) => (gone ? [t] : []))).toEqual(
    [0, 1, 21, 22],
  );
  ar.dispose();
});

test("delay taps and a dense layer, trained by gradient, come to the least-squares solution", async () => {
  const r = new Random(engine, 2);
  const y = [0, 0, 0];
  for (let t = 3; t < 200; ++t)
    y.push(0.3 + 0.6 * y[t - 1] - 0.3 * y[t - 2] + 0.2 * y[t - 3] + 0.5 * r.normal());
  const ar = await autoregressive({ order: 3 });
  await ar.fit(y);
  const net = await network({
    input: 1,
    layers: [delayTaps(3), dense(1)],
    loss: "squared",
    precision: "float64",
  });
  const item = {
    input: y.slice(0, -1),
    target: y.slice(1),
    weight: y.slice(1).map((_, t) => (t < 2 ? 0 : 1)),
  }; // the first taps reach before the start
  for await (const { loss } of net.train([item], {
    optimizer: hessianFree({ lambda: 1e-3 }),
    steps: 60,
    batch: 1,
  }))
    if (!Number.isFinite(loss)) break;
  const [W, b] = net.parameters;
  const { coefficients, intercept, noise: S } = ar.parameters;
  close(W.data, coefficients, { abs: 1e-6 });
  close(b.data, intercept, { abs: 1e-6 });
  close((await net.evaluate([item])).loss, S[0] / 2, { rel: 1e-9 });
  net.dispose();
  ar.dispose();
});

test("save and load give the same model", async () => {
  const ar = await autoregressive({ maxOrder: 4, output: 2 });
  const y = [noise(4, 60, 2)];
  const empty = await autoregressive.load(ar.save());
  expect(() => empty.parameters).toThrow(
    /autoregressive.parameters: the model is not fitted; call fit first/,
  );
  await ar.fit(y);
  const copy = await autoregressive.load(ar.save());
  expect(copy.parameters).toEqual(ar.parameters);
  expect(copy.sample(5, { seed: 2 })).toEqual(ar.sample(5, { seed: 2 }));
  await expect(autoregressive.load(ar.save().slice(0, 40))).rejects.toThrow(/truncated/);
  for (const m of [ar, empty, copy]) m.dispose();
});
