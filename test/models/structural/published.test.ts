/**
 * Structural and ARIMA models against published numbers and those of statsmodels
 * (test/golden/structural.py and co2.py).
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { arima } from "../../../src/models/structural/arima.ts";
import { structural } from "../../../src/models/structural/structural.ts";
import { close } from "../../close.ts";
import { csvColumn, dataPath, missing } from "../../data.ts";

interface Golden {
  readonly logAir: number[];
  readonly models: Record<string, { logLikelihood: number; parameters: Record<string, number> }>;
}

const file = new URL("../../golden/structural.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
const y = golden.logAir;
/** Both searches end where the likelihood gains less than about 1e-8. */
const SEARCH = { rel: 2e-4, abs: 1e-9 };

describe("logarithms of airline passengers", () => {
  test("ARIMA(0,1,1)(0,1,1)₁₂ has the coefficients, errors and likelihood that R prints", async () => {
    using a = await arima({ d: 1, q: 1, seasonal: { D: 1, Q: 1, period: 12 } });
    const { logLikelihood, converged, history } = await a.fit(y);
    const { "ma.1": theta, "seasonal.ma.1": Theta, variance } = a.parameters;
    const { "ma.1": e, "seasonal.ma.1": E } = a.standardErrors;
    expect(converged).toBe(true);
    close([theta, Theta], [-0.4018, -0.5569], { abs: 0.5e-4 });
    close([e, E], [0.0896, 0.0731], { abs: 0.7e-4 });
    close(variance, 0.001348, { abs: 0.5e-6 });
    close(logLikelihood, golden.models.airline.logLikelihood, { abs: 1e-6 });
    close([a.logLikelihood(y), a.criteria(y).aic], [244.6965, -483.39], { abs: 0.5e-2 });
    for (let i = 1; i < history.length; ++i) expect(history[i]).toBeGreaterThanOrEqual(history[i - 1]);
  });

  test("an AR(2) with a mean is statsmodels' own", async () => {
    using a = await arima({ p: 2 });
    const { logLikelihood } = await a.fit(y.slice(1).map((v, i) => v - y[i]));
    const { parameters, logLikelihood: want } = golden.models.arma;
    const [p1, p2] = [parameters["ar.L1"], parameters["ar.L2"]];
    const { "ar.1": a1, "ar.2": a2, intercept, variance } = a.parameters;
    close([a1, a2, variance], [p1, p2, parameters.sigma2], SEARCH);
    close(intercept, parameters.intercept / (1 - p1 - p2), { rel: 1e-3 });
    close(logLikelihood, want, { abs: 1e-6 });
  });

  test.each([
    ["level", {}],
    ["seasonal", { slope: true, seasonal: [12] }],
    ["trigonometric", { seasonal: [{ period: 12, harmonics: 3 }] }],
  ] as const)("variances and likelihood of the %s model are statsmodels' own", async (name, spec) => {
    using s = await structural(spec);
    const { logLikelihood } = await s.fit(y);
    const { parameters, logLikelihood: want } = golden.models[name];
    close(Object.values(s.parameters), Object.values(parameters), SEARCH);
    close(s.logLikelihood(y), logLikelihood, { abs: 1e-8 });
    close(logLikelihood, want, { abs: 1e-5 });
  });

  test("what is forecast lies near the year before, with bands that widen", async () => {
    using a = await arima({ d: 1, q: 1, seasonal: { D: 1, Q: 1, period: 12 } });
    const past = y.slice(0, 132);
    await a.fit(past);
    const { means, lower, upper, covariances } = a.forecast(12, { history: past, level: 0.95 });
    const inside = y.slice(132).filter((v, i) => v > lower[i] && v < upper[i]).length;
    expect(inside).toBeGreaterThanOrEqual(10);
    expect(covariances[11]).toBeGreaterThan(covariances[0]);
    close(
      upper.map((v, i) => (v - means[i]) / Math.sqrt(covariances[i])),
      new Array<number>(12).fill(1.959963985),
      { rel: 1e-8 },
    );
  });
});

const path = dataPath("series", "Nile.csv");
test.skipIf(!path)(`the Nile has its published variances${missing("series", "Nile.csv")}`, async () => {
  using s = await structural({});
  const { logLikelihood } = await s.fit(csvColumn(path!, "value"));
  close([s.parameters.irregular, s.parameters.level], [15098.52, 1469.18], { rel: 1e-4 });
  close(logLikelihood, -633.4645636, { abs: 1e-6 });
});

const spots = dataPath("series", "sunspot.year.csv");
const noSpots = missing("series", "sunspot.year.csv");
test.skipIf(!spots)(`an AR(9) of the sunspots is what statsmodels 0.13.5 prints${noSpots}`, async () => {
  using a = await arima({ p: 9 });
  const { logLikelihood } = await a.fit(csvColumn(spots!, "value"));
  const printed = [1.185, -0.42, -0.167, 0.182, -0.133, 0.046, 0.007, -0.029, 0.222];
  const names = printed.map((_, i) => `ar.${i + 1}`);
  close(
    names.map((name) => a.parameters[name]),
    printed,
    { abs: 1e-3 },
  );
  close(logLikelihood, -1192.73992, { abs: 1e-4 });
  close([a.parameters.intercept, a.parameters.variance], [49.768, 221.88], { rel: 1e-3 });
});

test("trend, season and noise of the carbon dioxide over Mauna Loa are what statsmodels finds", async () => {
  const path = new URL("../../golden/co2.json", import.meta.url);
  const want = JSON.parse(readFileSync(path, "utf8")) as {
    readonly co2: (number | null)[];
    readonly parameters: Record<string, number>;
    readonly logLikelihood: number;
  };
  using s = await structural({ slope: true, seasonal: [12] });
  const { logLikelihood } = await s.fit(want.co2.map((x) => x ?? NaN));
  close(logLikelihood, want.logLikelihood, { abs: 1e-5 });
  close(Object.values(s.parameters), Object.values(want.parameters), { rel: 2e-3 });
});
