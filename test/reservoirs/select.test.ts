/** The search for a good echo state network. */
import { expect, test } from "vitest";
import { selectEsn, type EsnCandidate } from "../../src/reservoirs/index.ts";
import { sobolPoints } from "../../src/reservoirs/search/sobol.ts";
import { esn } from "../../src/models/esn/esn.ts";
import { engine } from "../../src/wasm/engine.ts";
import { Random } from "../../src/wasm/random.ts";

const wasm = await engine("float64");
const wave = Float64Array.from({ length: 500 }, (_, t) => Math.sin(t / 3) + 0.5 * Math.sin(t / 7.3));
const item = { input: wave.subarray(0, -1), target: wave.subarray(1) };
const small = { input: 1, output: 1, units: 40, washout: 50 };

test("of the first 2^k points each slice of 2^-k along an axis holds one, and each box of two axes", () => {
  for (const seed of [1, 2]) {
    const points = sobolPoints(5, new Random(wasm, seed));
    const first = Array.from({ length: 64 }, () => points.next().value);
    for (let axis = 0; axis < 5; ++axis)
      expect(new Set(first.map((p) => Math.floor(64 * p[axis]))).size).toBe(64);
    for (const [a, b] of [
      [8, 8],
      [2, 32],
      [16, 4],
    ])
      expect(new Set(first.map(([x, y]) => Math.floor(a * x) * b + Math.floor(b * y))).size).toBe(64);
  }
});

test("what is chosen is the best stable candidate, fitted to everything; a seed gives it again", async () => {
  const seen: number[] = [];
  const search = () =>
    selectEsn(
      [item],
      { ...small, leak: 1 },
      { trials: 6, horizon: 20, onProgress: ({ best }) => seen.push(best) },
    );
  const { model, candidates, report } = await search();
  expect(report.rows).toBe(449);
  expect(candidates).toHaveLength(6);
  const errors = candidates.map(({ error }) => error);
  expect(errors).toEqual([...errors].sort((a, b) => a - b));
  expect(seen).toEqual([...seen].sort((a, b) => b - a));
  const chosen = candidates.find(({ stable }) => stable)!;
  expect(candidates.slice(0, candidates.indexOf(chosen)).every(({ stable }) => stable === false)).toBe(true);
  expect(model.spec).toMatchObject({ spectralRadius: chosen.spectralRadius, ridge: chosen.ridge, leak: 1 });
  expect(candidates.every(({ leak, feedbackScale }) => leak === 1 && feedbackScale === 0)).toBe(true);
  const again = await search();
  expect(again.candidates).toEqual(candidates);
  expect(again.model.save()).toEqual(model.save());
  expect(model.forecast(20, { history: wave }).means.every((v) => Math.abs(v) < 2)).toBe(true);
});

test("a candidate's error is that of a net of its numbers on the steps held back", async () => {
  const { candidates } = await selectEsn([item], small, { trials: 2, validation: 0.25 });
  const [{ error, stable: _, ...numbers }] = candidates as [EsnCandidate];
  const net = await esn({ ...small, ...numbers });
  const cut = Math.floor(0.75 * 499);
  await net.fit([{ input: item.input.subarray(0, cut), target: item.target.subarray(0, cut) }]);
  const y = net.predict([item.input])[0].subarray(cut);
  const want = item.target.subarray(cut);
  const mean = want.reduce((a, b) => a + b, 0) / want.length;
  const sum = (f: (v: number, i: number) => number): number => want.reduce((s, v, i) => s + f(v, i) ** 2, 0);
  expect(Math.sqrt(sum((v, i) => v - y[i]) / sum((v) => v - mean))).toBeCloseTo(error, 10);
});

test("reservoirs that never forget are unstable, classes are searched too, bad calls are named", async () => {
  // with so large a radius and hardly an input the states go their own way
  const wild = { input: 1, output: 2, units: 40, spectralRadius: 3, leak: 1, inputScale: 0.01, ridge: 1e-8 };
  const target = Float64Array.from({ length: 998 }, (_, i) => ((i * i * 7) % 31) / 31);
  await expect(selectEsn([{ input: item.input, target }], wild, { trials: 2 })).rejects.toThrow(
    /none of 2 reservoirs is stable; try more/,
  );
  const classes = Float64Array.from(item.input, (v) => Number(v > 0));
  const { candidates } = await selectEsn(
    [{ input: item.input, target: classes }],
    { ...small, output: { classes: 2 }, spectralRadius: 0.5 },
    { trials: 1, validation: [{ input: item.input, target: classes }] },
  );
  expect(candidates[0].error).toBeLessThan(0.6);
  await expect(selectEsn([item], { ...small, leak: [0.5, 0.1] })).rejects.toThrow(/leak\[1\] is 0.1/);
  await expect(selectEsn([item], small, { validation: 1 })).rejects.toThrow(/leaves no step to fit on/);
  await expect(
    selectEsn([{ input: item.input, target }], { ...small, output: 2 }, { horizon: 5 }),
  ).rejects.toThrow(/cannot run on; want 1/);
  const stopped = selectEsn([item], small, { signal: AbortSignal.abort(new Error("enough")) });
  await expect(stopped).rejects.toThrow("enough");
});
