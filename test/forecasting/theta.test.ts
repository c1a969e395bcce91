/** The theta model against statsmodels (test/golden/theta.py) and against what its paper says it is. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { theta } from "../../src/forecasting/models/theta.ts";
import { isSeasonal } from "../../src/forecasting/season.ts";
import { readModel } from "../../src/formats/model-file.ts";
import { close } from "../close.ts";
import { math, monthly, normals } from "./series.ts";

const setting = { seed: 1, math };
const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8")) as T;
const want = golden<{
  readonly nile: number[];
  readonly models: Record<"air" | "nile", { alpha: number; slope: number; forecast: number[] }>;
}>("theta");
const air = golden<{ readonly logAir: number[] }>("structural").logAir;
/** Both searches end where the errors' squares lose less than about 1e-6 of them: α to 1e-3. */
const SEARCH = { rel: 1e-3 };

const saved = (bytes: Uint8Array): Record<"alpha" | "level" | "drift" | "variance", number> =>
  readModel(bytes, "theta").spec as Record<"alpha" | "level" | "drift" | "variance", number>;

test.each([
  ["airline passengers", air, 12, want.models.air, "drift, season of 12"],
  ["the Nile", want.nile, 1, want.models.nile, "drift"],
] as const)("α, slope and forecasts of %s are those of statsmodels", async (_, y, season, model, note) => {
  const mean = y.reduce((a, b) => a + b, 0) / y.length;
  const sd = Math.sqrt(y.reduce((sum, v) => sum + (v - mean) * (v - mean), 0) / y.length);
  const z = Float64Array.from(y, (v) => (v - mean) / sd);
  const fitted = await theta.fit({ z, season }, setting);
  expect(fitted.note).toBe(note);
  const { alpha, drift } = saved(fitted.save());
  close(alpha, model.alpha, SEARCH);
  close(2 * sd * drift, model.slope, { rel: 1e-9 });
  const means = Float64Array.from(fitted.forecast({ z }, model.forecast.length).means);
  close(
    means.map((v) => mean + sd * v),
    model.forecast,
    { rel: 1e-5 },
  );
});

test("it is the mean of the straight line and of the smoothed series of twice the curvature", async () => {
  const z = normals(40, 3).map((e, t) => 0.3 * t + e);
  const fitted = await theta.fit({ z, season: 1 }, setting);
  const { alpha, level, drift } = saved(fitted.save());
  const mean = z.reduce((a, b) => a + b, 0) / z.length;
  const line = (t: number): number => mean + 2 * drift * (t - 19.5);
  let smoothed = 2 * level - line(0);
  const means = z.map((v, t) => {
    const before = smoothed;
    smoothed += alpha * (2 * v - line(t) - smoothed);
    return (line(t) + before) / 2;
  });
  close(fitted.predict!(z).means, means, { abs: 1e-12 });
  const { means: future } = fitted.forecast({ z }, 5);
  close(
    future,
    Float64Array.from({ length: 5 }, (_, h) => (line(40 + h) + smoothed) / 2),
    { abs: 1e-12 },
  );
});

test("one step after another it says the same as all at once, and a gap moves the drift alone", async () => {
  const z = monthly(96, 4).map((v, t) => (t === 95 ? NaN : (v - 120) / 20));
  const fitted = await theta.fit({ z, season: 12 }, setting);
  const { drift } = saved(fitted.save());
  const { means, variances } = fitted.forecast({ z: z.slice(0, 95) }, 14);
  const after = fitted.forecast({ z }, 13);
  close(after.means, Float64Array.from(means).subarray(1), { abs: 1e-12 });
  close(fitted.predict!(z).means[95], means[0], { abs: 1e-12 });
  expect(fitted.predict!(z).variances[95]).toBe(variances[0]);
  close(means[13] - means[1], 12 * drift, { abs: 1e-12 });
  const again = await theta.load(fitted.save(), setting);
  expect(again.forecast({ z }, 13)).toEqual(after);
});

test("a straight line has half its slope from its last value on", async () => {
  const z = Float64Array.from({ length: 30 }, (_, t) => t / 10);
  const { means } = (await theta.fit({ z, season: 1 }, setting)).forecast({ z }, 3);
  close(means, [2.95, 3, 3.05], { abs: 2e-3 });
});

test("noise shows a season in a tenth of all draws, what repeats always", () => {
  const runs = 400;
  const noise = normals(runs * 1200, 5);
  let found = 0;
  for (let run = 0; run < runs; ++run)
    if (isSeasonal(noise.slice(1200 * run, 1200 * (run + 1)), 12)) found += 1;
  expect(Math.abs(found / runs - 0.1)).toBeLessThan(3 * Math.sqrt((0.1 * 0.9) / runs));
  expect(isSeasonal(monthly(60, 1), 12)).toBe(true);
  expect(isSeasonal(monthly(24, 1), 12)).toBe(false);
});

test("a file without its numbers is none", () => {
  expect(() => theta.load(new Uint8Array(9), setting)).toThrow();
});
