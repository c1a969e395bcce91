/** `unrolled train series` as a visitor meets it. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filled } from "../../../src/forecasting/gaps.ts";
import { unrolled } from "../terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "unrolled-series-"));
const path = join(folder, "wave.csv");
/** A wave of 12 steps with a little noise that a formula makes, one cell missing. */
const wave = Array.from(
  { length: 200 },
  (_, t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 12) + Math.sin(t * t),
);
writeFileSync(
  path,
  `when,height,word\n${wave.map((v, t) => `${t},${t === 30 ? "NA" : v.toFixed(4)},x`).join("\n")}\n`,
);

test(
  "all models fit a wave better than its last value, and forecast it with bands that hold",
  { timeout: 60_000 },
  async () => {
    const figure = join(folder, "wave.svg");
    const { code, events } = await unrolled([
      "train",
      "series",
      "--file",
      path,
      "--column",
      "height",
      "--forecast",
      "24",
      "--steps",
      "250",
      "--figure",
      figure,
      "--json",
    ]);
    expect(code).toBe(0);
    const result = events().at(-1) as unknown as {
      models: {
        model: string;
        rmse: number;
        logLikelihood: number;
        forecast: { mean: number[]; low: number[]; high: number[] };
      }[];
      lastValue: number;
      best: string;
    };
    expect(result).toMatchObject({
      event: "result",
      task: "series",
      column: "height",
      steps: 200,
      heldOut: 40,
    });
    expect(result.models.map(({ model }) => model)).toEqual(["ar", "lds", "hmm", "esn", "lstm"]);
    for (const {
      model,
      rmse,
      logLikelihood,
      forecast: { mean, low, high },
    } of result.models) {
      // four levels are a coarse wave
      expect(rmse).toBeLessThan(model === "hmm" ? result.lastValue * 1.05 : 0.7 * result.lastValue);
      expect(logLikelihood).toBeGreaterThan(-4);
      const truth = Array.from({ length: 24 }, (_, h) => 50 + 10 * Math.sin((2 * Math.PI * (200 + h)) / 12));
      if (model !== "hmm")
        expect(truth.filter((v, h) => v > low[h] - 1 && v < high[h] + 1).length).toBeGreaterThan(18);
      expect(mean.every(Number.isFinite)).toBe(true);
    }
    expect(readFileSync(figure, "utf8")).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
  },
);

test("for people there is a table and a plot, and the last column of numbers is taken", async () => {
  const { code, out } = await unrolled(["train", "series", "--file", path, "--model", "ar"]);
  expect(code).toBe(0);
  expect(out).toContain(
    "column height: 200 steps, 1 of them missing; fitted on the first 160, tested on 40.",
  );
  expect(out).toMatch(/ar +\d\.\d+ +-\d\.\d+ +\d+% .*order \d+/);
  expect(out).toMatch(/[\u2801-\u28ff]/);
  expect(out).toContain("in a band of 95%");
});

test(
  "a constant column has finite scores for every model, and the best of them is chosen",
  { timeout: 60_000 },
  async () => {
    const flat = join(folder, "flat.csv");
    writeFileSync(flat, `v\n${"3.5\n".repeat(80)}`);
    const { code, events } = await unrolled([
      "train",
      "series",
      "--file",
      flat,
      "--steps",
      "30",
      "--cells",
      "4",
      "--states",
      "2",
      "--json",
    ]);
    const result = events().at(-1) as unknown as {
      models: { model: string; logLikelihood: number; inside: number }[];
      best: string;
    };
    expect(code).toBe(0);
    for (const { logLikelihood } of result.models) expect(Number.isFinite(logLikelihood)).toBe(true);
    expect(result.best).toBe(
      result.models.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a)).model,
    );
  },
);

test(
  "a held-out part without numbers is named, a figure's folder is made before anything is fitted, " +
    "and a model is no word that every object knows",
  async () => {
    const late = join(folder, "late.csv");
    const args = ["train", "series", "--file", late, "--model", "ar"];
    writeFileSync(late, `v\n${wave.map((v, t) => (t < 160 ? v.toFixed(3) : "NA")).join("\n")}\n`);
    const gone = await unrolled(args);
    expect([
      gone.code,
      gone.err.includes('column "v" has no number in the 40 steps held out, want at least 1'),
    ]).toEqual([2, true]);
    const figure = join(folder, "not", "yet", "wave.svg");
    expect(
      (
        await unrolled([
          "train",
          "series",
          "--file",
          path,
          "--column",
          "height",
          "--model",
          "ar",
          "--figure",
          figure,
        ])
      ).code,
    ).toBe(0);
    expect(readFileSync(figure, "utf8")).toContain("<svg");
    const early = await unrolled([
      "train",
      "series",
      "--file",
      path,
      "--column",
      "height",
      "--model",
      "ar",
      "--figure",
      join(path, "x.svg"),
    ]); // a file is in the way
    expect([early.code, early.out]).toEqual([1, ""]);
    const word = await unrolled(["train", "series", "--file", path, "--model", "toString"]);
    expect([word.code, word.err.includes('--model is "toString"')]).toEqual([2, true]);
  },
);

test.each([
  [["train", "series"], "--file is missing, want a table of numbers"],
  [
    ["train", "series", "--file", path, "--model", "arima"],
    '--model is "arima", want some of ar, lds, hmm, esn, lstm',
  ],
  [["train", "series", "--file", path, "--held-out", "0.95"], "--held-out"],
])("wrong usage ends with 2: %j", async (args, message) => {
  const { code, err } = await unrolled(args);
  expect([code, err.includes(message)]).toEqual([2, true]);
});

test.each([
  ["--column", "depth", 'there is no column "depth"'],
  ["--column", "word", 'column "word" is "x", want a number'],
])("a column that does not serve ends with 1: %s %s", async (flag, name, message) => {
  const { code, err } = await unrolled(["train", "series", "--file", path, flag, name]);
  expect([code, err.includes(message)]).toEqual([1, true]);
});

test("missing values are put on a line between their neighbors", () => {
  expect([...filled(Float64Array.from([NaN, 1, NaN, NaN, 4, NaN]))]).toEqual([1, 1, 2, 3, 4, 4]);
});
