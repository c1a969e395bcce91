/** The likelihood by rank-one updates beside the kernel's, and the exact score beside differences. */
import { afterAll, expect, test } from "vitest";
import "../../../src/index.ts";
import { inferenceEngine } from "../../../src/inference/inference-engine.ts";
import { Kalman } from "../../../src/inference/kalman.ts";
import { LOG_TWO_PI } from "../../../src/inference/matrix-value.ts";
import { scalarPass } from "../../../src/inference/scalar-likelihood.ts";
import { Estimation } from "../../../src/models/structural/estimation.ts";
import { arimaFamily } from "../../../src/models/structural/arima-family.ts";
import type { Family } from "../../../src/models/structural/parametric.ts";
import { structuralFamily, type StructuralSpec } from "../../../src/models/structural/structural-family.ts";
import { centralDifferences } from "../../../src/train/differences.ts";

const kalman = new Kalman(await inferenceEngine());
afterAll(() => kalman.dispose());

/** A season, a walk and noise, of deviation near 1. */
const complete = Float64Array.from({ length: 120 }, (_, t) => {
  const season = [0.9, 0.2, -0.7, 0.4, -0.1, 0.6, -0.8, -0.3, 0.5, 0.1, -0.6, -0.2][t % 12];
  return season + (((t * 7919) % 101) - 50) / 60 + t / 80;
});
/** Gaps: in the diffuse start, single, long, and at the end. */
const gaps = complete.map((x, t) => (t === 3 || t === 40 || (t > 60 && t < 80) || t === 119 ? NaN : x));

const specs: Record<string, StructuralSpec> = {
  "a level": {},
  "a level and a slope": { slope: true },
  "a level and a season of 12": { seasonal: [12] },
  "a level, a slope and a season of 12": { slope: true, seasonal: [12] },
  "pairs of sine and cosine": {
    slope: true,
    seasonal: [
      { period: 12, harmonics: 6 },
      { period: 5.5, harmonics: 2 },
    ],
  },
};

test.each(Object.entries(specs))("%s: the kernel's likelihood, and the score of differences", (_, spec) => {
  const family = structuralFamily("structural", spec);
  expect(family.varianceOnly).toBe(true);
  const theta = family.start();
  const model = family.system(kalman.algebra, family.natural(theta));
  for (const y of [complete, gaps]) {
    const full = kalman.run("structural", model, { y }, "likelihood", { steady: false }).logLikelihood;
    const here = scalarPass(model, y, kalman.workspace)?.logLikelihood ?? NaN;
    expect(Math.abs(here - full)).toBeLessThan(1e-10 * Math.abs(full));
    const estimation = new Estimation(family, kalman, [{ y }, { y: complete }]);
    const kernels = (x: Float64Array): number => {
      const moved = family.system(kalman.algebra, family.natural(x));
      const value = (z: Float64Array): number =>
        kalman.run("structural", moved, { y: z }, "likelihood").logLikelihood;
      return value(y) + value(complete);
    };
    expectDifferences(estimation.score(theta), kernels, theta);
    const best = estimation.at(theta);
    const multiple = (c: number): number => kernels(theta.map((v) => v * best.multiple * c));
    expect(Math.abs(best.value - multiple(1))).toBeLessThan(1e-10 * Math.abs(full));
    expect(multiple(1)).toBeGreaterThan(Math.max(multiple(0.99), multiple(1.01)));
    expectDifferences(best.gradient(), (x) => estimation.at(x).value, theta);
  }
});

/** A gradient is that of differences of f, without their error of second order. */
function expectDifferences(
  gradient: Float64Array | undefined,
  f: (x: Float64Array) => number,
  theta: Float64Array,
): void {
  if (!gradient) throw new Error("there is no exact gradient");
  const [fine, coarse] = [1e-4, 2e-4].map((h) => centralDifferences(f, theta, h));
  const scale = Math.max(...gradient.map(Math.abs));
  gradient.forEach((g, i) => {
    const difference = (4 * fine[i] - coarse[i]) / 3;
    expect(Math.abs(g - difference)).toBeLessThan(1e-6 * Math.max(Math.abs(g), 1e-3 * scale));
  });
}

const mixed: Record<string, Family> = {
  "a cycle and a damped slope": structuralFamily("structural", { slope: true, damped: true, cycle: true }),
  "an autoregression beside a season": structuralFamily("structural", { autoregressive: 2, seasonal: [4] }),
  "a regression": structuralFamily("structural", { regression: 1 }),
  "ARIMA(2,1,1)(0,1,1)": arimaFamily("arima", {
    ...{ p: 2, d: 1, q: 1 },
    seasonal: { D: 1, Q: 1, period: 4 },
  }),
};

test.each(Object.entries(mixed))(
  "%s: the score that standard errors are of is that of differences",
  (_, family) => {
    expect(family.varianceOnly).toBe(false);
    const u = family.input > 0 ? complete.map((x, t) => Math.sin(x + t)) : undefined;
    const estimation = new Estimation(family, kalman, [
      { y: gaps, u },
      { y: complete, u },
    ]);
    const theta = family.start().map((x, i) => x + 0.1 / (1 + i));
    const model = family.system(kalman.algebra, family.natural(theta));
    const kernels = [gaps, complete].map((y) => kalman.run("kernel", model, { y, u }, "likelihood"));
    const total = kernels.reduce(
      (sum, run) => sum + run.logLikelihood + 0.5 * family.uncounted * LOG_TWO_PI,
      0,
    );
    // the gap at the fourth step leaves a direction of an ARIMA's start open for four more
    expect(Math.abs(estimation.logLikelihood(theta) - total)).toBeLessThan(1e-9 * Math.abs(total));
    expectDifferences(estimation.score(theta), (x) => estimation.logLikelihood(x), theta);
  },
);

test("what is doubtful has no answer: too short for the start, or no noise", () => {
  const family = structuralFamily("structural", { seasonal: [12] });
  const model = family.system(kalman.algebra, family.natural(family.start()));
  expect(scalarPass(model, complete.subarray(0, 11), kalman.workspace)).toBeUndefined();
  const silent = family.system(kalman.algebra, new Float64Array(3));
  expect(scalarPass(silent, complete, kalman.workspace)).toBeUndefined();
});
