/**
 * Autoregression against the normal equations, its own samples, and a net of delay taps trained by gradient.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inferenceEngine } from "../../../src/inference/inference-engine.ts";
import { autoregressive } from "../../../src/models/autoregressive/autoregressive.ts";
import { delayTaps, dense } from "../../../src/models/network/layers.ts";
import { network } from "../../../src/models/network/network.ts";
import { hessianFree } from "../../../src/optim/hessian-free.ts";
import { Random } from "../../../src/wasm/random.ts";
import { close } from "../../close.ts";
import { csvColumn, dataPath, missing } from "../../data.ts";
import { add, identity, multiply, rows, solve, transpose, type Matrix } from "../../reference/matrix.ts";

const engine = await inferenceEngine();

/** Regressors (1, y_{t-1}, …, y_{t-p}) and targets, from t = skip on. */
function design(series: number[][][], p: number, skip: number): { X: Matrix; Y: Matrix } {
  const X: Matrix = [];
  const Y: Matrix = [];
  for (const y of series)
    for (let t = skip; t < y.length; ++t) {
      const span = y.slice(t - p, t + 1);
      if (span.flat().some(Number.isNaN)) continue;
      X.push([1, ...Array.from({ length: p }, (_, i) => y[t - 1 - i]).flat()]);
      Y.push(y[t]);
    }
  return { X, Y };
}
const noise = (seed: number, T: number, D: number, scale = 1): number[][] => {
  const r = new Random(engine, seed);
  return Array.from({ length: T }, () => Array.from({ length: D }, () => scale * r.normal()));
};
/** Coefficients [1+pD, D], residual covariance and log-likelihood by the normal equations. */
function plain(X: Matrix, Y: Matrix): { W: Matrix; S: Matrix; logLikelihood: number } {
  const W = solve(multiply(transpose(X), X), multiply(transpose(X), Y)).X;
  const E = add(Y, multiply(X, W), -1);
  const n = Y.length;
  const D = Y[0].length;
  const S = multiply(transpose(E), E).map((row) => row.map((v) => v / n));
  return { W, S, logLikelihood: -0.5 * n * (D * (Math.log(2 * Math.PI) + 1) + solve(S, identity(D)).logDet) };
}

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

describe("choosing the order", () => {
  const r = new Random(engine, 9);
  const y = [0, 0, 0];
  for (let t = 3; t < 1500; ++t) y.push(0.5 * y[t - 1] - 0.4 * y[t - 3] + r.normal());

  test.each(["aic", "bic"] as const)("%s compares all orders on the same steps", async (criterion) => {
    const ar = await autoregressive({ maxOrder: 8, criterion });
    const { criteria, order } = await ar.fit(y);
    criteria!.forEach((got, p) => {
      const { X, Y } = design([y.map((v) => [v])], p, 8);
      const { logLikelihood } = plain(X, Y);
      close(got, -2 * logLikelihood + (criterion === "aic" ? 2 : Math.log(Y.length)) * (p + 2), {
        rel: 1e-10,
      });
    });
    expect(order).toBe(criteria!.indexOf(Math.min(...criteria!)));
    if (criterion === "bic") expect(order).toBe(3);
    ar.dispose();
  });

  test("a series that is predicted exactly ends at the least order that does it", async () => {
    const ar = await autoregressive({ maxOrder: 6, intercept: false });
    const sine = Array.from({ length: 60 }, (_, t) => Math.sin(0.3 * t));
    const { order } = await ar.fit(sine);
    expect(order).toBe(2); // sin((t+1)ω) = 2·cos ω·sin tω - sin((t-1)ω)
    close(ar.parameters.coefficients, [2 * Math.cos(0.3), -1], { rel: 1e-10 });
    close(
      ar.forecast(20, { history: sine }).means,
      Array.from({ length: 20 }, (_, t) => Math.sin(0.3 * (60 + t))),
      { abs: 1e-8 },
    );
    expect(ar.parameters.noise[0]).toBeLessThan(1e-24);
    ar.dispose();
  });

  const path = dataPath("series", "sunspot.year.csv");
  test.skipIf(!path)(`sunspots want more than two taps${missing("series", "sunspot.year.csv")}`, async () => {
    const ar = await autoregressive({ maxOrder: 15, criterion: "aic" });
    const { order } = await ar.fit(csvColumn(path!, "value"));
    expect(order).toBe(9); // as R's ar() and most textbooks have it
    ar.dispose();
  });
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

describe("misuse", () => {
  test.each<[string, unknown, RegExp]>([
    ["no order", {}, /autoregressive: order and maxOrder are both missing, want one of them/],
    ["two orders", { order: 1, maxOrder: 2 }, /both given/],
    ["a negative order", { order: -1 }, /order is -1/],
    ["an unknown criterion", { maxOrder: 2, criterion: "cp" }, /criterion is "cp", want one of aic, bic/],
    ["an unknown option", { order: 1, lags: 3 }, /unknown option "lags"/],
    ["an intercept of 1", { order: 1, intercept: 1 }, /intercept is 1, want true or false/],
  ])("%s is named", async (_, spec, message) => {
    await expect(autoregressive(spec as never)).rejects.toThrow(message);
  });

  test("data that do not suffice are named", async () => {
    const ar = await autoregressive({ order: 3 });
    await expect(ar.fit([1, 2, 3, 4, 5])).rejects.toThrow(
      /2 steps with all of their 3 taps, want at least 5 for 4 coefficients/,
    );
    await expect(ar.fit(new Array(30).fill(2))).rejects.toThrow(/regressor 1 depends on those before it/);
    await expect(ar.fit([1, Infinity])).rejects.toThrow(/step 1, value 0 is Infinity/);
    await ar.fit([noise(1, 30, 1)]);
    expect(() => ar.forecast(2, { history: [1, 2] })).toThrow(/history lacks some of its last 3 steps/);
    expect(() => ar.forecast(2, {} as never)).toThrow(/history is missing/);
    ar.dispose();
    expect(() => ar.predict([[1]])).toThrow(/the model was disposed/);
  });

  test(
    "options of iterative models are checked, each order is reported, and a signal stops after the " +
      "one at hand",
    async () => {
      const y = noise(7, 60, 1);
      const ar = await autoregressive({ maxOrder: 5 });
      for (const [options, message] of [
        [{ iterations: "x" }, /autoregressive.fit: iterations is "x"/],
        [{ restarts: -3 }, /restarts is -3/],
        [{ tolerance: NaN }, /tolerance is NaN/],
        [{ onProgress: 3 }, /onProgress is number/],
        [null, /options are null/],
      ] as const) {
        await expect(ar.fit([y], options as never)).rejects.toThrow(message);
      }
      const seen: number[] = [];
      const { criteria } = await ar.fit([y], { onProgress: (e) => seen.push(e.objective) });
      expect(seen).toHaveLength(6);
      close(
        seen.map((objective, p) => -2 * objective + Math.log(55) * (p + 2)),
        criteria!,
        { rel: 1e-12 },
      );
      const stop = new AbortController();
      const cut = await ar.fit([y], {
        signal: stop.signal,
        onProgress: (e) => {
          if (e.iteration === 3) stop.abort();
        },
      });
      expect(cut.criteria).toEqual(criteria!.slice(0, 3));
      ar.dispose();
    },
  );

  test("random and adversarial series give finite numbers or a clear error, never NaN", async () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, 1, -1, 1e-300, 1e154, 1e300),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(number, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 0, max: 3 }),
        async (y, order) => {
          const ar = await autoregressive({ order });
          try {
            await ar.fit([y]);
            const { coefficients, intercept, noise: S } = ar.parameters;
            for (const x of [...coefficients, ...intercept, ...S]) expect(Number.isFinite(x)).toBe(true);
          } catch (error) {
            expect((error as Error).message).toMatch(
              /want at least|depends on|too large|not positive|not finite/,
            );
          } finally {
            ar.dispose();
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
