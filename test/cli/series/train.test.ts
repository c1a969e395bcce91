/** `unrolled train series` as a visitor meets it: a forecaster of a column, kept in a file. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeNpy } from "../../../src/exchange/arrays/npy.ts";
import { filled } from "../../../src/forecasting/gaps.ts";
import { unrolled } from "../terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-series-"));
const path = join(folder, "wave.csv");
/** A wave of 12 steps with a little noise that a formula makes, one cell missing. */
const wave = Array.from(
  { length: 120 },
  (_, t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 12) + Math.sin(t * t),
);
writeFileSync(
  path,
  `when,height,word\n${wave.map((v, t) => `${t},${t === 30 ? "NA" : v.toFixed(4)},x`).join("\n")}\n`,
);
const train = (...more: string[]): ReturnType<typeof unrolled> =>
  unrolled(["train", "series", "--file", path, ...more]);

test("models are compared beside the naive ones, and the forecast goes on with the wave", async () => {
  const figure = join(folder, "not", "yet", "wave.svg");
  const args = ["--column", "height", "--model", "ets, ar", "--forecast", "12", "--figure", figure, "--json"];
  const { code, events } = await train(...args);
  expect(code).toBe(0);
  const result = events().at(-1) as unknown as {
    models: { model: string; mase: number; rmse: number; logLikelihood: number; note: string }[];
    lastValue: number;
    forecast: Record<"mean" | "low" | "high", number[]>;
  };
  expect(result).toMatchObject({ event: "result", task: "series", column: "height", steps: 120, season: 12 });
  const names = result.models.map(({ model }) => model);
  // what was asked for first, whatever the naive ones do
  expect(names.slice(0, 2).sort()).toEqual(["ar", "ets"]);
  expect(names.slice(-2).sort()).toEqual(["naive", "seasonalNaive"]);
  const ar = result.models.find(({ model }) => model === "ar")!;
  expect(ar.note).toMatch(/^order \d+$/);
  expect(ar.rmse).toBeLessThan(2);
  expect(Number.isFinite(ar.logLikelihood)).toBe(true);
  // steps of 10·sin, of frequency π/6: √2·10·sin(π/12) in the mean square
  expect(result.lastValue).toBeCloseTo(Math.SQRT2 * 10 * Math.sin(Math.PI / 12), 0);
  const { mean, low, high } = result.forecast;
  for (let h = 0; h < 12; ++h) {
    const truth = 50 + 10 * Math.sin((2 * Math.PI * (120 + h)) / 12);
    expect(Math.abs(mean[h] - truth)).toBeLessThan(2);
    expect(low[h] < mean[h] && mean[h] < high[h]).toBe(true);
  }
  expect(readFileSync(figure, "utf8")).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
});

test("for people there is a table and a plot, and the last column of numbers is taken", async () => {
  const { code, out } = await train("--model", "ar");
  expect(code).toBe(0);
  expect(out).toContain("column height: 120 steps, 1 of them missing, a season of 12 steps. Backtests:");
  expect(out).toMatch(/seasonalNaive +\d\.\d+ +\d+\.\d+ +\d/);
  expect(out).toMatch(/[\u2801-\u28ff]/);
  expect(out).toContain("in a band of 90%");
  expect(out).toMatch(/ar +\d+\.\d+ +-\d+\.\d+ +order \d+/);
});

test("dates beside the column make their seasons likely", async () => {
  const path = join(folder, "months.csv");
  const value = (t: number): number => 3 * Math.sin((2 * Math.PI * t) / 12.52) + ((t * t) % 13) / 50;
  const season = async (moment: (t: number) => string): Promise<unknown> => {
    const rows = Array.from({ length: 200 }, (_, t) => `${moment(t)},${value(t).toFixed(3)}`);
    writeFileSync(path, `when,load\n${rows.join("\n")}\n`);
    const { events } = await unrolled(["forecast", "--file", path, "--model", "ets", "--json"]);
    return (events().at(-1) as unknown as { season: number }).season;
  };
  expect(await season((t) => new Date(Date.UTC(2000, t)).toISOString().slice(0, 7))).toBe(12);
  expect(await season((t) => `x${t}`)).toBe(13);
});

test("the same column as JSON lines, a JSON array and a NumPy array gets the same forecast", async () => {
  const files: Record<string, string | Uint8Array> = {
    "lines.jsonl": wave.map((height, t) => JSON.stringify({ t: `x${t}`, height })).join("\n"),
    "array.json": JSON.stringify(wave, null, 1),
    "array.npy": writeNpy(Float64Array.from(wave)),
  };
  const forecasts = [];
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
    const args = ["forecast", "--file", join(folder, name), "--model", "ets", "--steps", "6", "--json"];
    const { events } = await unrolled(args);
    forecasts.push((events().at(-1) as unknown as { forecast: object }).forecast);
  }
  expect(forecasts[1]).toEqual(forecasts[0]);
  expect(forecasts[2]).toEqual(forecasts[0]);
});

test("a constant column has finite scores and a finite forecast", async () => {
  const flat = join(folder, "flat.csv");
  writeFileSync(flat, `v\n${"3.5\n".repeat(60)}`);
  const { code, events } = await unrolled(["train", "series", "--file", flat, "--json", "--model", "ets,ar"]);
  expect(code).toBe(0);
  const { forecast } = events().at(-1) as unknown as { forecast: { mean: number[] } };
  for (const m of forecast.mean) expect(Math.abs(m - 3.5)).toBeLessThan(1e-6);
});

test.each([
  [["train", "series"], 2, "--file is missing, want a table of numbers"],
  [["train", "series", "--file", path, "--model", "toString"], 2, 'models[0] is "toString", want one of'],
  [["train", "series", "--file", path, "--forecast", "0"], 2, "--forecast"],
  [["train", "series", "--file", path, "--column", "depth"], 1, 'there is no column "depth"'],
  [["train", "series", "--file", path, "--column", "word"], 1, 'line 2, column "word" is "x", want a number'],
  [["train", "series", "--file", path, "--figure", join(path, "x.svg")], 1, "wave.csv"],
])("%j ends with %i and says why", async (args, want, message) => {
  const { code, err, out } = await unrolled(args);
  expect([code, out, err.includes(message) || err]).toEqual([want, "", true]);
});

test("missing values are put on a line between their neighbors", () => {
  expect([...filled(Float64Array.from([NaN, 1, NaN, NaN, 4, NaN]))]).toEqual([1, 1, 2, 3, 4, 4]);
});
