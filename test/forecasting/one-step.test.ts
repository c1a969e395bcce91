/** Errors one step ahead: what models predict of a step is their forecast from the one before. */
import { expect, test } from "vitest";
import { elementwise } from "../../src/inference/elementwise.ts";
import { inferenceEngine } from "../../src/inference/inference-engine.ts";
import { forecastModels } from "../../src/forecasting/models/registry.ts";
import { oneStepScores } from "../../src/forecasting/one-step.ts";
import { close } from "../close.ts";

/** A season of 4 steps with a trend and noise that a formula makes. */
const series = Float64Array.from(
  { length: 80 },
  (_, t) => 20 + t / 10 + [3, 0, -2, -1][t % 4] + ((t * t * 7) % 11) / 5,
);
const ROUNDING = { rel: 1e-9, abs: 1e-9 };

test.each(["naive", "seasonalNaive", "ets", "arima", "structural", "ar", "lds", "hmm"] as const)(
  "%s predicts a step as it forecasts it from the one before",
  async (name) => {
    const math = elementwise(await inferenceEngine());
    const z = series.map((v) => (v - 25) / 3);
    const fitted = await forecastModels[name].fit({ z: z.slice(0, 60), season: 4 }, { seed: 1, math });
    const { means, variances } = fitted.predict!(z);
    for (const t of [30, 70]) {
      const one = fitted.forecast({ z: z.slice(0, t) }, 1);
      close([means[t], variances[t]], [one.means[0], one.variances[0]], ROUNDING);
    }
    fitted.dispose();
  },
);

test("errors are those of the last fifth, of steps that are there, in the units of the series", async () => {
  const y = series.slice();
  y[70] = NaN;
  const { naive, ar, lstm } = await oneStepScores({ y, season: 4, models: ["naive", "ar", "lstm"], seed: 1 });
  const step = (t: number): number => y[t] - y[t - 1];
  const mean = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0) / x.length;
  const known = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, i) => step(from + i)).filter((v) => !Number.isNaN(v));
  const variance = mean(known(1, 64).map((v) => v * v));
  const held = known(64, 80);
  const { rmse, logLikelihood, steps } = naive!;
  expect(steps).toBe(14); // of 16, one missing and one after it
  close(rmse, Math.sqrt(mean(held.map((v) => v * v))), ROUNDING);
  close(
    logLikelihood,
    mean(held.map((v) => -0.5 * (Math.log(2 * Math.PI * variance) + (v * v) / variance))),
    ROUNDING,
  );
  expect([ar!.note, lstm]).toEqual([expect.stringMatching(/^order \d$/), undefined]);
});
