/** The forecaster: what it chooses, what it refuses, and that units, files and seeds change nothing. */
import { describe, expect, test } from "vitest";
import { readMoments } from "../../src/forecasting/calendar.ts";
import { continuedMoment, momentText } from "../../src/forecasting/dates.ts";
import { forecaster } from "../../src/forecasting/forecaster.ts";
import { DataError, DisposedError, OptionError, ShapeError } from "../../src/wasm/errors.ts";
import { monthly, normals } from "./series.ts";

const y = monthly(96, 1);
const past = y.slice(0, 84);
const quick = { horizon: 12, models: ["ets", "ar"] } as const;

describe("one series", () => {
  test("its season is found, the naive models are beaten, the end is within the bands", async () => {
    using f = await forecaster({ horizon: 12 });
    const report = await f.fit(past);
    const answer = f.forecast();
    expect(answer).not.toBeInstanceOf(Promise);
    const { scores, season, model, lower, upper, quantiles, failures } = answer;
    expect(season).toBe(12);
    expect(model).toMatch(/^average of /);
    expect(failures).toEqual([]);
    expect(Object.keys(scores)).toEqual(
      expect.arrayContaining(["naive", "seasonalNaive", "ets", "arima", "structural", "ar", "average"]),
    );
    expect(scores.average.mase).toBeLessThan(scores.seasonalNaive.mase);
    const inside = y.slice(84).filter((v, h) => v >= lower[h] && v <= upper[h]).length;
    expect(inside).toBeGreaterThanOrEqual(9);
    const { "0.1": low, "0.5": middle, "0.9": high } = quantiles;
    middle.forEach((m, h) => expect(low[h] < m && m < high[h]).toBe(true));
    expect(report.history.map((row) => row.model)).toEqual(Object.keys(scores));
  });

  test("values around 1e-250 or 1e250 give the same forecast in their unit", async () => {
    const forecasts = [];
    for (const unit of [1, 2 ** -830, 2 ** 830]) {
      using f = await forecaster({ ...quick, season: 12 });
      await f.fit(past.map((v) => v * unit));
      const { means, model } = f.forecast();
      forecasts.push({ model, means: [...means].map((m) => m / unit) });
    }
    expect(forecasts[1]).toEqual(forecasts[0]);
    expect(forecasts[2]).toEqual(forecasts[0]);
  });

  test("a spread that grows with the level is taken by its logarithm", async () => {
    const growing = past.map((_, t) => 2 ** (t / 12) * (10 + 4 * ((t % 12) / 11) + normals(1, t)[0] / 4));
    using f = await forecaster({ ...quick, season: 12, quantiles: [0.01, 0.5] });
    await f.fit(growing);
    const { quantiles } = f.forecast();
    expect(Math.min(...quantiles["0.01"])).toBeGreaterThan(0);
  });

  test("a file gives the same forecast, also of a longer history", async () => {
    using f = await forecaster({ ...quick, models: ["ets", "arima", "structural", "ar", "esn"] });
    await f.fit(past);
    using again = await forecaster.load(f.save());
    expect(again.forecast()).toEqual(f.forecast());
    const longer = { history: y.slice(0, 90) };
    expect(again.forecast(6, longer)).toEqual(f.forecast(6, longer));
  });

  test("gaps, a late start and a constant series are forecast", async () => {
    using f = await forecaster(quick);
    const gappy = past.map((v, t) => (t < 9 || t % 11 === 0 ? NaN : v));
    for (const series of [gappy, past.map(() => 5)]) {
      await f.fit(series);
      const { means, lower } = f.forecast();
      expect([...means, ...lower].every(Number.isFinite)).toBe(true);
    }
    expect(f.forecast().means.every((m) => Math.abs(m - 5) < 1e-6)).toBe(true);
  });

  test("a series too short to be tested is forecast by the naive models", async () => {
    using f = await forecaster({ horizon: 12 });
    await f.fit([1, 2, 3, 4, 5]);
    const { model, means } = f.forecast();
    expect(model).toBe("average of naive, seasonalNaive");
    expect(means).toHaveLength(12);
  });
});

describe("what is known beside a series", () => {
  test("an input that is known in advance tells of a jump to come", async () => {
    const on = Float64Array.from({ length: 112 }, (_, t) => Number(t % 17 > 11));
    const z = normals(100, 4).map((e, t) => 20 + 10 * on[t] + e);
    using f = await forecaster({ horizon: 12, season: 1, models: ["arima"], choose: "best" });
    await f.fit(z, { inputs: { on } });
    const { means, model } = f.forecast();
    expect(model).toBe("arima");
    means.forEach((m, h) => expect(Math.abs(m - 20 - 10 * on[100 + h])).toBeLessThan(3));
  });

  test("the calendar tells of Sundays, and dates go on", async () => {
    const dates = Array.from({ length: 91 }, (_, t) => new Date(Date.UTC(2024, 0, 1 + t)));
    const z = normals(91, 5).map((e, t) => 50 - 30 * Number(dates[t].getUTCDay() === 0) + e);
    using f = await forecaster({
      horizon: 7,
      season: 1,
      models: ["ar"],
      calendar: ["weekday"],
      choose: "best",
    });
    await f.fit(z, { dates });
    const { means, dates: ahead } = f.forecast();
    expect(ahead).toEqual([
      "2024-04-01",
      "2024-04-02",
      "2024-04-03",
      "2024-04-04",
      "2024-04-05",
      "2024-04-06",
      "2024-04-07",
    ]);
    expect(means[6]).toBeLessThan(30);
    expect(Math.min(...means.slice(0, 6))).toBeGreaterThan(40);
  });
});

describe("inputs by name", () => {
  const spec = { horizon: 4, season: 1, models: ["ar"], inputs: ["price", "on"] } as const;
  const long = (f: (t: number) => number): Float64Array => Float64Array.from({ length: 64 }, (_, t) => f(t));
  const price = long((t) => (t * 5) % 7);
  const on = long((t) => Number(t % 9 > 5));
  const z = normals(60, 8).map((e, t) => 20 + 3 * price[t] - 5 * on[t] + e);

  test("their order is that of the names, whatever that of the fit", async () => {
    using f = await forecaster(spec);
    using again = await forecaster(spec);
    await f.fit(z, { inputs: { price, on } });
    await again.fit(z, { inputs: { on, price } });
    expect(f.spec.inputs).toEqual(["price", "on"]);
    expect(again.forecast()).toEqual(f.forecast());
    using loaded = await forecaster.load(f.save());
    expect(loaded.spec.inputs).toEqual(["price", "on"]);
  });

  test.each([
    [undefined, /inputs has no price, want price, on, which the forecaster was made with/],
    [{ price }, /inputs has no on, want price, on/],
    [{ price, on, prize: on }, /inputs has prize, want price, on/],
  ])("fit with others is refused", async (inputs, message) => {
    using f = await forecaster(spec);
    const options = inputs ? { inputs } : {};
    await expect(f.fit(z, options)).rejects.toThrow(message);
    await expect(f.fit(z, options)).rejects.toThrow(OptionError);
  });

  test("none are wanted where the list is empty", async () => {
    using f = await forecaster({ ...spec, inputs: [] });
    await expect(f.fit(z, { inputs: { price } })).rejects.toThrow(/inputs has price, want none/);
  });
});

describe("missing dates", () => {
  const every = Array.from({ length: 90 }, (_, t) => new Date(Date.UTC(2024, 0, 1 + t)));
  const z = normals(90, 5).map((e, t) => 50 + 10 * Number(t % 7 === 0) + e);
  const price = Float64Array.from({ length: 97 }, (_, t) => (t * 5) % 7);
  const rows = every.map((_, t) => t).filter((t) => t % 10 !== 4 && t !== 33);
  const spec = { horizon: 7, season: 7, models: ["ets", "ar"] } as const;

  test("are missing values: the season and the dates to come stay in step", async () => {
    using told = await forecaster(spec);
    using gappy = await forecaster(spec);
    await told.fit(
      z.map((v, t) => (rows.includes(t) ? v : NaN)),
      { dates: every, inputs: { price } },
    );
    const closed = { price: Float64Array.of(...rows.map((t) => price[t]), ...price.subarray(90)) };
    await gappy.fit(
      rows.map((t) => z[t]),
      { dates: rows.map((t) => every[t]), inputs: closed },
    );
    const { dates, means, model } = gappy.forecast();
    expect(dates![0]).toBe("2024-03-31");
    expect(model).toBe(told.forecast().model);
    means.forEach((m, h) => expect(Math.abs(m - told.forecast().means[h])).toBeLessThan(1e-9));
  });

  test("of a longer history too, which begins as the fitted one", async () => {
    using f = await forecaster(spec);
    const first = rows.filter((t) => t < 80);
    await f.fit(
      first.map((t) => z[t]),
      { dates: first.map((t) => every[t]) },
    );
    const history = rows.map((t) => z[t]);
    const whole = f.forecast(7, { history: z.map((v, t) => (rows.includes(t) ? v : NaN)) });
    const dates = rows.map((t) => every[t]);
    expect(f.forecast(7, { history, dates })).toEqual(whole);
    expect(() => f.forecast(7, { dates })).toThrow(/dates are given without a history/);
    expect(() => f.forecast(7, { history: history.slice(1), dates: dates.slice(1) })).toThrow(
      /dates begin with 2024-01-02, want 2024-01-01 as those of the fit/,
    );
  });
});

test("Dates are written alone where all are at midnight, and steps of 30 days stay so", () => {
  const names = (hours: number, days: number): string => {
    const at = (t: number): Date => new Date(Date.UTC(2024, 0, 1 + days * t, t === 1 ? hours : 0));
    const moments = readMoments("test", [at(0), at(1), at(2)], 3);
    const next = continuedMoment(moments);
    return [...moments, ...(next ? [next(1)] : [])].map(momentText).join(", ");
  };
  expect(names(0, 1)).toBe("2024-01-01, 2024-01-02, 2024-01-03, 2024-01-04");
  expect(names(0, 30)).toBe("2024-01-01, 2024-01-31, 2024-03-01, 2024-03-31");
  expect(names(6, 1)).toBe("2024-01-01 00:00, 2024-01-02 06:00, 2024-01-03 00:00");
});

test.each([48, 60, 72])("%i months are few, yet tell their season, and every model is tried", async (T) => {
  const models = ["ets", "theta", "structural"] as const;
  const answers = [];
  for (const season of [undefined, 12]) {
    using f = await forecaster({ horizon: 12, models, ...(season ? { season } : {}) });
    await f.fit(y.slice(0, T));
    answers.push(f.forecast());
  }
  const [found, told] = answers;
  expect(found.season).toBe(12);
  expect(found.model).toBe(told.model);
  expect(found.scores).toEqual(told.scores);
  expect(told.failures).toEqual([]);
  expect(Object.keys(told.scores)).toEqual(expect.arrayContaining([...models]));
  expect(told.model).not.toMatch(/naive/i);
});

test("several series are forecast by name", async () => {
  using f = await forecaster(quick);
  const fractions: number[] = [];
  await f.fit(
    { up: past, down: past.map((v) => -v) },
    { onProgress: ({ fraction }) => void fractions.push(fraction) },
  );
  const { up, down } = f.forecastAll();
  up.means.forEach((m, h) => expect(down.means[h]).toBeLessThan(m));
  expect(f.forecast(12, { series: "down" })).toEqual(down);
  expect(() => f.forecast()).toThrow(/2 series, want \{ series: NAME \} of up, down; or use forecastAll/);
  expect(fractions.at(-1)).toBe(1);
});

test("a model that fails is named, and the others go on", async () => {
  using f = await forecaster({ horizon: 4, models: ["lstm", "ets"] });
  await f.fit(past.slice(0, 40));
  const { failures, scores } = f.forecast();
  expect(failures).toEqual([{ model: "lstm", error: expect.stringContaining("want at least 60") }]);
  expect(scores.ets.mase).toBeGreaterThan(0);
});

test("an aborted fit leaves the forecaster as it was", async () => {
  using f = await forecaster(quick);
  await f.fit(past);
  const before = f.forecast();
  const controller = new AbortController();
  const fit = f.fit(past.slice(0, 60), { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(fit).rejects.toThrow(/abort/);
  expect(f.forecast()).toEqual(before);
});

test.each([
  [{}, /horizon is undefined, want a whole number/],
  [{ horizon: 0 }, /horizon is 0/],
  [{ horizon: 3, models: ["prophet"] }, /models\[0\] is "prophet", want one of naive/],
  [{ horizon: 3, quantiles: [0.5, 1] }, /quantiles has 1, want probabilities between 0 and 1/],
  [{ horizon: 3, saison: 12 }, /saison/],
  [{ horizon: 3, calendar: ["moon"] }, /calendar\[0\] is "moon"/],
  [{ horizon: 3, inputs: "price" }, /inputs is "price", want an array of names; fit brings their values/],
  [{ horizon: 3, inputs: { price: [1] } }, /inputs is .*, want an array of names; fit brings their values/],
  [{ horizon: 3, inputs: ["a", ""] }, /inputs has "", want names of columns/],
  [{ horizon: 3, inputs: ["a", "a"] }, /inputs has a twice, want each once/],
  [{ horizon: 3, models: ["ets"], inputs: ["a"] }, /none of the models ets takes any, want arima/],
])("the spec %j is refused", async (spec, message) => {
  await expect(forecaster(spec as never)).rejects.toThrow(message);
  await expect(forecaster(spec as never)).rejects.toThrow(OptionError);
});

test("data that are none are refused before anything changes", async () => {
  const f = await forecaster({ ...quick, calendar: ["month"] });
  expect(() => f.forecast()).toThrow(/not fitted; call fit first/);
  await expect(f.fit("text" as never)).rejects.toThrow(DataError);
  await expect(f.fit({})).rejects.toThrow(/want an array of numbers, or arrays by name/);
  await expect(f.fit([1, 2, Infinity, 4, 5])).rejects.toThrow(/step 2 is Infinity, want a number, or NaN/);
  await expect(f.fit(past)).rejects.toThrow(/dates are missing/);
  await expect(f.fit(past, { dates: ["2024-01-01"] })).rejects.toThrow(/1 of 84 steps/);
  await expect(f.fit(past, { inputs: { x: [1] } })).rejects.toThrow(ShapeError);
  f.dispose();
  await expect(f.fit(past)).rejects.toThrow(DisposedError);
});
