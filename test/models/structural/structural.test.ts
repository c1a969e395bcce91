/** Structural and ARIMA models by laws: sums of components, recovery, units, simulation, files, misuse. */
import { describe, expect, test } from "vitest";
import { arima } from "../../../src/models/structural/arima.ts";
import { structural } from "../../../src/models/structural/structural.ts";
import { lds } from "../../../src/models/lds/lds.ts";
import { close } from "../../close.ts";

/** A level that walks, a quarterly season, and noise. */
async function quarterly(T: number, seed: number): Promise<Float64Array> {
  const model = await lds({
    state: 4,
    output: 1,
    A: [
      [1, 0, 0, 0],
      [0, -1, -1, -1],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ],
    C: [[1, 1, 0, 0]],
    Q: [
      [0.5, 0, 0, 0],
      [0, 0.1, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ],
    R: 1,
    initial: { mean: [10, 3, -2, 1], covariance: new Float64Array(16) },
  });
  const { sequence } = model.sample(T, { seed });
  model.dispose();
  return sequence;
}

test("variances of sampled data come back within three standard errors", async () => {
  const y = await quarterly(600, 3);
  using s = await structural({ seasonal: [4] });
  await s.fit(y);
  const { irregular, level, "seasonal.4": season } = s.parameters;
  const errors = s.standardErrors;
  expect(Math.abs(irregular - 1)).toBeLessThan(3 * errors.irregular);
  expect(Math.abs(level - 0.5)).toBeLessThan(3 * errors.level);
  expect(Math.abs(season - 0.1)).toBeLessThan(3 * errors["seasonal.4"]);
});

test("ARMA coefficients of sampled data come back within three standard errors", async () => {
  using truth = await arima({ p: 1, q: 1 });
  const noise = await quarterly(60, 1);
  await truth.fit(noise);
  const { sequence } = truth.sample(1500, { seed: 7 });
  using again = await arima({ p: 1, q: 1 });
  await again.fit(sequence);
  for (const [name, value] of Object.entries(truth.parameters))
    expect(Math.abs(again.parameters[name] - value)).toBeLessThan(3 * again.standardErrors[name]);
});

test("components and the noise that is left add up to the series", async () => {
  const y = await quarterly(80, 5);
  using s = await structural({ slope: true, damped: true, seasonal: [4], regression: 1 });
  const inputs = [Float64Array.from(y, (_, t) => (t % 9 === 0 ? 1 : 0))];
  await s.fit(y, { inputs, iterations: 60 });
  const { level, "seasonal.4": season, regression, slope } = s.components(y, { inputs });
  const { outputs } = s.disturbances(y, { inputs });
  expect(slope.means).toHaveLength(80);
  close(
    level.means.map((v, t) => v + season.means[t] + regression.means[t] + outputs[t]),
    y,
    { rel: 1e-9 },
  );
});

test("drawn components are those of the drawn states, and differ with the seed", async () => {
  const y = await quarterly(40, 5);
  using s = await structural({ slope: true, seasonal: [4], regression: 1 });
  const inputs = [Float64Array.from(y, (_, t) => (t % 9 === 0 ? 1 : 0))];
  await s.fit(y, { inputs, iterations: 20 });
  const { level, slope, "seasonal.4": season, regression } = s.simulateComponents(y, { inputs, seed: 2 });
  const states = s.simulate(y, { inputs, seed: 2 });
  expect([level[7], slope[7], season[7]]).toEqual([states[35], states[36], states[37]]);
  expect([...regression]).toEqual([...s.components(y, { inputs }).regression.means]);
  expect(s.simulateComponents(y, { inputs, seed: 3 }).level[7]).not.toBe(level[7]);
});

test("simulated states have the smoothed states as their mean", async () => {
  const y = await quarterly(40, 9);
  using s = await structural({});
  await s.fit(y);
  const { means, variances } = s.components(y).level;
  const draws = Array.from({ length: 400 }, (_, seed) => s.simulate(y, { seed }));
  for (const t of [0, 20, 39]) {
    const mean = draws.reduce((sum, x) => sum + x[t], 0) / 400;
    // four standard errors of a mean of 400
    expect(Math.abs(mean - means[t])).toBeLessThan(4 * Math.sqrt(variances[t] / 400));
  }
});

describe("any unit", () => {
  test.each([1e-100, 1e-12, 1e13, 1e100])("gives the same model at %f", async (unit) => {
    const y = await quarterly(60, 2);
    using one = await structural({ seasonal: [4] });
    using other = await structural({ seasonal: [4] });
    await one.fit(y);
    await other.fit(y.map((v) => v * unit));
    close(
      Object.values(other.parameters).map((v) => v / unit / unit),
      Object.values(one.parameters),
      { rel: 1e-5, abs: 1e-9 },
    );
    const ahead = other.forecast(3, { history: y.map((v) => v * unit) }).means;
    close(
      ahead.map((v) => v / unit),
      one.forecast(3, { history: y }).means,
      { rel: 1e-6 },
    );
  });
});

test("waves too slow for an infinite start are fitted, and go on where they were", async () => {
  const wave = (t: number): number =>
    8 * Math.sin((2 * Math.PI * t) / 48) + 3 * Math.cos((2 * Math.PI * t) / 16);
  const y = Float64Array.from(
    { length: 200 },
    (_, t) => 20 + 0.1 * t + wave(t) + 0.1 * (((t * 7919) % 101) / 50 - 1),
  );
  using s = await structural({ slope: true, seasonal: [{ period: 48, harmonics: 6 }] });
  const { converged } = await s.fit(y.subarray(0, 170));
  expect(converged).toBe(true);
  // the noise is at most 0.1
  close(s.forecast(30, { history: y.subarray(0, 170) }).means, y.subarray(170), { abs: 0.4 });
});

test("a variance that goes to 0 gets there in few iterations", async () => {
  using s = await structural({ slope: true });
  const { iterations, converged } = await s.fit(await quarterly(200, 4));
  expect(converged).toBe(true);
  expect(iterations).toBeLessThan(60);
});

test("white errors pass the tests of diagnostics, a series without its season fails them", async () => {
  const y = await quarterly(300, 6);
  using right = await structural({ seasonal: [4] });
  using wrong = await structural({});
  await right.fit(y);
  await wrong.fit(y);
  expect(right.diagnostics(y).ljungBox.pValue).toBeGreaterThan(0.01);
  expect(wrong.diagnostics(y).ljungBox.pValue).toBeLessThan(1e-6);
  expect(right.criteria(y).aic).toBeLessThan(wrong.criteria(y).aic);
});

test("save and load give the same model", async () => {
  const y = await quarterly(60, 8);
  using s = await structural({ seasonal: [4] });
  await s.fit(y);
  using copy = await structural.load(s.save());
  expect(copy.parameters).toEqual(s.parameters);
  expect(copy.standardErrors).toEqual(s.standardErrors);
  expect(copy.forecast(4, { history: y })).toEqual(s.forecast(4, { history: y }));
  await expect(arima.load(s.save())).rejects.toThrow(/holds a model of kind "structural", want "arima"/);
});

test.each([5, 0, 0.1, -1e7])(
  "diagnostics of a constant %d are numbers, and say nothing against it",
  async (c) => {
    const y = new Float64Array(50).fill(c);
    for (const make of [() => structural({ level: true }), () => arima({ p: 1 }), () => arima({ d: 1 })]) {
      const model = await make();
      await model.fit(y);
      const { ljungBox, normality, heteroskedasticity } = model.diagnostics(y);
      const all = [ljungBox, normality].flatMap((test) => Object.values(test) as number[]);
      expect([...all, heteroskedasticity.statistic].filter(Number.isNaN)).toEqual([]);
      expect([ljungBox.pValue, normality.pValue]).toEqual([1, 1]);
      model.dispose();
    }
  },
);

describe("misuse", () => {
  test("a series too short for a season asks for more steps", async () => {
    const s = await structural({ seasonal: [12] });
    await expect(s.fit([1, 2, 3, 4, 5, 6, 7, 8])).rejects.toThrow(
      /has 8 numbers, want at least 12, the states/,
    );
    const gaps = Array.from({ length: 14 }, (_, t) => (t % 12 === 5 ? NaN : t));
    await expect(s.fit(gaps)).rejects.toThrow(/of a diffuse start unobserved; give more steps/);
    const a = await arima({ seasonal: { P: 1, D: 1, Q: 1, period: 200 } });
    await expect(a.fit(Float64Array.from({ length: 144 }, (_, t) => t % 12))).rejects.toThrow(/at least 200/);
  });

  test.each<[string, unknown, RegExp]>([
    ["a slope without a level", { level: false, slope: true }, /slope is true without a level/],
    ["no component", { level: false }, /no component is asked for/],
    ["a period of one", { seasonal: [1] }, /period is 1, want a number from 2/],
    [
      "one period twice",
      { seasonal: [4, { period: 4, harmonics: 1 }] },
      /a period of 4 twice, want each once/,
    ],
    ["an unknown option", { season: [4] }, /unknown option "season"/],
    [
      "a period in quotes",
      { seasonal: ["12"] },
      /seasonal has "12", want periods as numbers, or as \{ period/,
    ],
    ["no period", { seasonal: [null] }, /seasonal has null, want periods as numbers/],
    ["a bare period", { seasonal: 12 }, /seasonal is 12, want an array of periods, as \[12\]/],
    ["what is no number", { seasonal: [NaN] }, /seasonal: period is NaN, want a number from 2/],
  ])("%s is named", async (_, spec, message) => {
    await expect(structural(spec as never)).rejects.toThrow(message);
  });

  test.each([[12], ["12"], [[0, 1, 1, 12]], [true]])("the season %j of an ARIMA model", async (seasonal) => {
    const want =
      /arima: seasonal is .*, want orders and steps a season, as \{ P: 0, D: 1, Q: 1, period: 12 \}/;
    await expect(arima({ seasonal } as never)).rejects.toThrow(want);
  });

  test(
    "a model never fitted forecasts nothing; a second fit beside the first is " + "refused; dispose ends it",
    async () => {
      const y = await quarterly(80, 1);
      const s = await structural({ seasonal: [4] });
      expect(() => s.forecast(2, { history: y })).toThrow(/structural.forecast: the model is not fitted/);
      const running = s.fit(y);
      await expect(s.fit(y)).rejects.toThrow(/is being trained/);
      s.dispose();
      await expect(running).rejects.toThrow(/disposed/);
      await expect(arima({ d: 1, intercept: true })).rejects.toThrow(
        /intercept is true of a differenced series/,
      );
    },
  );
});
