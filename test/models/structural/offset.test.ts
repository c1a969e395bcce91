/** A fit is the same at any height and in any unit of the series. */
import { expect, test } from "vitest";
import { arima, structural } from "../../../src/index.ts";
import type { StateSpaceModel } from "../../../src/models/structural/model.ts";

/** A walk about a wave of 6 steps, to 20 binary digits: a height of 1e9 takes none of them. */
const y = Float64Array.from({ length: 90 }, (_, t) => {
  const value = Math.sin(t) + t / 10 + ((t * 7919) % 13) / 13 + (t % 6 === 2 ? 3 : 0);
  return Math.round(value * 2 ** 20) / 2 ** 20;
});

const models: Record<string, () => Promise<StateSpaceModel>> = {
  "arima (1,0,1) and a mean": () => arima({ p: 1, q: 1 }),
  "arima (1,1,1)": () => arima({ p: 1, d: 1, q: 1 }),
  "arima (0,1,1)(1,0,0) of 6": () => arima({ d: 1, q: 1, seasonal: { P: 1, period: 6 } }),
  "level and slope": () => structural({ level: true, slope: true }),
  "level and season": () => structural({ level: true, seasonal: [6] }),
};

interface Found {
  readonly parameters: Record<string, number>;
  readonly errors: Record<string, number>;
  readonly next: number[];
  readonly logLikelihood: number;
}

async function found(make: () => Promise<StateSpaceModel>, series: Float64Array): Promise<Found> {
  using model = await make();
  const { logLikelihood } = await model.fit(series);
  const next = [...model.forecast(3, { history: series }).means];
  return { parameters: model.parameters, errors: model.standardErrors, next, logLikelihood };
}

const near = (got: number, want: number, size: number): void =>
  expect(Math.abs(got - want)).toBeLessThanOrEqual(size);

test.each(Object.entries(models))("%s: an offset changes the constant, and nothing else", async (_, make) => {
  const here = await found(make, y);
  for (const offset of [1e6, -1e6, 1e9]) {
    const there = await found(
      make,
      y.map((v) => v + offset),
    );
    const shown = offset === 1e9 ? 2e-7 : 1e-8; // a step between doubles near 1e9 is 1.2e-7
    near(there.logLikelihood, here.logLikelihood, 10 * shown);
    for (const [name, value] of Object.entries(here.parameters)) {
      near(
        there.parameters[name] - (name === "intercept" ? offset : 0),
        value,
        shown * (1 + Math.abs(value)),
      );
      near(there.errors[name], here.errors[name], 1e-4 * here.errors[name] + 1e-12);
    }
    there.next.forEach((m, h) => near(m - offset, here.next[h], 10 * shown));
  }
});

/** What a parameter changes by with the unit. */
function sizeOf(name: string, unit: number): number {
  if (name === "intercept") return unit;
  return /(ar|ma)\.1$/.test(name) ? 1 : unit * unit;
}

test.each(Object.entries(models))("%s: a unit changes the unit, and nothing else", async (_, make) => {
  const here = await found(make, y);
  for (const unit of [1e-6, 1e6]) {
    const there = await found(
      make,
      y.map((v) => v * unit),
    );
    there.next.forEach((m, h) => near(m / unit, here.next[h], 1e-8));
    for (const [name, value] of Object.entries(here.parameters)) {
      const size = sizeOf(name, unit);
      near(there.parameters[name] / size, value, 1e-7 * (1 + Math.abs(value)));
    }
  }
});

test("series at heights of their own are one model, where only their differences count", async () => {
  const model = { d: 1, q: 1 };
  const parts = [y.slice(0, 45), y.slice(45)];
  using low = await arima(model);
  using high = await arima(model);
  await low.fit(parts);
  await high.fit(parts.map((part, i) => part.map((v) => v + (i === 0 ? 1e6 : -1e6))));
  near(high.parameters["ma.1"], low.parameters["ma.1"], 1e-6);
  near(high.parameters.variance, low.parameters.variance, 1e-6);
});
