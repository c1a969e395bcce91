/** `unrolled train series --out`, `unrolled forecast`: forecasters go on from their files as before. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTensors } from "../../../src/formats/read-safetensors.ts";
import { withAbout, type About } from "../../../src/cli/open-model.ts";
import { forecaster } from "../../../src/forecasting/forecaster.ts";
import { unrolled } from "../terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-forecast-"));
const path = join(folder, "wave.csv");
/** A wave of 12 steps with noise that a formula makes, far from 0, one cell missing. */
const wave = Array.from({ length: 150 }, (_, t) => 5e4 + 300 * Math.sin((Math.PI * t) / 6) + ((t * t) % 17));
const cell = (v: number, t: number): string => `${t},${t === 30 ? "" : v.toFixed(3)}`;
writeFileSync(path, `when,height\n${wave.map(cell).join("\n")}\n`);

interface Forecast {
  mean: number[];
  low: number[];
  high: number[];
}
const models = ["ets", "ar", "esn"];
const train = (out: string): ReturnType<typeof unrolled> =>
  unrolled([
    ...["train", "series", "--json", "--file", path, "--column", "height", "--model", models.join()],
    ...["--out", out, "--forecast", "15"],
  ]);

test("a forecaster is saved, and forecasts from its file what it forecast when it was fitted", async () => {
  const out = join(folder, "wave.safetensors");
  const trained = await train(out);
  expect(trained.code).toBe(0);
  const before = trained.events().at(-1) as unknown as { model: string; forecast: Forecast };
  const [table, figure] = [join(folder, "saved.csv"), join(folder, "saved.svg")];
  const asked = await unrolled([
    ...["forecast", out, "--json", "--file", path, "--steps", "15", "--out", table, "--figure", figure],
  ]);
  expect(asked.code).toBe(0);
  const result = asked.events().at(-1) as unknown as { forecast: Forecast };
  expect(result).toMatchObject({ task: "series", model: before.model, column: "height" });
  expect(result.forecast).toEqual(before.forecast);
  expect(readFileSync(figure, "utf8")).toContain("90% band");
  const rows = readFileSync(table, "utf8").trim().split("\n");
  expect(rows[0]).toBe("step,mean,low,high");
  expect(rows).toHaveLength(16);
  expect(rows[1].split(",")[0]).toBe("151"); // steps count from 1
});

test.each(["season", "model", "save", "seed", "choose", "calendar", "quantiles"])(
  "--%s beside a saved model is refused, not ignored",
  async (option) => {
    const { code, err } = await unrolled([
      "forecast",
      "model.safetensors",
      "--file",
      path,
      `--${option}`,
      "2",
    ]);
    expect(code).toBe(2);
    expect(err).toContain(`--${option} is for a forecaster that is fitted now, not beside model.safetensors`);
  },
);

test("what cannot serve is refused by name, before any work", async () => {
  const out = join(folder, "some.safetensors");
  await train(out);
  const { spec, tensors } = readTensors(readFileSync(out), "some");
  const changed = (name: string, about: object): string => {
    const file = join(folder, `${name}.safetensors.changed`);
    const bytes = readFileSync(out);
    writeFileSync(file, withAbout(bytes, { ...(spec.about as About), ...about }));
    return file;
  };
  expect(tensors.size).toBeGreaterThan(0);
  const cases: [string[], number, string][] = [
    [["forecast"], 2, "--file is missing"],
    [["forecast", out], 2, "--file is missing"],
    [["forecast", join(folder, "none")], 2, "--file is missing"],
    [["forecast", join(folder, "none"), "--file", path], 2, "cannot be read (ENOENT)"],
    [["forecast", path, "--file", path], 1, "wave.csv"],
    [["forecast", out, "--file", path, "--column", "depth"], 1, 'there is no column "depth"'],
    [["forecast", out, "--file", path, "--steps", "0"], 2, "--steps"],
    [["forecast", out, "--file", path, "--out", folder], 2, "--out"],
    [["forecast", changed("task", { task: "text" }), "--file", path], 2, 'a model of task "text"'],
    [["forecast", changed("column", { column: 3 }), "--file", path], 1, "column is no text"],
  ];
  for (const [args, code, message] of cases) {
    const { code: got, err } = await unrolled(args);
    expect([args.join(" "), got, err.includes(message) || err]).toEqual([args.join(" "), code, true]);
  }
});

test("without a model, models are tried, and all that is asked for is written", async () => {
  const [out, figure, save] = ["fresh.csv", "fresh.svg", "fresh.safetensors"].map((name) =>
    join(folder, name),
  );
  const answer = await unrolled([
    ...["forecast", "--json", "--file", path, "--column", "height", "--steps", "12", "--model", "ets,ar"],
    ...["--out", out, "--figure", figure, "--save", save],
  ]);
  expect(answer.code).toBe(0);
  const { forecast, models, season, model } = answer.events().at(-1) as unknown as {
    forecast: Forecast;
    models: { model: string; mase: number }[];
    season: number;
    model: string;
  };
  expect(season).toBe(12);
  expect(model).toBe("ar"); // ets errs more than 1.5 times as much
  const mase = (name: string): number => models.find((row) => row.model === name)!.mase;
  expect(mase("ar")).toBeLessThan(mase("naive"));
  forecast.mean.forEach((m, h) => {
    const truth = 5e4 + 300 * Math.sin((Math.PI * (150 + h)) / 6) + 8;
    expect(Math.abs(m - truth)).toBeLessThan(60);
  });
  const lines = readFileSync(out, "utf8").trim().split("\n");
  expect(lines).toHaveLength(13);
  expect(readFileSync(figure, "utf8")).toContain("90% band");
  using again = await forecaster.load(readFileSync(save));
  expect([...again.forecast(12).means]).toEqual(forecast.mean);
});

test.each([
  [["--model", "prophet"], 'models[0] is "prophet", want one of naive'],
  [["--season", "0"], "--season"],
  [["--save", folder], "--save"],
])("forecast %j is refused before any work", async (more, message) => {
  const { code, err } = await unrolled(["forecast", "--file", path, "--column", "height", ...more]);
  expect(code).toBe(2);
  expect(err).toContain(message);
});

/** Two shops by day, which sell more on Sundays and less where the price is 2; three days to come. */
const shops = join(folder, "shops.csv");
const day = (t: number): string => new Date(Date.UTC(2024, 0, 1) + 86_400_000 * t).toISOString().slice(0, 10);
const price = (t: number): number => 1 + Number((t * 5) % 7 === 3 || t % 11 === 4);
const sold = (t: number): number => 100 + 40 * Number(t % 7 === 6) - 30 * (price(t) - 1) + ((t * t) % 5);
const DAYS = 90;
const shopRow = (_: unknown, t: number): string =>
  [day(t), ...(t < DAYS ? [sold(t), 2 * sold(t)] : ["", ""]), price(t)].join(",");
writeFileSync(shops, `day,north,south,price\n${Array.from({ length: DAYS + 3 }, shopRow).join("\n")}\n`);

test("several columns are forecast as far as the input beside them is known", async () => {
  const out = join(folder, "next.csv");
  const { code, events, err } = await unrolled([
    ...[
      "forecast",
      "--json",
      "--file",
      shops,
      "--column",
      "all",
      "--inputs",
      "price",
      "--model",
      "structural",
    ],
    ...["--calendar", "weekday", "--season", "1", "--quantiles", ".25,.75", "--choose", "best", "--out", out],
  ]);
  expect([code, err]).toEqual([0, ""]);
  const results = events().filter(({ event }) => event === "result") as unknown as {
    column: string;
    steps: number;
    forecast: Forecast;
    quantiles: Record<string, number[]>;
  }[];
  expect(results.map(({ column, steps }) => [column, steps])).toEqual([
    ["north", DAYS],
    ["south", DAYS],
  ]);
  for (const [i, { forecast, quantiles }] of results.entries()) {
    const unit = i + 1;
    expect(forecast.mean).toHaveLength(3);
    forecast.mean.forEach((m, h) => expect(Math.abs(m / unit - sold(DAYS + h))).toBeLessThan(8));
    expect(quantiles["0.25"][0]).toBeLessThan(quantiles["0.75"][0]);
  }
  const rows = readFileSync(join(folder, "next-south.csv"), "utf8").trim().split("\n");
  expect(rows[0]).toBe("step,mean,low,high,0.25,0.75");
  expect(rows.slice(1).map((row) => row.split(",")[0])).toEqual([0, 1, 2].map((h) => day(DAYS + h)));
});

test("dates without a row are missing values beside inputs too, but no steps to come", async () => {
  const gappy = join(folder, "gappy.csv");
  const rows = Array.from({ length: DAYS + 3 }, shopRow);
  const without = (...gone: number[]): string => rows.filter((_, t) => !gone.includes(t)).join("\n");
  const ask = ["forecast", "--json", "--file", gappy, "--column", "north", "--inputs", "price"];
  const how = ["--model", "structural", "--season", "7", "--choose", "best"];
  writeFileSync(gappy, `day,north,south,price\n${without(11, 12, 40, 71)}\n`);
  const { code, err, events } = await unrolled([...ask, ...how]);
  expect([code, err]).toEqual([0, ""]);
  const { steps, forecast } = events().at(-1) as unknown as { steps: number; forecast: Forecast };
  expect([steps, forecast.mean.length]).toEqual([DAYS, 3]);
  forecast.mean.forEach((m, h) => expect(Math.abs(m - sold(DAYS + h))).toBeLessThan(8));
  writeFileSync(gappy, `day,north,south,price\n${without(DAYS + 1)}\n`);
  const refused = await unrolled([...ask, ...how]);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain(`${day(DAYS + 1)} has no row, want one for each step to come`);
});

test("a saved forecaster goes on after a longer history, beside its inputs and the calendar", async () => {
  const saved = join(folder, "shop.safetensors");
  const known = ["--inputs", "price", "--json"];
  const fit = ["forecast", "--file", shops, "--column", "north", "--calendar", "weekday", "--save", saved];
  const { code, err } = await unrolled([...fit, ...known, "--model", "structural", "--season", "1"]);
  expect([code, err]).toEqual([0, ""]);
  const later = join(folder, "later.csv");
  const row = (_: unknown, t: number): string => [day(t), t < DAYS + 10 ? sold(t) : "", price(t)].join(",");
  writeFileSync(later, `day,north,price\n${Array.from({ length: DAYS + 17 }, row).join("\n")}\n`);
  const next = await unrolled(["forecast", saved, "--file", later, ...known]);
  expect([next.code, next.err]).toEqual([0, ""]);
  const { forecast } = next.events().at(-1) as unknown as { forecast: Forecast };
  expect(forecast.mean).toHaveLength(7);
  forecast.mean.forEach((m, h) => expect(Math.abs(m - sold(DAYS + 10 + h))).toBeLessThan(8));
  const without = await unrolled(["forecast", saved, "--file", later, "--steps", "7"]);
  expect([without.code, without.err]).toEqual([1, expect.stringContaining("price is known for 0 of the 7")]);
  const two = await unrolled(["forecast", saved, "--file", shops, "--column", "north,south", ...known]);
  expect([two.code, two.err]).toEqual([2, expect.stringContaining("--column names 2 columns, want one")]);
});

test.each([
  [["--inputs", "price", "--steps", "5"], 1, "price is known for 3 of the 5 steps to come; give the rest"],
  [["--inputs", "cost"], 1, 'there is no column "cost"'],
  [["--calendar", "moon"], 2, 'calendar[0] is "moon", want one of month, weekday, hour'],
  [["--quantiles", "5"], 2, "quantiles has 5, want probabilities between 0 and 1"],
  [["--choose", "luck"], 2, 'choose is "luck", want one of average, best'],
])("%j is refused by name", async (more, code, message) => {
  const answer = await unrolled(["forecast", "--file", shops, "--model", "structural", ...more]);
  expect([answer.code, answer.err.includes(message) || answer.err]).toEqual([code, true]);
});

test.each([
  [["forecast", "--horizen", "3"], "there is no option --horizen, did you mean --steps?"],
  [["forecast", "--horizon=3"], "there is no option --horizon, did you mean --steps?"],
  [["train", "series", "--horizon", "3"], "there is no option --horizon, did you mean --forecast?"],
  [["forecast", "--stepps", "3"], "there is no option --stepps, did you mean --steps?"],
])("%j names the option that is meant, also where it has another name elsewhere", async (args, message) => {
  const { code, err } = await unrolled(args);
  expect([code, err.split("\n")[0]]).toEqual([2, `unrolled: ${message}`]);
});
